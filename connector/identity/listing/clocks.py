"""Clocks that differ: what is signed here counts for others within seconds, and nobody says so to who is refused."""

from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Final

DIFFERENCE_S: Final = 20.0
"""How far two clocks may differ, in s: tokens are taken within 30 s of what they state."""


def find_difference(headers: Mapping[str, str], sent_s: float, came_s: float) -> float:
    """Return by how many seconds this clock is ahead of the one that dated an answer (RFC 9110, 6.6.1), or 0 if close.

    `sent_s` and `came_s` are the times here at which the request went out and its answer came, in s since the epoch. A
    date that cannot be read says nothing, nor does one that a cache has kept (RFC 9111, 5.1).

    >>> find_difference({"date": "Wed, 02 Dec 2026 07:00:00 GMT"}, 1796202000.0, 1796202001.0)
    7200.0
    """
    if "age" in headers:
        return 0.0
    try:
        theirs = parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):
        return 0.0
    ahead = sent_s - theirs if theirs < sent_s else min(came_s - theirs, 0.0)
    return ahead if abs(ahead) > DIFFERENCE_S else 0.0


def describe_difference(ahead_s: float) -> str:
    """Return a difference in hours, minutes and seconds.

    >>> describe_difference(-7201.4)
    '2:00:01'
    """
    return str(timedelta(seconds=round(abs(ahead_s))))


def warn_of_clock(ahead_s: float) -> str | None:
    """Return one sentence about a clock that is ahead of (or behind) that where the list is; None if it is close."""
    by = describe_difference(ahead_s)
    if ahead_s > 0:
        return (
            f"The clock of this machine is {by} (hours, minutes, seconds) ahead of that where the list is: set the "
            "wrong one by NTP, since nobody takes what is signed at another time."
        )
    if ahead_s < 0:
        return (
            f"The clock of this machine is {by} (hours, minutes, seconds) behind that where the list is: set the "
            "wrong one by NTP, since nobody takes what is signed at another time."
        )
    return None
