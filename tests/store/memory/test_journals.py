"""Journals in memory; tests/contract/test_journals.py has what holds for every store."""

import pytest

from connector.ports.changes import ExtendJournal
from connector.ports.entities import StreamEntry, StreamJournal
from connector.store.memory.store import MemoryStore

JOURNAL = StreamJournal(owner="city", id="air", generation="ab", source={})


async def test_a_group_that_fails_leaves_no_entry() -> None:
    store = MemoryStore()
    grown = StreamJournal(owner="city", id="air", generation="ab", source={}, last=1)
    with pytest.raises(KeyError):
        await store.commit([ExtendJournal(grown, (StreamEntry(1, 1, b"x"),)), 7])  # type: ignore[list-item]
    assert await store.journal("city", "air") is None
    await store.commit([ExtendJournal(JOURNAL)])
    assert await store.journal_entries("city", "air", after=0, most=9, most_bytes=9) == []
