"""Replicas share the due work: each process is driven by one of them, and by another when that one is gone."""

import asyncio

import asyncpg
import msgspec
import pytest

from connector.ports import changes
from connector.store.postgres.migrate import DatabaseRefused
from connector.store.postgres.replicas import SILENT_S, DatabaseReplica
from connector.store.postgres.store import Server, open_postgres
from tests.contract import values
from tests.contract.values import OWNER
from tests.store.postgres.server import make_database

pytestmark = pytest.mark.postgres
ME = "urn:participant:me"


async def test_due_work_belongs_to_who_committed_it_last_and_is_taken_from_the_dead() -> None:
    url = await make_database()
    first, second = await open_postgres(Server(url), ME), await open_postgres(Server(url), ME)
    ids = [f"urn:n:{number}" for number in range(6)]
    try:
        await first.commit([changes.PutProcess(values.negotiation(pid, due_at=5), None) for pid in ids])
        assert [row.id for row in await first.due(OWNER, 9, 10)] == ids
        assert await second.due(OWNER, 9, 10) == []
        moved = values.negotiation(ids[0], due_at=5, version=2)
        await second.commit([changes.PutProcess(moved, 1)])
        assert [row.id for row in await first.due(OWNER, 9, 10)] == ids[1:]
        assert [row.id for row in await second.due(OWNER, 9, 10)] == ids[:1]
        await first.close()
        assert [row.id for row in await second.due(OWNER, 9, 3)] == ids[:3]
        assert [row.id for row in await second.due(OWNER, 9, 10)] == ids
    finally:
        await second.close()


async def test_a_flow_is_moved_by_who_took_it_and_by_another_when_that_one_is_gone() -> None:
    url = await make_database()
    staying = DatabaseReplica()
    freed = asyncio.Event()
    first = await open_postgres(Server(url), ME)
    second = await open_postgres(Server(url), ME, replica=staying)
    staying.freed = freed.set
    moved, served = values.flow("urn:t:moved", state="STARTED"), values.flow("urn:t:served", state="STARTED")
    served = msgspec.structs.replace(served, token_hash="a" * 64)
    moved = msgspec.structs.replace(moved, token_hash=None)
    try:
        await first.commit([changes.PutFlow(moved), changes.PutFlow(served)])
        assert await second.flows_left(OWNER) == [moved]
        assert await first.take_flow(OWNER, moved.id)
        assert await first.take_flow(OWNER, moved.id)
        assert not await second.take_flow(OWNER, moved.id)
        assert await second.flows_left(OWNER) == []
        # What a later commit says of the flow does not change who moves it.
        await second.commit([changes.PutFlow(moved)])
        assert not await second.take_flow(OWNER, moved.id)
        freed.clear()
        await first.close()
        async with asyncio.timeout(30):
            await freed.wait()
        assert await second.flows_left(OWNER) == [moved]
        assert await second.take_flow(OWNER, moved.id)
        assert await second.flows_left(OWNER) == []
        assert not await second.take_flow(OWNER, "urn:t:nobody")
    finally:
        await second.close()


async def test_a_silent_replica_is_ended_by_another_and_hears_of_it() -> None:
    url = await make_database()
    alive, silent = DatabaseReplica(), DatabaseReplica()
    freed = asyncio.Event()
    alive.freed = freed.set
    store = await open_postgres(Server(url), ME, replica=alive)
    other = await open_postgres(Server(url), ME, replica=silent)
    connection = await asyncpg.connect(url)
    try:
        assert alive.is_first.is_set()
        assert silent.count == 2
        assert not silent.is_first.is_set()
        await connection.execute(
            "UPDATE replicas SET seen_at = seen_at - make_interval(secs => $1) WHERE epoch = $2",
            2 * SILENT_S,
            silent.epoch,
        )
        async with asyncio.timeout(30):
            # The next beat of either one: its own would show that it is alive.
            while not freed.is_set():
                await connection.execute(
                    "UPDATE replicas SET seen_at = clock_timestamp() - make_interval(secs => $1) WHERE epoch = $2",
                    2 * SILENT_S,
                    silent.epoch,
                )
                await asyncio.sleep(0.05)
            await silent.ended.wait()
    finally:
        await connection.close()
        await other.close()
        await store.close()


