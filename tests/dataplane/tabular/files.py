"""Files of each format, made for tests, and their rows."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from connector.dataplane.tabular.opening import open_file
from connector.ports.flow import Record
from connector.ports.treatment import RecordFormat, Records
from tests.support.data import data_folder

DATEX = (
    b'<d2LogicalModel xmlns="http://datex2.eu/schema/2/2_0"><parkingFacilityTable><parkingFacility id="1">'
    b"<totalParkingCapacity>5</totalParkingCapacity></parkingFacility></parkingFacilityTable></d2LogicalModel>"
)
GEOJSON = b'{"type":"FeatureCollection","features":[{"type":"Feature","id":7,"properties":{"a":1.50},"geometry":null}]}'


def rows_of(path: Path, form: RecordFormat) -> list[Record]:
    return [row for batch in open_file(path, Records(format=form)).batches for row in batch]


def put(folder: Path, data: bytes) -> Path:
    place = folder / "data"
    place.write_bytes(data)
    return place


def make_workbook(*rows: list[Any]) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return made.getvalue()


def make_parquet(**columns: list[Any]) -> bytes:
    made = io.BytesIO()
    pq.write_table(pa.table(columns), made)
    return made.getvalue()


def make_archive(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def read_playgrounds() -> dict[str, bytes]:
    place = data_folder("bochum/playgrounds.shp").parent
    return {f"playgrounds.{end}": (place / f"playgrounds.{end}").read_bytes() for end in ("shp", "dbf", "shx", "prj")}
