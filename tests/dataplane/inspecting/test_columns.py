"""The values of a field by place."""

from decimal import Decimal

from connector.dataplane.inspecting.columns import make_columns, read_moment


def test_a_column_has_numbers_and_moments_by_place() -> None:
    numbers, moments = make_columns([{"a": "1,5", "b": "2026-05-01"}, {"a": "-", "b": "x"}], ["a", "b"], ",")
    assert (numbers.numbers, numbers.known) == ({0: Decimal("1.5")}, (0,))
    assert list(moments.moments) == [0]
    assert (numbers.is_numeric, moments.is_dated) == (True, False)


def test_a_month_and_a_time_without_an_offset_are_instants() -> None:
    assert str(read_moment("2026-05")) == "2026-05-01 00:00:00+00:00"
    assert str(read_moment("01.05.2026 12:00")) == "2026-05-01 12:00:00+00:00"
    assert read_moment("soon") is None
