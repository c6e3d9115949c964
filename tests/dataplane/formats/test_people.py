from typing import Any

import pytest

from connector.dataplane.formats.people import Headcount, find_subject, is_word_for_nobody
from connector.ports.flow import PERSON


@pytest.mark.parametrize("value", [None, "", "  ", "-", " \u2014 "])
def test_a_missing_value_names_nobody(value: Any) -> None:
    assert find_subject(value) == ""


@pytest.mark.parametrize(("value", "subject"), [("Anna ", "Anna"), (0, "0"), (17, "17")])
def test_any_other_value_names_a_person(value: Any, subject: str) -> None:
    assert find_subject(value) == subject


@pytest.mark.parametrize(
    "text", ["k. A.", "K.A.", "Unbekannt", "NULL", "NaN", "n/a", "none", "?", "...", "N. N.", "<NA>"]
)
def test_a_word_for_nobody_is_recognised(text: str) -> None:
    assert is_word_for_nobody(text)


@pytest.mark.parametrize("text", ["Anna", "Nana", "0", "17", "Nulla", "K. Ahrens", "\u674e"])
def test_a_name_is_no_word_for_nobody(text: str) -> None:
    assert not is_word_for_nobody(text)


@pytest.mark.parametrize(
    ("persons", "size"),
    [([], 0), ([None, None, None], 3), (["", "", ""], 1), (["a", "", ""], 1), (["", "a", "b", "a"], 2)],
)
def test_a_group_has_the_people_that_are_certain(persons: list[str | None], size: int) -> None:
    people = Headcount()
    added = [people.add({} if person is None else {PERSON: person}) for person in persons]
    assert (people.records, people.size()) == (len(persons), size)
    assert sum(added) == len({person for person in persons if person})
