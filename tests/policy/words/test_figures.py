"""Amounts with units, instants, times and durations, in both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from connector.policy.model.policy import DK, ODRL
from connector.policy.model.values import ClockTime, Day, Duration, Instant, Number
from connector.policy.words import figures
from tests.policy.support import shipped

BERLIN = ZoneInfo("Europe/Berlin")


def number(amount: str, left: str, unit: str | None = None) -> str:
    operand = shipped().operands[left]
    return figures.write_number(Number(Decimal(amount), operand.unit if unit is None else unit), operand, "en")


@pytest.mark.parametrize(
    ("amount", "left", "text"),
    [
        ("5", ODRL + "count", "5"),
        ("1500000", DK + "volume", "1.5 MB"),
        ("1500001", DK + "volume", "1,500.001 kB"),
        ("1234567891", DK + "volume", "1,234,567.891 kB"),
        ("0", DK + "volume", "0 B"),
    ],
)
def test_an_amount_is_exact_and_in_its_greatest_unit(amount: str, left: str, text: str) -> None:
    assert number(amount, left) == text


def test_an_unknown_unit_is_quoted() -> None:
    assert number("3", DK + "volume", "crates") == "3 “crates”"


def test_money_has_two_decimals() -> None:
    assert number("49.9", ODRL + "payAmount") == "49.90 EUR"
    assert number("50", ODRL + "payAmount") == "50 EUR"


def test_an_instant_is_as_exact_as_it_is_given() -> None:
    assert (
        figures.write_instant(Instant(datetime(2027, 3, 1, 8, 30, tzinfo=UTC)), "en", UTC)
        == "1 March 2027, 08:30 (UTC)"
    )
    exact = datetime(2027, 3, 1, 8, 30, 0, 250_000, tzinfo=UTC)
    assert figures.write_instant(Instant(exact), "de", UTC) == "1. März 2027, 08:30:00.25 Uhr (UTC)"


def test_a_day_and_a_time_have_their_zone() -> None:
    assert figures.write_day(Day(date(2027, 3, 1)), "de", UTC) == "1. März 2027"
    assert figures.write_day(Day(date(2027, 3, 1), offset=-90), "en", UTC) == "1 March 2027 (UTC-01:30)"
    assert figures.write_day(Day(date(2027, 3, 1)), "en", BERLIN) == "1 March 2027 (Europe/Berlin)"
    assert figures.write_day(Day(date(2027, 3, 1), offset=0), "en", BERLIN) == "1 March 2027 (UTC)"
    assert figures.write_clock(ClockTime(30_605), "en", UTC) == "08:30:05 (UTC)"
    assert figures.write_clock(ClockTime(30_605), "en", BERLIN) == "08:30:05 (Europe/Berlin)"
    assert figures.write_clock(ClockTime(30_600, offset=0), "de", BERLIN) == "08:30 Uhr (UTC)"


def test_a_duration_has_all_its_parts_and_none_that_is_zero() -> None:
    assert figures.write_duration(Duration(13, 90_061_500), "en") == "1 year 1 month 1 day 1 hour 1 minute 1.5 seconds"
    assert figures.write_duration(Duration(0, 0), "de") == "0 Sekunden"
