"""Parquet as rows."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from shapely.geometry import shape

from connector.dataplane.tabular.opening import open_file
from connector.ports.flow import Untreatable
from connector.ports.treatment import Records
from tests.dataplane.tabular.files import (
    make_parquet,
    put,
    rows_of,
)


def test_parquet_keeps_types_and_missing_values(tmp_path: Path) -> None:
    rows = rows_of(put(tmp_path, make_parquet(a=[1, None], b=["x", "y"], c=[0.5, float("nan")])), "parquet")
    assert [str(row) for row in rows] == ["{'a': 1, 'b': 'x', 'c': Decimal('0.5')}", "{'a': None, 'b': 'y', 'c': None}"]


def test_parquet_that_says_more_rows_than_the_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.dataplane.tabular.parquet.MOST_ROWS", 10)
    with pytest.raises(Untreatable, match="more than 10 rows"):
        rows_of(put(tmp_path, make_parquet(a=[1] * 11)), "parquet")


@pytest.mark.parametrize(
    ("value", "kind"),
    [(10**14, pa.timestamp("s")), (-(10**11), pa.timestamp("s", "Europe/Berlin")), (10**7, pa.date32())],
)
def test_a_time_that_no_calendar_has_is_no_broken_file(tmp_path: Path, value: int, kind: pa.DataType) -> None:
    pq.write_table(pa.table({"a": pa.array([value], kind)}), tmp_path / "data")
    with pytest.raises(Untreatable, match="outside of the years 1 to 9999"):
        rows_of(tmp_path / "data", "parquet")


def _with_geometry(folder: Path, column: pa.Array, **stated: object) -> Path:
    about = {"version": "1.1.0", "primary_column": "g", "columns": {"g": {"geometry_types": [], **stated}}}
    table = pa.table({"g": column}).replace_schema_metadata({"geo": json.dumps(about)})
    pq.write_table(table, folder / "data")
    return folder / "data"


@pytest.mark.parametrize(
    ("stated", "crs"),
    [
        ({}, "OGC:CRS84"),
        ({"crs": None}, ""),
        ({"crs": {"id": {"authority": "EPSG", "code": 25832}}}, "EPSG:25832"),
        ({"crs": {"type": "ProjectedCRS", "name": "of this city"}}, ""),
        ({"crs": "PROJCRS[…]"}, ""),
    ],
)
def test_a_reference_system_that_nobody_can_tell_is_not_taken_for_wgs_84(
    tmp_path: Path, stated: dict[str, object], crs: str
) -> None:
    place = _with_geometry(tmp_path, pa.array([shapely.to_wkb(shapely.Point(8, 52))]), encoding="WKB", **stated)
    opened = open_file(place, Records(format="parquet"))
    assert opened.crs == crs
    assert [row["g"]["type"] for batch in opened.batches for row in batch] == ["Point"]


XY = pa.struct([("x", pa.float64()), ("y", pa.float64())])
RING = [{"x": 0, "y": 0}, {"x": 1, "y": 0}, {"x": 1, "y": 1}, {"x": 0, "y": 0}]


@pytest.mark.parametrize(
    ("encoding", "kind", "value", "text"),
    [
        ("point", XY, RING[1], "POINT (1 0)"),
        ("linestring", pa.list_(XY), RING[:2], "LINESTRING (0 0, 1 0)"),
        ("multipoint", pa.list_(XY), RING[:2], "MULTIPOINT ((0 0), (1 0))"),
        ("polygon", pa.list_(pa.list_(XY)), [RING], "POLYGON ((0 0, 1 0, 1 1, 0 0))"),
        ("multilinestring", pa.list_(pa.list_(XY)), [RING[:2]], "MULTILINESTRING ((0 0, 1 0))"),
        ("multipolygon", pa.list_(pa.list_(pa.list_(XY))), [[RING]], "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))"),
    ],
)
def test_places_of_coordinates_in_columns_are_read(
    tmp_path: Path, encoding: str, kind: pa.DataType, value: object, text: str
) -> None:
    rows = rows_of(_with_geometry(tmp_path, pa.array([value, None], kind), encoding=encoding), "parquet")
    assert [row["g"] and shapely.to_wkt(shape(row["g"]), rounding_precision=0) for row in rows] == [text, None]
