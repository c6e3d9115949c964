"""What is near a point on the globe: the box around it, and the distance to a box. Pure: standard library only."""

import math

from connector.ports.broker_store import Box

_RADIUS_KM = 6371.0
_KM_PER_DEGREE = math.pi * _RADIUS_KM / 180


def surround(longitude: float, latitude: float, km: float) -> Box:
    """Return a box that contains everything within a distance of a point; it ends at 180 degrees.

    >>> [round(side, 2) for side in surround(7.0, 51.0, 111.0)]
    [5.38, 50.0, 8.62, 52.0]
    """
    height = km / _KM_PER_DEGREE
    south, north = max(latitude - height, -90.0), min(latitude + height, 90.0)
    widest = math.cos(math.radians(max(abs(south), abs(north))))
    width = height / widest if widest > 0.001 else 360.0
    return max(longitude - width, -180.0), south, min(longitude + width, 180.0), north


def measure_km(longitude: float, latitude: float, box: Box) -> float:
    """Return the distance in km from a point to the nearest point of a box (haversine formula).

    >>> round(measure_km(7.0, 51.0, (7.0, 52.0, 8.0, 53.0)))
    111
    """
    west, south, east, north = box
    nearest_longitude, nearest_latitude = min(max(longitude, west), east), min(max(latitude, south), north)
    first, second = math.radians(latitude), math.radians(nearest_latitude)
    turn = math.radians(nearest_longitude - longitude)
    part = math.sin((second - first) / 2) ** 2 + math.cos(first) * math.cos(second) * math.sin(turn / 2) ** 2
    return 2 * _RADIUS_KM * math.asin(min(1.0, math.sqrt(part)))
