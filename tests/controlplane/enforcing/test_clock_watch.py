"""Uses that a clock that was ahead has dated: when they are dated anew, and what a moment of a wrong clock changes."""

import pytest

from connector.controlplane.enforcing import clock_watch
from connector.controlplane.enforcing.clock_watch import ClockWatch
from connector.ports.changes import AddUsage
from tests.support.rooms import Rooms

AGREED = "urn:agreement:1"
HOUR = 3_600_000
YEAR = 366 * 24 * HOUR
LATER = 60 * YEAR
"""A time of the right clock."""


async def _watch(rooms: Rooms, *minutes: int) -> None:
    """Look once a minute at a clock that shows these times."""
    clock = [0]
    watch = ClockWatch(rooms.but(now=lambda: clock[0]).context)
    for minute, shown in enumerate(minutes):
        clock[0] = shown
        await watch.look(60.0 * minute)


def _steady(begin: int, minutes: int) -> tuple[int, ...]:
    return tuple(begin + minute * 60_000 for minute in range(minutes))


ENOUGH = int(clock_watch.STEADY_S / 60) + 1


@pytest.mark.parametrize("before", [(), (LATER + HOUR, LATER + HOUR + 60_000)])
async def test_after_a_clock_that_was_ahead_is_right_for_a_while_its_uses_count_from_then_on(
    rooms: Rooms, before: tuple[int, ...]
) -> None:
    store, owner = rooms.context.store, rooms.context.owner
    await store.commit([AddUsage(owner, AGREED, uses=1, max_per_hour=1, at=LATER + 480 * HOUR)])
    await _watch(rooms, *before, *_steady(LATER, ENOUGH))
    now = LATER + ENOUGH * 60_000
    assert (await store.recent(owner, AGREED, now)).frees_at == LATER + HOUR + 1000


async def test_a_clock_that_is_behind_for_a_moment_changes_no_use(rooms: Rooms) -> None:
    store, owner = rooms.context.store, rooms.context.owner
    await store.commit([AddUsage(owner, AGREED, uses=1, max_per_hour=1, at=LATER - 60_000)])
    await _watch(rooms, *_steady(5, ENOUGH - 2), *_steady(LATER, 20), *_steady(0, 3))
    assert (await store.recent(owner, AGREED, LATER)).frees_at == LATER - 60_000 + HOUR + 1000
