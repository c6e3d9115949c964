"""The conversions of values that a policy can require: from one unit to another, and to one notation.

Factors are exact: a value in a unit times its factor, plus its offset, is the value in the base of its dimension.
"""

from fractions import Fraction

_FACTORS = {
    "length": {"mm": "1/1000", "cm": "1/100", "m": "1", "km": "1000", "ft": "381/1250", "mi": "201168/125"},
    "speed": {"m/s": "1", "km/h": "5/18", "mph": "1397/3125", "kn": "463/900"},
    "mass": {"mg": "1/1000000", "g": "1/1000", "kg": "1", "t": "1000"},
    "area": {"m2": "1", "a": "100", "ha": "10000", "km2": "1000000"},
    "volume": {"l": "1/1000", "m3": "1"},
    "time": {"s": "1", "min": "60", "h": "3600", "d": "86400"},
    "pressure": {"Pa": "1", "hPa": "100", "kPa": "1000", "bar": "100000"},
    "energy": {"J": "1", "kJ": "1000", "MJ": "1000000", "Wh": "3600", "kWh": "3600000", "MWh": "3600000000"},
    "power": {"W": "1", "kW": "1000", "MW": "1000000"},
    "concentration": {"ug/m3": "1/1000000", "mg/m3": "1/1000", "g/m3": "1"},
    "temperature": {"K": "1", "degC": "1", "degF": "5/9"},
}
_OFFSETS = {"degC": Fraction("273.15"), "degF": Fraction("459.67") * Fraction("5/9")}
_DIMENSIONS = {unit: (name, Fraction(factor)) for name, units in _FACTORS.items() for unit, factor in units.items()}
NOTATIONS = frozenset({"number", "date"})
"""Conversions that change no value: a number without groups of digits, a date or time in ISO 8601."""


def find_conversion(name: str) -> tuple[Fraction, Fraction] | None:
    """Return the factor and the offset of a conversion such as `km/h-to-m/s`; None if there is none between the two.

    >>> find_conversion("km/h-to-m/s"), find_conversion("km/h-to-kg")
    ((Fraction(5, 18), Fraction(0, 1)), None)
    """
    source, _, target = name.partition("-to-")
    if source not in _DIMENSIONS or target not in _DIMENSIONS:
        return None
    (kind, factor), (other, divisor) = _DIMENSIONS[source], _DIMENSIONS[target]
    offset = _OFFSETS.get(source, Fraction(0)) - _OFFSETS.get(target, Fraction(0))
    return (factor / divisor, offset / divisor) if kind == other else None
