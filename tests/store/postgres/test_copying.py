"""A store moves from a file to a database and back, whole, and what was left takes no writes."""

import asyncio
from datetime import UTC
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from connector.ports import changes
from connector.ports.entities import PageBounds
from connector.ports.store_errors import StoreError, Unavailable
from connector.store.postgres.copying import copy_store, open_database, open_file
from connector.store.postgres.migrate import LOCK, DatabaseRefused
from connector.store.postgres.store import Server, open_postgres
from connector.store.sqlite.engine.examine import SchemaRefused
from connector.store.sqlite.store import open_store
from tests.contract import values
from tests.contract.values import OWNER
from tests.store.postgres.server import make_database

pytestmark = pytest.mark.postgres
ME = "urn:participant:me"


async def fill(path: Path) -> None:
    store = await open_store(path)
    await store.commit([changes.PutProcess(values.negotiation(f"urn:n:{n}", due_at=n), None) for n in range(2_500)])
    await store.commit([changes.PutHold(values.hold("urn:n:1"))])
    await store.commit([changes.PutAsset(values.asset("urn:d:1"), None), changes.PutAgreement(values.agreement("a"))])
    await store.close()


async def test_a_store_moves_to_a_database_and_back(tmp_path: Path) -> None:
    first, last = tmp_path / "first.db", tmp_path / "last.db"
    await fill(first)
    server = Server(await make_database())
    there = await copy_store(partial(open_file, first, UTC, new=False), partial(open_database, server, ME, new=True))
    assert {table.table: table.rows for table in there if table.rows} == {
        "agreements": 1,
        "assets": 1,
        "holds": 1,
        "offers": 1,
        "processes": 2_500,
    }
    store = await open_postgres(server, ME)
    assert len(await store.due(OWNER, 5_000, 5_000)) == 2_500
    await store.commit([changes.PutProcess(values.negotiation("urn:n:new"), None)])
    newest, _ = await store.negotiations(OWNER, PageBounds(limit=1))
    assert newest[0].id == "urn:n:new"
    await store.close()
    back = await copy_store(partial(open_database, server, ME, new=False), partial(open_file, last, UTC, new=True))
    assert sum(table.rows for table in back) == sum(table.rows for table in there) + 1
    kept = await open_store(last)
    assert await kept.negotiation(OWNER, "urn:n:new")
    await kept.commit([changes.PutProcess(values.negotiation("urn:n:newer"), None)])
    await kept.close()
    with pytest.raises(SchemaRefused, match="was moved"):
        await open_store(first)
    with pytest.raises(DatabaseRefused, match="was moved"):
        await open_postgres(server, ME)


async def test_a_process_that_runs_on_a_store_that_was_left_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    await fill(path)
    running, server = await open_store(path), Server(await make_database())
    await copy_store(partial(open_file, path, UTC, new=False), partial(open_database, server, ME, new=True))
    key = changes.UseReplayKey(values.replay_key("urn:late"))
    for change in (changes.PutProcess(values.negotiation("urn:n:late"), None), key):
        with pytest.raises(Unavailable, match="was moved to another place"):
            await running.commit([change])
    assert await running.negotiation(OWNER, "urn:n:1")
    assert await running.negotiation(OWNER, "urn:n:late") is None
    await running.close()


async def test_nothing_moves_to_a_store_that_is_not_empty_or_in_use(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    await fill(path)
    server = Server(await make_database())
    store = await open_postgres(server, ME)
    move = partial(copy_store, partial(open_file, path, UTC, new=False), partial(open_database, server, ME, new=True))
    with pytest.raises(StoreError, match="uses the target already"):
        await move()
    await store.commit([changes.PutProcess(values.negotiation("urn:n:1"), None)])
    await store.close()
    with pytest.raises(StoreError, match=r"has rows already \(processes\)"):
        await move()
    with pytest.raises(StoreError, match="already exists"):
        await copy_store(partial(open_database, server, ME, new=False), partial(open_file, path, UTC, new=True))
    for again in (await open_store(path), await open_postgres(server, ME)):
        await again.commit([changes.PutProcess(values.negotiation("urn:n:after"), None)])
        await again.close()


async def test_a_copy_that_fails_leaves_both_sides_as_they_were(tmp_path: Path) -> None:
    path, url = tmp_path / "store.db", await make_database()
    await fill(path)
    task = asyncio.create_task(
        copy_store(partial(open_file, path, UTC, new=False), partial(open_database, Server(url), ME, new=True))
    )
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    store = await open_store(path)
    await store.commit([changes.PutProcess(values.negotiation("urn:n:after"), None)])
    await store.close()
    empty = await open_postgres(Server(url), ME)
    assert await empty.negotiation(OWNER, "urn:n:1") is None
    await empty.close()


async def test_a_copy_has_what_was_committed_while_it_waited_whatever_the_database_isolates(tmp_path: Path) -> None:
    server = Server(await make_database())
    store = await open_postgres(server, ME)
    other, looks = await asyncpg.connect(server.url), await asyncpg.connect(server.url)
    name = await looks.fetchval("SELECT current_database()")
    await looks.execute(f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'repeatable read'")
    await other.execute(f"BEGIN; SELECT pg_advisory_xact_lock({LOCK})")
    last = tmp_path / "last.db"
    copying = asyncio.create_task(
        copy_store(partial(open_database, server, ME, new=False), partial(open_file, last, UTC, new=True))
    )
    while not await looks.fetchval(
        "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
    ):
        assert not copying.done()
    await other.execute("INSERT INTO blocks VALUES ('late', 'urn:participant:other', 0, 'me', ''); COMMIT")
    assert {table.table: table.rows for table in await copying}["blocks"] == 1
    for connection in (other, looks):
        await connection.close()
    await store.close()
