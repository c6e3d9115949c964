"""`dk:generalise`: make values coarser, by `dk:precision`.

| precision | values | result |
|---|---|---|
| a number, `10`, `0.5` | numbers | the largest multiple that is not above the value: 47 → 40 |
| `hour`, `day`, `month`, `year` | dates and times (ISO 8601, or 4.5.2026) | that part: 2026-05-04T13:47Z → 2026-05-04 |
| `week`, `quarter` | the same | the week (ISO 8601) or quarter: 2026-05-04 → 2026-W19, 2026-Q2 |
| `at-most-N`, `at-least-N` | numbers | the bound in place of a value beyond it (top and bottom coding): 97 → 90 |
| `decimals-N` | numbers, as coordinates | the value cut off after N decimals: 52.02841 → 52.02 |
| `prefix-N` | texts, as postcodes | the first N characters: 33602 → 33 |
| `level-NAME` | texts, as districts | what contains the value, by the asset's table: Holthausen → Sodingen |

Any other value is removed, so that no precise value leaves because of its notation. Data without a single value that
can be read is refused.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from connector.dataplane.columns.fieldwise import Fieldwise, WrittenChange
from connector.dataplane.formats.dates import cut_instant, is_usual_instant
from connector.dataplane.formats.tables import Usual, UsualInstants, find_usual_numbers
from connector.dataplane.formats.values import (
    EXACT,
    format_number,
    is_certain,
    make_reader,
    to_number,
    to_text,
    write_number,
)
from connector.ports.flow import Transform, Untreatable
from connector.ports.hierarchy import LEVEL
from connector.ports.treatment import TransformStep

_PATTERN = re.compile(r"(decimals|prefix)-(\d{1,2})")
_BOUND = re.compile(r"at-(most|least)-(-?[0-9]+(?:\.[0-9]+)?)", re.ASCII)
_MOST_USUAL = 10**15
_MOST_NOTED, _LONGEST_NOTED = 5, 50
_NAMED = frozenset({"week", "quarter"})
# The characters of the ISO form that remain.
_INSTANTS = {"year": 4, "month": 7, "day": 10, "hour": 13}


def build(step: TransformStep, _key: bytes) -> Transform:
    """Build the transform of one delivery."""
    sign = step.decimal or "."
    if step.precision.startswith(LEVEL):
        return _build_for_level(step)
    changes, usual, written = {}, {}, {}
    cut = _find_written(step.precision)
    for name in step.fields:
        read = make_reader(name, step.decimal, step.thousands, step.certain)
        certain = is_certain(name, step.decimal, step.certain)
        changes[name] = make_coarser(step.precision, read, sign, certain=certain)
        usual[name] = find_usual(step.precision, sign, certain=certain)
        if cut is not None:
            written[name] = cut
    return Fieldwise(changes, "generalise it", usual=usual, written=written, empties=step.precision == "prefix-0")


def _build_for_level(step: TransformStep) -> Transform:
    """Build the transform to a level of a table, which the step has for each field. Raises Untreatable without one."""
    unknown = set[str]()
    for name in step.fields:
        if name not in step.places:
            raise Untreatable(
                f"The field {name[:100]!r} has no table with the level that is agreed: add it to the asset."
            )
    changes = {name: partial(_find_place, step.places[name], unknown) for name in step.fields}
    return Fieldwise(changes, "generalise it", unknown=unknown)


def _find_place(places: Mapping[str, str], unknown: set[str], value: Any) -> Any:
    """Return what contains a value; nothing for one that the table does not have, of which the first are noted."""
    text = to_text(value).strip()
    found = places.get(text)
    if found is None:
        unknown.add(text[:_LONGEST_NOTED])
        if len(unknown) > _MOST_NOTED:
            unknown.remove(max(unknown))
    return found or _to_empty(value)


def make_coarser(
    precision: str,
    read: Callable[[Any], Decimal | None] = to_number,
    decimal: str = ".",
    *,
    certain: bool = True,
) -> Callable[[Any], Any]:
    """Return the function that makes a value coarser. Raises Untreatable for an unknown precision.

    `read` reads a number of the data, `decimal` is the sign with which one is written. `certain` is False if a number
    such as 1.234 may mean two.
    """
    if precision in _INSTANTS:
        length = _INSTANTS[precision]
        return lambda value: cut_instant(value, length) or _to_empty(value)
    if precision in _NAMED:
        return lambda value: _name_part(value, precision) or _to_empty(value)
    if found := _BOUND.fullmatch(precision):
        return partial(_bound, Decimal(found[2]), found[1] == "most", read, decimal)
    if found := _PATTERN.fullmatch(precision):
        count = int(found[2])
        if found[1] == "prefix":
            return lambda value: to_text(value).strip()[:count]
        step, below = Decimal(1).scaleb(-count), False
    else:
        multiple = to_number(precision)
        if multiple is None or multiple <= 0:
            known = "a number, hour, day, week, month, quarter, year, decimals-N, prefix-N, at-most-N or at-least-N"
            raise Untreatable(f"Unknown precision {precision[:50]!r}: use {known}.")
        step, below = multiple, True
    usual = _make_usual(step, decimal, certain=certain)
    usual_number = _make_usual(step, ".", certain=True)

    def coarsen(value: Any) -> Any:
        if isinstance(value, str):
            made = usual(value)
        elif isinstance(value, Decimal) or (isinstance(value, int) and abs(value) < _MOST_USUAL):
            made = usual_number(str(value))
        else:
            made = None
        if made:
            return made if isinstance(value, str) else Decimal(made)
        return _round(value, read(value), step, decimal, below=below)

    return coarsen


def find_usual(precision: str, sign: str, *, certain: bool) -> Usual | None:
    """Return the values that an engine makes coarser in the same way, if there are any."""
    if precision in _INSTANTS:
        return UsualInstants(_INSTANTS[precision])
    found = _PATTERN.fullmatch(precision)
    if precision in _NAMED or _BOUND.fullmatch(precision) or (found and found[1] == "prefix"):
        return None
    step = Decimal(1).scaleb(-int(found[2])) if found else Decimal(precision)
    return find_usual_numbers(step, sign, certain=certain)


def _find_written(precision: str) -> WrittenChange | None:
    """Return the function that cuts usual values of JSON as they are written, if there are any."""
    usual = find_usual(precision, ".", certain=True)
    if isinstance(usual, UsualInstants):
        length = usual.length

        def cut_text(written: bytes) -> bytes | None:
            text = written[1:-1]
            return b'"%b"' % text[:length] if written[:1] == b'"' and is_usual_instant(text.decode()) else None

        return cut_text
    if usual is None:
        return None
    # With at most six decimals a number is written without an exponent.
    round_down = _make_usual(Decimal(usual.units).scaleb(-usual.places), ".", certain=True)

    def cut_number(written: bytes) -> bytes | None:
        made = round_down(written.decode())
        return None if made is None else made.encode()

    return cut_number


def _make_usual(step: Decimal, sign: str, *, certain: bool) -> Callable[[str], str | None]:
    """Return the function for numbers as they are usually written, which rounds their digits; None for any other."""
    exponent = step.as_tuple().exponent
    assert isinstance(exponent, int)
    places, units = max(-exponent, 0), int(step.scaleb(max(-exponent, 0)))
    match = re.compile(rf"(0|[1-9][0-9]{{0,14}})(?:{re.escape(sign)}([0-9]{{1,9}}))?").fullmatch

    def make(value: str) -> str | None:
        found = match(value)
        if found is None or (not certain and len(found[2] or "") == 3):
            return None
        if not places:
            return str(int(found[1]) // units * units)
        shown = (found[2] or "")[:places].ljust(places, "0")
        digits = str(int(found[1] + shown) // units * units).rjust(places + 1, "0")
        return f"{digits[:-places]}{sign}{digits[-places:]}"

    return make


def _round(value: Any, found: Decimal | None, step: Decimal, decimal: str, *, below: bool = False) -> Any:
    """Return the multiple of `step` towards zero, or `below` the number that was read, as text if the value is text."""
    if found is None:
        return _to_empty(value)
    multiple = EXACT.multiply(EXACT.divide_int(found, step), step)
    if below and multiple > found:
        multiple = EXACT.subtract(multiple, step)
    # A multiple has the decimals of its step and no exponent: 40, not 4E+1.
    return write_number(multiple, decimal) if isinstance(value, str) else Decimal(format_number(multiple))


def _name_part(value: Any, part: str) -> str | None:
    """Return the week or quarter of a date or time; one that is coarser remains, None if it is none."""
    found = cut_instant(value, 10)
    if found is None:
        return None
    if part == "quarter":
        return f"{found[:4]}-Q{(int(found[5:7]) + 2) // 3}"
    if len(found) < 10:
        return found
    year, week, _ = date.fromisoformat(found).isocalendar()
    return f"{year:04d}-W{week:02d}"


def _bound(bound: Decimal, above: bool, read: Callable[[Any], Decimal | None], decimal: str, value: Any) -> Any:
    """Return the bound in place of a number that is above it, or below it; any other number as it is written."""
    found = read(value)
    if found is None:
        return _to_empty(value)
    if found <= bound if above else found >= bound:
        return value
    return write_number(bound, decimal) if isinstance(value, str) else bound


def _to_empty(value: Any) -> Any:
    return "" if isinstance(value, str) else None
