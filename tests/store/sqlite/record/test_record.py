"""What only the SQLite record has to do: survive restarts, undo a crawl that fails, stop a long search."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.ports.broker_store import Delta, Query
from connector.ports.changes import Unavailable
from connector.store.sqlite.record import search
from connector.store.sqlite.record.record import SqliteBrokerStore, open_record
from tests.contract.test_record import CITY, NOW, entry, found, source


@pytest.fixture
async def record(tmp_path: Path) -> AsyncIterator[SqliteBrokerStore]:
    opened = await open_record(tmp_path / "record.db", now=lambda: NOW)
    yield opened
    await opened.close()


async def test_a_restart_finds_what_was_indexed_and_counts_on(record: SqliteBrokerStore, tmp_path: Path) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", "Müll"),)), NOW)
    await record.close()
    again = await open_record(tmp_path / "record.db", now=lambda: NOW)
    assert await found(again, "muell") == "a"
    assert await again.apply(Delta(source=source(), upserts=(entry("b"),)), NOW) == 2
    await again.close()


async def test_a_crawl_that_fails_half_way_changes_nothing(record: SqliteBrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", "Müll"),)), NOW)
    broken = Delta(source=source(failures=9), removed=("a",), upserts=(entry("b", "Wald"), entry("c", "\ud800")))
    with pytest.raises(UnicodeEncodeError):
        await record.apply(broken, NOW)
    assert await record.source(CITY) == source()
    assert await found(record) == "a"
    assert await record.apply(Delta(source=source()), NOW) == 1


async def test_a_full_disk_is_unavailable_and_heals(record: SqliteBrokerStore) -> None:
    record._writer.execute(f"PRAGMA max_page_count = {record._writer.execute('PRAGMA page_count').fetchone()[0] + 2}")
    large = Delta(source=source(), upserts=(entry("a", document=b"x" * 100_000),))
    with pytest.raises(Unavailable):
        await record.apply(large, NOW)
    assert await record.sources() == []
    record._writer.execute("PRAGMA max_page_count = 1000000")
    assert await record.apply(large, NOW) == 1


async def test_a_search_without_end_is_stopped(record: SqliteBrokerStore, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = tuple(entry(str(number), "Wald") for number in range(50))
    await record.apply(Delta(source=source(), upserts=rows), NOW)
    monkeypatch.setattr(search, "_SECONDS", -1.0)
    monkeypatch.setattr(search, "_STEPS_BETWEEN_LOOKS", 1)
    with pytest.raises(Unavailable, match="more or rarer words"):
        await record.search(Query(text="wald"))
    monkeypatch.undo()
    assert (await record.search(Query(text="wald", limit=1)))[1] == 50
