"""What every store does with the journals of streams."""

from msgspec.structs import replace

from connector.ports.changes import DropJournal, ExtendJournal
from connector.ports.entities import EntryHead, StreamEntry, StreamJournal
from connector.ports.store import Store
from tests.contract.values import OWNER

JOURNAL = StreamJournal(owner=OWNER, id="trees 1", generation="a1", source={"kind": "mqtt"})


def entries(first: int, last: int) -> tuple[StreamEntry, ...]:
    return tuple(StreamEntry(number, number * 10, b"%d" % number) for number in range(first, last + 1))


async def test_entries_are_appended_and_read_behind_a_position(store: Store) -> None:
    assert await store.journal(OWNER, "trees 1") is None
    assert await store.journal_entries(OWNER, "trees 1", after=0, most=5, most_bytes=100) == []
    await store.commit([ExtendJournal(JOURNAL)])
    held = replace(JOURNAL, last=4, size=4, mark=b"m", at=40)
    await store.commit([ExtendJournal(held, entries(1, 4))])
    assert await store.journal(OWNER, "trees 1") == held
    assert await store.journal_entries(OWNER, "trees 1", after=1, most=2, most_bytes=100) == list(entries(2, 3))
    assert await store.journal_heads(OWNER, "trees 1", after=3, most=9) == [EntryHead(4, 40, 1)]
    lost = StreamEntry(5, 50, b"", "too-large", 3)
    await store.commit([ExtendJournal(replace(held, last=5), (lost,))])
    assert await store.journal_entries(OWNER, "trees 1", after=4, most=9, most_bytes=1) == [lost]


async def test_a_read_is_bounded_by_bytes_and_always_has_one_entry(store: Store) -> None:
    big = tuple(StreamEntry(number, 0, b"x" * 100) for number in (1, 2, 3))
    await store.commit([ExtendJournal(replace(JOURNAL, last=3, size=300), big)])
    assert await store.journal_entries(OWNER, "trees 1", after=0, most=9, most_bytes=10) == list(big[:1])
    assert await store.journal_entries(OWNER, "trees 1", after=0, most=9, most_bytes=200) == list(big[:2])


async def test_what_is_before_the_first_position_is_removed(store: Store) -> None:
    await store.commit([ExtendJournal(replace(JOURNAL, last=4), entries(1, 4))])
    await store.commit([ExtendJournal(replace(JOURNAL, first=4, last=5), entries(5, 5))])
    assert await store.journal_entries(OWNER, "trees 1", after=0, most=9, most_bytes=99) == list(entries(4, 5))


async def test_journals_are_listed_and_removed_with_their_entries(store: Store) -> None:
    other = replace(JOURNAL, id="air 1")
    await store.commit([ExtendJournal(replace(JOURNAL, last=2), entries(1, 2)), ExtendJournal(other)])
    await store.commit([ExtendJournal(replace(JOURNAL, owner="x", last=1), entries(1, 1))])
    assert [journal.id for journal in await store.journals(OWNER)] == ["air 1", "trees 1"]
    await store.commit([DropJournal(OWNER, "trees 1"), DropJournal(OWNER, "unknown")])
    assert await store.journals(OWNER) == [other]
    await store.commit([ExtendJournal(JOURNAL)])
    assert await store.journal_entries(OWNER, "trees 1", after=0, most=9, most_bytes=99) == []
    assert len(await store.journal_entries("x", "trees 1", after=0, most=9, most_bytes=99)) == 1
