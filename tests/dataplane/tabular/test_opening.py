"""Files that are read as a whole: each format is read, and what is broken, huge or something else is refused."""

import contextlib
import io
import random
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.dataplane.tabular import opened, opening
from connector.dataplane.tabular.opening import open_file
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import RecordFormat, Records
from tests.support.data import data_folder

FORMATS: tuple[RecordFormat, ...] = ("excel", "parquet", "shapefile", "geopackage", "geojson", "datex")
DATEX = (
    b'<d2LogicalModel xmlns="http://datex2.eu/schema/2/2_0"><parkingFacilityTable><parkingFacility id="1">'
    b"<totalParkingCapacity>5</totalParkingCapacity></parkingFacility></parkingFacilityTable></d2LogicalModel>"
)


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


def test_a_workbook_has_numbers_texts_and_empty_cells(tmp_path: Path) -> None:
    data = make_workbook(["name", "wert"], ["Köln", 1.5], ["007", None], [None, None], ["x", 3])
    rows = rows_of(put(tmp_path, data), "excel")
    assert [list(map(str, row.values())) for row in rows] == [["Köln", "1.5"], ["007", "None"], ["x", "3"]]


def test_parquet_keeps_types_and_missing_values(tmp_path: Path) -> None:
    rows = rows_of(put(tmp_path, make_parquet(a=[1, None], b=["x", "y"], c=[0.5, float("nan")])), "parquet")
    assert [str(row) for row in rows] == ["{'a': 1, 'b': 'x', 'c': Decimal('0.5')}", "{'a': None, 'b': 'y', 'c': None}"]


def test_a_shapefile_in_an_archive_has_its_umlauts_and_its_reference_system(tmp_path: Path) -> None:
    found = open_file(put(tmp_path, make_archive(read_playgrounds())), Records(format="shapefile"))
    rows = [row for batch in found.batches for row in batch]
    assert (len(rows), found.crs, found.remarks) == (352, "EPSG:25832", ("no-code-page",))
    assert rows[0]["kategorie"] == "Bolzplätze"


def test_datex_of_parking_is_a_row_a_facility(tmp_path: Path) -> None:
    assert rows_of(put(tmp_path, DATEX), "datex") == [{"id": "1", "totalParkingCapacity": "5"}]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 64, b"PK\x03\x04", b"PAR1PAR1", b"<a/>", b"{}", b"SQLite format 3\0", b"a;b\n1;2\n", b"%PDF-1.7"],
)
def test_what_is_something_else_is_refused_in_one_sentence(tmp_path: Path, form: RecordFormat, data: bytes) -> None:
    with pytest.raises(Untreatable) as refused:
        rows_of(put(tmp_path, data), form)
    assert str(refused.value).endswith(".")
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize(
    "head",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd">',
    ],
)
def test_xml_with_a_document_type_is_refused(tmp_path: Path, head: bytes) -> None:
    with pytest.raises(Untreatable, match="document type"):
        rows_of(put(tmp_path, head + DATEX), "datex")


@pytest.mark.parametrize("form", ["excel", "shapefile"])
def test_an_archive_that_grows_is_refused(tmp_path: Path, form: RecordFormat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "MOST_EXPANDED", 1_000_000)
    with pytest.raises(Untreatable, match="unpacked"):
        rows_of(put(tmp_path, make_archive({"xl/a.xml": b"\0" * 5_000_000})), form)


def test_parquet_that_says_more_rows_than_the_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.dataplane.tabular.parquet.MOST_ROWS", 10)
    with pytest.raises(Untreatable, match="more than 10 rows"):
        rows_of(put(tmp_path, make_parquet(a=[1] * 11)), "parquet")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGEST", 10)
    with pytest.raises(Untreatable, match="more than 10 bytes"):
        rows_of(put(tmp_path, DATEX), "datex")


def test_a_database_is_no_geopackage_and_a_text_that_names_other_files_is_not_opened(tmp_path: Path) -> None:
    place = tmp_path / "data"
    connection = sqlite3.connect(place)
    connection.execute("CREATE TABLE a (b)")
    connection.commit()
    connection.close()
    with pytest.raises(Untreatable, match="no GeoPackage"):
        rows_of(place, "geopackage")
    with pytest.raises(Untreatable, match="no GeoPackage"):
        rows_of(put(tmp_path, b"<OGRVRTDataSource><OGRVRTLayer name='a'/></OGRVRTDataSource>"), "geopackage")


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(opening._OPENERS, "excel", ("absent", "open_rows"))  # type: ignore[index]
    with pytest.raises(Untreatable, match=r"datenkontor\[forms\]"):
        rows_of(put(tmp_path, b"x"), "excel")


def damaged() -> Iterator[tuple[RecordFormat, bytes]]:
    yield "excel", make_workbook(["a", "b"], [1, "x"], [2, "y"])
    yield "parquet", make_parquet(a=[1, 2, 3], b=["x", "y", "z"])
    yield "datex", DATEX
    yield (
        "geojson",
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1},"geometry":null}]}',
    )


WHOLE = list(damaged())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(which=st.integers(0, len(WHOLE) - 1), seed=st.integers(0, 2**32), cut=st.booleans())
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, which: int, seed: int, cut: bool) -> None:
    form, data = WHOLE[which]
    chance, broken = random.Random(seed), bytearray(data)
    if cut:
        del broken[chance.randrange(len(broken)) :]
    for _ in range(chance.randrange(1, 4)):
        if broken:
            broken[chance.randrange(len(broken))] = chance.randrange(256)
    with contextlib.suppress(Untreatable):
        rows_of(put(tmp_path, bytes(broken)), form)
