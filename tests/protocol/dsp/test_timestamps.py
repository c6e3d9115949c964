"""The time of an agreement is an instant that exists."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.protocol.dsp.timestamps import read_timestamp


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00", 0),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T14:00:00.000-10:00", 0),
        ("1970-01-01T00:00:01.5Z", 1_500),
        ("1970-01-01T00:00:00.00199999Z", 1),
        ("1970-01-01T24:00:00.0Z", 86_400_000),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000),
    ],
)
def test_a_time_is_read_in_every_lexical_form(text: str, expected: int) -> None:
    assert read_timestamp(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025-02-29T00:00:00Z",
        "2025-13-01T00:00:00Z",
        "2025-00-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        "2025-01-01T24:00:01Z",
        "2025-01-01T00:60:00Z",
        "2025-01-01T00:00:60Z",
        "2025-01-01T00:00:00+14:01",
        "2025-01-01T00:00:00+01:60",
        "2025-01-01T00:00:00+0100",
        "2025-01-01T00:00:00z",
        "2025-01-01t00:00:00Z",
        "2025-01-01 00:00:00Z",
        "2025-01-01T00:00:00.Z",
        "2025-01-01T00:00:00Z\n",
        " 2025-01-01T00:00:00Z",
        "٢٠٢٥-01-01T00:00:00Z",
        "2025-01-01T00:00:00." + "9" * 41 + "Z",
    ],
)
def test_what_is_no_time_that_exists_is_not_read(text: str) -> None:
    assert read_timestamp(text) is None


@given(st.integers(-(10**12), 10**13), st.integers(-840, 840))
def test_what_a_clock_writes_is_read_to_the_millisecond(ms: int, ahead: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    written = moment.astimezone(timezone(timedelta(minutes=ahead))).isoformat()
    assert read_timestamp(written) == ms
