"""Parquet as rows."""

from pathlib import Path

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
