"""Parquet, by pyarrow: batches of rows, with the geometry of GeoParquet as GeoJSON.

A file states the size of its pages itself, so a file that says more than the bounds is refused before a page is read.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa  # type: ignore[import-untyped]  # it has no stubs
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from connector.dataplane.tabular.cells.arrow import read_batch
from connector.dataplane.tabular.opened import BATCH, MOST_EXPANDED, MOST_ROWS, OpenedRows, check_fields
from connector.dataplane.tabular.shapes import read_shape, read_wkb, to_geojson
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records

_MARK = b"PAR1"
_ENCODINGS = {
    "point": ("Point", 0),
    "linestring": ("LineString", 1),
    "multipoint": ("MultiPoint", 1),
    "polygon": ("Polygon", 2),
    "multilinestring": ("MultiLineString", 2),
    "multipolygon": ("MultiPolygon", 3),
}
"""The encodings of GeoParquet beside WKB: the geometry, and how deep its coordinates lie in lists."""


def open_rows(path: Path, _records: Records) -> OpenedRows:
    """Return the rows of a Parquet file. Raises Untreatable."""
    with path.open("rb") as file:
        if file.read(4) != _MARK:
            raise Untreatable("The data is no Parquet: correct the file or its media type.")
    try:
        file = pq.ParquetFile(path, memory_map=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Untreatable("The Parquet cannot be read: it is broken or cut off.") from error
    known = file.metadata
    size = sum(known.row_group(at).total_byte_size for at in range(known.num_row_groups))
    if known.num_rows > MOST_ROWS or size > MOST_EXPANDED:
        raise Untreatable(
            f"The Parquet has more than {MOST_ROWS} rows or {MOST_EXPANDED} bytes: offer it in several files."
        )
    fields = check_fields(file.schema_arrow.names, "Parquet")
    shape, crs, read = _find_geometry(file.schema_arrow.metadata or {})
    return OpenedRows(fields, _batch(file, {shape: read} if shape in fields else {}), crs)


def _find_geometry(metadata: dict[bytes, bytes]) -> tuple[str, str, Callable[[Any], Any]]:
    """Return the column with the geometry, its reference system and its reader, as GeoParquet 1.1 states them.

    The name is empty without a geometry, the system if the file says that it is unknown, or in a way that has no code.
    """
    try:
        found = msgspec.json.decode(metadata.get(b"geo", b"{}"))
        name = str(found["primary_column"])
        column = found["columns"][name]
        kind = _ENCODINGS.get(str(column.get("encoding", "WKB")).lower())
        read = read_wkb if kind is None else partial(_read_native, *kind)
        stated = column.get("crs") if "crs" in column else {"id": {"authority": "OGC", "code": "CRS84"}}
    except (msgspec.MsgspecError, UnicodeError, KeyError, TypeError, AttributeError):
        return "", "", read_wkb
    try:
        return name, f"{stated['id']['authority']}:{stated['id']['code']}", read
    except (KeyError, TypeError):
        return name, "", read


def _read_native(name: str, depth: int, value: Any) -> Any:
    """Return a geometry of nested lists of coordinates, each of them a struct of x and y."""
    return to_geojson(read_shape({"type": name, "coordinates": _list_coordinates(value, depth)}))


def _list_coordinates(value: Any, depth: int) -> Any:
    if depth:
        return [_list_coordinates(one, depth - 1) for one in value]
    return [value[axis] for axis in ("x", "y", "z") if value.get(axis) is not None]


def _batch(file: Any, own: dict[str, Callable[[Any], Any]]) -> Iterator[list[Record]]:
    try:
        for batch in file.iter_batches(batch_size=BATCH):
            yield read_batch(batch, own)
    except OverflowError as error:
        raise Untreatable(
            "The Parquet has a time outside of the years 1 to 9999, or a duration that is too long: leave it empty."
        ) from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Untreatable("The Parquet cannot be read to its end: it is broken.") from error
