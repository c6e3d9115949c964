from typing import Any

import pytest

from connector.dataplane.formats.people import Headcount, find_subject
from connector.ports.flow import PERSON


@pytest.mark.parametrize("value", [None, "", "  ", "-", " \u2014 "])
def test_a_missing_value_names_nobody(value: Any) -> None:
    assert find_subject(value) == ""


@pytest.mark.parametrize(("value", "subject"), [("Anna ", "Anna"), (0, "0"), (17, "17")])
def test_any_other_value_names_a_person(value: Any, subject: str) -> None:
    assert find_subject(value) == subject


@pytest.mark.parametrize(
    ("persons", "size"),
    [([], 0), ([None, None, None], 3), (["", "", ""], 1), (["a", "", ""], 1), (["", "a", "b", "a"], 2)],
)
def test_a_group_has_the_people_that_are_certain(persons: list[str | None], size: int) -> None:
    people = Headcount()
    added = [people.add({} if person is None else {PERSON: person}) for person in persons]
    assert (people.records, people.size()) == (len(persons), size)
    assert sum(added) == len({person for person in persons if person})
