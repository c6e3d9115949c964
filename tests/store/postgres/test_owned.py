"""All rows of an owner, read from a database: those that a file has, at one moment, a few at a time."""

import asyncio
import tracemalloc
from collections.abc import Iterator
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from connector.ports import changes
from connector.ports.entities import Plane
from connector.ports.store_errors import StoreError
from connector.store.postgres.copying import copy_store, open_database, open_file
from connector.store.postgres.owned import read_owned_there
from connector.store.postgres.store import Server, open_postgres
from connector.store.sqlite.engine.owned import read_owned
from connector.store.sqlite.store import open_store
from tests.contract import values
from tests.store.postgres.server import make_database

pytestmark = pytest.mark.postgres
ME = "urn:participant:me"


def _read_all(tables: Iterator[tuple[str, Iterator[dict[str, Any]]]]) -> dict[str, list[str]]:
    return {table: sorted(repr(sorted(row.items())) for row in rows) for table, rows in tables}


async def test_the_rows_are_those_of_the_file_that_was_copied(tmp_path: Path) -> None:
    path, server = tmp_path / "store.db", Server(await make_database())
    store = await open_store(path)
    for owner in ("parks", "roads"):
        processes = [replace(values.negotiation(f"urn:n:{owner}:{n}", due_at=n), owner=owner) for n in range(120)]
        await store.commit([changes.PutProcess(each, None) for each in processes])
        await store.commit([changes.PutHold(replace(values.hold(f"urn:n:{owner}:1"), owner=owner))])
        await store.commit([changes.PutPlane(Plane(owner=owner, id="p", endpoint="https://b.example", keys=b"{}"))])
    await store.close()
    before = _read_all(read_owned(path, "parks"))
    await copy_store(partial(open_file, path, UTC, new=False), partial(open_database, server, ME, new=True))
    after = await asyncio.to_thread(lambda: _read_all(read_owned_there(server, ME, "parks")))
    assert after == before
    assert {table: len(rows) for table, rows in after.items() if rows} == {"holds": 1, "planes": 1, "processes": 120}


async def test_a_table_is_never_whole_in_memory(tmp_path: Path) -> None:
    server = Server(await make_database())
    store = await open_postgres(server, ME)
    keys = b"k" * 100_000
    for start in range(0, 400, 40):
        planes = [
            Plane(owner="parks", id=f"p{n}", endpoint="https://b.example", keys=keys) for n in range(start, start + 40)
        ]
        await store.commit([changes.PutPlane(plane) for plane in planes])
    await store.close()

    def read() -> tuple[int, int]:
        count = 0
        tracemalloc.start()
        for _, rows in read_owned_there(server, ME, "parks"):
            count += sum(1 for _ in rows)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return count, peak

    count, peak = await asyncio.to_thread(read)
    assert count == 400
    assert peak < 400 * len(keys) // 2


async def test_a_database_that_is_away_or_of_another_installation_is_told(tmp_path: Path) -> None:
    away = Server("postgresql://postgres@127.0.0.1:1/none")
    with pytest.raises(StoreError, match="cannot be reached"):
        await asyncio.to_thread(lambda: list(read_owned_there(away, ME, "parks")))
    server = Server(await make_database())
    await (await open_postgres(server, ME)).close()
    with pytest.raises(StoreError, match="urn:participant:me"):
        await asyncio.to_thread(lambda: list(read_owned_there(server, "urn:participant:other", "parks")))
