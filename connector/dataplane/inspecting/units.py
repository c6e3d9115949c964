"""The unit of a field by its name, and the range in which its values are plausible."""

import re
from decimal import Decimal
from typing import NamedTuple


class Quantity(NamedTuple):
    """A quantity: how fields of it are named, its unit, and the least and the greatest plausible value."""

    names: re.Pattern[str]
    unit: str
    least: Decimal | None = None
    greatest: Decimal | None = None


def _quantity(names: str, unit: str, least: int | None = None, greatest: int | None = None) -> Quantity:
    low, high = (None if one is None else Decimal(one) for one in (least, greatest))
    return Quantity(re.compile(rf"(?:^|[^a-z])(?:{names})(?:[^a-z]|$)", re.IGNORECASE), unit, low, high)


_QUANTITIES = (
    _quantity("lat|latitude|breitengrad", "°", -90, 90),
    _quantity("lon|lng|longitude|l(?:ä|ae)ngengrad", "°", -180, 180),
    _quantity("humidity|luftfeuchte|feuchte|luftfeuchtigkeit", "%", 0, 100),
    _quantity("temperature|temperatur|temp|feels|dew", "°C", -60, 60),
    _quantity("pressure|luftdruck", "hPa", 850, 1100),
    _quantity("direction|windrichtung|richtung", "°", 0, 360),
    _quantity("rain|rainfall|niederschlag|regen", "mm", 0, None),
    _quantity("pm10|pm2_?5|no2|o3|so2|pm25", "µg/m³", 0, None),
    _quantity("speed|gust|windgeschwindigkeit|geschwindigkeit", "", 0, 500),
    _quantity("uvi|uv", "", 0, 20),
    _quantity("capacity|kapazit(?:ä|ae)t|anzahl|count|spaces|parkingspaces|vacant|occupied", "", 0, None),
    _quantity("percent|prozent|anteil", "%", 0, 100),
)
_STATED = re.compile(r"[\[(]\s*([^\])]{1,20}?)\s*[\])]\s*$")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def find_quantity(name: str) -> Quantity | None:
    """Return the quantity that the name of a field says; a unit in brackets at its end is taken as it is written.

    >>> find_quantity("outdoor_temperature").unit, find_quantity("Tiefe [m]").unit, find_quantity("name")
    ('°C', 'm', None)
    """
    stated = _STATED.search(name)
    words = _CAMEL.sub("_", name.rpartition(".")[2])
    found = next((quantity for quantity in _QUANTITIES if quantity.names.search(words)), None)
    if not stated:
        return found
    # The bounds of a quantity are those of its own unit.
    return found if found and found.unit == stated[1] else Quantity(re.compile(""), stated[1])
