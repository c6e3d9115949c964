"""The beginning of a received file becomes short texts in bounded rows, whatever its bytes are."""

import doctest
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.web.showing import rows
from connector.web.showing.rows import BARS, LONGEST, MOST_COLUMNS, MOST_ROWS, FileTable, Unreadable, read_table
from tests.web.getting import CSV, GEOJSON


def read(data: str | bytes, name: str = "a.csv", *, whole: bool = True, media_type: str = "") -> FileTable:
    return read_table(data.encode() if isinstance(data, str) else data, whole=whole, media_type=media_type, name=name)


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(rows).failed == 0


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.json", "a.geojson", "a.ndjson"]), st.booleans())
def test_any_bytes_are_a_bounded_table_or_unreadable(data: bytes, name: str, whole: bool) -> None:
    try:
        found = read(data, name, whole=whole)
    except Unreadable:
        return
    assert len(found.rows) <= MOST_ROWS
    assert len(found.columns) <= MOST_COLUMNS
    assert all(len(row) == len(found.columns) for row in found.rows)
    assert all(len(cell) <= LONGEST and cell.isprintable() for row in found.rows for cell in row)


def test_a_csv_shows_its_first_rows_and_how_many_there_are() -> None:
    found = read(CSV)
    assert found.columns == ("gemessen", "station", "wert")
    assert found.rows[0] == ("2026-11-01T08:00:00+01:00", "Marktplatz", "1,5")
    assert (found.count, found.whole) == (30, True)
    many = read("a,b\n" + "1,2\n" * 5000)
    assert (len(many.rows), many.count, many.whole) == (MOST_ROWS, 5000, True)


def test_a_file_that_goes_on_says_so() -> None:
    found = read("a,b\n1,2\n3,4\n5", whole=False)
    assert (found.count, found.whole) == (2, False)


def test_the_time_of_a_column_is_counted_in_equal_intervals() -> None:
    line = read(CSV).timeline
    assert line
    assert line.column == "gemessen"
    assert [bar.count for bar in line.bars] == [1] * 30
    assert all(bar.height == 1 for bar in line.bars)
    years = read("datum\n" + "".join(f"{year}-01-01\n" for year in range(1900, 2020))).timeline
    assert years
    assert len(years.bars) <= BARS
    assert sum(bar.count for bar in years.bars) == 120
    months = read("monat\n2026-01\n2026-02\n").timeline
    assert months
    assert sum(bar.count for bar in months.bars) == 2


def test_a_column_that_is_mostly_no_time_has_no_time_line() -> None:
    assert read("a\n2026-01-01\nsoon\nlater\n").timeline is None
    assert read("a\n2026-01-01\n2026-01-01\n").timeline is None


def test_geojson_is_a_table_of_properties_and_a_drawing() -> None:
    found = read(GEOJSON, "orte.geojson")
    assert found.columns == ("name", "seit", "geometry")
    assert found.rows[1] == ("Ring", "2026-05-01", "LineString")
    assert found.drawing
    assert [shape.kind for shape in found.drawing.shapes] == ["point", "line"]
    assert read(GEOJSON, "orte.geojson", media_type="application/json").drawing


def test_the_beginning_of_a_long_geojson_is_enough() -> None:
    features = json.loads(GEOJSON)["features"] * 600
    whole = json.dumps({"type": "FeatureCollection", "name": "x", "features": features})
    found = read(whole[:50_000], "orte.geojson", whole=False)
    assert len(found.rows) == MOST_ROWS
    assert found.count > MOST_ROWS
    assert not found.whole


def test_what_is_behind_the_array_hides_none_of_its_rows() -> None:
    document = GEOJSON[:-1] + ', "rest": "' + "x" * 50_000
    assert len(read(document, "orte.geojson", whole=False).rows) == 2


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([{"a": 1}, {"a": 2, "b": [3]}], (("1", ""), ("2", "[3]"))),
        ({"meta": 1, "data": [{"a": 1}]}, (("1",),)),
        ({"a": 1}, (("1",),)),
        ([1, 2], (("1",), ("2",))),
    ],
)
def test_json_of_several_shapes_is_a_table(document: object, expected: tuple[tuple[str, ...], ...]) -> None:
    assert read(json.dumps(document), "a.json").rows == expected


@pytest.mark.parametrize(
    ("data", "name", "key"),
    [
        (b"%PDF-1.7", "a.pdf", "receiving.no-rows"),
        (b"{", "a.json", "receiving.no-json"),
        (b"[" * 100_000, "a.json", "receiving.no-json"),
        (b'{"\xff": 1}', "a.json", "receiving.no-json"),
        (b'[{"a": "\xff"}]', "a.json", "receiving.no-json"),
        (b"3", "a.json", "receiving.no-rows"),
        (bytes(range(256)) * 4, "a.csv", "receiving.no-text"),
    ],
)
def test_what_has_no_rows_says_why(data: bytes, name: str, key: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(data, name)
    assert caught.value.key == key


def test_what_the_reader_of_records_refuses_is_told() -> None:
    with pytest.raises(Unreadable) as caught:
        read("a,b\n1,2,3\n")
    assert caught.value.reason
    assert not caught.value.key


def test_many_columns_are_cut_and_counted() -> None:
    found = read(",".join(f"c{at}" for at in range(100)) + "\n" + ",".join("1" * 100) + "\n")
    assert len(found.columns) == MOST_COLUMNS
    assert found.columns_left == 100 - MOST_COLUMNS


def test_columns_that_have_numbers_alone_are_known() -> None:
    found = read("wert;tag;plz;ort;leer\n1,5;12.05.2026;76131;Ring;\n;13.05.2026;76133;7;\n1.204,25;;76135;;\n")
    assert [found.columns[place] for place in sorted(found.numbers)] == ["wert", "plz"]
    assert read("a,b\n").numbers == frozenset()
