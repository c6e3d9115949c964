"""A table of a timetable in GTFS as rows: a ZIP archive with one CSV for each table (GTFS Schedule Reference).

The owner states the table (`--record table=trips`); without it, it is `stops`.
GTFS demands commas and UTF-8: another separator is read and told, another encoding is refused.
"""

import codecs
import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from connector.dataplane.formats.csv import Csv
from connector.dataplane.tabular.opened import MOST_ROWS, FileRemark, OpenedRows, check_archive, check_fields
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records

_PIECE = 256 * 1024
_NEEDED = "agency.txt"


def open_rows(path: Path, records: Records) -> OpenedRows:
    """Return the rows of a table. Raises Untreatable."""
    names = [name for name in check_archive(path, "GTFS") if name.endswith(".txt")]
    if _NEEDED not in names:
        raise Untreatable("The archive has no agency.txt: it is no GTFS, or its tables lie in a folder.")
    table = records.table or "stops"
    if f"{table}.txt" not in names:
        known = ", ".join(sorted(name.removesuffix(".txt") for name in names)[:30])
        raise Untreatable(f"The GTFS has no table {table[:50]!r}: choose one of {known}.")
    codec = Csv(Records(format="csv", encoding="utf-8"))
    batches = _read(path, table, codec)
    first = next(batches, [])
    crs = "OGC:CRS84" if {"stop_lon", "shape_pt_lon"} & set(codec.fields or ()) else ""
    # Whoever gets the file as it is gets the other signs, which programs for GTFS do not read.
    other = codec.delimiter != "," and len(codec.fields or ()) > 1
    remarks = (FileRemark("gtfs-commas", f"{table}.txt"),) if other else ()
    return OpenedRows(check_fields(codec.fields or (), "GTFS"), chain((first,), batches), crs, remarks)


def _read(path: Path, table: str, codec: Csv) -> Iterator[list[Record]]:
    count = 0
    decoder = codecs.getincrementaldecoder("utf-8")()
    with zipfile.ZipFile(path) as archive, archive.open(f"{table}.txt") as file:
        empty = True
        while piece := file.read(_PIECE):
            empty = empty and not piece.removeprefix(codecs.BOM_UTF8).strip()
            rows = codec.read_text(_decode(decoder, piece, table))
            count += len(rows)
            if count > MOST_ROWS:
                raise Untreatable(f"The table has more than {MOST_ROWS} rows: offer it in several files.")
            if codec.fields is not None:
                yield rows
        if empty:
            raise Untreatable(f"The table {table!r} of the GTFS is empty: GTFS expects the names of its fields.")
        rest = codec.read_text(_decode(decoder, b"", table, final=True))
        yield [*rest, *codec.end()]


def _decode(decoder: codecs.IncrementalDecoder, piece: bytes, table: str, *, final: bool = False) -> str:
    try:
        return decoder.decode(piece, final)
    except UnicodeDecodeError as error:
        raise Untreatable(
            f"The table {table!r} of the GTFS is not in UTF-8, as GTFS demands: export it again."
        ) from error
