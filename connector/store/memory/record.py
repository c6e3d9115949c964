"""The in-memory twin of the broker's record: same port, same contract suite, nothing durable."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from functools import partial

from msgspec.structs import replace

from connector.ports.assessments import ALL_SOURCES, PROGRESS
from connector.ports.broker_store import (
    CLASSES,
    EVERYBODY,
    PORTALS,
    CrawlSource,
    Delta,
    Entry,
    Reach,
    VisibilityClass,
)
from connector.ports.moderation import (
    ACTS_KEPT,
    PASSED_ON,
    WHOLE_SOURCE,
    Act,
    EntryStanding,
    Mark,
    MarkKind,
    ModerationChange,
    judge_standing,
)
from connector.ports.search_days import DAYS_KEPT, SearchDay, add_searches
from connector.ports.store_errors import LimitReached, Unavailable
from connector.store.memory.view import MemoryRecordView, RowNumbers, find_reach, group_alike
from connector.store.rules import (
    VERIFIED_WITHIN_MS,
    begin_counting,
    check_classes,
    check_delta,
    cursor,
    leave_pushed,
    list_rows,
    name_class,
    position,
    refuse_class,
    tombstone,
)

RowKey = tuple[str, str, int]
"""The participant, the identifier and the visibility class of an entry."""


class MemoryBrokerStore:
    """A `ModeratedStore` whose data is lost when the process ends."""

    def __init__(self) -> None:
        self._marks: dict[tuple[str, str, MarkKind], Mark] = {}
        self._acts: list[Act] = []
        # Of entries that are held as tests or withheld: which of both, and since when.
        self._held: dict[RowKey, tuple[EntryStanding, int]] = {}
        self._assessed: dict[tuple[str, int], bytes] = {}
        self._search_days: dict[int, SearchDay] = {}
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

    async def list_source_names(self, most: int) -> Sequence[str]:
        """Return the first names of sources in alphabetical order, each once whatever its case, at most `most`."""
        named = {source.name.casefold(): source.name for source in reversed(await self.sources()) if source.name}
        return [named[folded] for folded in sorted(named)][:most]

    async def find_named(self, name: str, most: int) -> Sequence[CrawlSource]:
        """Return the sources with a name, whatever its case, at most `most`."""
        alike = [source for source in await self.sources() if source.name.casefold() == name.casefold()]
        return alike[:most] if name else []

    async def reach(self) -> Reach:
        """Return which sources are not online, and which are portals."""
        return find_reach(await self.sources())

    async def source_marks(self) -> Mapping[str, frozenset[MarkKind]]:
        """Return what the operator says of whole sources, by participant."""
        self._open()
        found: dict[str, frozenset[MarkKind]] = {}
        for participant, dataset, kind in self._marks:
            if dataset == WHOLE_SOURCE:
                found[participant] = found.get(participant, frozenset()) | {kind}
        return found

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

    def view(self, visible: Iterable[int] = (), *, tests: bool = False) -> MemoryRecordView:
        """Return what a caller sees who sees some visibility classes beside that of everybody, with `tests` or not."""
        rows = partial(self._list_rows, tests=tests), self._list_rows
        seen = frozenset({EVERYBODY, *visible})
        return MemoryRecordView(*rows, self.sources, self.source_marks, self.pushed, seen, tests=tests)

    def _list_rows(self, *, tests: bool = False) -> list[tuple[Entry, RowNumbers, str]]:
        """Return all entries in the order of arrival, with their numbers and the keys of their classes."""
        self._open()
        keys = {EVERYBODY: ""} | {number: known.key for number, known in self._classes.items()}
        rows = sorted(self._entries.items(), key=lambda row: row[1].row)
        return [(self._show(entry, tests=tests), self._numbers[key], keys[entry.visibility]) for key, entry in rows]

    async def digests(self, participant: str) -> dict[str, str]:
        """Return id → digest of what a crawl of a source may change: what it offers, withheld or not, if not pushed."""
        pushed = self.pushed.get(participant, frozenset())
        rows = (entry for entry in self._offered() if entry.participant == participant)
        return {entry.id: entry.digest for entry in rows if entry.id not in pushed}

    async def entry(self, participant: str, id: str) -> Entry | None:
        """Return one present entry, never a reduced one."""
        found = [self._show(entry) for _, entry in self._find(participant, id)]
        return next((entry for entry in found if not entry.reduced and entry.removed_at is None), None)

    async def last_change(self) -> int:
        """Return the last change number."""
        self._open()
        return self._last

    async def changes(self, after: int, limit: int, *, tests: bool = False) -> Sequence[Entry]:
        """Return entries (tombstones too) with a change number above `after`, in that order."""
        self._open()
        changed = [self._show(entry, tests=tests) for entry in self._entries.values() if entry.seq > after]
        return sorted(changed, key=lambda entry: entry.seq)[: max(limit, 0)]

    async def first_rows(self, ids: Sequence[str]) -> dict[str, int]:
        """Return, for each of these identifiers that everybody sees now, the row that comes first: portals are last."""
        found: dict[str, int] = {}
        shown = map(self._show, self._offered())
        for entry in sorted(shown, key=lambda entry: (entry.participant.startswith(PORTALS), entry.row)):
            if entry.id in ids and entry.visibility == EVERYBODY and entry.removed_at is None:
                found.setdefault(entry.id, entry.row)
        return found

    async def moderate(self, change: ModerationChange, now: int) -> Act | None:
        """Set or take away a mark, with all that follows for entries; returns None if nothing changes."""
        self._open()
        key = (change.participant, change.dataset, change.kind)
        known = self._marks.get(key)
        if (known.reason if known else None) == (change.reason if change.wanted else None):
            return None
        if change.wanted:
            names = {"participant": key[0], "dataset": key[1]}
            self._marks[key] = Mark(**names, kind=change.kind, reason=change.reason, by=change.by, at=now)
        else:
            del self._marks[key]
        number = self._acts[-1].number + 1 if self._acts else 1
        self._acts.append(Act(number=number, at=now, change=change, before=known.reason if known else None))
        del self._acts[:-ACTS_KEPT]
        self._hold_entries(change.participant, change.dataset, now)
        if change.dataset == WHOLE_SOURCE:
            for source in self._sources.values():
                if source.brokers[:1] == (change.participant,):
                    self._hold_entries(source.participant, WHOLE_SOURCE, now)
        return self._acts[-1]

    async def marks(self, participant: str, dataset: str | None) -> Sequence[Mark]:
        """Return the marks of a source, and with `dataset` those of that entry too."""
        names = {WHOLE_SOURCE, dataset or WHOLE_SOURCE}
        found = [mark for mark in self._marks.values() if mark.participant == participant and mark.dataset in names]
        return sorted(found, key=lambda mark: (mark.dataset, mark.kind))

    async def marked(self, participant: str | None, after: str | None, limit: int) -> tuple[Sequence[Mark], str | None]:
        """List all marks in the order in which they were set. Raises ValueError for an unknown cursor."""
        start = position(after, start=-1)
        numbered = [pair for pair in enumerate(self._marks.values()) if participant in (None, pair[1].participant)]
        rows = [pair for pair in numbered if pair[0] > start]
        return [mark for _, mark in rows[:limit]], cursor(rows[limit - 1][0]) if len(rows) > limit else None

    async def acts(self, participant: str | None, after: str | None, limit: int) -> tuple[Sequence[Act], str | None]:
        """List the log, the newest act first. Raises ValueError for an unknown cursor."""
        start = position(after, start=self._acts[-1].number + 1 if self._acts else 0)
        rows = [act for act in reversed(self._acts) if participant in (None, act.change.participant)]
        rows = [act for act in rows if act.number < start]
        return rows[:limit], cursor(rows[limit - 1].number) if len(rows) > limit else None

    async def count_held(self) -> tuple[int, int]:
        """Return how many offered entries are shown as tests only, and how many to nobody."""
        standings = [
            self._held[_name(entry)][0] for entry in self._offered() if not entry.reduced and _name(entry) in self._held
        ]
        return standings.count(EntryStanding.TEST), standings.count(EntryStanding.WITHHELD)

    async def shared_likenesses(self, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        """Return a page of the keys that shown entries of several participants have, and the next cursor."""
        keys = {key for entry in self._offered() for key in entry.likenesses}
        shared = sorted(key for key, found in (await self.alike_by(sorted(keys))).items() if len(found) > 1)
        rest = [key for key in shared if key > (after or "")]
        return rest[:limit], rest[limit - 1] if len(rest) > limit else None

    async def alike_by(self, keys: Sequence[str]) -> Mapping[str, Sequence[Entry]]:
        """Return for each of the keys the shown entries that have it, whoever sees them: of each participant one."""
        shown = sorted(map(self._show, self._offered()), key=lambda entry: entry.row)
        return group_alike([entry for entry in shown if entry.removed_at is None], keys)

    async def act(self, number: int) -> Act | None:
        """Return one act of the log."""
        return next((act for act in self._acts if act.number == number), None)

    async def stored(self, participant: str, id: str) -> Entry | None:
        """Return an entry whatever its standing, never a reduced one."""
        rows = [entry for key, entry in self._entries.items() if key[:2] == (participant, id) and not entry.reduced]
        found = max(rows, key=lambda entry: (entry.removed_at is None, entry.seq), default=None)
        return found and replace(found, is_test=self._judge(participant, id) is EntryStanding.TEST)

    async def put_assessed(self, at: int, found: Mapping[str, bytes]) -> None:
        """Put what an assessment found of sources so far."""
        self._assessed |= {(source, at): body for source, body in found.items()}

    async def assessed(self, at: int, sources: Sequence[str]) -> Mapping[str, bytes]:
        """Return what an assessment found of some sources."""
        return {source: self._assessed[source, at] for source in sources if (source, at) in self._assessed}

    async def last_assessment(self) -> int | None:
        """Return when the last complete assessment began, or None without one."""
        return max((at for source, at in self._assessed if source == ALL_SOURCES), default=None)

    async def begun_assessment(self) -> int | None:
        """Return when the latest assessment began that is not complete, or None without one."""
        complete = {at for source, at in self._assessed if source == ALL_SOURCES}
        begun = max((at for source, at in self._assessed if source == PROGRESS), default=None)
        return begun if begun is not None and begun > max(complete, default=-1) else None

    async def keep_assessment(self, at: int | None) -> None:
        """Forget all assessments but one."""
        self._assessed = {key: body for key, body in self._assessed.items() if key[1] == at}

    async def add_search_day(self, counted: SearchDay) -> None:
        """Add to the sums of a day, and forget those of days that are 90 days older or more."""
        self._open()
        before = self._search_days.get(counted.day, SearchDay(day=counted.day))
        self._search_days[counted.day] = add_searches(before, counted)
        for day in [day for day in self._search_days if day <= counted.day - DAYS_KEPT]:
            del self._search_days[day]

    async def search_days(self, since: int) -> Sequence[SearchDay]:
        """Return the sums of the days from a day on, the oldest first."""
        return [counted for day, counted in sorted(self._search_days.items()) if day >= since]

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
                self._hold(row, self._judge(participant, row.id), now)
                self._change(replace(row, removed_at=None, first_seen=first_seen))
        for removed in delta.removed:
            self._bury(participant, removed, frozenset(), now)
        found = [entry.id for entry in self._offered() if entry.participant == participant] if delta.unchanged else ()
        for verified in found or delta.verified:
            for key, present in self._find(participant, verified):
                if present.verified_at <= now - VERIFIED_WITHIN_MS:
                    self._entries[key] = replace(present, verified_at=now)
        held = {entry.visibility for entry in self._offered() if entry.participant == participant}
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
        empty = self._classes.keys() - {entry.visibility for entry in self._offered()}
        if not empty:
            raise refuse_class()
        forgotten = min(empty)
        self._entries = {key: entry for key, entry in self._entries.items() if key[2] != forgotten}
        del self._classes[forgotten], self._counts[forgotten]

    def _bury(self, participant: str, id: str, kept: AbstractSet[int], now: int) -> None:
        for _, present in self._find(participant, id):
            if present.visibility not in kept:
                withheld = self._find_standing(present) is EntryStanding.WITHHELD
                changed_at = self._held[_name(present)][1] if withheld else now
                self._change(replace(tombstone(present), removed_at=now, changed_at=changed_at))
                self._held.pop(_name(present), None)

    def _find(self, participant: str, id: str) -> list[tuple[RowKey, Entry]]:
        """Return the offered rows of an entry: at most itself and its teaser."""
        self._open()
        rows = self._entries.items()
        return [(key, entry) for key, entry in rows if key[:2] == (participant, id) and entry.removed_at is None]

    def _hold_entries(self, participant: str, dataset: str, now: int) -> None:
        for entry in list(self._offered()):
            standing, before = self._judge(participant, entry.id), self._find_standing(entry)
            if entry.participant == participant and dataset in (WHOLE_SOURCE, entry.id) and standing is not before:
                self._held.pop(_name(entry), None)
                self._change(replace(entry, changed_at=now))
                self._hold(entry, standing, now)

    def _hold(self, entry: Entry, standing: EntryStanding, now: int) -> None:
        """Note the standing of an entry; one that is withheld already is so since then."""
        if standing is EntryStanding.SHOWN:
            self._held.pop(_name(entry), None)
        elif not (standing is self._find_standing(entry) is EntryStanding.WITHHELD):
            self._held[_name(entry)] = (standing, now)

    def _find_standing(self, entry: Entry) -> EntryStanding:
        return self._held.get(_name(entry), (EntryStanding.SHOWN, 0))[0]

    def _judge(self, participant: str, dataset: str) -> EntryStanding:
        keys = [(participant, name, kind) for name in (WHOLE_SOURCE, dataset) for kind in MarkKind]
        source = self._sources.get(participant)
        # What is said of a broker is said of what it relays too.
        keys += [
            (broker, WHOLE_SOURCE, kind) for broker in (source.brokers[:1] if source else ()) for kind in PASSED_ON
        ]
        return judge_standing(frozenset(key[2] for key in keys if key in self._marks))

    def _show(self, entry: Entry, *, tests: bool = False) -> Entry:
        """Return an entry as others see it."""
        standing, since = self._held.get(_name(entry), (EntryStanding.SHOWN, 0))
        entry = replace(entry, is_test=standing is EntryStanding.TEST)
        if standing is EntryStanding.SHOWN or entry.removed_at is not None or (tests and entry.is_test):
            return entry
        return replace(tombstone(entry), removed_at=since, changed_at=since)

    def _change(self, entry: Entry) -> None:
        told = self._find_standing(entry) is not EntryStanding.WITHHELD
        key, counted = _name(entry), self._counts[entry.visibility]
        known = self._entries.get(key)
        self._last += told or known is None
        arrival = self._numbers[key].arrival if known else counted.arrival + 1
        self._rows += known is None
        # Nobody is told of what is withheld: it has arrived, and the change numbers stay.
        if told:
            counted = RowNumbers(counted.arrival, counted.change + 1)
        last_told = self._numbers[key].change if known else 0
        self._numbers[key] = RowNumbers(arrival, counted.change if told else last_told)
        self._counts[entry.visibility] = RowNumbers(max(counted.arrival, arrival), counted.change)
        seq = self._last if told or known is None else known.seq
        change, row = self._numbers[key].change, known.row if known else self._rows
        self._entries[key] = replace(entry, seq=seq, change=change, row=row)

    def _offered(self) -> Iterator[Entry]:
        self._open()
        return (entry for entry in self._entries.values() if entry.removed_at is None)

    def _open(self) -> None:
        if self._closed:
            raise Unavailable("The record is closed: open it again.")


def _name(entry: Entry) -> RowKey:
    return entry.participant, entry.id, entry.visibility
