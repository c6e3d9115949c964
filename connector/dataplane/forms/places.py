"""The places of rows: the geometry that a row has, and the conversion between reference systems, by pyproj (an extra).

Coordinates are always east before north. Converted ones are rounded to 7 decimals of a degree, or to millimetres.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import pyproj
from pyproj.exceptions import CRSError, ProjError

from connector.dataplane.formats.values import make_loose_reader
from connector.dataplane.forms.choice import CRS84, BadChoice
from connector.dataplane.tabular.shapes import AnyShape, convert, make_box, make_point, read_shape, touches
from connector.ports.flow import Record
from connector.ports.treatment import Records

FindShape = Callable[[Record], AnyShape | None]


def make_finder(fields: Sequence[str], records: Records) -> FindShape:
    """Return the function that finds the geometry of a row: in one field, or in those of east and north."""
    if len(fields) == 1:
        return lambda row: read_shape(row.get(fields[0]))
    signs = records.decimal, records.thousands, records.certain
    return partial(_find_point, [(name, make_loose_reader(name, *signs)) for name in fields[:2]])


def _find_point(axes: Sequence[tuple[str, Callable[[Any], Decimal | None]]], row: Record) -> AnyShape | None:
    x, y = (read(row.get(name)) for name, read in axes)
    return None if x is None or y is None else make_point(float(x), float(y))


def make_converter(source: str, target: str) -> Callable[[AnyShape], AnyShape | None]:
    """Return the function that converts a geometry, to None where the target has no such place.

    Raises BadChoice for an unknown reference system, and for one without east and north, such as one of heights.
    """
    if source == target:
        return lambda found: found
    try:
        known = pyproj.Transformer.from_crs(_resolve(source), _resolve(target), always_xy=True)
    except (CRSError, ProjError) as error:
        raise BadChoice(
            f"Coordinates cannot be converted from {source[:50] or 'an unknown reference system'} to {target[:50]}: "
            "state `crs` of the records, or choose another one."
        ) from error
    decimals = 7 if is_in_degrees(target) else 3

    def step(easts: Any, norths: Any) -> tuple[Any, Any]:
        x, y = known.transform(easts, norths)
        return x.round(decimals), y.round(decimals)

    return lambda found: convert(found, step)


def make_test(box: tuple[float, float, float, float], box_crs: str, crs: str) -> Callable[[AnyShape], bool]:
    """Return the test whether a geometry in `crs` shares a point with a box in `box_crs`."""
    area, place = make_box(box), make_converter(crs, box_crs)
    return lambda found: (there := place(found)) is not None and touches(there, area)


def is_in_degrees(code: str) -> bool:
    """Return whether coordinates of a reference system are in degrees; False for an unknown one."""
    try:
        return code == CRS84 or bool(pyproj.CRS(code).is_geographic)
    except CRSError:
        return False


def describe_crs(code: str) -> dict[str, Any] | None:
    """Return a reference system as PROJJSON, None for an unknown one."""
    try:
        return pyproj.CRS(_resolve(code)).to_json_dict()
    except CRSError:
        return None


def _resolve(code: str) -> pyproj.CRS:
    """Return a reference system of places on a map. Raises CRSError for an unknown one, and for any other."""
    found = pyproj.CRS(code) if code else None
    if found is None or not (found.is_geographic or found.is_projected):
        raise CRSError("unknown")
    return found


def convert_box(box: tuple[float, ...], crs: str) -> tuple[float, ...]:
    """Return a box in degrees of WGS 84; empty if the reference system is unknown."""
    try:
        known = pyproj.Transformer.from_crs(_resolve(crs), CRS84, always_xy=True)
        west, south, east, north = known.transform_bounds(box[0], box[1], box[2], box[3])
    except (CRSError, ProjError):
        return ()
    return round(west, 6), round(south, 6), round(east, 6), round(north, 6)


def has_north_first(code: str) -> bool:
    """Return whether the definition of a reference system has north before east; False for an unknown one."""
    try:
        axes = pyproj.CRS(code).axis_info
    except CRSError:
        return False
    return bool(axes) and axes[0].direction == "north"
