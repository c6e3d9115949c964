"""The timestamp of an agreement: an `xsd:dateTime`, which has to be an instant that exists (XML Schema part 2, 3.3.7).

Pure: standard library only.
"""

import re
from datetime import UTC, datetime, timedelta

_DATE_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,40}))?(?:Z|([+-])(\d\d):(\d\d))?", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FURTHEST_ZONE = 14 * 60


def read_timestamp(text: str) -> int | None:
    """Return a time as milliseconds since the Unix epoch, without a zone as UTC; None for anything else.

    Only the years 1 to 9999 are read, because no agreement is made outside of them.

    >>> read_timestamp("2026-01-31T24:00:00+01:00") == read_timestamp("2026-01-31T23:00:00Z")
    True
    >>> read_timestamp("2026-02-30T12:00:00Z") is None
    True
    """
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    fraction, ahead, aside = found[7] or "", int(found[9] or 0), int(found[10] or 0)
    at_midnight = (hour, minute, second) == (24, 0, 0) and not fraction.strip("0")
    if (hour > 23 and not at_midnight) or max(minute, second, aside) > 59 or ahead * 60 + aside > _FURTHEST_ZONE:
        return None
    offset = timedelta(hours=ahead, minutes=aside)
    try:
        midnight = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
    moment = midnight - _EPOCH + timedelta(hours=hour, minutes=minute, seconds=second)
    moment += offset if found[8] == "-" else -offset
    return moment // timedelta(milliseconds=1) + int(f"{fraction:0<3}"[:3])


def write_timestamp(at: int) -> str:
    """Return a time (ms since the Unix epoch) to the second, in UTC.

    >>> write_timestamp(1_772_366_400_999)
    '2026-03-01T12:00:00Z'
    """
    return (_EPOCH + timedelta(seconds=at // 1000)).strftime("%Y-%m-%dT%H:%M:%SZ")
