"""The zone of the times that the command line prints and reads, and of days and times of the day in policies.

It is that of the variable `DATENKONTOR_ZONE`, else that of the settings, else the one that `init` writes: the zone in
which the connector decides, never the zone of the machine.
"""

import os
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.cli.frame.failure import Code, Failure
from connector.settings import DEFAULT_ZONE, LOCAL_ZONE

VARIABLE = "DATENKONTOR_ZONE"


def find_zone(name: str | None = None, file: Path | None = None) -> ZoneInfo:
    """Return the zone with this IANA name, else that of the variable, else that of a settings file. Raises Failure.

    >>> str(find_zone("Europe/Vienna"))
    'Europe/Vienna'
    """
    wanted = name or os.environ.get(VARIABLE)
    if wanted is None:
        return _read_zone(file)
    try:
        return ZoneInfo(wanted)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        raise Failure(Code.USAGE, "errors.zone", wanted=wanted) from None


def _read_zone(file: Path | None) -> ZoneInfo:
    """Return the zone of a settings file. What is wrong with the file is told by the command that needs it."""
    if file is None or not file.is_file():
        return ZoneInfo(LOCAL_ZONE)
    try:
        return ZoneInfo(tomllib.loads(file.read_text(encoding="utf-8")).get("zone", DEFAULT_ZONE))
    except (OSError, ValueError, TypeError, ZoneInfoNotFoundError):
        return ZoneInfo(LOCAL_ZONE)
