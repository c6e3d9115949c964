"""Values as they are usually written, and what is made of them: an engine changes them without reading them one by one.

A value with another spelling is changed by the function for one value, which gives the same for these.
"""

from dataclasses import dataclass
from decimal import Decimal

DECIMALS = 6
"""The most decimals of a usual number."""


@dataclass(frozen=True)
class UsualInstants:
    """Dates and times in ISO 8601, of which the first `length` characters remain."""

    length: int


@dataclass(frozen=True)
class UsualNumbers:
    """Numbers that are not negative, of at most 9 digits and 6 decimals, cut to a multiple of `units` / 10 ** `places`.

    `sign` stands before the decimals. `certain` is False if a number with three decimals may mean another one.
    """

    units: int
    places: int
    sign: str
    certain: bool


Usual = UsualInstants | UsualNumbers


def find_usual_numbers(step: Decimal, sign: str, *, certain: bool) -> UsualNumbers | None:
    """Return the usual numbers that are cut to a multiple of `step`; None if it has too many digits for them.

    >>> find_usual_numbers(Decimal("0.5"), ".", certain=True)
    UsualNumbers(units=5, places=1, sign='.', certain=True)
    """
    exponent = step.as_tuple().exponent
    assert isinstance(exponent, int)
    places = max(-exponent, 0)
    units = int(step.scaleb(places))
    return UsualNumbers(units, places, sign, certain) if places <= DECIMALS and 0 < units < 10**15 else None
