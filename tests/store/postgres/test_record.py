"""The record of a broker in PostgreSQL: shared by processes, led by one, refused where it is not ours, and moved."""

import asyncio
from dataclasses import replace
from datetime import UTC
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from connector.ports.broker_store import Box, Delta, Listing, Statements
from connector.ports.moderation import WHOLE_SOURCE, MarkKind, ModerationChange
from connector.ports.store_errors import Unavailable
from connector.store.postgres.copying import copy_store, open_database, open_file
from connector.store.postgres.migrate import DatabaseRefused, steps
from connector.store.postgres.record import PostgresBrokerStore, open_database_record
from connector.store.postgres.store import Server, open_postgres
from connector.store.sqlite.engine.examine import SchemaRefused
from connector.store.sqlite.record.record import open_record
from tests.contract.test_record import CITY, NOW, WORKS, entry, source
from tests.store.postgres.server import make_database

pytestmark = pytest.mark.postgres
ME = "urn:participant:broker"
BOX: Box = (7.1, 51.2, 7.3, 51.4)


async def open_two(server: Server | None = None) -> tuple[PostgresBrokerStore, PostgresBrokerStore]:
    """Return the record of two processes that hear each other; the first one leads."""
    server = server or Server(await make_database())
    first = await open_database_record(server, ME)
    await first.replica.leads.wait()
    second = await open_database_record(server, ME)
    await second.replica.listens.wait()
    return first, second


async def test_what_one_process_writes_the_other_reads_and_hears() -> None:
    first, second = await open_two()
    assert await second.sources() == []
    told: asyncio.Queue[str | None] = asyncio.Queue()
    second.changed = told.put_nowait
    assert await first.apply(Delta(source=source(), upserts=(entry("a"), entry("b"))), NOW) == 2
    assert await told.get() == CITY
    assert [(one.participant, one.datasets) for one in await second.view().sources()] == [(CITY, 2)]
    assert await second.apply(Delta(source=source(WORKS), upserts=(entry("c", participant=WORKS),)), NOW) == 3
    mark = ModerationChange(
        participant=CITY, dataset=WHOLE_SOURCE, kind=MarkKind.REMOVED, wanted=True, reason="x", by="y"
    )
    heard: asyncio.Queue[str | None] = asyncio.Queue()
    first.changed = heard.put_nowait
    assert not await first.view().withheld()
    await second.moderate(mark, NOW)
    while await heard.get() is not None:
        pass
    assert CITY in await first.view().withheld()
    assert [(one.id, one.seq) for one in await first.changes(0, 9)] == [
        (one.id, one.seq) for one in await second.changes(0, 9)
    ]
    await first.close()
    await second.close()


async def test_a_page_token_of_one_process_is_good_at_the_other() -> None:
    first, second = await open_two()
    await first.apply(Delta(source=source(), upserts=tuple(entry(name) for name in "abcde")), NOW)
    page, after = await first.view().entries(None, 2)
    rest, end = await second.view().entries(after, 9)
    assert ([one.id for one in (*page, *rest)], end) == (list("abcde"), None)
    _, position = await first.view().changes(None, 3)
    assert [one.id for one in (await second.view().changes(position, 9))[0]] == ["d", "e"]
    assert (await second.view().list_entries(Listing(limit=2)))[1] == 5
    await first.close()
    await second.close()


async def test_writers_at_once_give_change_numbers_in_the_order_of_their_commits() -> None:
    first, second = await open_two()

    async def write(record: PostgresBrokerStore, name: str) -> list[int]:
        seen: list[int] = []
        for at in range(10):
            offered = entry(f"{name}{at}", participant=name)
            await record.apply(Delta(source=source(name), upserts=(offered,)), NOW)
            seen.extend(one.seq for one in await record.changes(max(seen, default=0), 100))
        return seen

    # Who reads on from the highest number that it has seen misses none; who ends last has seen all.
    seen = await asyncio.gather(write(first, CITY), write(second, WORKS))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in seen)
    assert max(map(len, seen)) == 20
    assert len({(one.participant, one.id) for one in await first.changes(0, 100)}) == 20
    await first.close()
    await second.close()


