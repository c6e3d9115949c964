"""The writer of PostgreSQL: what is said to be stored is stored, and a replica whose epoch is over stores nothing."""

import asyncio
import random
import string
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from connector.ports import changes
from connector.ports.entities import Leaf, PageBounds
from connector.ports.store_errors import Unavailable
from connector.store.postgres.store import PostgresStore, Server, open_postgres
from connector.store.postgres.writer import Fenced
from tests.contract import values
from tests.contract.values import OWNER
from tests.store.postgres.server import PostgresServer, make_database

pytestmark = pytest.mark.postgres
ME = "urn:participant:me"


@pytest.fixture
async def url() -> str:
    return await make_database()


@pytest.fixture
async def store(url: str) -> AsyncIterator[PostgresStore]:
    opened = await open_postgres(Server(url), ME)
    yield opened
    await opened.close()


def put(number: int) -> changes.PutProcess:
    return changes.PutProcess(values.negotiation(f"urn:n:{number}"), None)


def leaf(number: int) -> changes.AppendLeaf:
    made = Leaf(
        owner=OWNER, id=f"l{number}", at=0, kind="k", process_id="p", body=b"{}", salt=b"s", hash=b"h", position=0
    )
    return changes.AppendLeaf(made)


class BreakingConnection:
    """A connection that breaks at COMMIT: before the server hears of it, or after it has done it."""

    def __init__(self, connection: Any, *, after: bool) -> None:
        self._connection, self._after, self.broken = connection, after, False

    async def execute(self, statement: str, *values: object) -> str:
        if statement == "COMMIT" and not self.broken:
            self.broken = True
            if self._after:
                await self._connection.execute(statement)
            self._connection.terminate()
            raise ConnectionResetError("the connection is lost")
        done: str = await self._connection.execute(statement, *values)
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


async def test_replicas_that_write_at_once_give_positions_without_gaps(url: str, store: PostgresStore) -> None:
    other = await open_postgres(Server(url), ME)
    try:
        await asyncio.gather(*(side.commit([leaf(n)]) for n in range(40) for side in (store, other)))
        rows = await store.leaves_between(OWNER, 0, 1000)
        assert [row.position for row in rows] == list(range(80))
        places = [row.id for row in (await other.leaves(OWNER, PageBounds(limit=100)))[0]]
        assert places == [row.id for row in rows]
    finally:
        await other.close()


async def test_a_replica_whose_epoch_is_over_writes_nothing(url: str, store: PostgresStore) -> None:
    await store.commit([put(1)])
    connection = await asyncpg.connect(url)
    await connection.execute("DELETE FROM replicas")
    await connection.close()
    with pytest.raises(Fenced, match="start it again"):
        await store.commit([put(2)])
    with pytest.raises(Fenced):
        await store.commit([put(3)])
    assert await store.negotiation(OWNER, "urn:n:1")
    assert await store.negotiation(OWNER, "urn:n:2") is None


@pytest.mark.parametrize("after", [True, False])
async def test_a_commit_without_an_answer_is_asked_for(store: PostgresStore, after: bool) -> None:
    await store.commit([put(1)])
    writer: Any = store._writer
    writer._connection = BreakingConnection(writer._connection, after=after)
    if after:
        await store.commit([put(2)])
    else:
        with pytest.raises(Unavailable, match="nothing was changed"):
            await store.commit([put(2)])
    assert (await store.negotiation(OWNER, "urn:n:2") is not None) is after
    await store.commit([put(3)])


async def test_a_server_that_crashes_and_comes_back_loses_nothing(caplog: pytest.LogCaptureFixture) -> None:
    server = await asyncio.to_thread(PostgresServer)
    try:
        store = await open_postgres(Server(await make_database(server.url)), ME)
        await store.commit([put(1)])
        await asyncio.to_thread(server.stop, "immediate")
        with pytest.raises(Unavailable):
            await store.commit([put(2)])
        with pytest.raises(Unavailable):
            await store.negotiation(OWNER, "urn:n:1")
        await asyncio.to_thread(server.start)
        assert await store.negotiation(OWNER, "urn:n:1")
        assert await store.negotiation(OWNER, "urn:n:2") is None
        await store.commit([put(2)])
        await store.close()
        assert not [record for record in caplog.records if record.exc_info], "the log has a stack of calls"
    finally:
        await asyncio.to_thread(server.remove)


async def test_a_value_that_postgresql_cannot_store_fails_its_group_alone(store: PostgresStore) -> None:
    bad = changes.PutProcess(values.negotiation("urn:n:\x00"), None)
    results = await asyncio.gather(store.commit([put(1)]), store.commit([bad]), return_exceptions=True)
    assert results[0] is None
    assert isinstance(results[1], OverflowError)
    assert await store.negotiation(OWNER, "urn:n:1")


async def test_an_identifier_that_no_index_can_hold_fails_its_group_alone(store: PostgresStore) -> None:
    text = "".join(map(str, random.Random(4).choices(string.printable, k=4000)))
    bad = changes.PutProcess(values.negotiation("urn:n:2", peer_pid=text), None)
    results = await asyncio.gather(store.commit([put(1)]), store.commit([bad]), return_exceptions=True)
    assert results[0] is None
    assert isinstance(results[1], OverflowError)
    assert await store.negotiation(OWNER, "urn:n:1")


async def test_the_first_change_after_the_connection_was_ended_is_stored(url: str, store: PostgresStore) -> None:
    await store.commit([put(1)])
    connection = await asyncpg.connect(url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()
    writer: Any = store._writer
    async with asyncio.timeout(30):
        while not writer._connection.is_closed():  # noqa: ASYNC110 - the driver tells nobody
            await asyncio.sleep(0)
    await store.commit([put(2)])
    assert await store.negotiation(OWNER, "urn:n:2")


async def test_who_waits_for_a_lock_of_a_foreign_session_hears_the_reason(url: str, store: PostgresStore) -> None:
    await store.commit([put(1)])
    operator = await asyncpg.connect(url)
    async with operator.transaction():
        await operator.execute("LOCK TABLE processes")
        with pytest.raises(Unavailable, match="lock timeout"):
            await store.commit([put(2)])
    await operator.close()
    await store.commit([put(2)])


async def test_a_closed_store_is_unavailable(url: str) -> None:
    store = await open_postgres(Server(url), ME)
    await store.close()
    with pytest.raises(Unavailable):
        await store.commit([put(1)])
    with pytest.raises(Unavailable):
        await store.negotiation(OWNER, "urn:n:1")
