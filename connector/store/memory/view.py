"""The in-memory twin of a view of the broker's record: same port, same contract suite."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from connector.ports.broker_store import (
    EVERYBODY,
    PORTALS,
    Box,
    CrawlSource,
    Entry,
    Listing,
    ListOrder,
    Liveness,
    Reach,
)
from connector.ports.moderation import MarkKind, find_withheld
from connector.store.rules import find_alike, find_relayed, read_cursor, read_position, write_cursor, write_position


class RowNumbers(NamedTuple):
    """The numbers of a row within its class, or the last ones of a class: of its arrival and of its last change."""

    arrival: int
    change: int


Rows = Callable[[], list[tuple[Entry, RowNumbers, str]]]
"""Returns all entries in the order of arrival, with their numbers and the keys of their classes."""


def group_alike(present: Sequence[Entry], keys: Collection[str]) -> dict[str, list[Entry]]:
    """Return for each key the entries that have it, of each participant the first one."""
    found: dict[str, list[Entry]] = {}
    for entry in present:
        for key in entry.likenesses:
            others = found.setdefault(key, [])
            if key in keys and all(other.participant != entry.participant for other in others):
                others.append(entry)
    return {key: others for key, others in found.items() if others}


class MemoryRecordView:
    """A `RecordView` of the classes with some numbers, with `tests` or without.

    `rows` are those that are seen, `listed` those without tests, `pushed` the pushed datasets of each participant.
    """

    def __init__(
        self,
        rows: Rows,
        listed: Rows,
        sources: Callable[[], Awaitable[Sequence[CrawlSource]]],
        source_marks: Callable[[], Awaitable[Mapping[str, frozenset[MarkKind]]]],
        pushed: Mapping[str, frozenset[str]],
        visible: frozenset[int],
        *,
        tests: bool,
    ) -> None:
        self._rows = rows
        self._listed = listed
        self._sources = sources
        self._source_marks = source_marks
        self._pushed = pushed
        self._visible = visible
        self._tests = tests

    @property
    def visible(self) -> frozenset[int]:
        """The numbers of the visible classes."""
        return self._visible

    @property
    def tests(self) -> bool:
        """Whether entries are visible that are marked as tests."""
        return self._tests

    async def withheld(self) -> frozenset[str]:
        """Return the sources of which no entry is visible, because of a mark of the whole source."""
        marked = find_withheld(await self._source_marks(), tests=self._tests)
        return marked | find_relayed(marked, await self._sources()) if marked else marked

    async def reach(self) -> Reach:
        """Return which sources are not online, and which are portals."""
        return find_reach(await self._sources())

    async def keys(self) -> Sequence[str]:
        """Return the keys of the visible classes, in the order of the keys; that of everybody is empty."""
        return sorted({key for _, _, key in self._list_rows()} | {""})

    async def sources(self) -> Sequence[CrawlSource]:
        """Return all sources, each with the number of its visible entries."""
        present = [entry.participant for entry in self._list_present()]
        return [replace(source, datasets=present.count(source.participant)) for source in await self._sources()]

    async def source(self, participant: str) -> CrawlSource | None:
        """Return one source with the number of its visible entries."""
        return next((source for source in await self.sources() if source.participant == participant), None)

    async def entry(self, participant: str, id: str) -> Entry | None:
        """Return one present entry; the whole one, if a teaser is visible too."""
        found = [entry for entry in self._list_seen() if (entry.participant, entry.id) == (participant, id)]
        return min(found, key=lambda entry: entry.reduced, default=None)

    async def providers(self, id: str) -> Sequence[str]:
        """Return the participants and portals that list this identifier now, by name."""
        return sorted({entry.participant for entry in self._list_present() if entry.id == id})

    async def identifiers(self, participant: str) -> Sequence[str]:
        """Return the identifiers of a source's present entries."""
        return list(dict.fromkeys(entry.id for entry in self._list_present() if entry.participant == participant))

    async def at_rows(self, rows: Sequence[int]) -> Sequence[Entry]:
        """Return the present entries of rows, in the order of `rows`."""
        found = {entry.row: entry for entry in self._list_seen()}
        return [found[row] for row in rows if row in found]

    async def within(self, box: Box, most: int) -> Sequence[tuple[int, Box]]:
        """Return the row and the box of present entries that overlap a box, at most `most`."""
        areas = [(entry.row, area) for entry in self._list_seen() for area in entry.statements.boxes]
        return [(row, area) for row, area in areas if _overlap(area, box)][: max(most, 0)]

    async def changes(self, after: str | None, limit: int) -> tuple[Sequence[Entry], str]:
        """Return the entries that changed after a position, in the order of change, and the next position."""
        before = read_position(after)
        keys = {key for _, _, key in self._list_rows()} | {""}
        reached = {key: before.get(key, 0) for key in keys}
        changed = [row for row in self._list_rows() if row[1].change > reached[row[2]]]
        changed = sorted(changed, key=lambda row: row[0].seq)[: max(limit, 0)]
        reached |= {key: numbers.change for _, numbers, key in changed}
        return [_show(entry, numbers) for entry, numbers, _ in changed], write_position(reached)

    async def newest(self, limit: int) -> Sequence[Entry]:
        """Return the entries that changed last, tombstones too, the newest first."""
        told = [row for row in self._list_rows() if row[1].change > 0]
        rows = sorted(told, key=lambda row: -row[0].seq)
        return [_show(entry, numbers) for entry, numbers, _ in rows[:limit]]

    async def find_position(self, at: int) -> str:
        """Return a position after which all changes since a time in ms follow, and perhaps others."""
        later = {key for entry, _, key in self._list_rows() if entry.changed_at >= at}
        found: dict[str, int] = {}
        for _, numbers, key in self._list_rows():
            if key not in later:
                found[key] = max(found.get(key, 0), numbers.change)
        return write_position(found)

    async def entries(self, after: str | None, limit: int) -> tuple[Sequence[Entry], str | None]:
        """Return a page of present entries in the order of arrival, and the next cursor. Raises ValueError."""
        rows, limit, start = self._list_listed(), max(limit, 1), -1
        if after is not None:
            named = read_cursor(after)
            known = [entry.row for entry, numbers, key in rows if (numbers.arrival, key) == named]
            if not known:
                raise ValueError("Unknown cursor: pass the `next` of a page of this broker.")
            start = known[0]
        following = [row for row in rows if row[0].row > start and row[0].removed_at is None]
        shown = following[:limit]
        last = write_cursor(shown[-1][1].arrival, shown[-1][2]) if len(following) > limit else None
        return [_show(entry, numbers) for entry, numbers, _ in shown], last

    async def list_entries(self, listing: Listing) -> tuple[Sequence[Entry], int]:
        """Return a page of a list, and how many entries the list has."""
        rows = [
            entry
            for entry in self._list_present()
            if listing.participant in (None, entry.participant)
            and (listing.among is None or entry.participant in listing.among)
            and entry.participant not in listing.without
            and entry.changed_at >= (listing.since or 0)
        ]
        if listing.since is not None or listing.order is not ListOrder.ARRIVAL:
            rows.sort(key=lambda entry: entry.changed_at)
        if listing.order is ListOrder.NEWEST:
            rows.reverse()
        return rows[listing.offset : listing.offset + listing.limit], len(rows)

    async def claimants(self, ids: Sequence[str]) -> dict[str, str]:
        """Return, for each of these dataset identifiers, the participant that listed it first for everybody.

        A portal is the first one only of what no participant has ever listed.
        """
        found: dict[str, str] = {}
        for entry, _, _ in sorted(self._rows(), key=lambda row: row[0].participant.startswith(PORTALS)):
            if entry.id in ids and entry.visibility == EVERYBODY:
                found.setdefault(entry.id, entry.participant)
        return found

    async def references(self, ids: Sequence[str]) -> Sequence[Entry]:
        """Return the present references to these dataset identifiers, of all portals, in the order of arrival."""
        found = [entry for entry in self._list_present() if entry.id in ids and entry.participant.startswith(PORTALS)]
        return sorted(found, key=lambda entry: entry.row)

    async def alike(self, entries: Sequence[Entry]) -> Mapping[int, Sequence[Entry]]:
        """Return, by row, the present entries of other participants that state to be what one of these entries is."""
        wanted = {key for entry in entries for key in entry.likenesses}
        return find_alike(entries, group_alike(self._list_present(), wanted))

    async def find_described(self, entries: Sequence[Entry]) -> frozenset[int]:
        """Return the rows of those entries whose provider pushed a signed description."""
        whole = [entry for entry in entries if not entry.reduced]
        return frozenset(entry.row for entry in whole if entry.id in self._pushed.get(entry.participant, ()))

    def _list_rows(self) -> list[tuple[Entry, RowNumbers, str]]:
        return [row for row in self._rows() if row[0].visibility in self._visible]

    def _list_listed(self) -> list[tuple[Entry, RowNumbers, str]]:
        return [row for row in self._listed() if row[0].visibility in self._visible]

    def _list_seen(self) -> list[Entry]:
        return [_show(entry, numbers) for entry, numbers, _ in self._list_rows() if entry.removed_at is None]

    def _list_present(self) -> list[Entry]:
        return [_show(entry, numbers) for entry, numbers, _ in self._list_listed() if entry.removed_at is None]


def _show(entry: Entry, numbers: RowNumbers) -> Entry:
    return replace(entry, seq=numbers.change)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and one[2] >= other[0] and one[1] <= other[3] and one[3] >= other[1]


def find_reach(sources: Sequence[CrawlSource]) -> Reach:
    """Return which sources are not online, and which are portals."""
    return Reach(
        away={source.participant: source for source in sources if source.liveness is not Liveness.ONLINE},
        portals={source.participant for source in sources if source.portal is not None},
    )