async def test_the_lead_passes_on_when_its_process_ends_and_when_its_connection_does() -> None:
    server = Server(await make_database())
    first, second = await open_two(server)
    third = await open_database_record(server, ME)
    assert not second.replica.leads.is_set()
    connection = await asyncpg.connect(server.url)
    ceased = asyncio.Event()
    first.replica.turned = lambda: None if first.replica.leads.is_set() else ceased.set()
    ended = await connection.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND granted",
        0x0DA7E4D1,
    )
    assert len(ended) == 1
    await ceased.wait()
    first_again = asyncio.create_task(first.replica.leads.wait())
    async with asyncio.timeout(60):
        waiting = [asyncio.create_task(record.replica.leads.wait()) for record in (second, third)]
        # The first one looks again too: whoever is the first to ask has the lock, and nobody else.
        await asyncio.wait([*waiting, first_again], return_when=asyncio.FIRST_COMPLETED)
    assert sum(record.replica.leads.is_set() for record in (first, second, third)) == 1
    for task in (*waiting, first_again):
        task.cancel()
    for record in (first, second, third):
        await record.close()
    await connection.close()


async def test_what_is_not_ours_is_refused_in_one_sentence() -> None:
    url = await make_database()
    server = Server(url)
    await (await open_postgres(server, ME)).close()
    record = await open_database_record(server, ME)
    await record.close()
    with pytest.raises(Unavailable, match="record is closed"):
        await record.sources()
    with pytest.raises(DatabaseRefused, match=f"belongs to the participant {ME}, not to urn:participant:other"):
        await open_database_record(server, "urn:participant:other")
    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE record.installation SET schema = 9999")
    with pytest.raises(DatabaseRefused, match="schema 9999, but this release supports"):
        await open_database_record(server, ME)
    await connection.execute(f"ALTER DATABASE {url.rpartition('/')[2]} SET default_transaction_read_only = on")
    with pytest.raises(DatabaseRefused, match="is read-only"):
        await open_database_record(server, ME)
    await connection.close()


async def test_a_record_moves_to_a_database_and_back(tmp_path: Path) -> None:
    first, last = tmp_path / "first.db", tmp_path / "last.db"
    record = await open_record(first)
    placed = entry("a", statements=Statements(boxes=(BOX,)), likenesses=("k",))
    hidden = entry("b", audience=b'[{"x": 1}]')
    await record.apply(Delta(source=source(), upserts=(placed, hidden)), NOW)
    await record.close()
    server = replace(Server(await make_database()), chapter="record")
    moved = await copy_store(partial(open_file, first, UTC, new=False, chapter="record"), _open_new(server))
    assert {table.table: table.rows for table in moved if table.rows} == {
        "areas": 1,
        "classes": 2,
        "entries": 2,
        "holdings": 2,
        "likenesses": 1,
        "sources": 1,
    }
    there = await open_database_record(server, ME)
    assert [row for row, _ in await there.view().within(BOX, 9)] == [1]
    assert await there.apply(Delta(source=source(WORKS), upserts=(entry("c", participant=WORKS),)), NOW) == 3
    await there.close()
    back = partial(open_database, server, ME, new=False)
    await copy_store(back, partial(open_file, last, UTC, new=True, chapter="record"))
    again = await open_record(last)
    assert [(one.id, one.seq) for one in await again.changes(0, 9)] == [("a", 1), ("b", 2), ("c", 3)]
    assert [row for row, _ in await again.view().within(BOX, 9)] == [1]
    await again.close()
    with pytest.raises(SchemaRefused, match="was moved"):
        await open_record(first)
    with pytest.raises(DatabaseRefused, match="was moved"):
        await open_database_record(server, ME)
    assert steps("record")[-1][0] == 9


def _open_new(server: Server) -> "partial[object]":
    return partial(open_database, server, ME, new=True)
