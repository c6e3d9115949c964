"""Data that is bad: what it costs is bounded, and it is refused in one sentence. A test by name for each kind."""

import asyncio
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import NoReturn, get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from connector.dataplane.address.secrets import refuse_secret
from connector.dataplane.control.register import Register
from connector.dataplane.forms.choice import BadChoice, Choice
from connector.dataplane.sources.sql import SqlSource
from connector.dataplane.tabular import opened
from connector.dataplane.tabular.apart import open_apart
from connector.dataplane.treating.source import TreatedSource
from connector.net.tls import TrustAnchors
from connector.ports.flow import Record, SourceError, Untreatable
from connector.ports.treatment import RecordFormat, Records, RowForm, TransformStep
from connector.store.memory.store import MemoryStore
from tests.dataplane.records import START, TREATING, Pieces, deliver, flow, treat
from tests.dataplane.tabular.files import make_archive, make_parquet, put, rows_of

FORMS = get_args(RowForm)
DROP = TransformStep(name="drop", fields=("x",))
COUNTED = {"agency.txt": b"agency_id\n1\n"}


def read_rows(path: Path, form: RecordFormat) -> list[Record]:
    return [row for batch in open_apart(path, Records(format=form)).batches for row in batch]


def test_a_parquet_bomb_ends_in_a_sentence_and_not_in_all_memory(tmp_path: Path) -> None:
    """One large value that each of many rows refers to: a few kilobytes that say little and become gigabytes."""
    large = pa.array(["x" * 4_000_000])
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), large)
    path = tmp_path / "bomb.parquet"
    pq.write_table(pa.table({"a": column}), path, compression="zstd")
    assert path.stat().st_size < 100_000
    with pytest.raises(Untreatable, match="more memory or time"):
        read_rows(path, "parquet")


def test_a_parquet_that_is_unpacked_to_more_than_the_bound_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.dataplane.tabular.parquet.MOST_EXPANDED", 10_000)
    path = put(tmp_path, make_parquet(a=list(range(10_000))))
    with pytest.raises(Untreatable, match="10000 bytes"):
        rows_of(path, "parquet")


@pytest.mark.parametrize("form", ["gtfs", "shapefile"])
def test_a_zip_bomb_inside_an_archive_is_refused(
    tmp_path: Path, form: RecordFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "MOST_EXPANDED", 1_000_000)
    bomb = make_archive({**COUNTED, "stops.txt": b"stop_id\n" + b"0\n" * 2_000_000, "a.shp": b"\0" * 2_000_000})
    assert len(bomb) < 20_000
    with pytest.raises(Untreatable, match="when unpacked"):
        rows_of(put(tmp_path, bomb), form)


