"""Geometries: values of GeoJSON from WKB and WKT and back, by shapely.

Coordinates keep the digits that they are written with. What cannot be read as a geometry is None, and so is one with a
coordinate that is no number or infinite: it is nowhere.
"""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import shapely  # type: ignore[import-untyped]  # it has no stubs
from shapely.geometry import mapping, shape  # type: ignore[import-untyped]

Geometry = dict[str, Any]
AnyShape = Any
"""A geometry of shapely."""
_FAULTS = (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)
_LONGEST = 16 * 1024 * 1024


def read_wkb(data: bytes | None) -> Geometry | None:
    """Return the geometry of well-known bytes."""
    try:
        return to_geojson(_check_place(shapely.from_wkb(data))) if data else None
    except _FAULTS:
        return None


def read_shape(value: Any) -> AnyShape | None:
    """Return the geometry of a value: an object of GeoJSON, its text, or WKT; None if it is none.

    >>> to_geojson(read_shape("POINT (8.5 52.0)"))
    {'type': 'Point', 'coordinates': (8.5, 52.0)}
    """
    try:
        if isinstance(value, msgspec.Raw):
            value = msgspec.json.decode(value)
        if isinstance(value, dict):
            return _check_place(shape(_to_floats(value)))
        if not isinstance(value, str) or len(value) > _LONGEST:
            return None
        text = value.strip()
        if text.startswith("{"):
            return _check_place(shape(msgspec.json.decode(text)))
        plain = text.partition(";")[2] if text.upper().startswith("SRID=") else text
        return _check_place(shapely.from_wkt(plain)) if plain else None
    except (*_FAULTS, msgspec.MsgspecError, UnicodeError):
        return None


def make_point(east: float, north: float) -> AnyShape:
    """Return a point."""
    return shapely.Point(east, north)


def make_box(box: tuple[float, ...]) -> AnyShape:
    """Return the rectangle of west, south, east and north."""
    return shapely.box(*box)


def to_geojson(found: AnyShape) -> Geometry | None:
    """Return a geometry as a value of GeoJSON; None for an empty one."""
    if found is None or found.is_empty:
        return None
    made: Geometry = mapping(found)
    return made


def to_wkt(found: AnyShape) -> str:
    """Return a geometry as WKT, with as few digits as give the same coordinates."""
    text: str = shapely.to_wkt(found, rounding_precision=-1)
    return text


def to_wkb(found: AnyShape) -> bytes:
    """Return a geometry as WKB."""
    data: bytes = shapely.to_wkb(found)
    return data


def touches(found: AnyShape, box: AnyShape) -> bool:
    """Return whether two geometries share a point."""
    return bool(shapely.intersects(found, box))


def convert(found: AnyShape, step: Callable[[Any, Any], tuple[Any, Any]]) -> AnyShape | None:
    """Return a geometry with each pair of coordinates converted by `step`, which takes and returns columns.

    It is None if the target has no place for one of them.
    """
    return _check_place(shapely.transform(found, step, interleaved=False))


def find_bounds(found: AnyShape) -> tuple[float, float, float, float]:
    """Return west, south, east and north."""
    west, south, east, north = found.bounds
    return west, south, east, north


def _check_place(found: AnyShape | None) -> AnyShape | None:
    """Return a geometry; None if a coordinate is no number or infinite."""
    if found is None:
        return None
    numbers = shapely.get_coordinates(found, include_z=bool(found.has_z))
    # A sum is finite only if all of them are, and the quick look is enough for nearly every row.
    return found if math.isfinite(numbers.sum()) or bool((abs(numbers) < math.inf).all()) else None


def _to_floats(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: _to_floats(one) for name, one in value.items()}
    return [_to_floats(one) for one in value] if isinstance(value, list | tuple) else value
