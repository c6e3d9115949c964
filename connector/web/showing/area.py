"""Places on a drawing: boxes and geometries in degrees (RFC 7946) become paths of SVG, within bounds. Pure.

The scale is the same in both directions at the middle of what is drawn; nothing is drawn below, so that no other host
is asked for a map.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec

from connector.ports.broker_store import Box

ShapeKind = Literal["point", "line", "area"]
Position = tuple[float, float]
WIDTH, LEAST_HEIGHT, MOST_HEIGHT = 600.0, 160.0, 420.0
MOST_SHAPES, MOST_POSITIONS = 400, 20_000
_MARGIN, _DOT = 32.0, 6.0
_KM_PER_DEGREE = 111.32
_LEAST_DEGREES = 0.002
_KINDS: dict[str, tuple[ShapeKind, int]] = {
    "Point": ("point", 0),
    "MultiPoint": ("point", 1),
    "LineString": ("line", 1),
    "MultiLineString": ("line", 2),
    "Polygon": ("area", 2),
    "MultiPolygon": ("area", 3),
}


class DrawnShape(msgspec.Struct, frozen=True):
    """One thing on a drawing: the data of its path (SVG 2, section 9.3), and the number of what it belongs to."""

    kind: ShapeKind
    path: str
    number: int


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """Shapes on a sheet of `width` and `height`; `frame` is the box in degrees that they lie in, `km` its width."""

    width: float
    height: float
    shapes: tuple[DrawnShape, ...]
    frame: Box
    km: float


_Placed = tuple[ShapeKind, list[list[Position]], int]


def draw_boxes(boxes: Sequence[tuple[int, Box]]) -> Drawing | None:
    """Return a drawing of numbered boxes, or None without any.

    >>> draw_boxes([]) is None
    True
    """
    placed: list[_Placed] = []
    for number, (west, south, east, north) in boxes[:MOST_SHAPES]:
        if not _is_place((west, south)) or not _is_place((east, north)):
            continue
        if east - west < _LEAST_DEGREES and north - south < _LEAST_DEGREES:
            placed.append(("point", [[((west + east) / 2, (south + north) / 2)]], number))
        else:
            placed.append(("area", [[(west, south), (east, south), (east, north), (west, north)]], number))
    return _draw(placed)


def draw_geometries(geometries: Sequence[tuple[int, Any]]) -> Drawing | None:
    """Return a drawing of numbered geometries as GeoJSON has them, or None if none of them is in degrees.

    >>> draw_geometries([(1, {"type": "Point", "coordinates": [8.4, 49.0]})]).shapes[0].kind
    'point'
    """
    placed: list[_Placed] = []
    left = MOST_POSITIONS
    for number, geometry in geometries[:MOST_SHAPES]:
        for kind, parts in _read_geometry(geometry, 0):
            left -= sum(map(len, parts))
            if left < 0:
                return _draw(placed)
            placed.append((kind, parts, number))
    return _draw(placed)


def _read_geometry(geometry: Any, depth: int) -> Iterator[tuple[ShapeKind, list[list[Position]]]]:
    """Yield the parts of a geometry; what is no geometry in degrees is left out."""
    if not isinstance(geometry, dict) or depth > 1:
        return
    if geometry.get("type") == "GeometryCollection":
        members = geometry.get("geometries")
        for member in members[:MOST_SHAPES] if isinstance(members, list) else ():
            yield from _read_geometry(member, depth + 1)
        return
    kind, depth_of_lists = _KINDS.get(str(geometry.get("type")), ("point", -1))
    parts = [part for part in _list_parts(geometry.get("coordinates"), depth_of_lists) if part]
    if parts:
        yield kind, parts


def _list_parts(coordinates: Any, depth: int) -> Iterator[list[Position]]:
    """Yield the lists of positions in coordinates that are lists of lists `depth` deep."""
    if depth == 0:
        coordinates, depth = [coordinates], 1
    if depth < 0 or not isinstance(coordinates, list):
        return
    if depth == 1:
        yield [place for place in map(_read_position, coordinates[:MOST_POSITIONS]) if place]
        return
    for member in coordinates[:MOST_SHAPES]:
        yield from _list_parts(member, depth - 1)


def _read_position(value: Any) -> Position | None:
    if not isinstance(value, list) or len(value) < 2:
        return None
    east, north = value[:2]
    if isinstance(east, bool) or isinstance(north, bool) or not all(isinstance(n, int | float) for n in (east, north)):
        return None
    # An integer of JSON can be larger than a float.
    if not (-180 <= east <= 180 and -90 <= north <= 90):
        return None
    return float(east), float(north)


def _is_place(place: Position) -> bool:
    east, north = place
    return math.isfinite(east) and math.isfinite(north) and -180 <= east <= 180 and -90 <= north <= 90


def _draw(placed: Sequence[_Placed]) -> Drawing | None:
    positions = [place for _, parts, _ in placed for part in parts for place in part]
    if not positions:
        return None
    west, east = _widen(east for east, _ in positions)
    south, north = _widen(north for _, north in positions)
    stretch = max(math.cos(math.radians((south + north) / 2)), 0.05)
    across, up = (east - west) * stretch, north - south
    scale = min((WIDTH - 2 * _MARGIN) / across, (MOST_HEIGHT - 2 * _MARGIN) / up)
    height = min(max(up * scale + 2 * _MARGIN, LEAST_HEIGHT), MOST_HEIGHT)
    left, top = (WIDTH - across * scale) / 2, (height - up * scale) / 2

    def place(position: Position) -> tuple[float, float]:
        return left + (position[0] - west) * stretch * scale, top + (north - position[1]) * scale

    shapes = tuple(
        DrawnShape(kind, " ".join(_write(kind, [place(position) for position in part]) for part in parts), number)
        for kind, parts, number in placed
    )
    frame, km = (west, south, east, north), across * _KM_PER_DEGREE
    return Drawing(width=WIDTH, height=round(height, 1), shapes=shapes, frame=frame, km=km)


def _widen(values: Iterable[float]) -> tuple[float, float]:
    """Return the least and the greatest of values, a little apart, so that one point has a surrounding."""
    listed = list(values)
    least, greatest = min(listed), max(listed)
    lack = max(_LEAST_DEGREES - (greatest - least), 0.0) / 2
    return least - lack, greatest + lack


def _write(kind: ShapeKind, part: Sequence[tuple[float, float]]) -> str:
    if kind == "point":
        return " ".join(
            f"M{x - _DOT:.1f} {y:.1f}a{_DOT:g} {_DOT:g} 0 1 0 {2 * _DOT:g} 0a{_DOT:g} {_DOT:g} 0 1 0 {-2 * _DOT:g} 0z"
            for x, y in part
        )
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in part)
    return line + "z" if kind == "area" else line
