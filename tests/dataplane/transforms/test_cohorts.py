"""Fixed cohorts: whoever compares the results of two filters learns of nobody, or of as many as the smallest group."""

import csv
import io
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.policy.model.decision import RowFilter
from connector.policy.model.policy import DK, AtomicConstraint
from connector.policy.model.values import Iri
from connector.ports.treatment import Records, TransformStep
from tests.dataplane.records import deliver, treat

REGION = DK + "recordRegion"
LEAST = 3
# A row is a group, a place that filters choose by, and whether it has an amount; its person is its number.
ROWS = st.lists(st.tuples(st.sampled_from("gh"), st.sampled_from("abcd"), st.booleans()), max_size=24)
FILTERS = [places for count in range(1, 5) for places in combinations("abcd", count)]


def ask(
    rows: list[tuple[str, str, bool]], places: tuple[str, ...], *, name: str, subject: str
) -> dict[str, tuple[int, int]]:
    """Return for each group the set of its people in `records`, as far as it shows, and the one in the sum, as bits."""
    lines = [f"{group},{place},p{at},{2**at if has else ''},{2**at}" for at, (group, place, has) in enumerate(rows)]
    records = Records(format="csv", subject=subject, facts={REGION: "place"}, decimal=".")
    step = TransformStep(name=name, fields=("group",), smallest_group=LEAST, measures=("amount", "mark"), decimal=".")
    keep = AtomicConstraint(left=REGION, operator="isAnyOf", right=tuple(Iri(place) for place in places))
    data = "\n".join(["group,place,person,amount,mark", *lines]).encode() + b"\n"
    found = csv.DictReader(io.StringIO(deliver(data, treat(records, step, rows=RowFilter(keep=(keep,)))).decode()))
    return {row["group"]: (int(row["amount_sum"] or 0), int(row["mark_sum"] or 0)) for row in found}


def _find_smallest_difference(
    rows: list[tuple[str, str, bool]], first: tuple[str, ...], second: tuple[str, ...], *, name: str, subject: str
) -> int:
    """Return how few people two results differ by in one direction, beyond nobody."""
    results = [ask(rows, places, name=name, subject=subject) for places in (first, second)]
    counts = []
    for group in "gh":
        for before, after in zip(*(found.get(group, (0, 0)) for found in results), strict=True):
            counts += [(before & ~after).bit_count(), (after & ~before).bit_count()]
    return min((count for count in counts if count), default=LEAST)


@pytest.mark.parametrize("subject", ["person", ""])
@given(rows=ROWS, first=st.sampled_from(FILTERS), second=st.sampled_from(FILTERS))
@settings(max_examples=60, deadline=None)
def test_two_filters_never_reveal_a_small_difference(
    subject: str, rows: list[tuple[str, str, bool]], first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    assert _find_smallest_difference(rows, first, second, name="cohorts", subject=subject) >= LEAST


def test_the_same_attack_finds_one_person_where_groups_are_only_counted() -> None:
    rows = [("g", "a", True)] * 5 + [("g", "b", True)]
    attack = {"rows": rows, "first": ("a",), "second": ("a", "b"), "subject": "person"}
    assert _find_smallest_difference(name="aggregate", **attack) == 1  # type: ignore[arg-type]
    assert _find_smallest_difference(name="cohorts", **attack) == LEAST  # type: ignore[arg-type]


def test_a_group_without_anybody_left_out_has_all_its_people() -> None:
    rows = [("g", "a", True)] * 7 + [("h", "b", True)] * 2
    assert ask(rows, ("a", "b"), name="cohorts", subject="person") == {"g": (127, 127)}


def test_records_of_nobody_are_in_no_cohort_and_equal_records_are_each_one() -> None:
    data = b"group,person\n" + b"g,k. A.\n" * 3 + b"g,p\n" * 2 + b"g,q\n"
    step = TransformStep(name="cohorts", fields=("group",), smallest_group=2)
    assert deliver(data, treat(Records(format="csv", subject="person"), step)) == b"group,records\ng,3\n"
    assert deliver(data, treat(Records(format="csv"), step)) == b"group,records\ng,6\n"
