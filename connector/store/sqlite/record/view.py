"""A view of the broker's record in SQLite: the entries of some visibility classes.

What is in order is read class by class, each by its own index, and merged: so it costs nothing how many entries others
see. A view has no state, and is made for each request.
"""

import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from connector.ports.broker_store import ALIKE, BOXES, Box, CrawlSource, Entry, Listing, Reach
from connector.ports.moderation import MarkKind, find_withheld
from connector.protocol.credential import name_description
from connector.store.rules import find_alike, find_relayed, read_cursor, read_position, write_cursor, write_position
from connector.store.sqlite.engine.rows import SqlRow, fetch_many, fetch_one
from connector.store.sqlite.record.areas import list_seen
from connector.store.sqlite.record.likeness import find_places, find_shared
from connector.store.sqlite.record.listing import list_entries
from connector.store.sqlite.record.rows import IS_PORTAL, PORTALS_LAST, SHOWN_COLUMNS, to_entry

# Crawls end in another order than they began: their times differ from the order of the change numbers by less.
SLACK_MS = 3_600_000

_DESCRIBED = "SELECT name FROM descriptions WHERE name IN (SELECT value FROM json_each(?))"
_ONE = f"SELECT {SHOWN_COLUMNS} FROM entries WHERE participant = ? AND id = ?"  # noqa: S608 - constants
_PROVIDERS = """
SELECT participant FROM entries
WHERE visibility IN (SELECT CAST(value AS BIGINT) FROM json_each(?)) AND id = ? AND removed_at IS NULL
"""
_IDENTIFIERS = """
SELECT id FROM entries
WHERE participant = ? AND removed_at IS NULL AND +visibility IN (SELECT CAST(value AS BIGINT) FROM json_each(?))
ORDER BY place
"""
_AT_PLACES = f"SELECT {SHOWN_COLUMNS} FROM entries WHERE place IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"  # noqa: S608 - constants
_WITHIN = f"""
SELECT id / {BOXES}, west, south, east, north FROM areas
WHERE west <= ? AND east >= ? AND south <= ? AND north >= ?
AND visibility IN (SELECT CAST(value AS BIGINT) FROM json_each(?)) LIMIT ?
"""  # noqa: S608 - constants
_ARRIVED = "SELECT place FROM entries WHERE visibility = ? AND place > ? AND removed_at IS NULL ORDER BY place LIMIT ?"
_CHANGED = "SELECT seq, place, change FROM entries WHERE visibility = ? AND change > ? ORDER BY change LIMIT ?"
_NEWEST = "SELECT seq, place FROM entries WHERE visibility = ? AND change > 0 ORDER BY change DESC LIMIT ?"
_BEFORE = (
    "SELECT change FROM entries "
    "WHERE visibility = ? AND changed_at < ? AND change > 0 ORDER BY changed_at DESC, change DESC LIMIT 1"
)
_PLACE_OF = "SELECT place FROM entries WHERE visibility = ? AND arrival = ?"
_ARRIVAL_OF = "SELECT visibility, arrival FROM entries WHERE place = ?"
# No row that everybody sees is ever deleted, so the first place of an identifier never changes.
# Portals come after all participants.
_CLAIMANTS = f"""
SELECT id, participant FROM entries WHERE place IN (
    SELECT min(place + {PORTALS_LAST}) % {2**62} FROM entries
    WHERE visibility = 0 AND id IN (SELECT value FROM json_each(?)) GROUP BY id
)
"""  # noqa: S608 - constants

_REFERENCES = f"""
SELECT {SHOWN_COLUMNS} FROM entries
WHERE visibility = 0 AND id IN (SELECT value FROM json_each(?)) AND {IS_PORTAL} AND removed_at IS NULL
"""  # noqa: S608 - constants
_KEYS = "SELECT number, key FROM classes WHERE number IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"


class Reads(msgspec.Struct, frozen=True):
    """What a view needs of its record: a connection, work with another one on a thread, and what it knows of sources.

    `holdings` returns how many entries each participant has, by class; `source_marks` what is said of whole sources.
    """

    reader: sqlite3.Connection
    list_aside: Callable[[Callable[[sqlite3.Connection], Any]], Awaitable[Any]]
    sources: Callable[[], Awaitable[Sequence[CrawlSource]]]
    source: Callable[[str], Awaitable[CrawlSource | None]]
    reach: Callable[[], Awaitable[Reach]]
    holdings: Callable[[], Mapping[int, Mapping[str, int]]]
    source_marks: Callable[[], Awaitable[Mapping[str, frozenset[MarkKind]]]]


