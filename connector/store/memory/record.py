"""The in-memory twin of the broker's record: same port, same contract suite, nothing durable."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from copy import copy

from msgspec.structs import replace

from connector.ports.broker_store import (
    CLASSES,
    EVERYBODY,
    PORTALS,
    CrawlSource,
    Delta,
    Entry,
    VisibilityClass,
)
from connector.ports.changes import LimitReached, Unavailable
from connector.store.memory.view import MemoryRecordView, RowNumbers
from connector.store.rules import (
    VERIFIED_WITHIN_MS,
    begin_counting,
    check_classes,
    check_delta,
    leave_pushed,
    list_rows,
    name_class,
    refuse_class,
    tombstone,
)

RowKey = tuple[str, str, int]
"""The participant, the identifier and the visibility class of an entry."""


class MemoryBrokerStore:
    """A `BrokerStore` whose data is lost when the process ends."""

    def __init__(self) -> None:
        self._sources: dict[str, CrawlSource] = {}
        self._entries: dict[RowKey, Entry] = {}
        self._numbers: dict[RowKey, RowNumbers] = {}
        self._classes: dict[int, VisibilityClass] = {}
        self._counts: dict[int, RowNumbers] = {EVERYBODY: RowNumbers(0, 0)}
        self._begun = EVERYBODY
        self._rows = 0
        self._last = 0
        self._closed = False
        # The datasets that participants have pushed: by participant, their identifiers.
        self.pushed: dict[str, frozenset[str]] = {}

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
        return self.apply_delta(leave_pushed(delta, self.pushed.get(delta.source.participant, frozenset())), now)

    def apply_delta(self, delta: Delta, now: int) -> int:
        """Apply changes of entries, also of those that were pushed; returns the record's last change number."""
        before = {name: copy(value) for name, value in vars(self).items()}
        try:
            self._apply(delta, now)
        except LimitReached:
            vars(self).update(before)
            raise
        return self._last

    async def classes(self) -> Sequence[VisibilityClass]:
        """Return the visibility classes but that of everybody, in the order in which they began."""
        self._open()
        return list(self._classes.values())

    def view(self, visible: Iterable[int] = ()) -> MemoryRecordView:
        """Return what a caller sees who sees some visibility classes beside that of everybody."""
        return MemoryRecordView(self._list_rows, self.sources, frozenset({EVERYBODY, *visible}))

    def _list_rows(self) -> list[tuple[Entry, RowNumbers, str]]:
        """Return all entries in the order of arrival, with their numbers and the keys of their classes."""
        self._open()
        keys = {EVERYBODY: ""} | {number: known.key for number, known in self._classes.items()}
        rows = sorted(self._entries.items(), key=lambda row: row[1].row)
        return [(entry, self._numbers[key], keys[entry.visibility]) for key, entry in rows]

    async def digests(self, participant: str) -> dict[str, str]:
        """Return id → digest of a source's present entries that a crawl may change: those that were not pushed."""
        pushed = self.pushed.get(participant, frozenset())
        rows = (entry for entry in self._present() if entry.participant == participant)
        return {entry.id: entry.digest for entry in rows if entry.id not in pushed}

    async def entry(self, participant: str, id: str) -> Entry | None:
        """Return one present entry, never a reduced one."""
        return next((entry for _, entry in self._find(participant, id) if not entry.reduced), None)

    async def last_change(self) -> int:
        """Return the last change number."""
        self._open()
        return self._last

    async def changes(self, after: int, limit: int) -> Sequence[Entry]:
        """Return entries (tombstones too) with a change number above `after`, in that order."""
        self._open()
        changed = [entry for entry in self._entries.values() if entry.seq > after]
        return sorted(changed, key=lambda entry: entry.seq)[: max(limit, 0)]

    async def first_rows(self, ids: Sequence[str]) -> dict[str, int]:
        """Return, for each of these identifiers that everybody sees now, the row that comes first: portals are last."""
        found: dict[str, int] = {}
        for entry in sorted(self._present(), key=lambda entry: (entry.participant.startswith(PORTALS), entry.row)):
            if entry.id in ids and entry.visibility == EVERYBODY:
                found.setdefault(entry.id, entry.row)
        return found

    async def close(self) -> None:
        """Close; later calls raise Unavailable."""
        self._closed = True

    def _apply(self, delta: Delta, now: int) -> None:
        participant = delta.source.participant
        self._sources[participant] = delta.source
        for entry in delta.upserts:
            rows = [replace(row, visibility=self._assign_class(row, now)) for row in list_rows(entry)]
            self._bury(participant, entry.id, {row.visibility for row in rows}, now)
            for row in rows:
                before = self._entries.get(_name(row))
                first_seen = before.first_seen if before else row.first_seen
                self._change(replace(row, removed_at=None, first_seen=first_seen))
        for removed in delta.removed:
            self._bury(participant, removed, frozenset(), now)
        for verified in delta.verified:
            for key, present in self._find(participant, verified):
                if present.verified_at <= now - VERIFIED_WITHIN_MS:
                    self._entries[key] = replace(present, verified_at=now)
        held = {entry.visibility for entry in self._present() if entry.participant == participant}
        check_classes(len(held - {EVERYBODY}))

    def _assign_class(self, entry: Entry, now: int) -> int:
        if not entry.audience:
            return EVERYBODY
        key = name_class(entry.audience, reduced=entry.reduced)
        for number, known in self._classes.items():
            if known.key == key:
                return number
        if len(self._classes) >= CLASSES:
            self._forget_empty()
        self._begun += 1
        begun = VisibilityClass(number=self._begun, key=key, audience=entry.audience, reduced=entry.reduced)
        start = begin_counting(key, now)
        self._classes[self._begun], self._counts[self._begun] = begun, RowNumbers(start, start)
        return self._begun

    def _forget_empty(self) -> None:
        empty = self._classes.keys() - {entry.visibility for entry in self._present()}
        if not empty:
            raise refuse_class()
        forgotten = min(empty)
        self._entries = {key: entry for key, entry in self._entries.items() if key[2] != forgotten}
        del self._classes[forgotten], self._counts[forgotten]

    def _bury(self, participant: str, id: str, kept: AbstractSet[int], now: int) -> None:
        for _, present in self._find(participant, id):
            if present.visibility not in kept:
                self._change(replace(tombstone(present), removed_at=now, changed_at=now))

    def _find(self, participant: str, id: str) -> list[tuple[RowKey, Entry]]:
        """Return the present rows of an entry: at most itself and its teaser."""
        self._open()
        rows = self._entries.items()
        return [(key, entry) for key, entry in rows if key[:2] == (participant, id) and entry.removed_at is None]

    def _change(self, entry: Entry) -> None:
        self._last += 1
        key, counted = _name(entry), self._counts[entry.visibility]
        known = self._entries.get(key)
        arrival = self._numbers[key].arrival if known else counted.arrival + 1
        self._rows += known is None
        self._numbers[key] = RowNumbers(arrival, counted.change + 1)
        self._counts[entry.visibility] = RowNumbers(max(counted.arrival, arrival), counted.change + 1)
        self._entries[key] = replace(
            entry, seq=self._last, change=counted.change + 1, row=known.row if known else self._rows
        )

    def _present(self) -> Iterator[Entry]:
        self._open()
        return (entry for entry in self._entries.values() if entry.removed_at is None)

    def _open(self) -> None:
        if self._closed:
            raise Unavailable("The record is closed: open it again.")


def _name(entry: Entry) -> RowKey:
    return entry.participant, entry.id, entry.visibility
