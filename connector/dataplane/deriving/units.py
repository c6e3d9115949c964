"""Units and how their numbers are converted: each is a multiple of the first of its quantity, with an offset."""

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal

from connector.dataplane.formats.values import EXACT, format_number
from connector.ports.flow import Untreatable

_UNITS: dict[str, tuple[str, str, str]] = {
    "mm": ("length", "0.001", "0"),
    "cm": ("length", "0.01", "0"),
    "m": ("length", "1", "0"),
    "km": ("length", "1000", "0"),
    "ft": ("length", "0.3048", "0"),
    "mi": ("length", "1609.344", "0"),
    "m2": ("area", "1", "0"),
    "ha": ("area", "10000", "0"),
    "km2": ("area", "1000000", "0"),
    "l": ("volume", "0.001", "0"),
    "m3": ("volume", "1", "0"),
    "g": ("mass", "0.001", "0"),
    "kg": ("mass", "1", "0"),
    "t": ("mass", "1000", "0"),
    "s": ("time", "1", "0"),
    "min": ("time", "60", "0"),
    "h": ("time", "3600", "0"),
    "d": ("time", "86400", "0"),
    "m/s": ("speed", "3.6", "0"),
    "km/h": ("speed", "1", "0"),
    "kn": ("speed", "1.852", "0"),
    "mph": ("speed", "1.609344", "0"),
    "Pa": ("pressure", "0.01", "0"),
    "hPa": ("pressure", "1", "0"),
    "bar": ("pressure", "1000", "0"),
    "Wh": ("energy", "0.001", "0"),
    "kWh": ("energy", "1", "0"),
    "MWh": ("energy", "1000", "0"),
    "%": ("share", "0.01", "0"),
    "1": ("share", "1", "0"),
    "K": ("temperature", "1", "0"),
    "C": ("temperature", "1", "273.15"),
    "F": ("temperature", "1", "0"),
}
"""The quantity of a unit, its factor, and for temperatures what is added before (F) or after (C)."""
_PLACES = Decimal("0.000001")


def make_conversion(given: str, wanted: str) -> Callable[[Decimal], str]:
    """Return what converts a number into another unit, to six decimals. Raises Untreatable for an unknown unit.

    >>> make_conversion("F", "C")(Decimal("50")), make_conversion("km/h", "m/s")(Decimal("36"))
    ('10', '10')
    """
    for unit in (given, wanted):
        if unit not in _UNITS:
            raise Untreatable(f"Unknown unit {unit[:20]!r}: use one of {', '.join(_UNITS)}.")
    if _UNITS[given][0] != _UNITS[wanted][0]:
        raise Untreatable(f"{given} and {wanted} are no units of one quantity: choose others.")

    def convert(number: Decimal) -> str:
        base = _to_base(number, given)
        found = _from_base(base, wanted).quantize(_PLACES, ROUND_HALF_EVEN, EXACT)
        return format_number(found.normalize(EXACT))

    return convert


def _to_base(number: Decimal, unit: str) -> Decimal:
    if unit == "F":
        return EXACT.divide(EXACT.multiply(EXACT.add(number, Decimal("459.67")), Decimal(5)), Decimal(9))
    _, factor, offset = _UNITS[unit]
    return EXACT.add(EXACT.multiply(number, Decimal(factor)), Decimal(offset))


def _from_base(base: Decimal, unit: str) -> Decimal:
    if unit == "F":
        return EXACT.subtract(EXACT.divide(EXACT.multiply(base, Decimal(9)), Decimal(5)), Decimal("459.67"))
    _, factor, offset = _UNITS[unit]
    return EXACT.divide(EXACT.subtract(base, Decimal(offset)), Decimal(factor))
