"""Geometries of GML 3.2 (ISO 19136) as GeoJSON: points, lines and areas, also in parts; arcs are refused."""

import re
from typing import Any, NamedTuple

from connector.dataplane.portals.xml import XmlNode
from connector.ports.flow import SourceError

_LINES = {"LineString": "LineString", "Curve": "LineString", "LineStringSegment": "LineString"}
_AREAS = {"Polygon": "Polygon", "Surface": "Polygon", "PolygonPatch": "Polygon", "Rectangle": "Polygon"}
_MANY = {
    "MultiPoint": ("MultiPoint", frozenset({"Point"})),
    "MultiLineString": ("MultiLineString", frozenset(_LINES)),
    "MultiCurve": ("MultiLineString", frozenset(_LINES)),
    "CompositeCurve": ("MultiLineString", frozenset(_LINES)),
    "MultiPolygon": ("MultiPolygon", frozenset(_AREAS)),
    "MultiSurface": ("MultiPolygon", frozenset(_AREAS)),
    "CompositeSurface": ("MultiPolygon", frozenset(_AREAS)),
}
GEOMETRIES = frozenset({"Point", "LineString", "Curve", "Polygon", "Surface", "MultiGeometry", "Envelope", *_MANY})
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
_WRONG = "A geometry of the portal cannot be read: expected a point, lines or areas of GML 3.2."


class GmlGeometry(NamedTuple):
    """A geometry as in GeoJSON with its coordinates as they are written, and the name of its reference system."""

    geometry: dict[str, Any]
    crs: str


def read_gml(node: XmlNode) -> GmlGeometry:
    """Return an element of GML as a geometry. Raises SourceError."""
    crs, dimension = _find_attribute(node, "srsName"), _find_attribute(node, "srsDimension")
    size = int(dimension) if dimension in {"2", "3"} else 2
    if node.name in _MANY:
        kind, members = _MANY[node.name]
        parts = [_read_one(part, size)["coordinates"] for part in _find(node, members)]
        return GmlGeometry({"type": kind, "coordinates": parts}, crs)
    return GmlGeometry(_read_one(node, size), crs)


def _read_one(node: XmlNode, size: int) -> dict[str, Any]:
    if node.name == "Point":
        points = _read_positions(node, size)
        if len(points) != 1:
            raise SourceError(_WRONG)
        return {"type": "Point", "coordinates": points[0]}
    if node.name in _LINES:
        return {"type": "LineString", "coordinates": _read_line(node, size)}
    if node.name not in _AREAS:
        raise SourceError(_WRONG)
    patches = _find(node, frozenset({"PolygonPatch", "Rectangle"})) or [node]
    if len(patches) != 1:
        raise SourceError("A surface of the portal has several patches, which GeoJSON cannot say: ask for GeoJSON.")
    rings = [
        _read_line(ring, size)
        for side in ("exterior", "interior")
        for edge in _find(patches[0], frozenset({side}))
        for ring in edge.children
    ]
    if not rings:
        raise SourceError(_WRONG)
    return {"type": "Polygon", "coordinates": rings}


def _read_line(node: XmlNode, size: int) -> list[list[float]]:
    if node.name in {"Arc", "Circle", "ArcString", "CircleByCenterPoint", "ArcByCenterPoint"}:
        raise SourceError("A geometry of the portal has arcs, which GeoJSON cannot say: ask for GeoJSON.")
    if any(child.name in {"posList", "pos"} for child in node.children):
        return _read_positions(node, size)
    line: list[list[float]] = []
    for child in node.children:
        inner = _read_line(child, size)
        line += inner[1:] if line and inner and line[-1] == inner[0] else inner
    return line


def _read_positions(node: XmlNode, size: int) -> list[list[float]]:
    """Return the positions of `posList` or of each `pos`. Raises SourceError for what is no finite number."""
    found: list[list[float]] = []
    for child in node.children:
        numbers = _read_numbers(child.text) if child.name in {"posList", "pos"} else []
        width = len(numbers) if child.name == "pos" else size
        if width and len(numbers) % width:
            raise SourceError(_WRONG)
        found += [numbers[start : start + width] for start in range(0, len(numbers), width or 1)]
    return found


def _read_numbers(text: str) -> list[float]:
    parts = text.split()
    if not all(map(_NUMBER.fullmatch, parts)):
        raise SourceError("A geometry of the portal has a coordinate that is no number.")
    return [float(part) for part in parts]


def _find(node: XmlNode, names: frozenset[str]) -> list[XmlNode]:
    """Return the nearest elements of these names below an element."""
    found: list[XmlNode] = []
    for child in node.children:
        found += [child] if child.name in names else _find(child, names)
    return found


def _find_attribute(node: XmlNode, name: str) -> str:
    """Return an attribute of an element, or of the first one below that has it."""
    if name in node.attributes:
        return node.attributes[name]
    return next((found for child in node.children if (found := _find_attribute(child, name))), "")
