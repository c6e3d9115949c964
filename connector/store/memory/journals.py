"""The in-memory twin of `SqliteJournals`, and of the changes of a journal."""

from collections.abc import Callable, Sequence
from typing import Any

from connector.ports.changes import DropJournal, ExtendJournal
from connector.ports.entities import EntryHead, StreamEntry, StreamJournal
from connector.store.memory.tables import MemoryTables


class MemoryJournals:
    """The chapter of journals of a `Store`; `MemoryStore` is the whole."""

    _tables: MemoryTables

    async def journal(self, owner: str, id: str) -> StreamJournal | None:
        """Return one journal."""
        found: StreamJournal | None = self._tables.get(self._tables.journals, (owner, id))
        return found

    async def journals(self, owner: str) -> Sequence[StreamJournal]:
        """Return all journals, ordered by identifier."""
        rows: list[StreamJournal] = self._tables.select(self._tables.journals, lambda row: row.owner == owner)
        return sorted(rows, key=lambda row: row.id)

    async def journal_entries(
        self, owner: str, id: str, *, after: int, most: int, most_bytes: int
    ) -> Sequence[StreamEntry]:
        """Return the entries behind a position."""
        found, size = list[StreamEntry](), 0
        for entry in self._list_after(owner, id, after, most):
            size += len(entry.data)
            if found and size > most_bytes:
                break
            found.append(entry)
        return found

    async def journal_heads(self, owner: str, id: str, *, after: int, most: int) -> Sequence[EntryHead]:
        """Return the heads of the entries behind a position."""
        found = self._list_after(owner, id, after, most)
        return [EntryHead(entry.position, entry.at, len(entry.data)) for entry in found]

    def _list_after(self, owner: str, id: str, after: int, most: int) -> list[StreamEntry]:
        journal: StreamJournal | None = self._tables.get(self._tables.journals, (owner, id))
        if journal is None:
            return []
        begin = max(after + 1, journal.first)
        places = range(begin, min(begin + most, journal.last + 1))
        return [self._tables.get(self._tables.journal_entries, (owner, id, place)) for place in places]


def _extend(tables: MemoryTables, change: ExtendJournal) -> None:
    journal = change.journal
    key = (journal.owner, journal.id)
    stored: StreamJournal | None = tables.get(tables.journals, key)
    tables.put(tables.journals, key, journal)
    for entry in change.entries:
        tables.put(tables.journal_entries, (*key, entry.position), entry)
    for position in range(stored.first if stored else journal.first, journal.first):
        tables.put(tables.journal_entries, (*key, position), None)


def _drop(tables: MemoryTables, change: DropJournal) -> None:
    key = (change.owner, change.id)
    stored: StreamJournal | None = tables.get(tables.journals, key)
    tables.put(tables.journals, key, None)
    for position in range(stored.first, stored.last + 1) if stored else ():
        tables.put(tables.journal_entries, (*key, position), None)


APPLY: dict[type, Callable[[MemoryTables, Any], None]] = {ExtendJournal: _extend, DropJournal: _drop}
