"""Gaps, repeated rows and equal fields, in rows that are made for it."""

from datetime import datetime, timedelta

from connector.dataplane.inspecting.columns import make_columns
from connector.dataplane.inspecting.rows import find_series, inspect_rows


def found(rows: list[dict[str, object]]) -> dict[str, int]:
    columns = make_columns(rows, list(rows[0]))
    return {finding.code: finding.count for finding in inspect_rows(columns, len(rows), ())}


def make_series(skipped: set[int]) -> list[dict[str, object]]:
    begin = datetime(2026, 5, 1)  # noqa: DTZ001 - data often has no offset
    return [
        {"time": (begin + timedelta(minutes=5 * at)).isoformat(), "value": str(at % 7)}
        for at in range(60)
        if at not in skipped
    ]


def test_gaps_of_a_series_are_counted() -> None:
    assert found(make_series({10, 11, 30})) == {"gaps": 2}
    assert "gaps" not in found(make_series(set()))


def test_days_of_events_are_no_series() -> None:
    rows: list[dict[str, object]] = [{"day": f"2026-05-{1 + at * at % 27:02}", "a": str(at)} for at in range(25)]
    assert find_series(make_columns(rows, ["day", "a"]), 25) is None


def test_equal_fields_and_equal_rows_are_found() -> None:
    rows: list[dict[str, object]] = [{"a": str(at), "b": str(at), "c": "x"} for at in range(25)]
    assert found(rows)["equal"] == 25
    assert found([*rows, rows[0]])["duplicate"] == 1
