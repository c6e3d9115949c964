"""Columns with types, for forms that have them: a column of texts is one of numbers if every value certainly is.

A number is certain if its text is the usual one, so that nothing is lost: `007` and `1.50` stay texts, as do numbers of
more than 15 digits.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

import msgspec

from connector.dataplane.formats.values import UNREAD, is_ambiguous, read_raw, to_text

Kind = Literal["whole", "number", "truth", "text"]
_WHOLE = re.compile(r"0|-?[1-9]\d{0,14}", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,13})(?:\.\d{1,14})?", re.ASCII)
_DIGITS = 15


def to_plain(value: Any) -> Any:
    """Return a value as text, number, truth value or None; an object or a list as JSON."""
    value = read_raw(value)
    if value is UNREAD or value == "":
        return None
    if isinstance(value, dict | list | tuple | msgspec.Raw):
        return to_text(value)
    return value


def find_kind(values: Sequence[Any], point: bool | None = None) -> Kind:
    """Return the kind of a column by its values, without those that are missing.

    `point` is whether a point in a text stands before decimals. If nobody knows, a column whose only points are
    those of numbers such as `1.234` is one of texts: they may be thousands.

    >>> find_kind(["1", "2", None]), find_kind(["1", "2.5"]), find_kind(["01", "2"]), find_kind(["1.234", "2"])
    ('whole', 'number', 'text', 'text')
    """
    kinds = {_find_one(value) for value in values if value is not None}
    if "number" in kinds and not point:
        pointed = [value for value in values if isinstance(value, str) and "." in value]
        if pointed and (point is False or all(map(is_ambiguous, pointed))):
            return "text"
    if kinds == {"whole"} or kinds == {"truth"}:
        return next(iter(kinds))
    return "number" if kinds and kinds <= {"whole", "number"} else "text"


def _find_one(value: Any) -> Kind:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float | Decimal):
        text = to_text(Decimal(str(value)))
        return "whole" if _WHOLE.fullmatch(text) else "number" if _is_short(text) else "text"
    text = str(value)
    if _WHOLE.fullmatch(text):
        return "whole"
    # A decimal that ends with a zero has a precision that a number loses.
    return "number" if _NUMBER.fullmatch(text) and _is_short(text) and not text.endswith("0") else "text"


def _is_short(text: str) -> bool:
    return len(text.replace(".", "").lstrip("-0")) <= _DIGITS


def convert_all(values: Sequence[Any], kind: Kind) -> list[Any]:
    """Return the values of a column as its kind."""
    if kind == "whole":
        return [None if value is None else int(value) for value in values]
    if kind == "number":
        return [None if value is None else float(value) for value in values]
    if kind == "truth":
        return list(values)
    return [None if value is None else _write(value) for value in values]


def _write(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else to_text(value)