@pytest.mark.parametrize("form", ["gtfs", "shapefile"])
def test_a_zip_bomb_that_lies_about_its_size_is_refused(
    tmp_path: Path, form: RecordFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sizes in both headers of the member are made small: what counts is what comes out."""
    monkeypatch.setattr(opened, "MOST_EXPANDED", 1_000_000)
    size = 2_000_008
    bomb = make_archive({"agency.txt": b"a\n", "stops.txt": b"stop_id\n" + b"0\n" * 1_000_000})
    lying = bomb.replace(size.to_bytes(4, "little"), (8).to_bytes(4, "little"))
    assert lying != bomb
    with pytest.raises(Untreatable):
        rows_of(put(tmp_path, lying), form)


@pytest.mark.parametrize("form", ["gtfs", "shapefile"])
def test_a_zip_inside_a_zip_is_not_followed(tmp_path: Path, form: RecordFormat) -> None:
    inner = make_archive({**COUNTED, "stops.txt": b"stop_id\n1\n"})
    with pytest.raises(Untreatable):
        rows_of(put(tmp_path, make_archive({"inner.zip": inner})), form)


@pytest.mark.parametrize("name", ["../agency.txt", "/etc/agency.txt", "a/../../agency.txt", "agency.txt\0.shp"])
def test_a_name_in_an_archive_that_leads_out_of_it_writes_nothing(tmp_path: Path, name: str) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, b"a\n1\n")
    inside = tmp_path / "in"
    inside.mkdir()
    for form in ("gtfs", "shapefile"):
        with pytest.raises(Untreatable):
            rows_of(put(inside, made.getvalue()), form)
    assert [place.name for place in tmp_path.iterdir()] == ["in"]


LYING: dict[str, tuple[RecordFormat, bytes]] = {
    "a page as CSV": ("csv", b"<!DOCTYPE html><html><body>Sign in</body></html>"),
    "a packed file as CSV": ("csv", b"\x1f\x8b\x08\0\0\0\0\0"),
    "CSV as JSON": ("json", b"a;b\n1;2\n"),
    "CSV as lines of JSON": ("ndjson", b"a;b\n1;2\n"),
    "an object as an array": ("json", b'"text"'),
    "Parquet as JSON": ("json", make_parquet(a=[1])),
    "a workbook as Parquet": ("parquet", make_archive({"xl/workbook.xml": b"<a/>"})),
}


@pytest.mark.parametrize("kind", LYING)
def test_a_lying_media_type_is_refused_and_nothing_leaves(kind: str) -> None:
    form, data = LYING[kind]
    with pytest.raises(Untreatable) as refused:
        deliver(data, treat(Records(format=form), DROP))
    assert str(refused.value).endswith(".")


NONE_OF_A_NUMBER = ["NaN", "Infinity", "-Infinity"]


@pytest.mark.parametrize("text", [*NONE_OF_A_NUMBER, "nan", "inf"])
@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("json", b'[{"a": %s}]'),
        ("ndjson", b'{"a": %s}\n'),
        (
            "geojson",
            b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":%s},"geometry":null}]}',
        ),
    ],
)
def test_a_number_that_is_none_is_refused_in_json(form: RecordFormat, data: bytes, text: str) -> None:
    with pytest.raises(Untreatable):
        deliver(data % text.encode(), treat(Records(format=form), DROP))


@pytest.mark.parametrize("text", [*NONE_OF_A_NUMBER, "nan", "inf", "1e999999"])
def test_a_number_that_is_none_in_a_csv_is_in_no_sum_and_leaves_no_group(text: str) -> None:
    rows = "".join(f"north,{value}\n" for value in ("1", "2", text))
    summed = TransformStep(name="aggregate", fields=("area",), measures=("value",))
    made = deliver(f"area,value\n{rows}".encode(), treat(Records(format="csv"), summed)).decode()
    head, row = made.splitlines()
    found = dict(zip(head.split(","), row.split(","), strict=True))
    assert (found["records"], found["value_sum"], found["value_mean"]) == ("3", "3", "1.5")


def take(data: bytes, records: Records, choice: Choice) -> bytes:
    """Return rows in the form that is chosen."""

    async def read() -> bytes:
        register, treatment = Register(MemoryStore(), lambda: START), treat(records, forms=(choice.form,))
        source = TreatedSource(Pieces([data]), flow(), treatment, TREATING, register, choice=choice)
        async with source.open({}) as found:
            return b"".join([chunk async for chunk in found.chunks])

    return asyncio.run(read())


def make_infinite_workbook() -> bytes:
    """Return a workbook with numbers that a program writes and no number holds."""
    plain = io.BytesIO()
    with xlsxwriter.Workbook(plain) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate((("a", "b"), (1.5, "w"), (4711.5, "x"), (4712.5, "y"), (4713.5, "z"))):
            sheet.write_row(at, 0, row)
    with zipfile.ZipFile(plain) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for number, text in ((b"4711.5", b"1e999"), (b"4712.5", b"-1e999"), (b"4713.5", b"inf")):
        members["xl/worksheets/sheet1.xml"] = members["xl/worksheets/sheet1.xml"].replace(number, text)
    return make_archive(members)


NO_NUMBERS: dict[RecordFormat, bytes] = {
    "parquet": make_parquet(a=[1.5, float("nan"), float("inf"), float("-inf")], b=["w", "x", "y", "z"]),
    "excel": make_infinite_workbook(),
}


@pytest.mark.parametrize("source", NO_NUMBERS)
@pytest.mark.parametrize("form", FORMS)
def test_a_number_that_is_none_leaves_empty_in_every_form(form: RowForm, source: RecordFormat, tmp_path: Path) -> None:
    made = take(NO_NUMBERS[source], Records(format=source), Choice(form=form))
    if form in {"parquet", "excel"}:
        rows = rows_of(put(tmp_path, made), "parquet" if form == "parquet" else "excel")
        assert [row["a"] for row in rows][1:] == [None] * 3
        return
    text = made.decode()
    assert not {"nan", "inf"} & {*text.lower().replace('"', " ").replace(",", " ").replace(";", " ").split()}
    if form not in {"csv", "csv-excel"}:
        for part in text.splitlines() if form == "ndjson" else [text]:
            json.loads(part, parse_constant=_refuse_constant)


# The library of geometries warns of a number that it cannot hold, once in a process.
OVERFLOW = pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
NOWHERE = (
    b"id,place\n1,POINT (3 4)\n2,POINT (inf 4)\n3,POINT (1e400 0)\n4,POINT (nan nan)\n5,POINT Z (1 2 nan)\n6,here\n"
)


@OVERFLOW
@pytest.mark.parametrize("crs", ["", "EPSG:25832"], ids=["as it is", "converted"])
@pytest.mark.parametrize("form", FORMS)
def test_a_place_that_is_none_leaves_empty_in_every_form(form: RowForm, crs: str, tmp_path: Path) -> None:
    """Half a place, such as `[null, 4]`, is no GeoJSON, and the text of a place in other coordinates is wrong."""
    records = Records(format="csv", geometry=("place",), crs="OGC:CRS84")
    made = take(NOWHERE, records, Choice(form=form, crs=crs))
    if form in {"parquet", "excel"}:
        rows = rows_of(put(tmp_path, made), "parquet" if form == "parquet" else "excel")
        assert [bool(row["place"]) for row in rows] == [True, *[False] * 5]
        return
    text = made.decode()
    if form in {"csv", "csv-excel"}:
        assert [line[1:] for line in text.splitlines()[2:]] == [";" if form == "csv-excel" else ","] * 5
        return
    found = [json.loads(line) for line in text.splitlines()] if form == "ndjson" else json.loads(text)
    rows = found if isinstance(found, list) else found["features"]
    places = [row.get("geometry", row.get("place")) for row in rows]
    assert [place is not None for place in places] == [True, *[False] * 5]


@OVERFLOW
def test_places_without_a_known_reference_system_leave_as_such_in_parquet() -> None:
    """Without the member, readers take them for WGS 84 (GeoParquet 1.1, `crs`)."""
    made = take(NOWHERE, Records(format="csv", geometry=("place",)), Choice(form="parquet"))
    stated = json.loads(pq.read_schema(io.BytesIO(made)).metadata[b"geo"])
    assert stated["columns"]["place"]["crs"] is None


def test_a_text_that_excel_cannot_hold_is_refused_and_not_cut() -> None:
    for form in ("csv-excel", "excel"):
        with pytest.raises(BadChoice, match="32767"):
            take(b"a\n" + b"x" * 40_000 + b"\n", Records(format="csv"), Choice(form=form))


def _refuse_constant(name: str) -> NoReturn:
    raise AssertionError(f"{name} is no number of JSON")


async def test_a_query_that_hangs_is_ended_within_its_time(tmp_path: Path) -> None:
    """`tests/interop/sources` has the same at a real PostgreSQL."""
    with closing(sqlite3.connect(tmp_path / "city.sqlite")) as database:
        counting = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT max(x) AS id FROM r"
        database.execute(f"CREATE VIEW endless AS {counting}")
    source = SqlSource(tmp_path, refuse_secret, TrustAnchors())
    address = {"kind": "sql", "path": "city.sqlite", "table": "endless", "seconds": 1}
    with pytest.raises(SourceError) as refused:
        async with source.open(address) as content:
            assert not [chunk async for chunk in content.chunks]
    assert "1 s" in str(refused.value)


HALF_WAY: dict[str, tuple[RecordFormat, bytes]] = {
    "more values in a CSV": ("csv", b"a,b\n" + b"1,2\n" * 500 + b"1,2,3\n"),
    "fewer values in a CSV": ("csv", b"a,b\n" + b"1,2\n" * 500 + b"1\n"),
    "another field in JSON": ("json", b"[" + b'{"a": 1, "b": 2},' * 90_000 + b'{"a": 1, "other": 3}]'),
    "another field in a line": ("ndjson", b'{"a": 1, "b": 2}\n' * 90_000 + b'{"a": 1, "other": 3}\n'),
    "no object in a line": ("ndjson", b'{"a": 1, "b": 2}\n' * 500 + b"[1, 2]\n"),
}


@pytest.mark.parametrize("kind", HALF_WAY)
def test_rows_with_other_columns_half_way_end_the_delivery(kind: str) -> None:
    """A table whose columns change half-way would be read wrongly, and would look whole."""
    form, data = HALF_WAY[kind]
    with pytest.raises(Untreatable) as refused:
        deliver(data, treat(Records(format=form, fields=("a", "b")), TransformStep(name="drop", fields=("b",))))
    assert str(refused.value).endswith(".")
