"""The zone of the days and times of the day in policies that the command line reads without a connector."""

import os
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.cli.frame.failure import Code, Failure
from connector.settings import LOCAL_ZONE

VARIABLE = "DATENKONTOR_ZONE"


def find_zone(name: str | None = None) -> ZoneInfo:
    """Return the zone with this IANA name, else that of the variable, else the one that `init` writes. Raises Failure.

    >>> str(find_zone("Europe/Vienna"))
    'Europe/Vienna'
    """
    wanted = name or os.environ.get(VARIABLE) or LOCAL_ZONE
    try:
        return ZoneInfo(wanted)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        raise Failure(Code.USAGE, "errors.zone", wanted=wanted) from None
