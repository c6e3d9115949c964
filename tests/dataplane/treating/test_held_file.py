"""Files that are read as a whole are treated like any data: filtered, changed, and written again."""

import json

import pytest

from connector.ports.flow import Untreatable
from connector.ports.treatment import Records, TransformStep
from tests.dataplane.records import deliver, treat
from tests.dataplane.tabular.files import DATEX, GEOJSON, make_parquet, make_workbook, put, rows_of

DROP = TransformStep(name="drop", fields=("a",))


def test_a_workbook_leaves_as_a_workbook_without_what_is_dropped(tmp_path) -> None:  # type: ignore[no-untyped-def]
    data = make_workbook(["a", "b"], [1, "x"], [2, "y"])
    made = deliver(data, treat(Records(format="excel"), DROP), cut=100)
    assert rows_of(put(tmp_path, made), "excel") == [{"b": "x"}, {"b": "y"}]


def test_parquet_leaves_as_parquet_and_geojson_as_geojson(tmp_path) -> None:  # type: ignore[no-untyped-def]
    made = deliver(make_parquet(a=[1], b=["x"]), treat(Records(format="parquet"), DROP))
    assert rows_of(put(tmp_path, made), "parquet") == [{"b": "x"}]
    assert json.loads(deliver(GEOJSON, treat(Records(format="geojson"), DROP)))["features"][0]["properties"] == {
        "id": 7
    }


def test_what_cannot_be_written_leaves_as_json() -> None:
    dropped = TransformStep(name="drop", fields=("id",))
    assert json.loads(deliver(DATEX, treat(Records(format="datex"), dropped))) == [{"totalParkingCapacity": "5"}]


def test_a_broken_file_is_refused_before_a_byte_leaves() -> None:
    with pytest.raises(Untreatable, match="no workbook"):
        deliver(b"no workbook", treat(Records(format="excel"), DROP))
