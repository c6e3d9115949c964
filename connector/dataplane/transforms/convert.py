"""`dk:convert`: values in another unit or notation, by `dk:conversion`.

| conversion | values | result |
|---|---|---|
| `km/h-to-m/s`, `degF-to-degC` and others of `policy.vocabulary.units` | numbers | the number in the other unit |
| `number` | numbers in the notation of the asset | the same without groups of digits: 1.234,5 → 1234,5 |
| `date` | dates and times (ISO 8601, or 31.12.2026) | ISO 8601: 2026-12-31 |

A number is written with the decimal sign of the asset. Any other value is removed.
"""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from connector.dataplane.columns.fieldwise import Fieldwise
from connector.dataplane.formats.dates import to_instant
from connector.dataplane.formats.values import EXACT, format_number, make_reader, round_finely, write_number
from connector.policy.vocabulary.units import NOTATIONS, find_conversion
from connector.ports.flow import Transform, Untreatable
from connector.ports.treatment import TransformStep


def build(step: TransformStep, _key: bytes) -> Transform:
    """Build the transform of one delivery. Raises Untreatable for an unknown conversion."""
    found = find_conversion(step.conversion)
    if found is None and step.conversion not in NOTATIONS:
        raise Untreatable(f"Unknown conversion {step.conversion[:50]!r}: use number, date, or one unit to another.")
    changes = {}
    for name in step.fields:
        read = make_reader(name, step.decimal, step.thousands, step.certain)
        changes[name] = _to_date if step.conversion == "date" else _make_change(read, step.decimal or ".", found)
    return Fieldwise(changes, "convert it")


def _make_change(
    read: Callable[[Any], Decimal | None], decimal: str, conversion: tuple[Fraction, Fraction] | None
) -> Callable[[Any], Any]:
    """Return the function that converts a number, and only writes it again without a conversion."""

    def change(value: Any) -> Any:
        number = read(value)
        if number is None:
            return "" if isinstance(value, str) else None
        made = number if conversion is None else _convert(number, *conversion)
        return write_number(made, decimal) if isinstance(value, str) else Decimal(format_number(made))

    return change


def _convert(number: Decimal, factor: Fraction, offset: Fraction) -> Decimal:
    """Return factor times number plus offset, rounded as a mean is."""
    found = Fraction(number) * factor + offset
    return round_finely(EXACT.divide(Decimal(found.numerator), Decimal(found.denominator)))


def _to_date(value: Any) -> Any:
    return to_instant(value) or ("" if isinstance(value, str) else None)
