"""The journal of a source: its limits, its memory, and who waits for it."""

import asyncio

import pytest

from connector.dataplane.streaming.journal import Journal
from connector.dataplane.wire.stream_limits import StreamLimits
from connector.ports.entities import StreamJournal
from connector.ports.streams import Arrived, ArrivedBatch
from connector.store.memory.store import MemoryStore

STATE = StreamJournal(owner="city", id="air", generation="ab", source={})
LIMITS = StreamLimits(keep_messages=1_000, keep_seconds=60)


def batch(*messages: bytes) -> ArrivedBatch:
    return ArrivedBatch(tuple(Arrived(one) for one in messages), b"mark")


@pytest.fixture
def journal() -> Journal:
    return Journal(MemoryStore(), STATE, LIMITS)


async def test_the_number_is_bounded_and_the_rest_is_readable_from_any_position(journal: Journal) -> None:
    for number in range(30):
        await journal.append(batch(*[b"%d" % number] * 100), 1_000)
    assert (journal.state.first, journal.state.last) == (2_001, 3_000)
    assert journal.state.size == 2_000
    at, seen = 2_000, 0
    while entries := await journal.read(at):
        assert entries[0].position == at + 1
        at, seen = entries[-1].position, seen + len(entries)
    assert seen == 1_000


async def test_what_is_too_old_is_dropped_though_nothing_arrives(journal: Journal) -> None:
    await journal.append(batch(b"1"), 1_000)
    await journal.append(batch(b"2"), 50_000)
    await journal.expire(62_000)
    assert (journal.state.first, journal.state.last, journal.state.size) == (2, 2, 1)
    await journal.expire(200_000)
    assert (journal.state.first, journal.state.last, journal.state.size) == (3, 2, 0)
    await journal.append(batch(b"3"), 200_001)
    assert [entry.data for entry in await journal.read(2)] == [b"3"]


async def test_a_journal_goes_on_from_the_store(journal: Journal) -> None:
    await journal.append(batch(*[b"x"] * 900), 1_000)
    again = Journal(journal._store, journal.state, LIMITS)
    await again.append(batch(*[b"y"] * 200), 1_000)
    assert (again.state.first, again.state.last) == (101, 1_100)
    assert (await again.read(100))[0].position == 101


async def test_whoever_waits_is_woken_by_a_message_or_by_trouble(journal: Journal) -> None:
    waiting = asyncio.create_task(journal.wait(0, "", 10))
    await asyncio.sleep(0)
    journal.note_trouble("silent")
    assert await waiting
    waiting = asyncio.create_task(journal.wait(0, "silent", 10))
    await asyncio.sleep(0)
    await journal.append(batch(b"1"), 1)
    assert await waiting
    assert journal.trouble == ""
    assert not await journal.wait(1, "", 0.01)


async def test_a_batch_without_messages_moves_the_mark_on_and_wakes_nobody(journal: Journal) -> None:
    journal.note_trouble("silent")
    await journal.append(ArrivedBatch((), b"later"), 1_000)
    stored = await journal._store.journal("city", "air")
    assert stored
    assert (stored.mark, stored.last, journal.trouble) == (b"later", 0, "silent")
