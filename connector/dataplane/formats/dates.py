"""Dates and times as data writes them: ISO 8601, and day, month and year with points as in German.

The two cannot be confused. A year of two digits, a date with slashes and a number are no date: each can mean several.
"""

import re
from datetime import date, datetime, time
from typing import Any

_LONGEST = 60
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)
_POINTS = re.compile(
    r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})(?:(?:T|,? )(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?(?: Uhr)?)?", re.ASCII
)

# What the calendar and the clock need not be asked about: the first 28 days of a month, with or without a time.
_USUAL = re.compile(
    r"(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"
    r"(?:T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?",
    re.ASCII,
)


def cut_instant(value: Any, length: int) -> str | None:
    """Return the first characters of a date or time in ISO 8601, at most 13; None if it is not one.

    >>> cut_instant("2026-05-04T13:47:00Z", 7), cut_instant("4.5.2026", 4), cut_instant("May", 4)
    ('2026-05', '2026', None)
    """
    if isinstance(value, str) and is_usual_instant(value):
        return value[:length]
    instant = to_instant(value)
    return None if instant is None else instant[:length]


def is_usual_instant(text: str) -> bool:
    """Return whether a text is a date or time whose first characters can be cut off without looking at a calendar."""
    return _USUAL.fullmatch(text) is not None


def to_instant(value: Any) -> str | None:
    """Return a date or time in ISO 8601, as exact as the value; None if it is not one."""
    if not isinstance(value, str) or len(text := value.strip()) > _LONGEST:
        return None
    if _MONTH.fullmatch(text):
        return text
    try:
        if found := _POINTS.fullmatch(text):
            day, month, year, hour, minute, second = (int(part) if part else 0 for part in found.groups())
            whole = date(year, month, day).isoformat()
            return f"{whole}T{time(hour, minute, second).isoformat()}" if found[4] else whole
        # A date without a time has no hours, so it is coarse enough.
        return (date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)).isoformat()
    except ValueError:
        return None
