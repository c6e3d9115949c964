"""The values of records as text and as numbers, and the check for required fields."""

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation
from functools import cache
from typing import Any

import msgspec

from connector.ports.flow import Untreatable


class Unread:
    """The place of a value that a transform could not read: empty when written, and never the name of a group."""


UNREAD = Unread()
UNREAD_TEXT = "\0unread"
"""The same among texts that have no zero character."""


def write_unread(_value: Unread) -> None:
    """Return what JSON has in the place of a value that could not be read: null."""


_encode = msgspec.json.Encoder(decimal_format="number", order="sorted", enc_hook=write_unread).encode
_decode = msgspec.json.Decoder(float_hook=Decimal).decode
LONGEST_NUMBER = 60
_NUMBERS = Context(prec=LONGEST_NUMBER, traps=[Inexact, InvalidOperation])
EXACT = Context(prec=250, rounding=ROUND_HALF_EVEN)
"""Calculates without rounding: numbers of 60 digits between 1e-60 and 1e61 end before the 119th decimal, and the sum of
those in any data, less than 1e72, has fewer than 200 digits."""
MISSING = frozenset({"", "-", "\u2013", "\u2014"})
"""The texts of a cell without a value, as statistics write them."""
# One sign and exactly three digits after it: decimals in one notation, a group in another.
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}(?:[eE][+-]?\d{1,3})?", re.ASCII)
# A number of JSON as it is usually written; the reader of JSON takes -0 for 0.
_PLAIN_NUMBER = re.compile(rb"(?!-0\Z)-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?")
_MEAN_DIGITS = 6
_SPELLINGS = {" ": " \u00a0\u202f", "'": "'\u2019"}


def to_text(value: Any) -> str:
    """Return a value as text, equal for equal values; empty for None."""
    if isinstance(value, str):
        return value
    if value is None or value is UNREAD:
        return ""
    if isinstance(value, Decimal):
        return format_number(value)
    if isinstance(value, msgspec.Raw):
        return to_text(read_raw(value))
    return _encode(value).decode()


def read_raw(value: Any) -> Any:
    """Return the value of a member that stands as it is written; its text if it is a number that nothing can hold."""
    if not isinstance(value, msgspec.Raw):
        return value
    try:
        return _decode(value)
    except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError):
        return bytes(value).decode()


def is_missing(value: Any) -> bool:
    """Return whether a value stands for none."""
    return value is None or value is UNREAD or (isinstance(value, str) and value.strip() in MISSING)


def format_number(number: Decimal) -> str:
    """Return a number as text, without an exponent unless that would be longer than 60 characters."""
    sign, digits, exponent = number.as_tuple()
    short = isinstance(exponent, int) and len(digits) + abs(exponent) + sign <= LONGEST_NUMBER
    return format(number, "f") if short else str(number)


def to_number(value: Any, decimal: str = ".", thousands: str = "") -> Decimal | None:
    """Return a value as a number, or None if it is not one, or has more than 60 digits: it would have to be rounded.

    A text is read with its decimal sign and with groups of exactly three digits, so that `1.234` is never taken for
    another number than the owner means.
    """
    if value is None or isinstance(value, bool | list | dict | Unread):
        return None
    if isinstance(value, str):
        value = _plain(value.strip().replace("\u2212", "-"), decimal, thousands)
        if not 0 < len(value) <= LONGEST_NUMBER:
            return None
    try:
        number = _NUMBERS.create_decimal(value)
    except (ArithmeticError, ValueError):
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= LONGEST_NUMBER else None


def to_certain_number(value: Any, decimal: str = ".", thousands: str = "") -> Decimal | None:
    """Return a value as a number; None also if another notation reads its text as another number, as `1.234`."""
    if isinstance(value, str) and _AMBIGUOUS.fullmatch(value.strip().replace("\u2212", "-")):
        return None
    return to_number(value, decimal, thousands)


def make_reader(
    field: str, decimal: str, thousands: str, certain: Sequence[str] = ()
) -> Callable[[Any], Decimal | None]:
    """Return the function that reads the numbers of a field.

    Parameters:
        field: its name.
        decimal, thousands: signs of the data; without a decimal sign nothing shows how its numbers are written.
        certain: the fields whose numbers show these signs; all if empty, because the owner stated the signs.
    """
    read = to_number if is_certain(field, decimal, certain) else to_certain_number
    sign = decimal or "."

    def read_number(value: Any) -> Decimal | None:
        if isinstance(value, msgspec.Raw) and _PLAIN_NUMBER.fullmatch(value):
            return Decimal(bytes(value).decode())
        return read(read_raw(value), sign, thousands)

    return read_number