class SqliteRecordView:
    """A `RecordView` of the classes with some numbers, with `tests` or without."""

    def __init__(self, reads: Reads, visible: frozenset[int], *, tests: bool) -> None:
        self._reads = reads
        self._reader = reads.reader
        self._visible = visible
        self._tests = tests
        self._listed = msgspec.json.encode(sorted(visible)).decode()
        self._seen = msgspec.json.encode(list_seen(visible, tests=tests)).decode()

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
        marked = find_withheld(await self._reads.source_marks(), tests=self._tests)
        # A look at every source is for the broker that withholds one.
        return marked | find_relayed(marked, await self._reads.sources()) if marked else marked

    async def reach(self) -> Reach:
        """Return which sources are not online, and which are portals."""
        return await self._reads.reach()

    async def keys(self) -> Sequence[str]:
        """Return the keys of the visible classes, in the order of the keys; that of everybody is empty."""
        return sorted(self._name_classes().values())

    async def sources(self) -> Sequence[CrawlSource]:
        """Return all sources, each with the number of its visible entries."""
        holdings, counts = self._reads.holdings(), Counter[str]()
        for number in self._visible & holdings.keys():
            counts.update(holdings[number])
        return [_set_count(source, counts[source.participant]) for source in await self._reads.sources()]

    async def source(self, participant: str) -> CrawlSource | None:
        """Return one source with the number of its visible entries."""
        holdings, found = self._reads.holdings(), await self._reads.source(participant)
        count = sum(holdings[number].get(participant, 0) for number in self._visible & holdings.keys())
        return _set_count(found, count) if found else None

    async def entry(self, participant: str, id: str) -> Entry | None:
        """Return one present entry; the whole one, if a teaser is visible too."""
        shown = filter(self._shows, map(self._to_entry, fetch_many(self._reader, _ONE, (participant, id))))
        return min(shown, key=lambda entry: entry.reduced, default=None)

    async def providers(self, id: str) -> Sequence[str]:
        """Return the participants and portals that list this identifier now, by name."""
        rows = fetch_many(self._reader, _PROVIDERS, (self._listed, id))
        return sorted({participant for (participant,) in rows})

    async def identifiers(self, participant: str) -> Sequence[str]:
        """Return the identifiers of a source's present entries."""
        rows = fetch_many(self._reader, _IDENTIFIERS, (participant, self._listed))
        return list(dict.fromkeys(dataset for (dataset,) in rows))

    async def at_rows(self, rows: Sequence[int]) -> Sequence[Entry]:
        """Return the present entries of rows, in the order of `rows`."""
        wanted = msgspec.json.encode(rows).decode()
        read = partial(fetch_many, statement=_AT_PLACES, values=(wanted,))
        entries = map(self._to_entry, await self._reads.list_aside(read))
        found = {entry.row: entry for entry in entries if self._shows(entry)}
        return [found[row] for row in rows if row in found]

    async def within(self, box: Box, most: int) -> Sequence[tuple[int, Box]]:
        """Return the row and the box of present entries that overlap a box, at most `most`.

        The boxes are those of the R*Tree: each side is rounded outwards by at most a metre.
        """
        west, south, east, north = box
        values = (east, west, north, south, self._seen, max(most, 0))
        rows = await self._reads.list_aside(partial(fetch_many, statement=_WITHIN, values=values))
        return [(row, (area[0], area[1], area[2], area[3])) for row, *area in rows]

    async def changes(self, after: str | None, limit: int) -> tuple[Sequence[Entry], str]:
        """Return the entries that changed after a position, in the order of change, and the next position."""
        before, keys = read_position(after), self._name_classes()
        reached = {key: before.get(key, 0) for key in keys.values()}
        changed: list[tuple[int, int, int, str]] = []
        for number, key in keys.items():
            rows = fetch_many(self._reader, _CHANGED, (number, reached[key], max(limit, 0)))
            changed += [(seq, place, change, key) for seq, place, change in rows]
        changed = sorted(changed)[: max(limit, 0)]
        reached |= {key: change for _, _, change, key in changed}
        return self._read_places([place for _, place, _, _ in changed]), write_position(reached)

    async def newest(self, limit: int) -> Sequence[Entry]:
        """Return the entries that changed last, tombstones too, the newest first."""
        rows = [row for number in self._visible for row in fetch_many(self._reader, _NEWEST, (number, limit))]
        return self._read_places([place for _, place in sorted(rows, reverse=True)[:limit]])

    async def find_position(self, at: int) -> str:
        """Return a position after which all changes since a time in ms follow, and few others."""
        found = {
            key: row[0]
            for number, key in self._name_classes().items()
            if (row := fetch_one(self._reader, _BEFORE, (number, at - SLACK_MS)))
        }
        return write_position(found)

    async def entries(self, after: str | None, limit: int) -> tuple[Sequence[Entry], str | None]:
        """Return a page of present entries in the order of arrival, and the next cursor. Raises ValueError."""
        limit, keys = max(limit, 1), self._name_classes()
        start = -1 if after is None else self._find_place(after, keys)
        found = [row for number in keys for row in fetch_many(self._reader, _ARRIVED, (number, start, limit + 1))]
        places = sorted(place for (place,) in found)
        shown = self._read_places(places[:limit])
        if len(places) <= limit:
            return shown, None
        row = fetch_one(self._reader, _ARRIVAL_OF, (places[limit - 1],))
        return shown, write_cursor(row[1], keys[row[0]]) if row else None

    async def list_entries(self, listing: Listing) -> tuple[Sequence[Entry], int]:
        """Return a page of a list, and how many entries the list has."""
        read = partial(list_entries, visible=self._listed, listing=listing)
        found: tuple[Sequence[Entry], int] = await self._reads.list_aside(read)
        return found

    async def claimants(self, ids: Sequence[str]) -> dict[str, str]:
        """Return, for each of these dataset identifiers, the participant that listed it first for everybody."""
        rows = fetch_many(self._reader, _CLAIMANTS, (msgspec.json.encode(ids).decode(),))
        return dict(rows)

    async def references(self, ids: Sequence[str]) -> Sequence[Entry]:
        """Return the present references to these dataset identifiers, of all portals, in the order of arrival."""
        rows = fetch_many(self._reader, _REFERENCES, (msgspec.json.encode(ids).decode(),))
        return sorted(filter(self._shows, map(self._to_entry, rows)), key=lambda entry: entry.row)

    async def alike(self, entries: Sequence[Entry]) -> Mapping[int, Sequence[Entry]]:
        """Return, by row, the present entries of other participants that state to be what one of these entries is."""
        wanted = {key for entry in entries for key in entry.likenesses}
        if not wanted:
            return {}
        found = await self.alike_by(find_shared(self._reader, msgspec.json.encode(sorted(wanted)).decode()))
        return find_alike(entries, found)

    async def alike_by(self, keys: Sequence[str]) -> Mapping[str, Sequence[Entry]]:
        """Return for each of the keys the visible entries that have it, one of each participant."""
        if not keys:
            return {}
        pairs = find_places(self._reader, msgspec.json.encode(keys).decode(), self._listed, ALIKE)
        entries = {entry.row: entry for entry in self._read_places(sorted({place for _, place in pairs}))}
        found: dict[str, list[Entry]] = {}
        for key, place in pairs:
            if place in entries and self._shows(entries[place]):
                found.setdefault(key, []).append(entries[place])
        return found

    async def find_described(self, entries: Sequence[Entry]) -> frozenset[int]:
        """Return the rows of those entries whose provider pushed a signed description."""
        whole = {name_description(entry.participant, entry.id): entry.row for entry in entries if not entry.reduced}
        rows = fetch_many(self._reader, _DESCRIBED, (msgspec.json.encode([*whole]).decode(),)) if whole else []
        return frozenset(whole[name] for (name,) in rows)

    def _to_entry(self, row: SqlRow) -> Entry:
        return to_entry(row, tests=self._tests)

    def _shows(self, entry: Entry) -> bool:
        return entry.visibility in self._visible and entry.removed_at is None

    def _name_classes(self) -> dict[int, str]:
        """Return the keys of the visible classes by their numbers; one that was forgotten has none."""
        return dict(fetch_many(self._reader, _KEYS, (self._listed,)))

    def _find_place(self, after: str, keys: Mapping[int, str]) -> int:
        arrival, key = read_cursor(after)
        numbers = [number for number, known in keys.items() if known == key]
        row = fetch_one(self._reader, _PLACE_OF, (numbers[0], arrival)) if numbers else None
        if row is None:
            raise ValueError("Unknown cursor: pass the `next` of a page of this broker.")
        return int(row[0])

    def _read_places(self, places: Sequence[int]) -> list[Entry]:
        rows = fetch_many(self._reader, _AT_PLACES, (msgspec.json.encode(places).decode(),))
        found = {entry.row: entry for entry in map(self._to_entry, rows)}
        return [found[place] for place in places if place in found]


def _set_count(source: CrawlSource, datasets: int) -> CrawlSource:
    return source if source.datasets == datasets else replace(source, datasets=datasets)
