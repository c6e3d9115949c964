"""The lexical spaces of XML Schema: what is in them is read, what is not is refused."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.policy.model.literals import LATEST, XSD, find_next, parse_instant, parse_typed, scale, to_lexical

TAKEN = {
    "dateTime": [
        "2026-12-31T23:59:59Z",
        "2026-12-31T23:59:59",
        "2026-12-31T23:59:59.5+14:00",
        "2026-12-31T23:59:59.123456789-00:00",
        "2026-12-31T24:00:00",
        "2026-12-31T24:00:00.000Z",
        "2028-02-29T00:00:00-13:59",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59.999999Z",
    ],
    "dateTimeStamp": ["2026-12-31T23:59:59Z", "2026-12-31T23:59:59+01:00"],
    "date": ["2026-12-31", "2026-12-31Z", "2026-12-31+14:00", "9999-12-31"],
    "time": ["08:00:00", "08:00:00Z", "24:00:00", "23:59:59-14:00", "08:00:00.000"],
    "duration": ["P1Y", "P1M", "P1D", "PT1H", "PT1M", "PT1S", "P1Y2M3DT4H5M6.789S", "P0D"],
    "dayTimeDuration": ["P1D", "PT1M", "P1DT2H"],
    "yearMonthDuration": ["P1Y", "P1Y2M"],
    "decimal": ["5", "+5", "-5.0", "5.", ".5", "007"],
    "double": ["5", "5e3", "-.5E-3"],
    "integer": ["5", "-5", "+5", "007"],
    "byte": ["127", "-128"],
    "unsignedByte": ["255"],
    "positiveInteger": ["1"],
    "nonPositiveInteger": ["0"],
    "boolean": ["true", "false", "1", "0"],
}
REFUSED = {
    "dateTime": [
        "2027-W01-1T00:00",
        "2027-W01-1T00:00:00",
        "20270101T000000Z",
        "2027-001T00:00:00",
        "2026-12-31T24:00:00.5Z",
        "2026-12-31T24:00:01Z",
        "2026-12-31T24:01:00Z",
        "2026-12-31T25:00:00Z",
        "2027-01-01T00:00:00+15:00",
        "2027-01-01T00:00:00+14:01",
        "2027-01-01T00:00:00+0100",
        "2027-01-01T00:00:00+01",
        "2027-01-01T00:00.5Z",
        "2027-01-01 00:00:00Z",
        "2027-01-01t00:00:00z",
        "2027-01-01",
        "2027-02-29T00:00:00Z",
        "2027-01-01T00:00:00,5Z",
        "2027-01-01T00:00:00.Z",
        "2027-01-01T00:00:60Z",
        " 2027-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "-2027-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-01:00",
        "9999-12-31T24:00:00Z",
        "٢٠٢٧-01-01T00:00:00Z",
    ],
    "dateTimeStamp": ["2026-12-31T23:59:59"],
    "date": ["2026-1-1", "20260101", "2026-01", "2026-01-01T00:00:00", "2026-01-01+01:75", "12026-01-01", "2026-W01-1"],
    "time": ["8:00:00", "08:60:00", "24:00:01", "08:00:00.5", "08", "080000", "08:00:00+14:30"],
    "duration": ["P", "PT", "P1DT", "1D", "-P1D", "P1S", "PT1D", "P1.5D", "p1d", "", "P99999Y", "P9999999DT24H"],
    "dayTimeDuration": ["P1M", "P1Y", "P1YT1S"],
    "yearMonthDuration": ["P1D", "PT1M", "P1MT1M"],
    "decimal": ["5e3", "5,0", "INF", "NaN", ".", "", "+-5", "0x5", " 5"],
    "double": ["INF", "-INF", "NaN", "1e", "1e40", "1e-41"],
    "integer": ["5.0", "5e0", ""],
    "byte": ["128", "-129"],
    "unsignedByte": ["256", "-1"],
    "positiveInteger": ["0"],
    "nonPositiveInteger": ["1"],
    "boolean": ["True", "TRUE", "yes", ""],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in TAKEN.items() for text in texts])
def test_a_literal_of_the_lexical_space_is_read_and_written_as_one(name: str, text: str) -> None:
    value = parse_typed(text, XSD + name)
    assert value is not None
    written, datatype = to_lexical(value)
    assert parse_typed(written, datatype) == value


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in REFUSED.items() for text in texts])
def test_a_literal_beyond_the_lexical_space_is_refused(name: str, text: str) -> None:
    assert parse_typed(text, XSD + name) is None


DURATIONS = st.from_regex(
    r"P([0-9]{1,5}Y)?([0-9]{1,6}M)?([0-9]{1,5}W)?([0-9]{1,7}D)?"
    r"(T([0-9]{1,8}H)?([0-9]{1,9}M)?([0-9]{1,10}(\.[0-9]{1,3})?S)?)?",
    fullmatch=True,
)
NUMBERS = st.from_regex(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,2})?", fullmatch=True)


@given(text=DURATIONS)
@example(text="P83333Y3M")
@example(text="P83333Y4M")
@example(text="P99999Y999999M")
@example(text="P9999999DT24H")
@settings(max_examples=300)
def test_a_duration_that_is_read_is_written_as_one_that_is_read(text: str) -> None:
    value = parse_typed(text, XSD + "duration")
    assert value is None or parse_typed(*to_lexical(value)) == value


@given(text=NUMBERS)
@example(text="1234567890123456789012345678901234567890.0000000000000000000000000000000000000001")
@example(text="1e40")
@example(text="1e39")
@example(text="0e99")
@settings(max_examples=300)
def test_a_number_that_is_read_is_written_in_all_its_digits(text: str) -> None:
    value = parse_typed(text, XSD + "double")
    assert value is None or Fraction(to_lexical(value)[0]) == Fraction(text)
    assert value is None or parse_typed(*to_lexical(value)) == value


def test_a_unit_rounds_nothing() -> None:
    assert scale(Decimal("1" * 28 + ".5"), 1000) == Decimal("1" * 28 + "500")
    assert scale(Decimal("1e28"), 10**12) is None


def test_the_end_of_a_day_is_the_beginning_of_the_next() -> None:
    assert parse_instant("2026-12-31T24:00:00Z") == parse_instant("2027-01-01T00:00:00Z")


def test_the_last_instant_has_no_successor() -> None:
    last = parse_instant("9999-12-31T23:59:59.999999Z")
    assert last is not None
    assert find_next(last.at) == LATEST == last.at
