"""The values of records: as text, as a number, and whether the fields that are asked for are there."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from connector.ports.flow import Untreatable

_encode = msgspec.json.Encoder(decimal_format="number", order="sorted").encode
LONGEST_NUMBER = 60


def text(value: Any) -> str:
    """Return a value as text, the same for equal values; empty where there is none."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    return _encode(value).decode()


def plain(number: Decimal) -> str:
    """Return a number without an exponent, unless that would be very long."""
    sign, digits, exponent = number.as_tuple()
    short = isinstance(exponent, int) and len(digits) + abs(exponent) + sign <= LONGEST_NUMBER
    return format(number, "f") if short else str(number)


def number(value: Any) -> Decimal | None:
    """Return a value as a number; None where it is none. A decimal comma is not read."""
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return None
    if isinstance(value, str):
        value = value.strip()
        if not 0 < len(value) <= LONGEST_NUMBER:
            return None
    try:
        found = Decimal(value)
    except (InvalidOperation, ValueError):
        return None
    return found if found.is_finite() and abs(found.adjusted()) <= LONGEST_NUMBER else None


def demand(wanted: Iterable[str], fields: tuple[str, ...], what: str) -> None:
    """Raise Untreatable where one of the fields is not there; `what` says what it is needed for."""
    for name in wanted:
        if name not in fields:
            raise Untreatable(f"The data has no field {name[:100]!r}, which is needed to {what}: nothing is delivered.")
