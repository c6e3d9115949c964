"""Shapefiles in a ZIP archive and GeoPackages, by pyogrio.

GDAL reads many formats, and some of them name other files or addresses. So the first bytes decide what a file is, and
only then GDAL is asked. The texts of a Shapefile have no reliable encoding: it is found in the bytes of its table.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyogrio  # type: ignore[import-untyped]  # it has no stubs
from pyogrio.errors import DataLayerError, DataSourceError  # type: ignore[import-untyped]
from pyogrio.raw import read  # type: ignore[import-untyped]

from connector.dataplane.formats.signatures import find_encoding
from connector.dataplane.tabular.opened import (
    BATCH,
    GEOMETRY,
    MOST_ROWS,
    FileRemark,
    OpenedRows,
    Scratch,
    check_archive,
    check_fields,
    read_float,
)
from connector.dataplane.tabular.shapes import read_wkb
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records

_PARTS = (".shp", ".dbf", ".shx", ".prj", ".cpg")
_SHAPE, _SQLITE, _PACKAGE = b"\x00\x00\x27\x0a", b"SQLite format 3\x00", (b"GPKG", b"GP10", b"GP11", b"GP12")
_SAMPLE = 1024 * 1024


def open_shapefile(path: Path, records: Records) -> OpenedRows:
    """Return the rows of the one Shapefile in a ZIP archive. Raises Untreatable."""
    names = [name for name in check_archive(path, "archive") if not Path(name).name.startswith(".")]
    shapes = [name for name in names if name.lower().endswith(".shp")]
    if len(shapes) != 1:
        raise Untreatable("The archive has no Shapefile, or several: offer one Shapefile in a ZIP archive.")
    stem = shapes[0][: -len(".shp")]
    parts = {name[len(stem) :].lower(): name for name in names if name.startswith(stem)}
    if missing := [ending for ending in _PARTS[:3] if ending not in parts]:
        raise Untreatable(f"The Shapefile has no {', '.join(missing)}: put all of its files into the archive.")
    folder = Scratch()
    with zipfile.ZipFile(path) as archive:
        for ending in _PARTS:
            if ending in parts:
                Path(folder.path, f"data{ending}").write_bytes(archive.read(parts[ending]))
    place = Path(folder.path, "data.shp")
    if place.read_bytes()[:4] != _SHAPE:
        raise Untreatable("The .shp of the archive is no Shapefile: export it again.")
    stated = ".cpg" in parts
    encoding = records.encoding or _find_table_encoding(place.with_suffix(".dbf"), stated=stated)
    return _open(place, encoding, folder, remarks=() if stated else (FileRemark("no-code-page"),))


def open_geopackage(path: Path, _records: Records) -> OpenedRows:
    """Return the rows of the first layer of a GeoPackage. Raises Untreatable."""
    with path.open("rb") as file:
        head = file.read(100)
    if not head.startswith(_SQLITE) or head[68:72] not in _PACKAGE:
        raise Untreatable("The data is no GeoPackage: correct the file or its media type.")
    return _open(path, "", None)


def _find_table_encoding(path: Path, *, stated: bool) -> str:
    """Return the encoding of the texts in a table of dBASE; empty where GDAL finds it in the file `.cpg`."""
    if stated:
        return ""
    data = path.read_bytes()
    begin = int.from_bytes(data[8:10], "little")
    # Fields are filled with spaces or zeros.
    return find_encoding(data[begin : begin + _SAMPLE].replace(b"\0", b" ")) or "utf-8"


def _open(place: Path, encoding: str, folder: Scratch | None, remarks: tuple[FileRemark, ...] = ()) -> OpenedRows:
    try:
        known = pyogrio.read_info(place, encoding=encoding or None)
    except (DataSourceError, DataLayerError, ValueError, UnicodeError) as error:
        raise Untreatable("The file cannot be read as a map layer: export it again.") from error
    if known["features"] > MOST_ROWS:
        raise Untreatable(f"The layer has more than {MOST_ROWS} rows: offer it in several files.")
    names = [str(name) for name in known["fields"]]
    fields = check_fields([*names, *([GEOMETRY] if known["geometry_type"] else [])], "layer")
    return OpenedRows(fields, _batch(place, encoding, fields, folder), known["crs"] or "", remarks)


def _batch(place: Path, encoding: str, fields: tuple[str, ...], _folder: Scratch | None) -> Iterator[list[Record]]:
    """Yield the rows; the folder that has the file stays as long as they are read."""
    at = 0
    try:
        while True:
            _, _, shapes, columns = read(
                place, encoding=encoding or None, skip_features=at, max_features=BATCH, datetime_as_string=True
            )
            count = len(columns[0]) if len(columns) else len(shapes if shapes is not None else ())
            listed = [column.tolist() for column in columns]
            if fields[-1] == GEOMETRY:
                listed.append([read_wkb(shape) for shape in shapes])
            yield [
                {name: _to_value(column[row]) for name, column in zip(fields, listed, strict=True)}
                for row in range(count)
            ]
            at += count
            if count < BATCH:
                return
    except (DataSourceError, DataLayerError, ValueError, UnicodeError) as error:
        raise Untreatable("The rows of the layer cannot be read: check its encoding, or export it again.") from error


def _to_value(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else read_float(value)
    if isinstance(value, bytes):
        return value.hex()
    # pyogrio has dates as numbers of days, and writes them in the way of NumPy.
    return value.isoformat() if hasattr(value, "isoformat") else value
