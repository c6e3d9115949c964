"""`dk:generalise`: make values coarser, by `dk:precision`.

| precision | values | result |
|---|---|---|
| a number, `10`, `0.5` | numbers | the largest multiple that is not above the value: 47 → 40 |
| `hour`, `day`, `month`, `year` | dates and times (ISO 8601, or 4.5.2026) | that part: 2026-05-04T13:47Z → 2026-05-04 |
| `decimals-N` | numbers, as coordinates | the value cut off after N decimals: 52.02841 → 52.02 |
| `prefix-N` | texts, as postcodes | the first N characters: 33602 → 33 |

Any other value is removed, so that no precise value leaves because of its notation. Data without a single value that
can be read is refused.
"""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from connector.dataplane.formats.dates import to_instant
from connector.dataplane.formats.values import (
    EXACT,
    MISSING,
    UNREAD,
    format_number,
    make_reader,
    require_fields,
    to_number,
    to_text,
    write_number,
)
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
        self._empties = step.precision == "prefix-0"
        self._coarser = {
            name: make_coarser(
                step.precision, make_reader(name, step.decimal, step.thousands, step.certain), step.decimal or "."
            )
            for name in step.fields
        }
        self._read: set[str] = set()
        self.unread: dict[str, int] = {}

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return the same fields."""
        require_fields(self._fields, fields, "generalise it")
        return fields

    def take(self, record: Record) -> Record:
        """Return the record with coarser values; a missing value remains as it is written."""
        for name in self._fields:
            value = record.get(name)
            if to_text(value).strip() in MISSING:
                continue
            record[name] = coarse = self._coarser[name](value)
            if coarse in _NOTHING and not self._empties:
                record[name] = UNREAD
                self.unread[name] = self.unread.get(name, 0) + 1
            else:
                self._read.add(name)
        return record

    def finish(self) -> Iterable[Record]:
        """Return no record: none was held back. Raises Untreatable if no value of a field could be read."""
        for name in self._fields:
            if name in self.unread and name not in self._read:
                raise Untreatable(
                    f"No value of the field {name[:100]!r} can be read as the transform needs it: correct the data."
                )
        return ()


def make_coarser(
    precision: str, read: Callable[[Any], Decimal | None] = to_number, decimal: str = "."
) -> Callable[[Any], Any]:
    """Return the function that makes a value coarser. Raises Untreatable for an unknown precision.

    `read` reads a number of the data, `decimal` is the sign with which one is written.
    """
    if precision in _INSTANTS:
        length = _INSTANTS[precision]
        return lambda value: _cut_instant(value, length)
    if found := _PATTERN.fullmatch(precision):
        count = int(found[2])
        if found[1] == "prefix":
            return lambda value: to_text(value).strip()[:count]
        step = Decimal(1).scaleb(-count)
        return lambda value: _round(value, read(value), step, decimal)
    multiple = to_number(precision)
    if multiple is None or multiple <= 0:
        known = "a number, hour, day, month, year, decimals-N or prefix-N"
        raise Untreatable(f"Unknown precision {precision[:50]!r}: use {known}.")
    return lambda value: _round(value, read(value), multiple, decimal, below=True)


def _round(value: Any, found: Decimal | None, step: Decimal, decimal: str, *, below: bool = False) -> Any:
    """Return the multiple of `step` towards zero, or `below` the number that was read, as text if the value is text."""
    if found is None:
        return _to_empty(value)
    multiple = EXACT.multiply(EXACT.divide_int(found, step), step)
    if below and multiple > found:
        multiple = EXACT.subtract(multiple, step)
    # A multiple has the decimals of its step and no exponent: 40, not 4E+1.
    return write_number(multiple, decimal) if isinstance(value, str) else Decimal(format_number(multiple))


def _cut_instant(value: Any, length: int) -> Any:
    instant = to_instant(value)
    return _to_empty(value) if instant is None else instant[:length]


def _to_empty(value: Any) -> Any:
    return "" if isinstance(value, str) else None
