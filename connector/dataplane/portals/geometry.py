"""Places of portals: geometries of GeoJSON (RFC 7946), their reference systems, and the order of their axes.

Inside, coordinates are always east before north, as in the forms of rows. A standard name of a reference system, such
as `urn:ogc:def:crs:EPSG::4326`, orders the axes as its definition does, a short one (`EPSG:4326`) east before north.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from connector.ports.flow import SourceError

CRS84 = "OGC:CRS84"
AxisOrder = Literal["standard", "east-north", "north-east"]

_CODE = re.compile(r"(?:EPSG[:/]+|epsg\.xml#|EPSG:[0-9.]*:|EPSG/[0-9.]+/)([0-9]{4,6})\Z")
_NORTH_FIRST = frozenset({"EPSG:4326", "EPSG:4258"})
_EAST_FIRST = frozenset({CRS84, "EPSG:3857", "EPSG:25831", "EPSG:25832", "EPSG:25833", "EPSG:32632", "EPSG:32633"})
_DEGREES = frozenset({CRS84, *_NORTH_FIRST})
_DEPTHS = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_DEEPEST = 4
_WRONG = "A geometry of the portal is none of GeoJSON (RFC 7946): its type or its coordinates are wrong."


def read_crs(name: str) -> tuple[str, bool]:
    """Return the code of a reference system, and whether its name is one that orders the axes. Raises SourceError."""
    if name.upper().endswith("CRS84"):
        return CRS84, True
    found = _CODE.search(name)
    if found is None:
        raise SourceError("The portal names a reference system that is not known: state `crs` in the address.")
    return f"EPSG:{found[1]}", name.startswith("urn:") or "/def/crs/" in name


def name_crs(code: str) -> str:
    """Return the URN of a reference system (OGC 07-092)."""
    return "urn:ogc:def:crs:OGC:1.3:CRS84" if code == CRS84 else f"urn:ogc:def:crs:EPSG::{code.partition(':')[2]}"


def is_north_first(code: str) -> bool:
    """Return whether the definition of a reference system has north before east. Raises SourceError."""
    if code in _NORTH_FIRST or code in _EAST_FIRST:
        return code in _NORTH_FIRST
    try:
        from connector.dataplane.forms.places import has_north_first
    except ImportError:
        raise SourceError(
            f"The order of the axes of {code} is not known: install `datenkontor[forms]`, or state `axes`."
        ) from None
    return has_north_first(code)


def settle_geometry(geometry: object, *, swap: bool) -> dict[str, Any] | None:
    """Return a geometry of finite coordinates, its axes swapped if asked. Raises SourceError for anything else."""
    if geometry is None:
        return None
    if not isinstance(geometry, dict):
        raise SourceError(_WRONG)
    return _settle(geometry, swap=swap, depth=0)


def _settle(geometry: Mapping[str, Any], *, swap: bool, depth: int) -> dict[str, Any]:
    kind = geometry.get("type")
    if kind == "GeometryCollection" and depth < _DEEPEST:
        parts = geometry.get("geometries")
        if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
            raise SourceError(_WRONG)
        return {"type": kind, "geometries": [_settle(part, swap=swap, depth=depth + 1) for part in parts]}
    if not isinstance(kind, str) or kind not in _DEPTHS:
        raise SourceError(_WRONG)
    return {"type": kind, "coordinates": _settle_level(geometry.get("coordinates"), _DEPTHS[kind], swap=swap)}


def _settle_level(level: Any, depth: int, *, swap: bool) -> list[Any]:
    if not isinstance(level, list):
        raise SourceError(_WRONG)
    if depth:
        return [_settle_level(part, depth - 1, swap=swap) for part in level]
    if not 2 <= len(level) <= 4 or not all(
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) for value in level
    ):
        raise SourceError(_WRONG)
    return [level[1], level[0], *level[2:]] if swap else level


def list_positions(geometry: Mapping[str, Any]) -> Iterator[list[float]]:
    """Yield the positions of a geometry."""
    if "geometries" in geometry:
        for part in geometry["geometries"]:
            yield from list_positions(part)
        return
    levels = [geometry["coordinates"]]
    while levels:
        level = levels.pop()
        if level and isinstance(level[0], list):
            levels.extend(level)
        elif level:
            yield level


def check_places(geometries: list[dict[str, Any]], crs: str, box: tuple[float, ...] = ()) -> None:
    """Raise SourceError if the places of a page cannot be in a reference system, or only with their axes swapped.

    `box` is what was asked for, in degrees. A server that is set up badly names one system and sends another one.
    """
    positions = [position for geometry in geometries for position in list_positions(geometry)]
    if not positions:
        return
    if crs in _DEGREES:
        if any(abs(place[0]) > 180 or abs(place[1]) > 90 for place in positions):
            raise SourceError(
                "The portal names degrees and sends coordinates that are none: state `crs` in the address, "
                "or correct the portal."
            )
        if box and not _any_within(positions, box) and _any_within([(p[1], p[0]) for p in positions], box):
            raise SourceError(
                'The portal sends its axes the other way round: state `"axes": "north-east"` or '
                '`"axes": "east-north"` in the address.'
            )
    elif all(abs(place[0]) <= 180 and abs(place[1]) <= 90 for place in positions):
        raise SourceError(
            f"The portal names {crs} and sends degrees: correct its reference systems, or ask it without `crs`."
        )


def _any_within(positions: Any, box: tuple[float, ...]) -> bool:
    west, south, east, north = box
    return any(west <= place[0] <= east and south <= place[1] <= north for place in positions)
