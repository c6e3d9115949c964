"""The number of features of GeoJSON, and the box around them (RFC 7946)."""

import math
from typing import Any

import msgspec

MEDIA_TYPES = frozenset({"application/geo+json", "application/vnd.geo+json"})
_DEEPEST = 8
"""A feature collection, a feature, a geometry collection, a geometry, and four levels of coordinates."""


def see_features(data: bytes) -> tuple[int, tuple[float, ...]]:
    """Return the number of features, and west, south, east and north of their coordinates in degrees.

    The box is empty if there are no coordinates, or some are not in degrees. Data that is no GeoJSON has no features.

    >>> see_features(b'{"type": "Feature", "geometry": {"type": "Point", "coordinates": [8.4, 49.0]}}')
    (1, (8.4, 49.0, 8.4, 49.0))
    """
    try:
        document = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return 0, ()
    if not isinstance(document, dict):
        return 0, ()
    listed = document.get("features")
    features = listed if isinstance(listed, list) else [document] if document.get("type") == "Feature" else []
    places = [place for feature in features for place in _list_positions(feature)]
    if not places or not all(-180 <= east <= 180 and -90 <= north <= 90 for east, north in places):
        return len(features), ()
    easts, norths = [east for east, _ in places], [north for _, north in places]
    return len(features), (min(easts), min(norths), max(easts), max(norths))


def _list_positions(feature: Any) -> list[tuple[float, float]]:
    """Return the positions of a feature, level by level: coordinates are lists of lists that end in numbers."""
    found: list[tuple[float, float]] = []
    level = [feature.get("geometry")] if isinstance(feature, dict) else []
    for _ in range(_DEEPEST):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += [value.get("coordinates"), *_to_list(value.get("geometries"))]
            elif isinstance(value, list) and len(value) > 1 and all(map(_is_degree, value[:2])):
                found.append((float(value[0]), float(value[1])))
            else:
                below += _to_list(value)
        level = below
    return found


def _to_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_degree(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
