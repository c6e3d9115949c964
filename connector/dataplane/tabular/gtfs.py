"""A table of a timetable in GTFS as rows: a ZIP archive with one CSV for each table (GTFS Schedule Reference).

The owner states the table (`--record table=trips`); without it, it is `stops`.
"""

import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from connector.dataplane.formats.csv import Csv
from connector.dataplane.tabular.opened import MOST_ROWS, OpenedRows, check_archive, check_fields
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
    codec = Csv(Records(format="csv", delimiter=",", encoding="utf-8"))
    batches = _read(path, f"{table}.txt", codec)
    first = next(batches, [])
    crs = "OGC:CRS84" if {"stop_lon", "shape_pt_lon"} & set(codec.fields or ()) else ""
    return OpenedRows(check_fields(codec.fields or (), "GTFS"), chain((first,), batches), crs)


def _read(path: Path, member: str, codec: Csv) -> Iterator[list[Record]]:
    count = 0
    with zipfile.ZipFile(path) as archive, archive.open(member) as file:
        while piece := file.read(_PIECE):
            rows = codec.read(piece)
            count += len(rows)
            if count > MOST_ROWS:
                raise Untreatable(f"The table has more than {MOST_ROWS} rows: offer it in several files.")
            if codec.fields is not None:
                yield rows
        yield codec.end()
