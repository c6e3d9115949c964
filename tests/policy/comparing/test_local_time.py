"""The local clock, also on the days on which it changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connector.policy.comparing.local_time import DAY, count_microseconds, find_next_reached, find_zone

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = DAY // 24


def test_a_stated_offset_wins_over_the_local_zone() -> None:
    assert find_zone(90, BERLIN).utcoffset(None) == timedelta(minutes=90)
    assert find_zone(None, BERLIN) is BERLIN


def test_microseconds_count_from_local_midnight() -> None:
    assert count_microseconds(datetime(2026, 1, 1, 1, 0, 0, 5, tzinfo=BERLIN)) == HOUR + 5


@pytest.mark.parametrize(
    ("at", "reached"),
    [
        (datetime(2026, 1, 1, 4, tzinfo=UTC), datetime(2026, 1, 1, 5, tzinfo=UTC)),
        (datetime(2026, 1, 1, 5, tzinfo=UTC), datetime(2026, 1, 2, 5, tzinfo=UTC)),
        # The night on which the clock goes forward: asked again at each half hour.
        (datetime(2026, 3, 29, 0, 10, tzinfo=UTC), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
    ],
)
def test_the_next_passing_of_six_o_clock(at: datetime, reached: datetime) -> None:
    assert find_next_reached(at, BERLIN, (6 * HOUR,)) == reached
