"""The broker's record in SQLite. Its own file, apart from a connector's.

A crawl is one transaction on its own thread, because a large catalogue takes seconds. Reads of many rows have a thread
too. Point reads run on the thread of the event loop, as in the store.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from connector.ports.broker_store import (
    EVERYBODY,
    CrawlSource,
    Delta,
    Entry,
    Liveness,
    Reach,
    VisibilityClass,
)
from connector.ports.moderation import Act, EntryStanding, Mark, MarkKind, ModerationChange
from connector.ports.search_days import SearchDay
from connector.ports.store_errors import StoreDamaged, Unavailable
from connector.store.names import SourceNames
from connector.store.rules import VERIFIED_WITHIN_MS, check_delta, leave_pushed, list_rows, tombstone
from connector.store.sqlite.engine.connection import (
    StoreConnection,
    is_damage,
    note_damage,
    open_readable,
    open_writable,
    refuse_damaged,
)
from connector.store.sqlite.engine.foreign import reading_foreign
from connector.store.sqlite.engine.migrate import migrate, steps
from connector.store.sqlite.engine.rows import SqlRow, fetch_many, fetch_one
from connector.store.sqlite.record import assessments, moderating, searches
from connector.store.sqlite.record.areas import forget_areas, put_areas
from connector.store.sqlite.record.classes import (
    CLASSES_BEGUN,
    COUNT_CHANGE,
    HELD,
    HELD_BY_ONE,
    assign_class,
    check_held_classes,
    count_holdings,
    to_class,
)
from connector.store.sqlite.record.likeness import forget_likenesses, list_shared, put_likenesses
from connector.store.sqlite.record.rows import ALL_SOURCES, COLUMNS, PORTALS_LAST, STANDINGS, decode_entry, to_entry
from connector.store.sqlite.record.unchanged import Unchanged, UnchangedWrites
from connector.store.sqlite.record.view import Reads, SqliteRecordView

T = TypeVar("T")

_encode = msgspec.msgpack.Encoder().encode
_source = msgspec.msgpack.Decoder(CrawlSource).decode


_PUT_SOURCE = """
INSERT INTO sources (participant, liveness, failing_since, body) VALUES (?, ?, ?, ?)
ON CONFLICT (participant)
DO UPDATE SET liveness = excluded.liveness, failing_since = excluded.failing_since, body = excluded.body
"""
_PUT_ENTRY = """
INSERT INTO entries
(participant, id, digest, publisher, seq, verified_at, changed_at, first_seen, visibility, arrival, change, body,
 held, removed_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, number, arrivals + 1,
       CASE WHEN ?11 = 2 THEN 0 ELSE changes + 1 END, ?10, ?11, ?12
FROM classes WHERE number = ?9
ON CONFLICT (participant, id, visibility)
DO UPDATE SET digest = excluded.digest, publisher = excluded.publisher, body = excluded.body,
              verified_at = excluded.verified_at, held = excluded.held,
              seq = CASE WHEN excluded.held = 2 THEN entries.seq ELSE excluded.seq END,
              change = CASE WHEN excluded.held = 2 THEN entries.change ELSE excluded.change END,
              changed_at = CASE WHEN excluded.held = 2 THEN entries.changed_at ELSE excluded.changed_at END,
              removed_at = CASE WHEN excluded.held = 2 THEN coalesce(entries.removed_at, excluded.removed_at)
                                ELSE excluded.removed_at END
RETURNING place, arrival
"""
_BURY = """
UPDATE entries SET removed_at = ?1, body = ?3, held = 0,
                   changed_at = CASE WHEN held = 2 THEN changed_at ELSE ?1 END,
                   seq = CASE WHEN held = 2 THEN seq ELSE ?2 END,
                   change = CASE WHEN held = 2 THEN change
                                 ELSE (SELECT changes + 1 FROM classes WHERE number = visibility) END
WHERE place = ?4
"""
_VERIFY = """
UPDATE entries SET verified_at = ?
WHERE participant = ? AND (removed_at IS NULL OR held > 0) AND verified_at <= ?
  AND id IN (SELECT value FROM json_each(?))
"""
_VERIFY_ALL = """
UPDATE entries SET verified_at = ?
WHERE participant = ? AND (removed_at IS NULL OR held > 0) AND verified_at <= ?
"""
_LAST = "SELECT coalesce(max(seq), 0) FROM entries"
_ONE = f"SELECT {COLUMNS} FROM entries WHERE participant = ? AND id = ? AND removed_at IS NULL"  # noqa: S608 - constants
_PLACES = """
SELECT place, visibility, held, body FROM entries
WHERE participant = ? AND id = ? AND (removed_at IS NULL OR held > 0)
"""
_CHANGES = f"SELECT {COLUMNS} FROM entries WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - constants
# A participant comes before all portals. What not everybody sees takes no place from what everybody sees.
_FIRST_ROWS = f"""
SELECT id, min(place + {PORTALS_LAST}) % {2**62}
FROM entries WHERE id IN (SELECT value FROM json_each(?)) AND visibility = 0 AND removed_at IS NULL GROUP BY id
"""  # noqa: S608 - constants
_DIGESTS = """
SELECT id, digest FROM entries WHERE participant = ? AND (removed_at IS NULL OR held > 0)
AND NOT EXISTS (SELECT 1 FROM descriptions d WHERE d.participant = entries.participant AND d.subject = entries.id)
"""
_PUSHED = "SELECT subject FROM descriptions WHERE participant = ?"


async def open_record(path: Path) -> "SqliteBrokerStore":
    """Open the record in the file at `path`, create it if it does not exist, and migrate its schema after a backup.

    Raises SchemaRefused if the file is newer than this release, was not created by Datenkontor, or cannot be opened.
    """
    await asyncio.to_thread(migrate, path, steps("record"))
    return SqliteBrokerStore(open_readable(path), open_readable(path), open_writable(path))


def read_sources(path: Path) -> tuple[Sequence[CrawlSource], moderating.MarkedKinds]:
    """Return all sources of the record at `path` and their marks; another process may be using it, nothing is written.

    Raises SchemaRefused if the file is not a record of this release.
    """
    with reading_foreign(path) as connection:
        sources = [_source(body) for (body,) in connection.execute(ALL_SOURCES)]
        return sources, moderating.read_source_marks(connection)


class SqliteBrokerStore:
    """A `ModeratedStore` in one SQLite file. `open_record` creates it."""

    def __init__(self, reader: StoreConnection, lister: StoreConnection, writer: StoreConnection) -> None:
        self._reader = reader
        self._lister = lister
        self._writer = writer
        self._listing = ThreadPoolExecutor(1, thread_name_prefix="record-lister")
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="record-writer")
        self._unchanged = UnchangedWrites(self._write, _verify_unchanged, self._note)
        self._closed = False
        self._forget()

    def _forget(self) -> None:
        # Each search asks for the sources, their marks and the classes; this process is the only one that writes them.
        self._sources: dict[str, CrawlSource] | None = None
        self._away: dict[str, CrawlSource] = {}
        self._names = SourceNames()
        self._portals: set[str] = set()
        self._holdings: dict[int, dict[str, int]] | None = None
        self._classes: Sequence[VisibilityClass] | None = None
        self._source_marks: Mapping[str, frozenset[MarkKind]] | None = None

    async def sources(self) -> Sequence[CrawlSource]:
        """Return all sources."""
        known = self._load_sources()
        return [known[participant] for participant in sorted(known)]

    async def list_source_names(self, most: int) -> Sequence[str]:
        """Return the first names of sources in alphabetical order, each once whatever its case, at most `most`."""
        self._load_sources()
        return self._names.list_first(most)

    async def find_named(self, name: str, most: int) -> Sequence[CrawlSource]:
        """Return the sources with a name, whatever its case, at most `most`."""
        known = self._load_sources()
        return [known[participant] for participant in self._names.find(name)[:most]]

    async def reach(self) -> Reach:
        """Return which sources are not online, and which are portals."""
        self._load_sources()
        return Reach(away=MappingProxyType(self._away), portals=self._portals)

    async def source(self, participant: str) -> CrawlSource | None:
        """Return one source."""
        refuse_damaged(self._reader)
        row = fetch_one(self._reader, "SELECT body FROM sources WHERE participant = ?", (participant,))
        return _source(row[0]) if row else None

    async def source_marks(self) -> Mapping[str, frozenset[MarkKind]]:
        """Return what the operator says of whole sources, by participant."""
        if self._source_marks is None:
            self._source_marks = moderating.read_source_marks(self._reader)
        return self._source_marks

    async def put_source(self, source: CrawlSource) -> None:
        """Insert or replace a source."""
        await self._write(partial(_put_source, source=source))
        self._note(source)

    async def apply(self, delta: Delta, now: int) -> int:
        """Apply a complete crawl all or nothing; returns the record's last change number."""
        check_delta(delta)
        if delta.unchanged:
            # Neither classes nor numbers are read again.
            return await self._unchanged.put(delta, now)
        last = await self.write(partial(_apply_crawl, delta=delta, now=now), delta.source.participant)
        self._note(delta.source)
        return last

    async def classes(self) -> Sequence[VisibilityClass]:
        """Return the visibility classes but that of everybody, in the order in which they began."""
        if self._classes is None:
            self._classes = [to_class(row) for row in fetch_many(self._reader, CLASSES_BEGUN, ())]
        return self._classes

    def view(self, visible: Iterable[int] = (), *, tests: bool = False) -> SqliteRecordView:
        """Return what a caller sees who sees some visibility classes beside that of everybody, with `tests` or not."""
        return SqliteRecordView(self._gather_reads(), frozenset({EVERYBODY, *visible}), tests=tests)

    def _gather_reads(self) -> Reads:
        return Reads(
            self._reader,
            self._list,
            self.sources,
            self.source,
            self.reach,
            self._read_holdings,
            self.source_marks,
        )

    async def digests(self, participant: str) -> dict[str, str]:
        """Return id → digest of what a crawl of a source may change: what it offers, withheld or not, if not pushed."""
        return dict(await self._list(lambda lister: fetch_many(lister, _DIGESTS, (participant,))))

    async def entry(self, participant: str, id: str) -> Entry | None:
        """Return one present entry, never a reduced one."""
        rows = [to_entry(row) for row in fetch_many(self._reader, _ONE, (participant, id))]
        return next((entry for entry in rows if not entry.reduced), None)

    async def last_change(self) -> int:
        """Return the last change number."""
        row = fetch_one(self._reader, _LAST, ())
        return row[0] if row else 0

    async def changes(self, after: int, limit: int, *, tests: bool = False) -> Sequence[Entry]:
        """Return entries (tombstones too) with a change number above `after`, in that order."""
        rows = await self._list(partial(fetch_many, statement=_CHANGES, values=(after, max(limit, 0))))
        return [to_entry(row, tests=tests) for row in rows]

    async def moderate(self, change: ModerationChange, now: int) -> Act | None:
        """Set or take away a mark, with all that follows for entries; returns None if nothing changes."""
        # A mark of a whole broker also changes what it relays.
        concerned = change.participant if change.dataset else None
        act = await self.write(partial(moderating.moderate, change=change, now=now), concerned)
        self._source_marks = None
        return act

    async def marks(self, participant: str, dataset: str | None) -> Sequence[Mark]:
        """Return the marks of a source, and with `dataset` those of that entry too."""
        return moderating.read_marks(self._reader, participant, dataset)

    async def marked(self, participant: str | None, after: str | None, limit: int) -> tuple[Sequence[Mark], str | None]:
        """List all marks in the order in which they were set. Raises ValueError for an unknown cursor."""
        return moderating.list_marks(self._reader, participant, after, limit)

    async def acts(self, participant: str | None, after: str | None, limit: int) -> tuple[Sequence[Act], str | None]:
        """List the log, the newest act first. Raises ValueError for an unknown cursor."""
        return moderating.list_acts(self._reader, participant, after, limit)

    async def count_held(self) -> tuple[int, int]:
        """Return how many offered entries are shown as tests only, and how many to nobody."""
        return await self._list(moderating.count_held)

    async def shared_likenesses(self, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        """Return a page of the keys that shown entries of several participants have, and the next cursor."""
        keys = list_shared(self._reader, after or "", limit + 1)
        return keys[:limit], keys[limit - 1] if len(keys) > limit else None

    async def alike_by(self, keys: Sequence[str]) -> Mapping[str, Sequence[Entry]]:
        """Return for each of the keys the shown entries that have it, whoever sees them: of each participant one."""
        return await self.view(known.number for known in await self.classes()).alike_by(keys)

    async def act(self, number: int) -> Act | None:
        """Return one act of the log."""
        return moderating.read_act(self._reader, number)

    async def stored(self, participant: str, id: str) -> Entry | None:
        """Return an entry whatever its standing."""
        return moderating.read_stored(self._reader, participant, id)

    async def first_rows(self, ids: Sequence[str]) -> dict[str, int]:
        """Return, for each of these identifiers that everybody sees now, the row that comes first: portals are last."""
        wanted = (msgspec.json.encode(ids).decode(),)
        rows = await self._list(partial(fetch_many, statement=_FIRST_ROWS, values=wanted))
        return dict(rows)

    async def put_assessed(self, at: int, found: Mapping[str, bytes]) -> None:
        """Put what an assessment found of sources so far."""
        await self._write(partial(assessments.put_assessed, at=at, found=found))

    async def assessed(self, at: int, sources: Sequence[str]) -> Mapping[str, bytes]:
        """Return what an assessment found of some sources."""
        return assessments.read_assessed(self._reader, at, sources)

    async def last_assessment(self) -> int | None:
        """Return when the last complete assessment began, or None without one."""
        return assessments.find_last(self._reader)

    async def begun_assessment(self) -> int | None:
        """Return when the latest assessment began that is not complete, or None without one."""
        return assessments.find_begun(self._reader)

    async def keep_assessment(self, at: int | None) -> None:
        """Forget all assessments but one."""
        await self._write(partial(assessments.keep_one, at=at))

    async def add_search_day(self, counted: SearchDay) -> None:
        """Add to the sums of a day, and forget those of days that are 90 days older or more."""
        await self._write(partial(searches.add_day, counted=counted))

    async def search_days(self, since: int) -> Sequence[SearchDay]:
        """Return the sums of the days from a day on, the oldest first."""
        return searches.list_days(self._reader, since)

    async def close(self) -> None:
        """Finish the running jobs and close; later calls raise Unavailable."""
        self._closed = True
        await asyncio.to_thread(self._writing.shutdown)
        await asyncio.to_thread(self._listing.shutdown)
        for connection in (self._reader, self._lister, self._writer):
            connection.close()

    def _note(self, source: CrawlSource) -> None:
        if self._sources is not None:
            self._sources[source.participant] = source
            self._note_known(source)

    def _note_known(self, source: CrawlSource) -> None:
        self._names.put(source)
        self._away.pop(source.participant, None)
        self._portals.discard(source.participant)
        if source.liveness is not Liveness.ONLINE:
            self._away[source.participant] = source
        if source.portal is not None:
            self._portals.add(source.participant)

    def _load_sources(self) -> dict[str, CrawlSource]:
        if self._sources is None:
            found = [_source(body) for (body,) in fetch_many(self._reader, ALL_SOURCES, ())]
            self._sources = {source.participant: source for source in found}
            for source in found:
                self._note_known(source)
        return self._sources

    def _read_holdings(self) -> dict[int, dict[str, int]]:
        if self._holdings is None:
            found: dict[int, dict[str, int]] = {}
            for participant, visibility, datasets in fetch_many(self._reader, HELD, ()):
                found.setdefault(visibility, {})[participant] = datasets
            self._holdings = found
        return self._holdings

    def _note_holdings(self, participant: str) -> None:
        if self._holdings is not None:
            for held in self._holdings.values():
                held.pop(participant, None)
            for visibility, datasets in fetch_many(self._reader, HELD_BY_ONE, (participant,)):
                self._holdings.setdefault(visibility, {})[participant] = datasets

    async def _list(self, job: Callable[[sqlite3.Connection], T]) -> T:
        return await self._run(self._listing, partial(job, self._lister))

    def read(self, statement: str, values: Sequence[object]) -> list[SqlRow]:
        """Return the rows of another chapter of this file. Raises Unavailable."""
        return fetch_many(self._reader, statement, values)

    async def write(self, job: Callable[[sqlite3.Connection], T], participant: str | None = None) -> T:
        """Do a job that changes entries, also of another chapter, as one transaction on the thread of writes.

        It changes those of `participant` alone, if one is given. Raises Unavailable, and what the job raises.
        """
        done = await self._write(job)
        self._classes = None
        if participant is None:
            self._holdings = None
        else:
            self._note_holdings(participant)
        return done

    async def _write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        return await self._run(self._writing, partial(_in_transaction, self._writer, job))

    async def _run(self, pool: ThreadPoolExecutor, job: Callable[[], T]) -> T:
        if self._closed:
            raise Unavailable("The record is closed: open it again.")
        refuse_damaged(self._reader)
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, job)
        except StoreDamaged:
            self._reader.damaged = True
            raise


def _in_transaction(connection: sqlite3.Connection, job: Callable[[sqlite3.Connection], T]) -> T:
    try:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            return job(connection)
    except sqlite3.DatabaseError as fault:
        if is_damage(fault):
            raise note_damage(connection, fault) from fault
        if not isinstance(fault, sqlite3.OperationalError | sqlite3.IntegrityError):
            raise
        raise Unavailable(
            f"The record cannot be written now ({fault}): nothing was changed; check the disk, then retry."
        ) from fault


def _put_source(connection: sqlite3.Connection, source: CrawlSource) -> None:
    row = (source.participant, source.liveness.value, source.failing_since, _encode(source))
    connection.execute(_PUT_SOURCE, row)


def _verify_unchanged(connection: sqlite3.Connection, crawls: Sequence[Unchanged]) -> int:
    for delta, now in crawls:
        _put_source(connection, delta.source)
        connection.execute(_VERIFY_ALL, (now, delta.source.participant, now - VERIFIED_WITHIN_MS))
    return int(connection.execute(_LAST).fetchone()[0])


def _apply_crawl(connection: sqlite3.Connection, delta: Delta, now: int) -> int:
    pushed = {subject for (subject,) in connection.execute(_PUSHED, (delta.source.participant,))}
    return apply_delta(connection, leave_pushed(delta, pushed), now)


def apply_delta(connection: sqlite3.Connection, delta: Delta, now: int) -> int:
    """Write the changes of entries and of their source within a transaction; return the last change number."""
    participant = delta.source.participant
    _put_source(connection, delta.source)
    last: int = connection.execute(_LAST).fetchone()[0]
    marked = moderating.read_marked(connection, participant)
    for entry in delta.upserts:
        last = _replace(connection, entry, moderating.find_standing(marked, entry.id), last, now)
    for removed in delta.removed:
        last = _bury(connection, (participant, removed), frozenset(), last, now)
    if delta.verified:
        verified = msgspec.json.encode(delta.verified).decode()
        connection.execute(_VERIFY, (now, participant, now - VERIFIED_WITHIN_MS, verified))
    if delta.upserts or delta.removed:
        count_holdings(connection, participant)
        check_held_classes(connection, participant)
    return int(connection.execute(_LAST).fetchone()[0])


def _replace(connection: sqlite3.Connection, entry: Entry, standing: EntryStanding, last: int, now: int) -> int:
    """Put the rows of an entry, and bury those that it has in other classes; return the last change number."""
    rows = [replace(row, visibility=assign_class(connection, row, now)) for row in list_rows(entry)]
    last = _bury(connection, (entry.participant, entry.id), {row.visibility for row in rows}, last, now)
    for row in rows:
        last += 1
        _put_entry(connection, row, last, standing, now)
    return last


def _bury(connection: sqlite3.Connection, key: tuple[str, str], kept: AbstractSet[int], last: int, now: int) -> int:
    """Make tombstones of the present rows of an entry but those in classes that are kept."""
    for place, visibility, held, body in connection.execute(_PLACES, key).fetchall():
        if visibility not in kept:
            last += 1
            forget_areas(connection, place)
            forget_likenesses(connection, place)
            connection.execute(_BURY, (now, last, _encode(tombstone(decode_entry(body))), place))
            connection.execute(COUNT_CHANGE, (held != STANDINGS[EntryStanding.WITHHELD], 0, visibility))
    return last


def _put_entry(connection: sqlite3.Connection, entry: Entry, seq: int, standing: EntryStanding, now: int) -> None:
    key = (entry.participant, entry.id, entry.digest, entry.publisher)
    times = (entry.verified_at, entry.changed_at, entry.first_seen)
    held = (STANDINGS[standing], None if standing is EntryStanding.SHOWN else now)
    row = (*key, seq, *times, entry.visibility, _encode(entry), *held)
    place, arrival = connection.execute(_PUT_ENTRY, row).fetchone()
    # Nobody is told of what is withheld: it has arrived, and the change numbers stay.
    connection.execute(COUNT_CHANGE, (standing is not EntryStanding.WITHHELD, arrival, entry.visibility))
    put_areas(connection, place, entry, standing)
    put_likenesses(connection, place, entry, standing)
