"""The values of records as text and as numbers, and the check for required fields."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from connector.ports.flow import Untreatable

_encode = msgspec.json.Encoder(decimal_format="number", order="sorted").encode
LONGEST_NUMBER = 60


def to_text(value: Any) -> str:
    """Return a value as text, equal for equal values; empty for None."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format_number(value)
    return _encode(value).decode()


def format_number(number: Decimal) -> str:
    """Return a number as text, without an exponent unless that would be longer than 60 characters."""
    sign, digits, exponent = number.as_tuple()
    short = isinstance(exponent, int) and len(digits) + abs(exponent) + sign <= LONGEST_NUMBER
    return format(number, "f") if short else str(number)


def to_number(value: Any) -> Decimal | None:
    """Return a value as a number, or None if it is not one. A decimal comma is not accepted."""
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return None
    if isinstance(value, str):
        value = value.strip()
        if not 0 < len(value) <= LONGEST_NUMBER:
            return None
    try:
        number = Decimal(value)
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= LONGEST_NUMBER else None


def require_fields(wanted: Iterable[str], fields: tuple[str, ...], purpose: str) -> None:
    """Raise Untreatable if one of the fields is missing; `purpose` is a verb phrase for the sentence."""
    for name in wanted:
        if name not in fields:
            raise Untreatable(f"The data has no field {name[:100]!r}, which is required to {purpose}: no data is sent.")
