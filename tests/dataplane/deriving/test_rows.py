"""Rows of any format become texts by column."""

from pathlib import Path

import pytest

from connector.dataplane.deriving.rows import read_rows
from connector.ports.flow import Untreatable
from connector.ports.treatment import Records


def read(tmp_path: Path, data: bytes, **records: str) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    path = tmp_path / "data"
    path.write_bytes(data)
    found = read_rows(path, Records(**records))  # type: ignore[arg-type]  # the format is one of the known ones
    return found.columns, [row for batch in found.batches for row in batch]


def test_a_table_in_the_encoding_of_an_old_windows_is_read(tmp_path: Path) -> None:
    columns, rows = read(tmp_path, "straße;n\nGlückstraße;007\n".encode("windows-1252"), format="csv")
    assert (columns, rows) == (("straße", "n"), [{"straße": "Glückstraße", "n": "007"}])


def test_objects_with_other_members_have_the_columns_of_all(tmp_path: Path) -> None:
    columns, rows = read(tmp_path, b'[{"a": 1.50, "b": true}, {"c": null, "a": "x"}]', format="json")
    assert columns == ("a", "b", "c")
    assert rows == [{"a": "1.50", "b": "true", "c": ""}, {"a": "x", "b": "", "c": ""}]


def test_data_without_anything_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Untreatable):
        read(tmp_path, b"", format="csv")
