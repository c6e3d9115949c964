"""When a subscription runs next. Pure."""

from datetime import date, datetime, timedelta, tzinfo

from connector.ports.pauses import double_pause
from connector.views.conversion import EPOCH, in_zone, moment
from connector.views.subscriptions import SubscriptionRhythm

LOOK_MS = 300_000
"""How often a subscription looks that waits for a changed version: a look is one small request, and no use."""
RETRY_MS, RETRY_MOST_MS = 300_000, 21_600_000
_MS = timedelta(milliseconds=1)


def find_next(every: SubscriptionRhythm, *, minute: int, weekday: int, after: int, zone: tzinfo) -> int:
    """Return the first run after an instant (ms): however many were missed before, there is one.

    `minute` is that of the local day, of which an hour takes its own; `weekday` is 0 for Monday. A local time that a
    change of the clocks leaves out is the one an hour later.

    >>> from datetime import UTC
    >>> find_next(SubscriptionRhythm.DAY, minute=390, weekday=0, after=0, zone=UTC) // 60_000
    390
    """
    if every is SubscriptionRhythm.CHANGE:
        return after + LOOK_MS
    if every is SubscriptionRhythm.STREAM:  # a stream that ended begins again as a run that failed
        return after + RETRY_MOST_MS
    local = in_zone(moment(after), zone)
    if every is SubscriptionRhythm.HOUR:
        first = moment(after) + timedelta(minutes=(minute - local.minute) % 60) - _get_rest(local)
        return _to_ms(first if first > moment(after) else first + timedelta(hours=1))
    step = 7 if every is SubscriptionRhythm.WEEK else 1
    ahead = (weekday - local.weekday()) % 7 if every is SubscriptionRhythm.WEEK else 0
    found = _get_instant(local.date() + timedelta(days=ahead), minute, zone)
    return found if found > after else _get_instant(local.date() + timedelta(days=ahead + step), minute, zone)


def find_retry(failures: int, *, now: int, regular: int) -> int:
    """Return when a subscription runs again that has failed so often in a row: soon, and later each time.

    >>> [find_retry(failures, now=0, regular=10**9) // 60_000 for failures in (1, 2, 3, 30)]
    [5, 10, 20, 360]
    """
    return min(regular, now + double_pause(RETRY_MS, failures, RETRY_MOST_MS))


def _get_rest(local: datetime) -> timedelta:
    return timedelta(seconds=local.second, microseconds=local.microsecond)


def _get_instant(day: date, minute: int, zone: tzinfo) -> int:
    return _to_ms(datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone))


def _to_ms(at: datetime) -> int:
    return (at - EPOCH) // _MS
