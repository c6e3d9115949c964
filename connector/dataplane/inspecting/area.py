"""The place of rows: which fields hold it, its reference system and box, and what lies outside.

A box in another system than WGS 84, and WKT, need the extra `forms`; without it they are left out.
"""

import re
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any, NamedTuple

from connector.dataplane.formats.values import read_raw
from connector.dataplane.forms.choice import CRS84
from connector.dataplane.inspecting.columns import Column
from connector.dataplane.tabular.opened import GEOMETRY
from connector.dataplane.tabular.opening import load_extra
from connector.ports.flow import Record, Untreatable
from connector.views.sightings import DataFinding

_EAST = re.compile(r"(?:.*[_.])?(?:lon|lng|long|longitude|l(?:ä|ae)ngengrad|(?:geo_)?l(?:ä|ae)nge|x)", re.IGNORECASE)
_NORTH = re.compile(r"(?:.*[_.])?(?:lat|latitude|breitengrad|(?:geo_)?breite|y)", re.IGNORECASE)
_EASTING = re.compile(r"(?:.*[_.])?(?:rechts(?:wert)?|easting|ost(?:wert)?|utm_?x)(?:[_.].*)?", re.IGNORECASE)
_NORTHING = re.compile(r"(?:.*[_.])?(?:hoch(?:wert)?|northing|nord(?:wert)?|utm_?y)(?:[_.].*)?", re.IGNORECASE)
_WKT = re.compile(r"(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION", re.IGNORECASE)
_FAR = 2.0
"""Degrees from the middle of a city beyond which nothing of it lies; and the same in metres."""
_FAR_METRES = 150_000.0
_DEGREES, _POLE = 180, 90
_GERMANY = (5.8, 47.2), (15.1, 55.1)
_UTM_EAST, _UTM_NORTH = (100_000, 900_000), (5_000_000, 6_200_000)
_GAUSS = {2: "EPSG:31466", 3: "EPSG:31467", 4: "EPSG:31468", 5: "EPSG:31469"}


