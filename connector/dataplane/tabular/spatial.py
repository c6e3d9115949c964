"""Shapefiles in a ZIP archive and GeoPackages, by pyogrio.

GDAL reads many formats, and some of them name other files or addresses. So the first bytes decide what a file is, and
only then GDAL is asked. Few Shapefiles say how their texts are encoded: it is that of the `.cpg` if GDAL knows it, else
what the bytes of the table show, or its head states.
"""

import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # it has no stubs
import pyogrio  # type: ignore[import-untyped]  # it has no stubs
from pyogrio.errors import DataLayerError, DataSourceError  # type: ignore[import-untyped]
from pyogrio.raw import open_arrow  # type: ignore[import-untyped]

from connector.dataplane.formats.signatures import find_encoding
from connector.dataplane.tabular.cells.arrow import read_batch
from connector.dataplane.tabular.opened import (
    BATCH,
    GEOMETRY,
    MOST_ROWS,
    FileRemark,
    OpenedRows,
    Scratch,
    check_archive,
    check_fields,
)
from connector.dataplane.tabular.shapes import read_wkb
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records

_PARTS = (".shp", ".dbf", ".shx", ".prj", ".cpg")
_SHAPE, _SQLITE, _PACKAGE = b"\x00\x00\x27\x0a", b"SQLite format 3\x00", (b"GPKG", b"GP10", b"GP11", b"GP12")
_SAMPLE = 1024 * 1024
_LONGEST_NAMES = 200
_MOST_WHOLE = 10**15
_PAGE_AT = 29
_CODE_PAGES = {
    0x01: "CP437",
    0x02: "CP850",
    0x03: "CP1252",
    0x13: "CP932",
    0x57: "CP1252",
    0x58: "CP1252",
    0x59: "CP1252",
    0x64: "CP852",
    0x65: "CP866",
    0xC8: "CP1250",
    0xC9: "CP1251",
    0xCA: "CP1254",
    0xCB: "CP1253",
}
"""The code pages that a table of dBASE states in its head."""


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
    page = place.with_suffix(".cpg")
    if page.exists() and page.read_bytes().strip() and _read_info(place)["encoding"] == "UTF-8":
        # GDAL understands it, and converts the texts.
        return _open(place, records.encoding, folder)
    page.unlink(missing_ok=True)
    encoding, stated = _find_table_encoding(place.with_suffix(".dbf"))
    remarks = () if stated else (FileRemark("no-code-page"),)
    return _open(place, records.encoding or encoding, folder, remarks=remarks)


def open_geopackage(path: Path, _records: Records) -> OpenedRows:
    """Return the rows of the first layer of a GeoPackage. Raises Untreatable."""
    with path.open("rb") as file:
        head = file.read(100)
    if not head.startswith(_SQLITE) or head[68:72] not in _PACKAGE:
        raise Untreatable("The data is no GeoPackage: correct the file or its media type.")
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    except (DataSourceError, ValueError) as error:
        raise Untreatable("The GeoPackage cannot be read: export it again.") from error
    if not layers:
        raise Untreatable("The GeoPackage has no layer: export it again with one.")
    others = ", ".join(layers[1:])[:_LONGEST_NAMES]
    # Whoever gets the file as it is gets the other layers too.
    return _open(path, "", None, layers[0], (FileRemark("more-layers", others),) if others else ())


def _find_table_encoding(path: Path) -> tuple[str, bool]:
    """Return the encoding of the texts in a table of dBASE, and whether the table states it.

    Many programs state a code page and write UTF-8, so what can only be UTF-8 is read as such.
    """
    data = path.read_bytes()
    begin = int.from_bytes(data[8:10], "little")
    # Fields are filled with spaces or zeros.
    found = find_encoding(data[begin : begin + _SAMPLE].replace(b"\0", b" ")) or "utf-8"
    stated = _CODE_PAGES.get(data[_PAGE_AT]) if len(data) > _PAGE_AT else None
    return (stated, True) if stated and found != "utf-8" else (found, False)


def _open(
    place: Path, encoding: str, folder: Scratch | None, layer: str | None = None, remarks: tuple[FileRemark, ...] = ()
) -> OpenedRows:
    known = _read_info(place, encoding, layer)
    if known["features"] > MOST_ROWS:
        raise Untreatable(f"The layer has more than {MOST_ROWS} rows: offer it in several files.")
    names = [str(name) for name in known["fields"]]
    fields = check_fields([*names, *([GEOMETRY] if known["geometry_type"] else [])], "layer")
    return OpenedRows(fields, _batch(place, encoding, layer, folder), known["crs"] or "", remarks)


def _read_info(place: Path, encoding: str = "", layer: str | None = None) -> dict[str, Any]:
    try:
        known: dict[str, Any] = pyogrio.read_info(place, layer=layer, encoding=encoding or None)
    except (DataSourceError, DataLayerError, ValueError, UnicodeError) as error:
        raise Untreatable("The file cannot be read as a map layer: export it again.") from error
    return known


def _batch(place: Path, encoding: str, layer: str | None, _folder: Scratch | None) -> Iterator[list[Record]]:
    """Yield the rows; the folder that has the file stays as long as they are read.

    They come by Arrow: arrays of NumPy have no empty whole number or truth value, and make all of them fractions.
    """
    try:
        with open_arrow(
            place,
            layer=layer,
            encoding=encoding or None,
            batch_size=BATCH,
            use_pyarrow=True,
            datetime_as_string=True,
        ) as (known, stream):
            shape = (known["geometry_name"] or "wkb_geometry") if known["geometry_type"] else ""
            own: dict[str, Callable[[Any], Any]] = {shape: read_wkb} if shape else {}
            for batch in stream:
                yield [_to_row(row, shape) for row in read_batch(batch, own)]
    except (DataSourceError, DataLayerError, pa.ArrowException, ValueError, OverflowError, OSError) as error:
        raise Untreatable("The rows of the layer cannot be read: check its encoding, or export it again.") from error


def _to_row(row: Record, shape: str) -> Record:
    found = {name: _to_value(value) for name, value in row.items() if name != shape}
    return {**found, GEOMETRY: row[shape]} if shape else found


def _to_value(value: Any) -> Any:
    # A table of dBASE has whole numbers as fractions.
    whole = isinstance(value, Decimal) and abs(value) < _MOST_WHOLE and value == value.to_integral_value()
    return int(value) if whole else value
