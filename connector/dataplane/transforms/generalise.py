"""`dk:generalise`: values coarser than they are, by `dk:precision`.

| precision | of | makes |
|---|---|---|
| a number, `10`, `0.5` | numbers | the multiple of it that is not above the value: 47 → 40 |
| `hour`, `day`, `month`, `year` | dates and times (ISO 8601) | that part of it: 2026-05-04T13:47:00Z → 2026-05-04 |
| `decimals-N` | numbers, as coordinates | the value cut off after N decimals: 52.02841 → 52.02 |
| `prefix-N` | texts, as postcodes | the first N characters: 33602 → 33 |

A value that is not of the kind is left out, so that no precise value passes because it was written oddly.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

from connector.dataplane.formats.values import demand, number, plain, text
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import TransformStep

_PATTERN = re.compile(r"(decimals|prefix)-(\d{1,2})")
# How much of an instant is left: characters of its ISO form.
_INSTANTS = {"year": 4, "month": 7, "day": 10, "hour": 13}


class Generalise:
    """Makes the values of the named fields coarser."""

    most_bytes = None

    def __init__(self, step: TransformStep) -> None:
        self._fields = step.fields
        self._coarser = make_coarser(step.precision)

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return the same fields."""
        demand(self._fields, fields, "make it coarser")
        return fields

    def take(self, record: Record) -> Record:
        """Return the record with coarser values; an empty one stays empty."""
        for name in self._fields:
            if (value := record.get(name)) is not None and value != "":
                record[name] = self._coarser(value)
        return record

    def finish(self) -> Iterable[Record]:
        """Nothing was held back."""
        return ()


def make_coarser(precision: str) -> Callable[[Any], Any]:
    """Return the function from a value to a coarser one. Raises Untreatable for a precision that nobody knows."""
    if precision in _INSTANTS:
        length = _INSTANTS[precision]
        return lambda value: _instant(value, length)
    if found := _PATTERN.fullmatch(precision):
        count = int(found[2])
        if found[1] == "prefix":
            return lambda value: text(value)[:count]
        step = Decimal(1).scaleb(-count)
        return lambda value: _round(value, step, ROUND_DOWN)
    multiple = number(precision)
    if multiple is None or multiple <= 0:
        known = "a number, hour, day, month, year, decimals-N or prefix-N"
        raise Untreatable(f"The precision {precision[:50]!r} is not known: use {known}.")
    return lambda value: _round(value, multiple, ROUND_FLOOR)


def _round(value: Any, step: Decimal, rounding: str) -> Any:
    """Return the multiple of `step`, as text where the value was text."""
    found = number(value)
    if found is None:
        return _to_empty(value)
    try:
        multiple = (found / step).to_integral_value(rounding=rounding) * step
    except InvalidOperation:
        return _to_empty(value)
    # A multiple keeps the decimals of its step and gets no exponent: 40, not 4E+1.
    return plain(multiple) if isinstance(value, str) else Decimal(plain(multiple))


def _instant(value: Any, length: int) -> Any:
    if not isinstance(value, str):
        return _to_empty(value)
    try:
        # A date alone has no hours: it is as coarse already.
        at = date.fromisoformat(value) if len(value) <= 10 else datetime.fromisoformat(value.strip())
    except ValueError:
        return _to_empty(value)
    return at.isoformat()[:length]


def _to_empty(value: Any) -> Any:
    return "" if isinstance(value, str) else None
