"""The box around a geometry: from WKT, GML, GeoJSON or four numbers (DCAT-AP 3.0.1, `dcat:bbox`).

Degrees of WGS 84; the reference systems of `grids` are converted. A geometry in another one, or one that is none, has
no box. Pure: standard library and msgspec only.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from connector.broker.reading.grids import LATITUDE_FIRST, GridPosition, convert, is_known
from connector.ports.broker_store import Box

# The characters and the numbers of one geometry that are read; a longer one has no box.
LENGTH = 64 * 1024
NUMBERS = 20_000
_DEPTH = 8

# OGC GeoSPARQL 1.1, section 8.7: the reference system comes first. That of EPSG:4326 has the latitude first.
_SYSTEM = re.compile(r"\s*<([^<>\s]{1,200})>\s*(.*)", re.DOTALL)
_LONGITUDE_FIRST = "/OGC/1.3/CRS84"
_AT_EPSG = re.compile(r"EPSG[:/]{1,2}(?:0/|\d[\d.]*:)?(\d{4,5})\Z")
_DEGREES = 4326
_SHAPE = re.compile(
    r"\s*(?:POINT|LINESTRING|POLYGON|MULTIPOINT|MULTILINESTRING|MULTIPOLYGON|GEOMETRYCOLLECTION)\b[\s\d.,()EMZ+-]*"
    r"(?:(?:POINT|LINESTRING|POLYGON|MULTIPOINT|MULTILINESTRING|MULTIPOLYGON)[\s\d.,()EMZ+-]*)*",
    re.IGNORECASE,
)
_ENVELOPE = re.compile(r"\s*ENVELOPE\s*\(([^()]{1,200})\)\s*", re.IGNORECASE)
# The reference system as PostGIS writes it before WKT.
_SRID = re.compile(r"\A\s*SRID\s*=\s*(\d{4,5})\s*;", re.IGNORECASE)
_GML_SYSTEM = re.compile(r"""\bsrsName\s*=\s*["']([^"']{1,200})["']""")
_GML_POSITIONS = re.compile(r"<(?:\w{1,20}:)?(?:lowerCorner|upperCorner|posList|pos)\b[^<>]{0,200}>([^<>]{1,60000})<")
_CRS84 = re.compile(r"CRS:?84\Z")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?")


def read_box(geometry: Any) -> Box | None:
    """Return the box (west, south, east, north) around a geometry, or None if it has none.

    >>> read_box("POLYGON ((7 51, 7.5 51, 7.5 51.6, 7 51))")
    (7.0, 51.0, 7.5, 51.6)
    >>> read_box({"type": "Point", "coordinates": [7.2, 51.5]})
    (7.2, 51.5, 7.2, 51.5)
    """
    if isinstance(geometry, dict):
        return _read_geojson(geometry)
    if not isinstance(geometry, str) or len(geometry) > LENGTH:
        return None
    if geometry.lstrip()[:1] in {"{", "["}:
        try:
            return _read_geojson(msgspec.json.decode(geometry))
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return None
    return _read_text(geometry)


def _read_text(text: str) -> Box | None:
    if text.lstrip().startswith("<") and (corners := _read_gml(text)):
        return _surround(corners)
    number, swapped = _DEGREES, False
    if srid := _SRID.match(text):
        number, text = int(srid[1]), text[srid.end() :]
    if (system := _SYSTEM.fullmatch(text)) and not system[1].endswith(_LONGITUDE_FIRST):
        stated = _AT_EPSG.search(system[1])
        number = int(stated[1]) if stated else 0
        swapped = number in LATITUDE_FIRST
    if system:
        text = system[2]
    if not is_known(number):
        return None
    if envelope := _ENVELOPE.fullmatch(text):
        west, east, north, south = _read_numbers(envelope[1].split(","), 4) or (math.nan,) * 4
        return _check(west, south, east, north)
    if plain := _read_numbers(text.split(","), 4):
        return _check(*plain)
    if not _SHAPE.fullmatch(text):
        return None
    found = [_NUMBER.findall(position)[:2] for position in text.split(",")[:NUMBERS]]
    if not found or any(len(position) != 2 for position in found):
        return None
    positions = [(float(first), float(second)) for first, second in found]
    return _surround(_convert(number, [(y, x) for x, y in positions] if swapped else positions))


def _convert(number: int, positions: list[GridPosition]) -> list[GridPosition]:
    """Return positions in degrees; nothing if one of them is on no map."""
    found = [convert(number, first, second) for first, second in positions]
    return [position for position in found if position] if all(found) else []


def _read_gml(text: str) -> list[tuple[float, float]]:
    """Return the positions of a geometry of GML, longitude first; nothing in a reference system that is not read.

    OGC 07-036, sections 10.1.4 and 14.2; OGC 09-048, names of reference systems: those of EPSG have the latitude first.
    """
    name = _GML_SYSTEM.search(text)
    system = name[1] if name else ""
    stated = _AT_EPSG.search(system)
    number = int(stated[1]) if stated else _DEGREES
    if system and not (_CRS84.search(system) or (stated and is_known(number))):
        return []
    numbers = [_NUMBER.findall(found) for found in _GML_POSITIONS.findall(text)[:NUMBERS]]
    flat = [float(number) for part in numbers for number in part[:NUMBERS]]
    pairs = list(zip(flat[::2], flat[1::2], strict=False))
    latitude_first = bool(stated) and number in LATITUDE_FIRST and not system.startswith("EPSG:")
    return _convert(number, [(y, x) for x, y in pairs] if latitude_first else pairs)


def _read_numbers(parts: list[str], count: int) -> tuple[float, ...] | None:
    if len(parts) != count or not all(_NUMBER.fullmatch(part.strip()) for part in parts):
        return None
    return tuple(map(float, parts))


def _read_geojson(value: Any) -> Box | None:
    """Return the box of a GeoJSON object (RFC 7946), or of a list of four numbers (its section 5)."""
    box = value.get("bbox") if isinstance(value, dict) else value
    if isinstance(box, list) and len(box) == 4 and all(map(_is_number, box)):
        return _check(*map(float, box))
    return _surround(list(_walk(value, 0)))


def _walk(value: Any, depth: int) -> Iterator[tuple[float, float]]:
    """Yield the positions below a value; what is nested deeper or is none is left out."""
    if depth > _DEPTH:
        return
    if isinstance(value, dict):
        for name in ("coordinates", "geometry", "geometries", "features"):
            yield from _walk(value.get(name), depth + 1)
    elif isinstance(value, list):
        if len(value) >= 2 and _is_number(value[0]) and _is_number(value[1]):
            yield float(value[0]), float(value[1])
        else:
            for entry in value[:NUMBERS]:
                yield from _walk(entry, depth + 1)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 360


def _surround(positions: list[tuple[float, float]]) -> Box | None:
    if not positions:
        return None
    longitudes, latitudes = zip(*positions, strict=True)
    return _check(min(longitudes), min(latitudes), max(longitudes), max(latitudes))


def _check(west: float, south: float, east: float, north: float) -> Box | None:
    inside = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    return (west, south, east, north) if inside else None