@pytest.mark.parametrize("seconds", [-40, -3600, 3600])
async def test_a_server_that_was_away_or_has_another_time_ends_no_replica(seconds: int) -> None:
    url = await make_database()
    store = await open_postgres(Server(url), ME)
    connection = await asyncpg.connect(url)
    other = DatabaseReplica()
    # It has no beat yet, as one whose connection comes back later.
    await other.register(connection)
    ages = "SELECT abs(extract(epoch FROM clock_timestamp() - seen_at)) FROM replicas WHERE epoch = $1"
    try:
        # Both at once, and not in the middle of a beat: it is the clock that is set.
        async with connection.transaction():
            await connection.execute("LOCK TABLE replicas")
            await connection.execute(
                "UPDATE replicas SET seen_at = seen_at + make_interval(secs => $1)", float(seconds)
            )
        async with asyncio.timeout(30):
            while (age := await connection.fetchval(ages, other.epoch)) is not None and age > SILENT_S:  # noqa: ASYNC110 - another process of the test writes
                await asyncio.sleep(0.05)
        assert age is not None, "it was ended"
        assert not other.ended.is_set()
    finally:
        await connection.close()
        await store.close()


async def test_who_died_before_the_clock_was_set_back_keeps_its_work_no_longer_than_others() -> None:
    url = await make_database()
    connection = await asyncpg.connect(url)
    first = await open_postgres(Server(url), ME)
    dead = DatabaseReplica()
    await dead.register(connection)
    await first.close()
    await connection.execute("UPDATE replicas SET seen_at = seen_at + interval '1 hour'")
    # This one has no beat of before.
    alive = DatabaseReplica()
    await alive.register(connection)
    ahead = "SELECT seen_at > clock_timestamp() FROM replicas WHERE epoch = $1"
    assert await connection.fetchval(ahead, dead.epoch) is False
    await connection.close()


async def test_the_others_hear_which_process_a_commit_has_changed() -> None:
    url = await make_database()
    listening = DatabaseReplica()
    heard: asyncio.Queue[str] = asyncio.Queue()
    listening.heard = heard.put_nowait
    store = await open_postgres(Server(url), ME)
    other = await open_postgres(Server(url), ME, replica=listening)
    try:
        async with asyncio.timeout(30):
            await listening.listens.wait()
            await store.commit([changes.PutProcess(values.negotiation("urn:n:1"), None)])
            assert await heard.get() == "urn:n:1"
        await other.commit([changes.PutProcess(values.negotiation("urn:n:2"), None)])
        assert heard.empty()
    finally:
        await other.close()
        await store.close()


async def test_a_lost_connection_to_hear_the_others_is_opened_again_and_what_was_missed_is_said() -> None:
    url = await make_database()
    listening = DatabaseReplica()
    heard: asyncio.Queue[str] = asyncio.Queue()
    missed: asyncio.Queue[bool] = asyncio.Queue()
    listening.heard, listening.missed = heard.put_nowait, lambda: missed.put_nowait(True)
    store, other = await open_postgres(Server(url), ME), await open_postgres(Server(url), ME, replica=listening)
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(30):
            assert await missed.get()
            ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%FROM replicas%'"
            own = "pid <> pg_backend_pid() AND datname = current_database()"
            while not await connection.fetchval(f"{ended} AND {own}"):  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.05)
            # Nobody hears of this one: it is what is looked for afterwards.
            await store.commit([changes.PutProcess(values.negotiation("urn:n:1"), None)])
            assert await missed.get()
            await store.commit([changes.PutProcess(values.negotiation("urn:n:2"), None)])
            while await heard.get() != "urn:n:2":
                pass
    finally:
        await connection.close()
        await other.close()
        await store.close()


@pytest.mark.parametrize(
    ("own", "sentence"),
    [({"secret": "b" * 16}, "another secret for pseudonyms"), ({"zone": "UTC"}, "zone Europe/Berlin, not in UTC")],
)
async def test_a_replica_that_is_not_like_the_others_is_refused(own: dict[str, str], sentence: str) -> None:
    url = await make_database()
    alike = {"secret": "a" * 16, "zone": "Europe/Berlin"}
    store = await open_postgres(Server(url), ME, replica=DatabaseReplica(alike=alike))
    try:
        with pytest.raises(DatabaseRefused, match=sentence):
            await open_postgres(Server(url), ME, replica=DatabaseReplica(alike=alike | own))
        # One that is, and one of an older release, which says nothing of itself, are welcome.
        for words in (alike, {}):
            await (await open_postgres(Server(url), ME, replica=DatabaseReplica(alike=words))).close()
    finally:
        await store.close()
    # When nobody else is there, another secret contradicts nobody.
    await (await open_postgres(Server(url), ME, replica=DatabaseReplica(alike=alike | own))).close()
