"""A choice is read strictly: what cannot be read is refused with one sentence, whatever a query contains."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.forms.choice import NAMES, BadChoice, Condition, read_between, read_choice
from connector.dataplane.forms.features import read_items_query


def test_a_query_without_a_part_of_a_choice_is_none() -> None:
    assert read_choice([]) is None
    assert read_choice([("version", "2")]) is None


@pytest.mark.parametrize(
    "query",
    [
        [("form", "pdf")],
        [("form", "features")],
        [("columns", "a")],
        [("form", "csv"), ("form", "json")],
        [("form", "csv"), ("unknown", "1")],
        [("form", "csv"), ("where", "a")],
        [("form", "csv"), ("limit", "0")],
        [("form", "csv"), ("limit", "١")],
        [("form", "csv"), ("crs", "EPSG:1/../..")],
        [("form", "csv"), ("bbox", "nan,0,1,1")],
        [("form", "csv"), ("datetime", "2026-02-01/2026-01-01")],
        [("form", "csv"), *[("where", "a=1")] * 21],
        [("form", "csv"), ("columns", "a" * 3000)],
    ],
)
def test_a_choice_that_cannot_be_read_is_refused(query: list[tuple[str, str]]) -> None:
    with pytest.raises(BadChoice):
        read_choice(query)


def test_conditions_keep_what_stands_after_the_first_sign() -> None:
    found = read_choice([("form", "csv"), ("where", "a!=b=c"), ("where", "t<=2026-01-01")])
    assert found is not None
    assert found.where == (Condition("a", "!=", "b=c"), Condition("t", "<=", "2026-01-01"))


def test_a_day_lasts_to_its_end() -> None:
    first, last = read_between("2026-05-01/2026-05-02")
    assert first is not None
    assert last is not None
    assert (first.isoformat(), last.isoformat()[:19]) == ("2026-05-01T00:00:00+00:00", "2026-05-02T23:59:59")


@given(st.lists(st.tuples(st.sampled_from([*NAMES, "f", "a"]), st.text(max_size=40)), max_size=6))
def test_any_query_is_read_or_refused(query: list[tuple[str, str]]) -> None:
    for read in (read_choice, lambda pairs: read_items_query(pairs, "https://city.example/items")):
        with contextlib.suppress(BadChoice):
            read(query)