def make_loose_reader(
    field: str, decimal: str, thousands: str, certain: Sequence[str] = ()
) -> Callable[[Any], Decimal | None]:
    """Return the function that reads the numbers of a field for a choice: coordinates, or values to compare.

    The parameters are those of `make_reader`. A field whose numbers do not show the signs of the data, such as a
    coordinate with a point beside amounts with a comma, is read with the other decimal sign where that is certain.
    """
    if is_certain(field, decimal, certain):
        return make_reader(field, decimal, thousands, certain)
    sign = decimal or "."
    other = "," if sign == "." else "."

    def read_number(value: Any) -> Decimal | None:
        value = read_raw(value)
        found = to_number(value, sign)
        return found if found is not None else to_certain_number(value, other)

    return read_number


def is_ambiguous(text: str) -> bool:
    """Return whether a number can be read in two ways: `1.234` has decimals in one notation, a group in another."""
    return _AMBIGUOUS.fullmatch(text) is not None


def is_certain(field: str, decimal: str, certain: Sequence[str]) -> bool:
    """Return whether a number of a field can be read in one way only; the parameters are those of `make_reader`."""
    return bool(decimal) and (not certain or field in certain)


def write_number(number: Decimal, decimal: str = ".") -> str:
    """Return a number as text with its decimal sign, and without groups."""
    return format_number(number).replace(".", decimal)


def _plain(text: str, decimal: str, thousands: str) -> str:
    """Return a text with a decimal point and without groups; empty if it is not a number in this notation."""
    if not thousands and decimal == ".":
        return "" if "_" in text else text
    if len(text) > LONGEST_NUMBER:
        return ""
    found = _find_pattern(decimal, thousands).fullmatch(text)
    if not found:
        return ""
    whole = found[2]
    for sign in _SPELLINGS.get(thousands, thousands):
        whole = whole.replace(sign, "")
    return f"{found[1]}{whole}{'.' + found[3] if found[3] else ''}{found[4] or ''}"


@cache
def _find_pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    groups = f"|[1-9]\\d{{0,2}}(?:[{re.escape(_SPELLINGS.get(thousands, thousands))}]\\d{{3}})+" if thousands else ""
    return re.compile(rf"([+-]?)(\d+{groups})(?:{re.escape(decimal)}(\d+))?([eE][+-]?\d{{1,3}})?", re.ASCII)


def require_fields(wanted: Iterable[str], fields: tuple[str, ...], purpose: str) -> None:
    """Raise Untreatable if one of the fields is missing; `purpose` is a verb phrase for the sentence."""
    for name in wanted:
        if name not in fields:
            raise Untreatable(f"The data has no field {name[:100]!r}, which is required to {purpose}: no data is sent.")


def list_sum_fields(groups: Sequence[str], measures: Sequence[str], fields: tuple[str, ...]) -> tuple[str, ...]:
    """Return the fields of one record a group. Raises Untreatable if one is missing, or a name would occur twice."""
    require_fields((*groups, *measures), fields, "aggregate by it")
    names = (*groups, "records", *(f"{name}_{kind}" for name in measures for kind in ("sum", "mean")))
    if len(set(names)) != len(names):
        raise Untreatable("A field of the data has the name of a sum or mean: rename the field.")
    return names


def copy_value(value: Any) -> Any:
    """Return a value that does not keep the piece of the data that it stands in."""
    return value.copy() if isinstance(value, msgspec.Raw) else value


def compute_mean(total: Decimal, count: int) -> Decimal:
    """Return the mean, rounded as `round_finely` does.

    >>> compute_mean(Decimal(2), 3)
    Decimal('0.666667')
    """
    return round_finely(EXACT.divide(total, Decimal(count)))


def round_finely(number: Decimal) -> Decimal:
    """Return a number rounded half to even to six decimals, and to as many more as make six significant digits."""
    last = min(-_MEAN_DIGITS, number.adjusted() + 1 - _MEAN_DIGITS)
    return Decimal(format_number(number.quantize(Decimal(1).scaleb(last), context=EXACT).normalize(EXACT)))
