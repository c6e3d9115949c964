"""Parquet as rows."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connector.ports.flow import Untreatable
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
