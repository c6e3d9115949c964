"""All rows of an owner, read from the file of a store while it is open."""

from pathlib import Path

import pytest

from connector.ports.changes import PutPlane
from connector.ports.entities import Plane
from connector.ports.store_errors import StoreError
from connector.store.sqlite.chapters.owners import TABLES
from connector.store.sqlite.engine.owned import read_owned
from connector.store.sqlite.store import open_store


async def test_the_rows_of_one_owner_are_read_from_every_table(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "store.sqlite")
    for owner in ("parks", "roads"):
        await store.commit([PutPlane(Plane(owner=owner, id=f"urn:{owner}", endpoint="https://b.example", keys=b"{}"))])
    found = {table: list(rows) for table, rows in read_owned(tmp_path / "store.sqlite", "parks")}
    assert set(found) == {*TABLES, "journal_entries"}
    assert [row["id"] for row in found["planes"]] == ["urn:parks"]
    assert sum(map(len, found.values())) == 1
    await store.close()


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"nonsense" * 100)
    with pytest.raises(StoreError, match="cannot be read"):
        list(read_owned(tmp_path / "x", "parks"))
