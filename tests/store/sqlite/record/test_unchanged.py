"""Crawls that found nothing new are written together, each is on the disk before it ends, a fault is told to all."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from connector.ports.broker_store import Delta, Liveness
from connector.ports.store_errors import Unavailable
from connector.store.sqlite.record.record import SqliteBrokerStore, open_record
from tests.contract.test_record import NOW, entry, source

MANY = 300


@pytest.fixture
async def record(tmp_path: Path) -> AsyncIterator[SqliteBrokerStore]:
    opened = await open_record(tmp_path / "record.db")
    yield opened
    await opened.close()


def count_commits(record: SqliteBrokerStore) -> list[str]:
    """Note each transaction that begins from now on."""
    begun: list[str] = []
    record._writer.set_trace_callback(lambda said: begun.append(said) if said.startswith("BEGIN") else None)
    return begun


def crawl_many(record: SqliteBrokerStore, **changed: Any) -> list[asyncio.Task[int]]:
    deltas = [Delta(source=source(f"urn:{number}", **changed), unchanged=True) for number in range(MANY)]
    return [asyncio.create_task(record.apply(delta, NOW)) for delta in deltas]


async def test_crawls_that_end_together_share_commits(record: SqliteBrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a"),)), NOW)
    begun = count_commits(record)
    assert set(await asyncio.gather(*crawl_many(record))) == {1}
    assert 1 < len(begun) <= 4
    assert len(await record.sources()) == MANY + 1
    record._writer.set_trace_callback(None)


async def test_what_a_crawl_returned_for_is_on_the_disk(record: SqliteBrokerStore, tmp_path: Path) -> None:
    first, *others = crawl_many(record, liveness=Liveness.ONLINE)
    await first
    other = await open_record(tmp_path / "record.db")
    assert await other.source("urn:0") == source("urn:0", liveness=Liveness.ONLINE)
    await other.close()
    await asyncio.gather(*others)


async def test_a_fault_is_told_to_each_and_the_next_ones_are_written(record: SqliteBrokerStore) -> None:
    pages = record._writer.execute("PRAGMA page_count").fetchone()[0]
    record._writer.execute(f"PRAGMA max_page_count = {pages}")
    large = tuple(f"{number:0200}" for number in range(50))
    ended = await asyncio.gather(*crawl_many(record, pages=large), return_exceptions=True)
    assert {type(one) for one in ended} == {Unavailable}
    assert await record.sources() == []
    record._writer.execute("PRAGMA max_page_count = 1000000")
    await asyncio.gather(*crawl_many(record))
    assert len(await record.sources()) == MANY


async def test_a_crawl_that_is_given_up_before_it_is_written_stores_nothing(record: SqliteBrokerStore) -> None:
    tasks = crawl_many(record)
    await asyncio.sleep(0)
    tasks[-1].cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(ended[-1], asyncio.CancelledError)
    assert await record.source(f"urn:{MANY - 1}") is None
    assert len(await record.sources()) == MANY - 1


async def test_a_closed_record_takes_none(record: SqliteBrokerStore) -> None:
    await record.close()
    ended = await asyncio.gather(*crawl_many(record), return_exceptions=True)
    assert {type(one) for one in ended} == {Unavailable}
