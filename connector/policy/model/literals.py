"""Literals: from their lexical forms to typed values and back.

XML Schema datatypes 1.1 as far as ODRL documents use them; value space, not spelling. Pure: standard library only.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Context, Decimal
from functools import lru_cache

from connector.policy.model.values import ClockTime, Day, Duration, Flag, Instant, Iri, Number, Text, Value, WallTime

XSD = "http://www.w3.org/2001/XMLSchema#"
INTEGERS: dict[str, tuple[int | None, int | None]] = {
    XSD + "integer": (None, None),
    XSD + "long": (-(2**63), 2**63 - 1),
    XSD + "int": (-(2**31), 2**31 - 1),
    XSD + "short": (-(2**15), 2**15 - 1),
    XSD + "byte": (-128, 127),
    XSD + "nonNegativeInteger": (0, None),
    XSD + "positiveInteger": (1, None),
    XSD + "nonPositiveInteger": (None, 0),
    XSD + "negativeInteger": (None, -1),
    XSD + "unsignedLong": (0, 2**64 - 1),
    XSD + "unsignedInt": (0, 2**32 - 1),
    XSD + "unsignedShort": (0, 2**16 - 1),
    XSD + "unsignedByte": (0, 255),
}
"""The types of whole numbers, each with its least and its greatest value."""
NUMBERS = INTEGERS.keys() | {XSD + "decimal", XSD + "double", XSD + "float"}
MICROSECOND = timedelta(microseconds=1)
LATEST = datetime.max.replace(tzinfo=UTC)
"""The last instant that can be calculated with; what is later counts as this one."""

# Months are counted exactly up to ten years, which begin in one of four years of the leap cycle, or hold the year 1900.
_MOST_EXACT = 120
_BEGINS = [year * 12 + month for year in (*range(1889, 1902), *range(1996, 2000)) for month in range(12)]

_ZONE = r"(Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})T((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?|24:00:00(?!\.0*[1-9]))"
    r"(?:(?<=:\d\d:\d\d)\.(\d{1,30}))?" + _ZONE,
    re.ASCII,
)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})" + _ZONE, re.ASCII)
_CLOCK = re.compile(r"(\d{2}):([0-5]\d)(?::([0-5]\d)(?:\.0{1,30})?)?" + _ZONE, re.ASCII)
_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,5})Y)?(?:(\d{1,6})M)?(?:(\d{1,5})W)?(?:(\d{1,7})D)?"
    r"(?:T(?=.)(?:(\d{1,8})H)?(?:(\d{1,9})M)?(?:(\d{1,10})(?:\.(\d{1,3}))?S)?)?",
    re.ASCII,
)
_WITHOUT_YEARS = re.compile(r"[^YM]*(T.*)?", re.ASCII)
_WITHOUT_DAYS = re.compile(r"[^DT]*", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_MOST_MONTHS, _MOST_DAYS = 999_999, 9_999_999
# Enough for every number that is read, times the factor of a unit: nothing is rounded.
_EXACT = Context(prec=200)
_MOST_DIGITS = 40
_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?", re.ASCII)


def parse_instant(text: str) -> Instant | None:
    """Read an xsd:dateTime of a message, in UTC without a zone; None for another text and beyond the years 2 to 9999.

    >>> parse_instant("2026-05-04T12:00:00Z").at == noon
    True
    """
    read = parse_date_time(text)
    return Instant(read.at.replace(tzinfo=UTC)) if isinstance(read, WallTime) else read


def parse_date_time(text: str) -> Instant | WallTime | None:
    """Read an xsd:dateTime of a policy, with or without a zone; None for another text and beyond the years 2 to 9999.

    Seconds may be left out, as in the examples of the Dataspace Protocol; parts below a millionth are dropped.

    >>> parse_date_time("2026-05-04T14:00+02:00").at == noon, parse_date_time("2026-05-04T12:00").at.isoformat()
    (True, '2026-05-04T12:00:00')
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        return None
    clock = "00:00:00" if match[2] == "24:00:00" else f"{match[2]}:00"[:8]
    offset = _parse_offset(match[4])
    try:
        moment = datetime.fromisoformat(f"{match[1]}T{clock}.{(match[3] or '')[:6]:0<6}")
        moment += timedelta(days=match[2] == "24:00:00") - timedelta(minutes=offset or 0)
    except (ValueError, OverflowError):
        return None
    if moment.year < 2:
        return None
    return WallTime(moment) if offset is None else Instant(moment.replace(tzinfo=UTC))


