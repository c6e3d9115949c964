"""Numbers, amounts, days and times as people type them, written as standards do; what is none stays as typed. Pure.

A person writes `12,50 €`, `1.250` and `31.12.2025`, whatever the language of the page: a form can be begun in one
language and sent in another one.
"""

import re
from datetime import date

_DIGITS = re.compile(r"[+-]?\d(?:[\d.,]*\d)?")
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?")
_SPACED = re.compile(r"(?<=\d)\s(?=\d{3}(?!\d))")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_CURRENCY = re.compile(r"^(?:€|EUR|Euro)\s*|\s*(?:€|EUR|Euro)$", re.IGNORECASE)
_DAY = re.compile(r"(\d{1,2})\s?\.\s?(\d{1,2})\s?\.\s?(\d{4})")
_MONTH = re.compile(r"(\d{1,2})\s?[./]\s?(\d{4})")
_CLOCK = re.compile(r"([01]?\d|2[0-3])(?:\s?[:.]\s?([0-5]\d)(?::[0-5]\d)?)?(\s?(?:Uhr|h))?", re.IGNORECASE)
_GROUP = 3


def read_number(text: str) -> str:
    """Return a number with a point before its decimals and nothing between its thousands.

    A single sign is the one before the decimals.

    >>> read_number("2,5"), read_number("1.250,50"), read_number("1,250.50"), read_number("1 250"), read_number("1,2,5")
    ('2.5', '1250.50', '1250.50', '1250', '1,2,5')
    """
    plain = _SPACED.sub("", text.strip())
    if not _DIGITS.fullmatch(plain):
        return text
    signs = [sign for sign in plain if sign in ".,"]
    decimal = signs[-1] if len(signs) == 1 or len(set(signs)) > 1 else None
    whole, _, decimals = plain.rpartition(decimal) if decimal else (plain, "", "")
    first, *groups = re.split("[.,]", whole)
    if any(len(group) != _GROUP for group in groups) or (groups and len(first.lstrip("+-")) > _GROUP):
        return text
    return "".join((first, *groups)) + (f".{decimals}" if decimals else "")


def is_number(text: str) -> bool:
    """Return whether a text is a number as `read_number` writes one.

    >>> is_number("12.50"), is_number("12,50")
    (True, False)
    """
    return bool(_PLAIN.fullmatch(text))


def read_amount(text: str) -> str:
    """Return an amount of money as a number: no amount has three decimals, so `1.250` are thousands.

    >>> read_amount("12,50 €"), read_amount("EUR 1.250"), read_amount("free")
    ('12.50', '1250', 'free')
    """
    number = read_whole(_CURRENCY.sub("", text.strip()))
    return number if is_number(number) else text


def read_whole(text: str) -> str:
    """Return a number that has no three decimals: one sign before three digits is one between thousands.

    >>> read_whole("1.000"), read_whole("2,5"), read_whole("many")
    ('1000', '2.5', 'many')
    """
    plain = text.strip()
    return re.sub("[.,]", "", plain) if _THOUSANDS.fullmatch(plain) else read_number(plain)


def read_day(text: str) -> str:
    """Return a day, a month or a year as ISO 8601 writes it.

    >>> read_day("31.12.2025"), read_day("5/2026"), read_day("2026"), read_day("soon")
    ('2025-12-31', '2026-05', '2026', 'soon')
    """
    plain = text.strip()
    if found := _DAY.fullmatch(plain):
        return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    if found := _MONTH.fullmatch(plain):
        return f"{found[2]}-{int(found[1]):02}"
    return plain


def parse_typed_day(text: str) -> date:
    """Return the day that a person typed, or that the control of a browser gives. Raises ValueError.

    >>> parse_typed_day("1.12.2026") == parse_typed_day("2026-12-01") == date(2026, 12, 1)
    True
    """
    return date.fromisoformat(read_day(text))


def read_clock(text: str) -> str:
    """Return a time of the day as `HH:MM`.

    >>> read_clock("14:30"), read_clock("6.05 Uhr"), read_clock("6 Uhr"), read_clock("6"), read_clock("25:00")
    ('14:30', '06:05', '06:00', '6', '25:00')
    """
    found = _CLOCK.fullmatch(text.strip())
    # A number alone is no time.
    return f"{int(found[1]):02}:{found[2] or '00'}" if found and (found[2] or found[3]) else text


def read_moment(text: str) -> str:
    """Return a day with a time as `2026-12-01T14:30`, a day alone as a day.

    >>> read_moment("1.12.2026, 14:30 Uhr"), read_moment("2026-12-01T14:30"), read_moment("01.12.2026")
    ('2026-12-01T14:30', '2026-12-01T14:30', '2026-12-01')
    """
    found = re.fullmatch(rf"\s*({_DAY.pattern})[\s,T]+(?:um\s)?(.+)", text)
    if found is None:
        return read_day(text)
    clock = read_clock(found[5])
    return f"{read_day(found[1])}T{clock}" if _CLOCK.fullmatch(clock) else text


def read_numbers(text: str, count: int) -> tuple[float, ...] | None:
    """Return so many numbers, such as the four degrees of a box; None if these are others.

    >>> read_numbers("8,28, 48,94, 8,54, 49,09", 4), read_numbers("8.28,48.94,8.54,49.09", 4), read_numbers("8, x", 4)
    ((8.28, 48.94, 8.54, 49.09), (8.28, 48.94, 8.54, 49.09), None)
    """
    parts = [part.strip(",") for part in re.split(r"[;\s]+", text.strip()) if part.strip(",")]
    if len(parts) == 1:
        parts = parts[0].split(",")
    try:
        return tuple(float(read_number(part)) for part in parts) if len(parts) == count else None
    except ValueError:
        return None
