"""Instants: milliseconds since the Unix epoch as stored, and aware times in UTC as policies need them."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(milliseconds: int) -> datetime:
    """Return an aware instant in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def round_up(at: datetime | None) -> int | None:
    """Return the first ms since the epoch that is not before an instant; None for None."""
    return None if at is None else -((EPOCH - at) // timedelta(milliseconds=1))
