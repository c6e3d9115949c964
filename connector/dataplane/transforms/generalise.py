"""`dk:generalise`: make values coarser, by `dk:precision`.

| precision | values | result |
|---|---|---|
| a number, `10`, `0.5` | numbers | the largest multiple that is not above the value: 47 → 40 |
| `hour`, `day`, `month`, `year` | dates and times (ISO 8601) | that part: 2026-05-04T13:47:00Z → 2026-05-04 |
| `decimals-N` | numbers, as coordinates | the value cut off after N decimals: 52.02841 → 52.02 |
| `prefix-N` | texts, as postcodes | the first N characters: 33602 → 33 |

Any other value is removed, so that no precise value leaves because of its notation.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

from connector.dataplane.formats.values import MISSING, format_number, require_fields, to_number, to_text, write_number
from connector.ports.flow import Record, Transform, Untreatable
from connector.ports.treatment import TransformStep

_PATTERN = re.compile(r"(decimals|prefix)-(\d{1,2})")
# The characters of the ISO form that remain.
_INSTANTS = {"year": 4, "month": 7, "day": 10, "hour": 13}


def build(step: TransformStep, _key: bytes) -> Transform:
    """Build the transform of one delivery."""
    return Generalise(step)


_NOTHING = ("", None)


class Generalise:
    """Makes the values of the named fields coarser."""

    most_bytes = None

    def __init__(self, step: TransformStep) -> None:
        self._fields = step.fields
        self._coarser = make_coarser(step.precision, step.decimal, step.thousands)
        self.unread: dict[str, int] = {}

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return the same fields."""
        require_fields(self._fields, fields, "generalise it")
        return fields

    def take(self, record: Record) -> Record:
        """Return the record with coarser values; an empty value remains empty."""
        for name in self._fields:
            if (value := record.get(name)) is not None and value != "":
                record[name] = coarse = self._coarser(value)
                if coarse in _NOTHING and to_text(value).strip() not in MISSING:
                    self.unread[name] = self.unread.get(name, 0) + 1
        return record

    def finish(self) -> Iterable[Record]:
        """Return no record: none was held back."""
        return ()


def make_coarser(precision: str, decimal: str = ".", thousands: str = "") -> Callable[[Any], Any]:
    """Return the function that makes a value coarser. Raises Untreatable for an unknown precision.

    `decimal` and `thousands` are the signs in the numbers of the data.
    """
    if precision in _INSTANTS:
        length = _INSTANTS[precision]
        return lambda value: _cut_instant(value, length)
    if found := _PATTERN.fullmatch(precision):
        count = int(found[2])
        if found[1] == "prefix":
            return lambda value: to_text(value)[:count]
        step = Decimal(1).scaleb(-count)
        return lambda value: _round(value, step, ROUND_DOWN, decimal, thousands)
    multiple = to_number(precision)
    if multiple is None or multiple <= 0:
        known = "a number, hour, day, month, year, decimals-N or prefix-N"
        raise Untreatable(f"Unknown precision {precision[:50]!r}: use {known}.")
    return lambda value: _round(value, multiple, ROUND_FLOOR, decimal, thousands)


def _round(value: Any, step: Decimal, rounding: str, decimal: str, thousands: str) -> Any:
    """Return the multiple of `step`, as text if the value is text."""
    found = to_number(value, decimal, thousands)
    if found is None:
        return _to_empty(value)
    try:
        multiple = (found / step).to_integral_value(rounding=rounding) * step
    except InvalidOperation:
        return _to_empty(value)
    # A multiple has the decimals of its step and no exponent: 40, not 4E+1.
    return write_number(multiple, decimal) if isinstance(value, str) else Decimal(format_number(multiple))


def _cut_instant(value: Any, length: int) -> Any:
    if not isinstance(value, str):
        return _to_empty(value)
    try:
        # A date without a time has no hours, so it is coarse enough.
        at = date.fromisoformat(value) if len(value) <= 10 else datetime.fromisoformat(value.strip())
    except ValueError:
        return _to_empty(value)
    return at.isoformat()[:length]


def _to_empty(value: Any) -> Any:
    return "" if isinstance(value, str) else None
