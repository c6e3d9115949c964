"""The steps of a recipe against a plain computation, and what they refuse."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.deriving import steps
from connector.dataplane.deriving.rows import RowTable, TextRow
from connector.dataplane.deriving.steps import apply_step
from connector.ports.flow import Untreatable
from connector.views.recipes import RecipeStep

ROWS = [{"id": "1", "kind": "a", "n": "1.50"}, {"id": "2", "kind": "b", "n": ""}, {"id": "3", "kind": "a", "n": "2"}]


def table(rows: list[TextRow], size: int = 2) -> RowTable:
    columns = tuple(rows[0]) if rows else ("id", "kind", "n")
    return RowTable(columns, [[dict(row) for row in rows[at : at + size]] for at in range(0, len(rows), size)])


def run(step: dict[str, Any], rows: list[TextRow], **others: list[TextRow]) -> list[TextRow]:
    made = apply_step(
        msgspec.convert(step, RecipeStep), table(rows), {name: table(other) for name, other in others.items()}
    )
    found = [row for batch in made.batches for row in batch]
    assert all(tuple(row) == made.columns for row in found)
    return found


def test_cleaning_leaves_out_what_is_unwanted_and_writes_types() -> None:
    rows = [
        {"day": "01.02.2026", "n": "1.234,5", "x": " k "},
        {"day": "x", "n": "7", "x": "-999"},
        {"day": "01.02.2026", "n": "1.234,5", "x": "k"},
    ]
    step = {
        "do": "clean",
        "types": {"day": "date", "n": "number"},
        "decimal": ",",
        "thousands": ".",
        "unreadable": "drop",
        "empty": ["-999"],
        "unique": [],
        "rename": {"x": "y"},
        "columns": ["n", "x", "day"],
    }
    assert run(step, rows) == [{"n": "1234.5", "y": "k", "day": "2026-02-01"}]


def test_a_value_that_is_not_of_its_type_is_refused_with_the_value() -> None:
    with pytest.raises(Untreatable, match="'kind' has the value 'a', which is no whole"):
        run({"do": "clean", "types": {"kind": "whole"}}, ROWS)
    assert run({"do": "clean", "types": {"kind": "number"}, "unreadable": "empty"}, ROWS)[0]["kind"] == ""


def test_a_time_is_cut_to_the_day_or_the_month() -> None:
    rows = [{"t": "2025-07-05 15:50:00+02:00", "u": "5.7.2025 8:00"}]
    assert run({"do": "clean", "types": {"t": "day", "u": "month"}}, rows) == [{"t": "2025-07-05", "u": "2025-07"}]


def test_conditions_and_required_columns_leave_rows_out() -> None:
    assert [row["id"] for row in run({"do": "clean", "require": ["n"]}, ROWS)] == ["1", "3"]
    assert [row["id"] for row in run({"do": "clean", "where": ["n>=2"]}, ROWS)] == ["3"]


def test_a_join_keeps_all_or_only_what_matches_and_a_missing_key_matches_nothing() -> None:
    other = [{"key": "1", "name": "A"}, {"key": "1", "name": "B"}, {"key": "", "name": "C"}]
    step = {"do": "join", "with": "o", "on": {"id": "key"}}
    assert [row["name"] for row in run(step, ROWS, o=other)] == ["A", "B"]
    assert [row["name"] for row in run({**step, "keep": "all"}, ROWS, o=other)] == ["A", "B", "", ""]
    assert run({**step, "on": {"n": "key"}}, ROWS, o=other) == []


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"do": "clean", "require": ["no"]}, "lack"),
        ({"do": "clean", "where": ["no>1"]}, "lack"),
        ({"do": "clean", "where": ["n"]}, "condition cannot be read"),
        ({"do": "clean", "rename": {"id": "n"}}, "same name"),
        ({"do": "join", "with": "o", "on": {"id": "no"}}, "lack"),
        ({"do": "join", "with": "o", "on": {"id": "id"}}, "Both inputs"),
        ({"do": "group", "values": {"x": {"take": "sum", "of": "kind"}}}, "which is no number"),
        ({"do": "convert", "units": {"n": {"given": "m", "wanted": "kg"}}}, "no units of one quantity"),
    ],
)
def test_what_a_step_cannot_do_is_said_in_one_sentence(step: dict[str, Any], said: str) -> None:
    with pytest.raises(Untreatable, match=said):
        run(step, ROWS, o=ROWS)


def test_units_are_converted_and_a_missing_value_stays_missing() -> None:
    step = {"do": "convert", "units": {"n": {"given": "km", "wanted": "m"}}}
    assert [row["n"] for row in run(step, ROWS)] == ["1500", "", "2000"]


def test_keys_groups_and_joined_rows_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "MOST_KEYS", 1)
    monkeypatch.setattr(steps, "MOST_GROUPS", 1)
    monkeypatch.setattr(steps, "MOST_JOINED", 1)
    for step in (
        {"do": "clean", "unique": ["id"]},
        {"do": "group", "by": ["id"], "values": {"x": {"take": "count"}}},
        {"do": "join", "with": "o", "on": {"id": "key"}, "columns": ["w"]},
    ):
        with pytest.raises(Untreatable, match="more than 1 "):
            run(step, ROWS, o=[{"key": "1", "w": "1"}, {"key": "2", "w": "2"}])


NUMBERS = st.decimals(-1000, 1000, places=2)
RECORDS = st.lists(st.tuples(st.sampled_from("abc"), NUMBERS | st.none()), max_size=30)


@given(RECORDS, st.integers(1, 5), st.integers(0, 3))
def test_groups_are_those_of_a_plain_computation(
    pairs: list[tuple[str, Decimal | None]], size: int, least: int
) -> None:
    rows = [{"id": "x", "kind": kind, "n": "" if number is None else str(number)} for kind, number in pairs]
    step = {
        "do": "group",
        "by": ["kind"],
        "least": least,
        "values": {
            "rows": {"take": "count"},
            "known": {"take": "count", "of": "n"},
            "sum": {"take": "sum", "of": "n"},
            "low": {"take": "min", "of": "n"},
            "high": {"take": "max", "of": "n"},
        },
    }
    made = apply_step(msgspec.convert(step, RecipeStep), table(rows, size), {})
    found = {row["kind"]: row for batch in made.batches for row in batch}
    groups: dict[str, list[Decimal | None]] = defaultdict(list)
    for kind, number in pairs:
        groups[kind].append(number)
    assert set(found) == {kind for kind, numbers in groups.items() if len(numbers) >= least}
    for kind, row in found.items():
        known = [number for number in groups[kind] if number is not None]
        assert (int(row["rows"]), int(row["known"])) == (len(groups[kind]), len(known))
        for name, take in (("sum", sum), ("low", min), ("high", max)):
            assert (Decimal(row[name]) if row[name] else None) == (take(known) if known else None)
