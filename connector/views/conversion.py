"""Turn a stored entity into its view.

A member of the view is the attribute of the same name: milliseconds become a time in UTC, JSON bytes become values, a
struct becomes the view that the member wants. Whatever differs is given by name.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

View = TypeVar("View", bound=msgspec.Struct)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
# The only place that knows where the calendar begins and ends. Sums are whole numbers: a float rounds the last ms up.
_FIRST_MS = (datetime.min.replace(tzinfo=UTC) - EPOCH) // _MS
_LAST_MS = (datetime.max.replace(tzinfo=UTC) - EPOCH) // _MS


def to_view(view: type[View], entity: object, **different: object) -> View:
    """Return the view of an entity; `different` gives members that are no attribute of it, or not as they are.

    >>> class Note(msgspec.Struct):
    ...     text: str
    ...     at: int
    >>> class NoteView(msgspec.Struct):
    ...     text: str
    ...     at: datetime
    >>> to_view(NoteView, Note("read", 0), text="seen")
    NoteView(text='seen', at=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))
    """
    members = dict(different)
    for name, wanted, optional, plain in _members(view):
        if name not in members and not (optional and not hasattr(entity, name)):
            value = getattr(entity, name)
            members[name] = value if plain and not isinstance(value, bytes) else _convert(wanted, value)
    return view(**members)


def moment(ms: int) -> datetime:
    """Return milliseconds since the Unix epoch as a time in UTC; beyond the calendar, its first or its last one.

    >>> moment(2**63).year, moment(-(2**63)).year
    (9999, 1)
    """
    return EPOCH + timedelta(milliseconds=min(max(ms, _FIRST_MS), _LAST_MS))


def find_moment(ms: int) -> datetime | None:
    """Return milliseconds since the Unix epoch as a time in UTC; None beyond the calendar, which is no time at all.

    >>> find_moment(2**63) is None
    True
    """
    return moment(ms) if _FIRST_MS <= ms <= _LAST_MS else None


def write_moment(ms: int, precision: Literal["seconds", "milliseconds"] = "milliseconds") -> str:
    """Return milliseconds since the Unix epoch as text in UTC (RFC 3339).

    >>> write_moment(0), write_moment(1500, "seconds")
    ('1970-01-01T00:00:00.000Z', '1970-01-01T00:00:01Z')
    """
    return moment(ms).isoformat(timespec=precision).replace("+00:00", "Z")


def to_ms(at: datetime | None) -> int | None:
    """Return a time as whole ms since the Unix epoch, rounded down; None for None. A time without a zone is UTC.

    What is outside of the calendar in UTC, as the last evening of 9999 west of it, is the nearest time inside.
    """
    if at is None:
        return None
    return min(max(((at if at.tzinfo else at.replace(tzinfo=UTC)) - EPOCH) // _MS, _FIRST_MS), _LAST_MS)


def read_end(text: str, zone: tzinfo) -> datetime:
    """Read the end of a period in ISO 8601: a day belongs to the period, which ends with it.

    A time that states no zone is in `zone`. Raises ValueError.

    >>> read_end("2027-12-31", UTC).isoformat()
    '2028-01-01T00:00:00+00:00'
    """
    at = datetime.fromisoformat(text)
    at = at if at.tzinfo else at.replace(tzinfo=zone)
    try:
        date.fromisoformat(text)
    except ValueError:
        return at
    try:
        return at + timedelta(days=1)
    except OverflowError:  # the last day of the calendar
        return datetime.max.replace(tzinfo=at.tzinfo)


def in_zone(at: datetime, zone: tzinfo) -> datetime:
    """Return an aware time as the clocks of a zone show it; unchanged if the calendar of that zone does not have it.

    >>> in_zone(datetime(2027, 3, 1, 8, 30, tzinfo=UTC), UTC).hour
    8
    """
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at


@cache
def _members(view: type[msgspec.Struct]) -> tuple[tuple[str, Any, bool, bool], ...]:
    """Return the name of each member, its type, whether it may be missing, and whether any value stays as it is."""
    members = ((field.name, _core(field.type), not field.required) for field in msgspec.structs.fields(view))
    return tuple((name, wanted, optional, _is_plain(wanted)) for name, wanted, optional in members)


def _is_plain(wanted: Any) -> bool:
    """Return whether a value of this type is converted only from JSON bytes."""
    of_class = isinstance(wanted, type) and issubclass(wanted, Enum | msgspec.Struct)
    return not of_class and wanted is not datetime and get_origin(wanted) is not tuple


def _core(wanted: Any) -> Any:
    """Return a type without its description, and the one that it is apart from None."""
    if get_origin(wanted) is Annotated:
        return _core(get_args(wanted)[0])
    if get_origin(wanted) in {Union, UnionType}:
        first, *rest = (kind for kind in get_args(wanted) if kind is not type(None))
        return Any if rest else _core(first)
    return wanted


def _convert(wanted: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, bytes):
        return msgspec.json.decode(value)
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return wanted(value)
    if wanted is datetime and isinstance(value, int):
        return moment(value)
    if get_origin(wanted) is tuple and not isinstance(value, Mapping):
        inner = _core(get_args(wanted)[0])
        return tuple(_convert(inner, entry) for entry in value)
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct) and not isinstance(value, wanted):
        return to_view(wanted, value)
    return value
