"""Plans follow what the server has measured: a row is read by its key as soon as there are many, and after a copy."""

import asyncio
from datetime import UTC
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from connector.ports import changes
from connector.store.postgres.copying import copy_store, open_database, open_file
from connector.store.postgres.measuring import FIRST, GROWN, TableMeasurer
from connector.store.postgres.store import Server, connect, open_postgres
from connector.store.sqlite.store import open_store
from tests.contract import values
from tests.store.postgres.server import make_database

pytestmark = pytest.mark.postgres
ME = "urn:participant:me"
MANY = 10 * FIRST
# As a connection that was opened when the tables were empty, and asks without looking at the values.
BY_KEY = {
    "processes_id": "SELECT body FROM processes WHERE owner = $1 AND kind = $2 AND id = $3",
    "agreements_key": "SELECT body FROM agreements WHERE owner = $1 AND key = $2",
}


async def list_plans(connection: asyncpg.Connection) -> dict[str, str]:
    """Return the plan of each statement, prepared and made for any values."""
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    plans = {}
    for index, text in BY_KEY.items():
        await connection.execute(f"PREPARE by_{index} AS {text}")
        count = text.count("$")
        rows = await connection.fetch(f"EXPLAIN EXECUTE by_{index} ({', '.join(['NULL'] * count)})")
        plans[index] = "\n".join(row[0] for row in rows)
        await connection.execute(f"DEALLOCATE by_{index}")
    return plans


def find_measuring() -> list["asyncio.Task[None]"]:
    return [task for task in asyncio.all_tasks() if task.get_name() == "store-measurer"]


def put(number: int) -> list[changes.Change]:
    agreement = values.agreement(f"urn:a:{number}")
    return [changes.PutProcess(values.negotiation(f"urn:n:{number}"), None), changes.PutAgreement(agreement)]


async def test_a_row_is_read_by_its_key_once_a_writer_has_filled_the_tables() -> None:
    url = await make_database()
    store = await open_postgres(Server(url), ME)
    try:
        for begin in range(0, MANY, FIRST):
            await asyncio.gather(*(store.commit(put(number)) for number in range(begin, begin + FIRST)))
            await asyncio.gather(*find_measuring())
    finally:
        await store.close()
    connection = await asyncpg.connect(url)
    try:
        for index, plan in (await list_plans(connection)).items():
            assert f"using {index}" in plan, plan
    finally:
        await connection.close()


async def test_what_was_copied_is_measured_at_once(tmp_path: Path) -> None:
    path, url = tmp_path / "store.db", await make_database()
    filled = await open_store(path)
    await asyncio.gather(*(filled.commit(put(number)) for number in range(FIRST)))
    await filled.close()
    source = partial(open_file, path, UTC, new=False)
    await copy_store(source, partial(open_database, Server(url), ME, new=True))
    connection = await asyncpg.connect(url)
    try:
        assert await connection.fetchval("SELECT reltuples FROM pg_class WHERE relname = 'processes'") == FIRST
    finally:
        await connection.close()


async def test_tables_are_measured_when_they_have_grown_fourfold() -> None:
    opened: list[asyncpg.Connection] = []
    url = await make_database()

    async def open_one() -> asyncpg.Connection:
        opened.append(await connect(Server(url)))
        return opened[-1]

    measurer = TableMeasurer(open_one)
    for at in range(1, FIRST * GROWN + 1):
        measurer.note_written(1)
        await asyncio.gather(*find_measuring())
        assert len(opened) == (at >= FIRST) + (at >= FIRST * GROWN)
    await measurer.close()
    assert all(connection.is_closed() for connection in opened)


async def test_a_server_that_is_away_is_no_fault_of_what_was_written() -> None:
    async def refuse() -> None:
        raise ConnectionRefusedError("away")

    measurer = TableMeasurer(refuse)
    measurer.note_written(FIRST)
    await asyncio.gather(*find_measuring())
    await measurer.close()
