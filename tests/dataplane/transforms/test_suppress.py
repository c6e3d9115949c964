from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.ports.treatment import Records, TransformStep
from tests.dataplane.records import deliver, treat


def test_people_are_counted_and_not_their_records() -> None:
    data = b"who,street\nAnna,A\nAnna,A\nAnna,A\nBert,B\nCem,B\n"
    people = Records(format="csv", subject="who")
    small = TransformStep(name="suppress", fields=("street",), smallest_group=2)
    assert deliver(data, treat(people, small)) == b"who,street\nBert,B\nCem,B\n"
    # Also where the name itself does not leave.
    dropped = treat(people, TransformStep(name="drop", fields=("who",)), small)
    assert deliver(data, dropped) == b"street\nB\nB\n"
    summed = TransformStep(name="aggregate", fields=("street",), smallest_group=2)
    assert deliver(data, treat(people, summed)) == b"street,records\nB,2\n"


NOBODY = ("", " ", "-", "\u2013")


@pytest.mark.parametrize("nobody", NOBODY)
def test_records_without_a_person_make_no_group_larger(nobody: str) -> None:
    rows = [(nobody, "Nobody")] * 3 + [("Anna", "Mixed"), (nobody, "Mixed"), (nobody, "Mixed")]
    assert _leave("suppress", rows, 3) == _leave("aggregate", rows, 3) == set()
    assert _leave("suppress", rows, 1) == _leave("aggregate", rows, 1) == {"Nobody", "Mixed"}


@given(
    rows=st.lists(st.tuples(st.sampled_from(["Anna", "Bert", "Cem", *NOBODY]), st.sampled_from("AB")), max_size=12),
    least=st.integers(2, 4),
)
@example(rows=[("Anna", "A"), ("", "A"), ("Bert", "A")], least=2)
@settings(max_examples=100, deadline=None)
def test_a_group_leaves_alike_as_records_and_as_a_sum_and_only_with_enough_known_people(
    rows: list[tuple[str, str]], least: int
) -> None:
    known = {street: {who for who, where in rows if where == street and who not in NOBODY} for _, street in rows}
    enough = {street for street, people in known.items() if len(people) >= least}
    assert _leave("suppress", rows, least) == _leave("aggregate", rows, least) == enough


def _leave(kind: str, rows: Sequence[tuple[str, str]], least: int) -> set[str]:
    """Return the streets that leave."""
    data = "".join(f"{who};{street};1\n" for who, street in [("who", "street"), *rows]).replace("street;1", "street;n")
    step = TransformStep(name=kind, fields=("street",), smallest_group=least)
    left = deliver(data.encode(), treat(Records(format="csv", delimiter=";", subject="who"), step)).decode()
    head, *lines = left.splitlines()
    return {line.split(";")[head.split(";").index("street")] for line in lines}
