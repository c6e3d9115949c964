"""What only the SQLite record has to do: survive restarts, undo a crawl that fails, keep the areas, migrate."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from connector.ports.broker_store import Delta, Liveness, Statements
from connector.ports.store_errors import Unavailable
from connector.store.sqlite.engine.migrate import migrate, steps
from connector.store.sqlite.record.record import SqliteBrokerStore, open_record
from tests.contract.test_record import CITY, NOW, entry, source


@pytest.fixture
async def record(tmp_path: Path) -> AsyncIterator[SqliteBrokerStore]:
    opened = await open_record(tmp_path / "record.db")
    yield opened
    await opened.close()


async def test_a_restart_finds_what_was_indexed_and_counts_on(record: SqliteBrokerStore, tmp_path: Path) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", "Müll"),)), NOW)
    await record.close()
    again = await open_record(tmp_path / "record.db")
    assert [present.id for present in await again.view().at_rows([1])] == ["a"]
    assert await again.apply(Delta(source=source(), upserts=(entry("b"),)), NOW) == 2
    await again.close()


async def test_a_crawl_that_fails_half_way_changes_nothing(record: SqliteBrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", "Müll"),)), NOW)
    broken = Delta(source=source(failures=9), removed=("a",), upserts=(entry("b", "Wald"), entry("c", "\ud800")))
    with pytest.raises(UnicodeEncodeError):
        await record.apply(broken, NOW)
    assert await record.source(CITY) == source()
    assert await record.digests(CITY) == {"a": "digest of a"}
    assert await record.apply(Delta(source=source()), NOW) == 1


async def test_a_full_disk_is_unavailable_and_heals(record: SqliteBrokerStore) -> None:
    record._writer.execute(f"PRAGMA max_page_count = {record._writer.execute('PRAGMA page_count').fetchone()[0] + 2}")
    large = Delta(source=source(), upserts=(entry("a", document=b"x" * 100_000),))
    with pytest.raises(Unavailable):
        await record.apply(large, NOW)
    assert await record.sources() == []
    record._writer.execute("PRAGMA max_page_count = 1000000")
    assert await record.apply(large, NOW) == 1


async def test_a_record_with_full_text_becomes_one_without_and_is_crawled_again(tmp_path: Path) -> None:
    path, old = tmp_path / "record.db", steps("record")[:2]
    assert migrate(path, old) is None
    body = msgspec.msgpack.encode(source(digest="seen", next_at=NOW))
    dead = msgspec.msgpack.encode(source("did:web:gone.example", Liveness.DEAD, next_at=NOW))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO sources VALUES (?, ?, NULL, ?)", (CITY, "ONLINE", body))
        connection.execute("INSERT INTO sources VALUES (?, ?, NULL, ?)", ("did:web:gone.example", "DEAD", dead))
        values = (CITY, "a", "d", "Stadt", 7, 1, 2, 3, msgspec.msgpack.encode(entry("a", "Müll")))
        connection.execute("INSERT INTO entries VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)", values)
        connection.execute("INSERT INTO texts (rowid, title) VALUES (1, 'mull')")
        connection.commit()
    opened = await open_record(path)
    known, retired = {found.participant: found for found in await opened.sources()}.values()
    assert (known.digest, known.next_at, retired.next_at) == (None, 0, NOW)
    (kept,) = await opened.changes(0, 10)
    assert (kept.id, kept.seq, kept.titles, kept.statements) == ("a", 7, {"de": "Müll"}, Statements())
    await opened.close()
    assert path.with_name("record.db.schema-2.backup").exists()
