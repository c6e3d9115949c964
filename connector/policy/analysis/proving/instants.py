"""Find an instant that fits the dates, days of the week and times of the day of a draft.

The zone of the provider is UTC in examples. Pure: standard library only.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from connector.policy.analysis.proving.draft import START, ExampleDraft
from connector.policy.analysis.space.amounts import EPOCH, to_microseconds
from connector.policy.analysis.space.cells import StepBudget
from connector.policy.analysis.space.regions import (
    Intervals,
    Point,
    find_least,
)
from connector.policy.comparing.local_time import DAY
from connector.policy.model.literals import MICROSECOND

_AMPLE = 400 * DAY


LONG = 20_000 * DAY


def find_wait(region: Intervals) -> int | None:
    """Return a time since the agreement inside a region, in microseconds; None if the region has none.

    >>> find_wait(Intervals(True, ((1_000, 0),)))
    999
    """
    start = find_least(region, 1)
    if start is None:
        return None
    end = next((value for value, _ in region.cuts if value > start), None)
    return int(start) + _AMPLE if end is None else int(end) - 1


def find_instant(draft: ExampleDraft, budget: StepBudget) -> datetime | None:
    """Return an instant that fits the dates, days of the week and times of the day of a draft; None if none is found.

    >>> draft = ExampleDraft(registry)
    >>> draft.days = NameSet(frozenset({"Sunday"}))
    >>> find_instant(draft, StepBudget()).strftime("%A")
    'Sunday'
    """
    starts = [START, *(EPOCH + timedelta(microseconds=int(value)) for value, _ in draft.at.cuts if _is_sane(value))]
    for start in starts:
        for begin in (start, start - timedelta(days=8)):
            if not timedelta(0) < begin - EPOCH:
                continue
            for moment in _list_moments(draft, begin):
                budget.spend(1 + len(draft.at.cuts) // 8)
                if _is_fitting(draft, moment):
                    return moment
    return None


def _is_sane(value: Point) -> bool:
    return 10**13 < value < 10**17


def _list_moments(draft: ExampleDraft, begin: datetime) -> Iterable[datetime]:
    """Instants to try: the beginning, the one before it, and on the days that follow those at which a clock turns."""
    yield begin
    yield begin - MICROSECOND
    marks: list[tuple[int, int]] = [(0, 0), (0, DAY // 2)]
    for offset, region in draft.clocks.items():
        marks += [(offset, int(value)) for value, _ in region.cuts if value < DAY]
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(9):
        for offset, mark in marks:
            yield midnight + timedelta(days=day, microseconds=mark - offset * 60_000_000)


def _is_fitting(draft: ExampleDraft, moment: datetime) -> bool:
    now = to_microseconds(moment)
    if not draft.at.holds(now):
        return False
    for offset, region in draft.clocks.items():
        if not region.holds((now + offset * 60_000_000) % DAY):
            return False
    return draft.days is None or draft.days.holds(_DAYS[moment.weekday()])


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
