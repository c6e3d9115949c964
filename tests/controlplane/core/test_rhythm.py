"""When a subscription runs next."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.controlplane.core.rhythm import LOOK_MS, find_next, find_retry
from connector.views.conversion import EPOCH, moment
from connector.views.subscriptions import SubscriptionRhythm

BERLIN = ZoneInfo("Europe/Berlin")
LONGEST = {
    SubscriptionRhythm.HOUR: 1,
    SubscriptionRhythm.DAY: 25,
    SubscriptionRhythm.WEEK: 169,
    SubscriptionRhythm.CHANGE: 1,
    SubscriptionRhythm.STREAM: 6,
}
HOUR_MS = 3_600_000


def to_ms(text: str) -> int:
    return int((datetime.fromisoformat(text) - EPOCH).total_seconds() * 1000)


@pytest.mark.parametrize(
    ("every", "after", "expected"),
    [
        (SubscriptionRhythm.HOUR, "2026-05-04T10:00:00+02:00", "2026-05-04T10:30:00+02:00"),
        (SubscriptionRhythm.HOUR, "2026-05-04T10:30:00+02:00", "2026-05-04T11:30:00+02:00"),
        (SubscriptionRhythm.DAY, "2026-05-04T06:29:59+02:00", "2026-05-04T06:30:00+02:00"),
        (SubscriptionRhythm.DAY, "2026-05-04T06:30:00+02:00", "2026-05-05T06:30:00+02:00"),
        (SubscriptionRhythm.DAY, "2026-10-24T12:00:00+02:00", "2026-10-25T06:30:00+01:00"),
        (SubscriptionRhythm.WEEK, "2026-05-04T12:00:00+02:00", "2026-05-06T06:30:00+02:00"),
        (SubscriptionRhythm.WEEK, "2026-05-06T06:30:00+02:00", "2026-05-13T06:30:00+02:00"),
        (SubscriptionRhythm.CHANGE, "2026-05-04T10:00:00+02:00", "2026-05-04T10:05:00+02:00"),
    ],
)
def test_a_run_is_at_the_local_time_that_was_ordered(every: SubscriptionRhythm, after: str, expected: str) -> None:
    assert find_next(every, minute=390, weekday=2, after=to_ms(after), zone=BERLIN) == to_ms(expected)


def test_a_local_time_that_does_not_exist_is_an_hour_later() -> None:
    after = to_ms("2026-03-28T12:00:00+01:00")
    assert find_next(SubscriptionRhythm.DAY, minute=150, weekday=0, after=after, zone=BERLIN) == to_ms(
        "2026-03-29T03:30:00+02:00"
    )


@given(
    every=st.sampled_from(SubscriptionRhythm),
    minute=st.integers(0, 1439),
    weekday=st.integers(0, 6),
    after=st.integers(0, 4_000_000_000_000),
    zone=st.sampled_from([UTC, BERLIN, ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/St_Johns")]),
)
def test_the_next_run_is_later_and_within_the_rhythm(
    every: SubscriptionRhythm, minute: int, weekday: int, after: int, zone: ZoneInfo
) -> None:
    found = find_next(every, minute=minute, weekday=weekday, after=after, zone=zone)
    assert after < found <= after + LONGEST[every] * HOUR_MS
    local = moment(found).astimezone(zone)
    if every not in {SubscriptionRhythm.CHANGE, SubscriptionRhythm.STREAM}:
        assert local.minute == minute % 60
    if every is SubscriptionRhythm.WEEK:
        assert local.weekday() == weekday


def test_a_failure_is_repeated_soon_and_never_after_the_regular_time() -> None:
    assert find_retry(1, now=0, regular=HOUR_MS) == LOOK_MS
    assert find_retry(9, now=0, regular=HOUR_MS) == HOUR_MS
    assert find_retry(99, now=0, regular=99 * HOUR_MS) == 6 * HOUR_MS
