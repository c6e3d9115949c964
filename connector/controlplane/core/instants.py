"""Instants: milliseconds since the Unix epoch as stored, and aware times in UTC as policies need them."""

from datetime import datetime, timedelta

from connector.views.conversion import EPOCH, moment


def instant(milliseconds: int) -> datetime:
    """Return an aware instant in UTC; beyond the calendar, its first or its last one."""
    return moment(milliseconds)


def round_up(at: datetime | None) -> int | None:
    """Return the first ms since the epoch that is not before an instant; None for None."""
    return None if at is None else -((EPOCH - at) // timedelta(milliseconds=1))