def parse_day(text: str) -> Day | None:
    """Read an xsd:date, in the local zone of the provider without a zone; None for another text
    and beyond the years 2 to 9999.

    >>> parse_day("2026-05-04"), parse_day("2026-05-04Z").offset
    (Day(day=datetime.date(2026, 5, 4), offset=None), 0)
    """
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    try:
        value = date.fromisoformat(match[1])
    except ValueError:
        return None
    return Day(value, _parse_offset(match[2])) if value.year >= 2 else None


def parse_clock(text: str) -> ClockTime | None:
    """Read an xsd:time in whole seconds, which may be left out if there are none; None for another text.

    >>> parse_clock("06:00")
    ClockTime(seconds=21600, offset=None)
    """
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    total = int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)
    return ClockTime(total, _parse_offset(match[4])) if total <= 86400 else None


def parse_duration(text: str) -> Duration | None:
    """Read an xsd:duration that is not negative, weeks allowed; None for another text.

    It has at most 999999 months and 9999999 days altogether, so that it can be written as it is read.

    >>> parse_duration("P1MT1S"), parse_duration("P99999Y")
    (Duration(months=1, milliseconds=1000), None)
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    years, months, weeks, days, hours, minutes, seconds = (int(group or 0) for group in match.groups()[:7])
    milliseconds = int((match[8] or "0").ljust(3, "0"))
    span = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    if years * 12 + months > _MOST_MONTHS or span // 86_400 > _MOST_DAYS:
        return None
    return Duration(years * 12 + months, span * 1000 + milliseconds)


def parse_number(text: str) -> Decimal | None:
    """Read a finite decimal, integer or double of at most 40 digits before and after the point; None for another text.

    >>> parse_number("2.50"), parse_number("two"), parse_number("1e40")
    (Decimal('2.50'), None, None)
    """
    return scale(Decimal(text), 1) if _NUMBER.fullmatch(text) else None


def scale(amount: Decimal, factor: int) -> Decimal | None:
    """Multiply without rounding; None for more than 40 digits before or after the point.

    >>> scale(Decimal("2.5"), 1000), scale(Decimal("1e38"), 1000)
    (Decimal('2500.0'), None)
    """
    scaled = _EXACT.multiply(amount, Decimal(factor))
    exponent = strip_zeros(scaled).as_tuple().exponent
    fits = scaled.adjusted() < _MOST_DIGITS and isinstance(exponent, int) and exponent >= -_MOST_DIGITS
    return scaled if fits or not scaled else None


def strip_zeros(amount: Decimal) -> Decimal:
    """Return the same number without zeros at its end, so that equal numbers look alike.

    >>> strip_zeros(Decimal("2.50"))
    Decimal('2.5')
    """
    return amount.normalize(_EXACT)


def parse_typed(lexical: str, datatype: str) -> Value | None:
    """Read a literal with a datatype IRI; None if its lexical form is wrong or the datatype is not supported.

    >>> parse_typed("true", XSD + "boolean")
    Flag(on=True)
    """
    if datatype in NUMBERS:
        amount = _parse_amount(lexical, datatype)
        return None if amount is None else Number(amount)
    if datatype == XSD + "boolean":
        return Flag(lexical in {"true", "1"}) if lexical in {"true", "false", "1", "0"} else None
    if datatype in {XSD + "anyURI", "@id"}:
        return Iri(lexical) if lexical else None
    if datatype == XSD + "string":
        return Text(lexical)
    reader = _READERS.get(datatype)
    return reader(lexical) if reader else None


def _parse_amount(lexical: str, datatype: str) -> Decimal | None:
    if datatype in INTEGERS:
        amount = parse_number(lexical) if _INTEGER.fullmatch(lexical) else None
        least, greatest = INTEGERS[datatype]
        if amount is None or (least is not None and amount < least) or (greatest is not None and amount > greatest):
            return None
        return amount
    if datatype == XSD + "decimal" and not _DECIMAL.fullmatch(lexical):
        return None
    return parse_number(lexical)


def _parse_stamp(text: str) -> Instant | None:
    match = _INSTANT.fullmatch(text)
    return parse_instant(text) if match is not None and match[4] else None


def _parse_days(text: str) -> Duration | None:
    return parse_duration(text) if _WITHOUT_YEARS.fullmatch(text) else None


def _parse_months(text: str) -> Duration | None:
    return parse_duration(text) if _WITHOUT_DAYS.fullmatch(text) else None


_READERS = {
    XSD + "dateTime": parse_date_time,
    XSD + "dateTimeStamp": _parse_stamp,
    XSD + "date": parse_day,
    XSD + "time": parse_clock,
    XSD + "duration": parse_duration,
    XSD + "dayTimeDuration": _parse_days,
    XSD + "yearMonthDuration": _parse_months,
}


def to_lexical(value: Value) -> tuple[str, str]:
    """Write a value as its canonical lexical form and datatype IRI: empty for Text, `@id` for Iri.

    >>> to_lexical(Duration(1, 1000))
    ('P1MT1S', 'http://www.w3.org/2001/XMLSchema#duration')
    """
    match value:
        case Instant(at=at):
            return at.isoformat().replace("+00:00", "Z"), XSD + "dateTime"
        case WallTime(at=at):
            return at.isoformat(), XSD + "dateTime"
        case Day(day=when, offset=offset):
            return when.isoformat() + ("" if offset is None else _write_offset(offset)), XSD + "date"
        case ClockTime(seconds=seconds, offset=offset):
            text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
            return text + ("" if offset is None else _write_offset(offset)), XSD + "time"
        case Duration(months=months, milliseconds=milliseconds):
            return _write_duration(months, milliseconds), XSD + "duration"
        case Number(amount=amount):
            return format(strip_zeros(amount), "f"), XSD + (
                "integer" if amount == amount.to_integral_value() else "decimal"
            )
        case Flag(on=on):
            return ("true" if on else "false"), XSD + "boolean"
        case Iri(iri=iri):
            return iri, "@id"
        case Text(text=text):
            return text, ""


def find_start(value: Day, local: tzinfo = UTC, *, ahead: int = 0) -> datetime:
    """Return the instant at which a day begins, or a day that comes later.

    Parameters:
        value: the day, with or without a zone.
        local: the zone of a day that states none; a day on which its clocks change has 23 or 25 hours.
        ahead: how many days later.

    >>> find_start(Day(date(2026, 5, 4), offset=120)).isoformat()
    '2026-05-03T22:00:00+00:00'
    """
    zone = local if value.offset is None else timezone(timedelta(minutes=value.offset))
    if ahead and value.day == date.max:
        return LATEST
    day = value.day + timedelta(days=ahead)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def find_instant(value: WallTime, local: tzinfo = UTC) -> Instant | None:
    """Return the instant at which the clock of a zone shows a time; None beyond the years 2 to 9999.

    A time that the clock shows twice is the first of them; one that it leaves out is read as if it had not been put
    forward yet (RFC 5545, section 3.3.5).

    >>> find_instant(WallTime(datetime(2026, 5, 4, 12))).at == noon
    True
    """
    try:
        at = value.at.replace(tzinfo=local).astimezone(UTC)
    except OverflowError:
        return None
    return Instant(at) if at.year >= 2 else None


def find_next(moment: datetime, step: timedelta = MICROSECOND) -> datetime:
    """Return the instant a step later; at the end of all years the last one.

    >>> find_next(noon) - noon == MICROSECOND, find_next(LATEST) == LATEST
    (True, True)
    """
    return moment + step if step <= LATEST - moment else LATEST


def add_duration(moment: datetime, span: Duration) -> datetime | None:
    """Add a duration: months by the calendar (the day clipped to the month), then milliseconds; None past year 9998.

    >>> add_duration(datetime(2026, 1, 31, tzinfo=UTC), Duration(1)).isoformat()
    '2026-02-28T00:00:00+00:00'
    """
    month = moment.year * 12 + moment.month - 1 + span.months
    year, month = month // 12, month % 12 + 1
    if year > 9998:
        return None
    last = 31 if month == 12 else (date(year, month + 1, 1) - timedelta(days=1)).day
    try:
        result = moment.replace(year=year, month=month, day=min(moment.day, last)) + timedelta(
            milliseconds=span.milliseconds
        )
    except OverflowError:
        return None
    return result if result.year <= 9998 else None


def find_bounds(span: Duration) -> tuple[int, int]:
    """Return the least and the greatest length in milliseconds; they differ only for durations with months.

    Up to ten years both are exact, for whatever day the months are counted from; longer spans have some days to spare.

    >>> find_bounds(Duration(0, 5)), find_bounds(Duration(1))
    ((5, 5), (2419200000, 2678400000))
    """
    if not span.months:
        return span.milliseconds, span.milliseconds
    least, greatest = _count_days(span.months) if span.months <= _MOST_EXACT else _estimate_days(span.months)
    return least * 86_400_000 + span.milliseconds, greatest * 86_400_000 + span.milliseconds


@lru_cache(maxsize=_MOST_EXACT)
def _count_days(months: int) -> tuple[int, int]:
    """The least and the greatest number of days of at most ten years of months, from whatever day they are counted."""
    found = []
    for place in _BEGINS:
        begin, end = _find_first(place), _find_first(place + months)
        days = end - begin
        # From the last day of a month that is longer than the month of the end, the end is clipped.
        longer = (_find_first(place + 1) - begin) - (_find_first(place + months + 1) - end)
        found += [days, days - max(0, longer)]
    return min(found), max(found)


def _find_first(place: int) -> int:
    return date(place // 12, place % 12 + 1, 1).toordinal()


def _estimate_days(months: int) -> tuple[int, int]:
    """Bounds that hold for any number of months: whole years with their leap days, and the rest of the months."""
    years, rest = divmod(months, 12)
    low, high = _count_days(rest) if rest else (0, 0)
    return years * 365 + years // 4 - years // 100 - 2 + low, years * 365 + years // 4 + 2 + high


def _parse_offset(text: str | None) -> int | None:
    if text is None:
        return None
    if text == "Z":
        return 0
    minutes = int(text[1:3]) * 60 + int(text[4:6])
    return -minutes if text[0] == "-" else minutes


def _write_offset(offset: int) -> str:
    if offset == 0:
        return "Z"
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"


def _write_duration(months: int, milliseconds: int) -> str:
    days, rest = divmod(milliseconds, 86_400_000)
    seconds, fraction = divmod(rest, 1000)
    head = f"{months}M" if months else ""
    head += f"{days}D" if days else ""
    tail = f"{seconds // 3600}H" if seconds >= 3600 else ""
    tail += f"{seconds // 60 % 60}M" if seconds // 60 % 60 else ""
    if seconds % 60 or fraction:
        tail += f"{seconds % 60}" + (f".{fraction:03}".rstrip("0") if fraction else "") + "S"
    if not head and not tail:
        return "PT0S"
    return "P" + head + (f"T{tail}" if tail else "")
