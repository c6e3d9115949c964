"""The fields and numbers of groups: what transforms that sum records share."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from connector.dataplane.formats.values import EXACT, format_number, require_fields
from connector.ports.flow import Untreatable

_DIGITS = 6


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
    last = min(-_DIGITS, number.adjusted() + 1 - _DIGITS)
    return Decimal(format_number(number.quantize(Decimal(1).scaleb(last), context=EXACT).normalize(EXACT)))
