"""Reference systems of German geodata in degrees of WGS 84: UTM on ETRS89, and the grid of web maps. Pure.

The inverse of the transverse Mercator projection is that of Krüger, as in IOGP Guidance Note 7-2, section 3.2.2 (method
9807). ETRS89 and WGS 84 differ by less than a metre, which a search for an area does not see.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial

LATITUDE_FIRST = frozenset({4326, 4258})
"""The systems in degrees whose definition has the latitude first."""

# The ellipsoid GRS 80.
_AXIS, _FLATTENING = 6_378_137.0, 1 / 298.257222101
_SCALE, _EAST = 0.9996, 500_000.0
_N = _FLATTENING / (2 - _FLATTENING)
_RADIUS = _AXIS / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_BETA = (_N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96, _N**2 / 48 + _N**3 / 15, 17 * _N**3 / 480)
_DELTA = (2 * _N - 2 * _N**2 / 3 - 2 * _N**3, 7 * _N**2 / 3 - 8 * _N**3 / 5, 56 * _N**3 / 15)
# What lies farther off is on no map of a zone, and on none at all.
_FARTHEST_EAST, _FARTHEST_NORTH, _FARTHEST_WEB = 1_500_000.0, 10_000_000.0, 21_000_000.0

GridPosition = tuple[float, float]


def convert(system: int, east: float, north: float) -> GridPosition | None:
    """Return longitude and latitude of a position in a system by its number at EPSG, or None if it has none.

    >>> convert(3857, 0.0, 0.0), convert(31466, 1.0, 2.0)
    ((0.0, 0.0), None)
    """
    to_degrees = _GRIDS.get(system)
    return to_degrees(east, north) if to_degrees else None


def is_known(system: int) -> bool:
    """Return whether positions of a system are read."""
    return system in _GRIDS


def _keep(east: float, north: float) -> GridPosition:
    return east, north


def _from_utm(east: float, north: float, *, zone: int, shift: float = 0.0) -> GridPosition | None:
    from_middle = east - shift - _EAST
    if not (abs(from_middle) <= _FARTHEST_EAST and abs(north) <= _FARTHEST_NORTH):
        return None
    xi, eta = north / (_SCALE * _RADIUS), from_middle / (_SCALE * _RADIUS)
    steps = [(2 * (at + 1), beta) for at, beta in enumerate(_BETA)]
    xi_, eta_ = (
        xi - sum(beta * math.sin(step * xi) * math.cosh(step * eta) for step, beta in steps),
        eta - sum(beta * math.cos(step * xi) * math.sinh(step * eta) for step, beta in steps),
    )
    chi = math.asin(math.sin(xi_) / math.cosh(eta_))
    latitude = chi + sum(delta * math.sin(2 * (at + 1) * chi) for at, delta in enumerate(_DELTA))
    longitude = math.atan2(math.sinh(eta_), math.cos(xi_))
    return 6 * zone - 183 + math.degrees(longitude), math.degrees(latitude)


def _from_web_map(east: float, north: float) -> GridPosition | None:
    if not (abs(east) <= _FARTHEST_WEB and abs(north) <= _FARTHEST_WEB):
        return None
    latitude = math.degrees(2 * math.atan(math.exp(north / _AXIS)) - math.pi / 2)
    return math.degrees(east / _AXIS), latitude


_GRIDS: Mapping[int, Callable[[float, float], GridPosition | None]] = {
    **dict.fromkeys(LATITUDE_FIRST, _keep),
    **{base + zone: partial(_from_utm, zone=zone) for base in (25800, 32600) for zone in (31, 32, 33)},
    # UTM with the number of the zone before the easting.
    **{number: partial(_from_utm, zone=zone, shift=zone * 1e6) for number, zone in ((4647, 32), (5650, 33))},
    3857: _from_web_map,
}
