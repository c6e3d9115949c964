"""Local time of the day: what the clock on the wall says, and when it next says something else.

Pure: standard library only; the zone is handed in.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

DAY = 86_400_000_000
"""Microseconds of a day."""


def find_zone(offset: int | None, local: tzinfo) -> tzinfo:
    """Return the zone of a literal by its offset in minutes, else the local zone.

    >>> str(find_zone(120, UTC)), str(find_zone(None, UTC))
    ('UTC+02:00', 'UTC')
    """
    return local if offset is None else timezone(timedelta(minutes=offset))


def count_microseconds(moment: datetime) -> int:
    """Return the microseconds since local midnight.

    >>> count_microseconds(noon) == DAY // 2
    True
    """
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000 + moment.microsecond


def find_next_reached(at: datetime, zone: tzinfo, marks: tuple[int, ...]) -> datetime | None:
    """Return the first instant after `at` at which the local clock passes one of the marks, or jumps over one.

    Parameters:
        marks: microseconds since midnight, from 0 (midnight itself) to less than `DAY`.

    Returns:
        That instant in UTC, or an earlier one: on a day on which the clocks change, the next full half hour.
        Clocks change at full half hours, so that a decision is asked again at every one of them. None past year 9998.

    >>> find_next_reached(noon, UTC, (0,)).isoformat()
    '2026-05-05T00:00:00+00:00'
    """
    local = at.astimezone(zone)
    # When clocks go back, a time of the day comes twice (`fold`).
    candidates = [
        _instant(local.date() + timedelta(days=ahead), mark, fold, zone)
        for ahead in (0, 1)
        for mark in marks
        for fold in (0, 1)
    ]
    later = [candidate for candidate in candidates if candidate > at]
    if not later:
        return _half_hour(at)
    best = min(later)
    if best.astimezone(zone).utcoffset() != local.utcoffset():
        return min(best, _half_hour(at))
    return best


def _instant(day: date, mark: int, fold: int, zone: tzinfo) -> datetime:
    seconds, rest = divmod(mark, 1_000_000)
    wall = time(seconds // 3600, seconds // 60 % 60, seconds % 60, rest, tzinfo=zone, fold=fold)
    return datetime.combine(day, wall).astimezone(UTC)


def _half_hour(at: datetime) -> datetime:
    start = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while start <= at:
        start += timedelta(minutes=30)
    return start
