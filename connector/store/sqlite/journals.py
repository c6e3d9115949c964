"""What the SQLite store knows of streams: the journals of their sources."""

from collections.abc import Sequence

from connector.ports.entities import EntryHead, StreamEntry, StreamJournal
from connector.store.sqlite.chapters import journals
from connector.store.sqlite.engine.connection import StoreConnection


class SqliteJournals:
    """The chapter of journals of a `Store`; `SqliteStore` is the whole."""

    _reader: StoreConnection

    async def journal(self, owner: str, id: str) -> StreamJournal | None:
        """Return one journal."""
        return journals.journal(self._reader, owner, id)

    async def journals(self, owner: str) -> Sequence[StreamJournal]:
        """Return all journals, ordered by identifier."""
        return journals.journals(self._reader, owner)

    async def journal_entries(
        self, owner: str, id: str, *, after: int, most: int, most_bytes: int
    ) -> Sequence[StreamEntry]:
        """Return the entries behind a position."""
        return journals.entries_after(self._reader, owner, id, after, most, most_bytes)

    async def journal_heads(self, owner: str, id: str, *, after: int, most: int) -> Sequence[EntryHead]:
        """Return the heads of the entries behind a position."""
        return journals.heads(self._reader, owner, id, after, most)
