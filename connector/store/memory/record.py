"""The in-memory twin of the broker's record: same port, same contract suite, nothing durable."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from connector.ports.broker_store import Box, CrawlSource, Delta, Entry, Listing, ListOrder
from connector.ports.changes import Unavailable
from connector.store.rules import VERIFIED_WITHIN_MS, check_delta, cursor, position, tombstone


class MemoryBrokerStore:
    """A `BrokerStore` whose data is lost when the process ends."""

    def __init__(self) -> None:
        self._sources: dict[str, CrawlSource] = {}
        self._entries: dict[tuple[str, str], Entry] = {}
        self._last = 0
        self._closed = False

    async def sources(self) -> Sequence[CrawlSource]:
        """Return all sources."""
        self._open()
        return [self._sources[participant] for participant in sorted(self._sources)]

    async def source(self, participant: str) -> CrawlSource | None:
        """Return one source."""
        self._open()
        return self._sources.get(participant)

    async def put_source(self, source: CrawlSource) -> None:
        """Insert or replace a source."""
        self._open()
        self._sources[source.participant] = source

    async def apply(self, delta: Delta, now: int) -> int:
        """Apply a complete crawl; returns the record's last change number."""
        self._open()
        check_delta(delta)
        participant = delta.source.participant
        self._sources[participant] = delta.source
        for entry in delta.upserts:
            before = self._entries.get((participant, entry.id))
            first_seen = before.first_seen if before else entry.first_seen
            self._change(replace(entry, removed_at=None, first_seen=first_seen))
        for removed in delta.removed:
            present = await self.entry(participant, removed)
            if present:
                self._change(replace(tombstone(present), removed_at=now, changed_at=now))
        for verified in delta.verified:
            present = await self.entry(participant, verified)
            if present and present.verified_at <= now - VERIFIED_WITHIN_MS:
                self._entries[participant, verified] = replace(present, verified_at=now)
        return self._last

    async def digests(self, participant: str) -> dict[str, str]:
        """Return id → digest of a source's present entries."""
        return {entry.id: entry.digest for entry in self._present() if entry.participant == participant}

    async def entry(self, participant: str, id: str) -> Entry | None:
        """Return one present entry."""
        self._open()
        entry = self._entries.get((participant, id))
        return entry if entry and entry.removed_at is None else None

    async def at_rows(self, rows: Sequence[int]) -> Sequence[Entry]:
        """Return the present entries of rows, in the order of `rows`."""
        found = {entry.row: entry for entry in self._present()}
        return [found[row] for row in rows if row in found]

    async def within(self, box: Box, most: int) -> Sequence[tuple[int, Box]]:
        """Return the row and the box of present entries that overlap a box, at most `most`."""
        areas = [(entry.row, area) for entry in self._present() for area in entry.statements.boxes]
        return [(row, area) for row, area in areas if _overlap(area, box)][: max(most, 0)]

    async def last_change(self) -> int:
        """Return the last change number."""
        self._open()
        return self._last

    async def changes(self, after: int, limit: int) -> Sequence[Entry]:
        """Return entries (tombstones too) with a change number above `after`, in that order."""
        self._open()
        changed = [entry for entry in self._entries.values() if entry.seq > after]
        return sorted(changed, key=lambda entry: entry.seq)[: max(limit, 0)]

    async def entries(self, after: str | None, limit: int) -> tuple[Sequence[Entry], str | None]:
        """List present entries in the order of their arrival."""
        limit = max(limit, 1)
        start = position(after, start=-1)
        arrived = enumerate(self._entries.values())
        rows = [(place, entry) for place, entry in arrived if place > start and entry.removed_at is None]
        shown = rows[:limit]
        self._open()
        return [entry for _, entry in shown], cursor(shown[-1][0]) if len(rows) > limit else None

    async def list_entries(self, listing: Listing) -> tuple[Sequence[Entry], int]:
        """Return a page of a list, and how many entries the list has."""
        rows = [
            entry
            for entry in self._present()
            if listing.participant in (None, entry.participant) and entry.changed_at >= (listing.since or 0)
        ]
        if listing.since is not None or listing.order is not ListOrder.ARRIVAL:
            rows.sort(key=lambda entry: entry.changed_at)
        if listing.order is ListOrder.NEWEST:
            rows.reverse()
        return rows[listing.offset : listing.offset + listing.limit], len(rows)

    async def claimants(self, ids: Sequence[str]) -> dict[str, str]:
        """Return, for each of these dataset identifiers that was ever listed, the participant that listed it first."""
        self._open()
        found: dict[str, str] = {}
        for participant, dataset in self._entries:
            if dataset in ids:
                found.setdefault(dataset, participant)
        return found

    async def close(self) -> None:
        """Close; later calls raise Unavailable."""
        self._closed = True

    def _change(self, entry: Entry) -> None:
        self._last += 1
        before = self._entries.get((entry.participant, entry.id))
        row = before.row if before else len(self._entries) + 1
        self._entries[entry.participant, entry.id] = replace(entry, seq=self._last, row=row)

    def _present(self) -> Iterator[Entry]:
        self._open()
        return (entry for entry in self._entries.values() if entry.removed_at is None)

    def _open(self) -> None:
        if self._closed:
            raise Unavailable("The record is closed: open it again.")


def _overlap(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and one[2] >= other[0] and one[1] <= other[3] and one[3] >= other[1]
