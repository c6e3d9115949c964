"""The journal of one source: messages are stored before they are acknowledged, and kept within limits.

The newest entries are in memory too, so that readers who keep up cost the store nothing. A reader who was away reads
from the store, and sees what fell out of it as a gap.
"""

import asyncio
from collections import deque

import msgspec

from connector.dataplane.wire.stream_limits import StreamLimits
from connector.ports.changes import ExtendJournal
from connector.ports.entities import EntryHead, StreamEntry, StreamJournal
from connector.ports.store import Store
from connector.ports.streams import ArrivedBatch

MOST = 256
MOST_BYTES = 256 * 1024
_TAIL = 1_024
_TAIL_BYTES = 2 * 1024 * 1024
_HEADS = 1_000


class Journal:
    """A journal with its newest entries in memory.

    `trouble` is why nothing arrives at present, empty while messages arrive: `changes` wakes those who wait when it or
    the journal changes.
    """

    def __init__(self, store: Store, state: StreamJournal, limits: StreamLimits) -> None:
        self._store = store
        self._limits = limits
        self._heads: deque[EntryHead] = deque()
        self._tail: deque[StreamEntry] = deque()
        self._tail_size = 0
        self._changed = asyncio.Event()
        self.state = state
        self.trouble = ""

    async def append(self, batch: ArrivedBatch, now: int) -> None:
        """Store messages behind the last entry, and drop what is over the limits, in one commit. Raises StoreError.

        A batch without messages moves the mark of the source on.
        """
        before = self.state
        entries = tuple(
            StreamEntry(position, now, one.data, one.lost, one.count)
            for position, one in enumerate(batch.messages, start=before.last + 1)
        )
        size = before.size + sum(len(one.data) for one in entries)
        grown = msgspec.structs.replace(before, last=before.last + len(entries), size=size, mark=batch.mark, at=now)
        await self._commit(grown, entries, now)
        for entry in entries:
            self._tail.append(entry)
            self._tail_size += len(entry.data)
        while len(self._tail) > _TAIL or (self._tail_size > _TAIL_BYTES and len(self._tail) > 1):
            self._tail_size -= len(self._tail.popleft().data)
        if entries:
            self.trouble = ""
            self._wake()

    async def expire(self, now: int) -> None:
        """Drop what is older than the limit. Raises StoreError."""
        await self._commit(self.state, (), now)

    async def _commit(self, grown: StreamJournal, entries: tuple[StreamEntry, ...], now: int) -> None:
        limits, first, size, dropped = self._limits, grown.first, grown.size, 0
        while head := await self._find_head(dropped):
            count = grown.last - first + 1
            over = count > limits.keep_messages or size > limits.keep_bytes
            if not over and head.at >= now - limits.keep_seconds * 1000:
                break
            first, size, dropped = head.position + 1, size - head.size, dropped + 1
        if not entries and not dropped and grown.mark == self.state.mark:
            return
        kept = msgspec.structs.replace(grown, first=first, size=size)
        await self._store.commit([ExtendJournal(kept, entries)])
        self.state = kept
        for _ in range(dropped):
            self._heads.popleft()

    async def _find_head(self, skipped: int) -> EntryHead | None:
        """Return the oldest stored entry behind some that will be dropped, None if there is none."""
        if skipped == len(self._heads):
            after = self._heads[-1].position if self._heads else self.state.first - 1
            if after < self.state.last:
                read = self._store.journal_heads(self.state.owner, self.state.id, after=after, most=_HEADS)
                self._heads.extend(await read)
        return self._heads[skipped] if skipped < len(self._heads) else None

    async def read(self, after: int) -> list[StreamEntry]:
        """Return the next entries behind a position, a bounded number and size. Raises StoreError."""
        if not self._tail or after < self._tail[0].position - 1:
            if after >= self.state.last:
                return []
            read = self._store.journal_entries(
                self.state.owner, self.state.id, after=after, most=MOST, most_bytes=MOST_BYTES
            )
            return list(await read)
        found, size = list[StreamEntry](), 0
        begin = after + 1 - self._tail[0].position
        for place in range(begin, min(begin + MOST, len(self._tail))):
            entry = self._tail[place]
            size += len(entry.data)
            if found and size > MOST_BYTES:
                break
            found.append(entry)
        return found

    async def wait(self, after: int, trouble: str, seconds: float) -> bool:
        """Wait for an entry behind a position, or for another trouble; return False after `seconds`."""
        while self.state.last <= after and self.trouble == trouble:
            try:
                async with asyncio.timeout(seconds):
                    await self._changed.wait()
            except TimeoutError:
                return False
        return True

    def note_trouble(self, trouble: str) -> None:
        """Note why nothing arrives."""
        if trouble != self.trouble:
            self.trouble = trouble
            self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