class PlaceBox(NamedTuple):
    """The box around a geometry."""

    west: float
    south: float
    east: float
    north: float

    @property
    def middle(self) -> tuple[float, float]:
        """East and north of its middle."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2


class Area(NamedTuple):
    """Where rows are: the fields of the geometry, the reference system (empty if unknown), the box in degrees."""

    fields: tuple[str, ...] = ()
    crs: str = ""
    box: tuple[float, ...] = ()
    findings: tuple[DataFinding, ...] = ()


def find_area(records: Sequence[Record], columns: Sequence[Column], stated_crs: str, file_crs: str) -> Area:
    """Return where the rows are. `stated_crs` is what the owner states, `file_crs` what the file says."""
    fields = _find_fields(columns)
    if not fields:
        return Area()
    places = _list_places(records, columns, fields)
    if not places:
        return Area(fields, stated_crs or file_crs)
    crs, name = _say_as_degrees(stated_crs or file_crs), ", ".join(fields)
    if not stated_crs and crs == CRS84 and not _is_on_earth(places):
        # GeoJSON is in WGS 84 without a word of it, and exports in metres do not know that.
        crs = ""
    guessed = "" if crs else _guess_crs(places)
    crs = crs or guessed
    if not crs:
        return Area(fields, "", (), (DataFinding(code="crs-unknown", level="fault", field=name, count=len(places)),))
    findings: list[DataFinding] = []
    if crs != CRS84:
        code = "crs-guessed" if guessed else "crs"
        findings.append(DataFinding(code=code, level="remark", field=name, detail=crs, count=len(places)))
    in_degrees = _is_in_degrees(crs)
    findings += _find_outside(places, name, len(records), in_degrees=in_degrees)
    sound = [place for place in places if not _is_strange(place, in_degrees=in_degrees)]
    box = () if not sound or (in_degrees and _is_swapped(sound)) else _make_box(sound)
    return Area(fields, crs, _convert_box(box, crs) if box and crs != CRS84 else box, tuple(findings))


def _say_as_degrees(crs: str) -> str:
    """Return a reference system as rows have it: with east before north, EPSG:4326 is that of GeoJSON."""
    return CRS84 if crs == "EPSG:4326" else crs


def _is_in_degrees(crs: str) -> bool:
    if crs == CRS84:
        return True
    try:
        known: Any = load_extra("connector.dataplane.forms.places", "is_in_degrees")
    except Untreatable:
        return False
    return bool(known(crs))


def _find_fields(columns: Sequence[Column]) -> tuple[str, ...]:
    names = [column.name for column in columns]
    if GEOMETRY in names and any(column.nested for column in columns if column.name == GEOMETRY):
        return (GEOMETRY,)
    for column in columns:
        if column.known and all(_WKT.match(column.texts[at]) for at in column.known[:20]):
            return (column.name,)
    for east, north in ((_EAST, _NORTH), (_EASTING, _NORTHING)):
        one = [column.name for column in columns if east.fullmatch(column.name) and column.is_numeric]
        other = [column.name for column in columns if north.fullmatch(column.name) and column.is_numeric]
        if len(one) == 1 and len(other) == 1:
            return one[0], other[0]
    return ()


def _list_places(records: Sequence[Record], columns: Sequence[Column], fields: tuple[str, ...]) -> list[PlaceBox]:
    """Return the box around the geometry of each row that has one."""
    if len(fields) > 1:
        by_name = {column.name: column.numbers for column in columns}
        easts, norths = by_name[fields[0]], by_name[fields[1]]
        points = [(float(easts[at]), float(norths[at])) for at in easts if at in norths]
        return [PlaceBox(east, north, east, north) for east, north in points]
    try:
        read: Any = load_extra("connector.dataplane.tabular.shapes", "read_shape")
        bounds: Any = load_extra("connector.dataplane.tabular.shapes", "find_bounds")
    except Untreatable:
        return []
    found = (read(read_raw(record.get(fields[0]))) for record in records)
    return [PlaceBox(*bounds(shape)) for shape in found if shape is not None and not shape.is_empty]


def _guess_crs(places: Sequence[PlaceBox]) -> str:
    """Return the reference system that coordinates in Germany look like; empty if none."""
    if _is_on_earth(places):
        return CRS84
    easts, norths = _find_middle(places)
    if _UTM_EAST[0] <= easts <= _UTM_EAST[1] and _UTM_NORTH[0] <= norths <= _UTM_NORTH[1]:
        return "EPSG:25832"
    if _UTM_NORTH[0] <= norths <= _UTM_NORTH[1]:
        # UTM with the number of the zone before the easting, and the strips of Gauss-Krüger.
        return "EPSG:4647" if easts // 1_000_000 == 32 else _GAUSS.get(int(easts // 1_000_000), "")
    return ""


def _find_middle(places: Sequence[PlaceBox]) -> tuple[float, float]:
    return median(place.middle[0] for place in places), median(place.middle[1] for place in places)


def _is_on_earth(places: Sequence[PlaceBox]) -> bool:
    """Return whether most places are in degrees."""
    east, north = _find_middle(places)
    return abs(east) <= _DEGREES and abs(north) <= _POLE


def _is_swapped(places: Sequence[PlaceBox]) -> bool:
    """Return whether most places, in degrees, are in Germany only if the first number is the latitude."""
    first, second = _find_middle(places)
    (west, south), (east, north) = _GERMANY
    return south <= first <= north and west <= second <= east


def _is_strange(place: PlaceBox, *, in_degrees: bool) -> bool:
    """Return whether a place is at zero, beyond the poles, or in degrees among places that are in metres."""
    small = abs(place.west) <= _DEGREES and abs(place.south) <= _POLE
    return place.middle == (0.0, 0.0) or small is not in_degrees


def _find_outside(places: Sequence[PlaceBox], name: str, of: int, *, in_degrees: bool) -> Iterator[DataFinding]:
    """Yield how many places are impossible, have east and north swapped, or are far from the middle of all."""
    strange = [place for place in places if _is_strange(place, in_degrees=in_degrees)]
    sound = [place for place in places if not _is_strange(place, in_degrees=in_degrees)]
    if not sound or (in_degrees and _is_swapped(sound)):
        said = f"{places[0].middle[0]:g}, {places[0].middle[1]:g}"
        code = "swapped" if sound else "no-place"
        yield DataFinding(code=code, level="fault", field=name, count=len(sound or strange), of=of, example=said)
        return
    east, north = _find_middle(sound)
    most = _FAR if in_degrees else _FAR_METRES
    far = [place for place in sound if abs(place.middle[0] - east) > most or abs(place.middle[1] - north) > most]
    swapped = [place for place in far if abs(place.middle[0] - north) <= most and abs(place.middle[1] - east) <= most]
    outside = [place for place in far if place not in swapped]
    for code, listed in (("no-place", strange), ("swapped", swapped), ("outside", outside)):
        if listed and 2 * len(listed) < len(places):
            said = f"{listed[0].middle[0]:g}, {listed[0].middle[1]:g}"
            yield DataFinding(code=code, level="fault", field=name, count=len(listed), of=of, example=said)


def _make_box(places: Sequence[PlaceBox]) -> tuple[float, ...]:
    west, south, east, north = zip(*places, strict=True)
    return min(west), min(south), max(east), max(north)


def _convert_box(box: tuple[float, ...], crs: str) -> tuple[float, ...]:
    try:
        convert: Any = load_extra("connector.dataplane.forms.places", "convert_box")
    except Untreatable:
        return ()
    converted: tuple[float, ...] = convert(box, crs)
    return converted
