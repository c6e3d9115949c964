"""The port of the journals of streams, a chapter of the store."""

from collections.abc import Sequence
from typing import Protocol

from connector.ports.entities import EntryHead, StreamEntry, StreamJournal


class JournalStore(Protocol):
    """The journals of the sources of an owner, with their entries."""

    async def journal(self, owner: str, id: str) -> StreamJournal | None:
        """Return one journal."""

    async def journals(self, owner: str) -> Sequence[StreamJournal]:
        """Return all journals, ordered by identifier."""

    async def journal_entries(
        self, owner: str, id: str, *, after: int, most: int, most_bytes: int
    ) -> Sequence[StreamEntry]:
        """Return the entries behind a position, at most so many and so many bytes, but at least one if there is one."""

    async def journal_heads(self, owner: str, id: str, *, after: int, most: int) -> Sequence[EntryHead]:
        """Return the heads of the entries behind a position, at most so many."""
