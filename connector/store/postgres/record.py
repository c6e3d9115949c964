"""The broker's record in PostgreSQL: what `SqliteBrokerStore` asks of its chapters, awaited, for several processes.

Each process keeps the sources, their marks and the classes in memory, as with SQLite. Every commit names what it has
changed to the others, and what was named is read again; while a process does not hear the others, it keeps nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import msgspec

from connector.ports.broker_store import EVERYBODY, CrawlSource, Entry, RecordView
from connector.ports.store_errors import Unavailable
from connector.store.postgres.migrate import require_newest
from connector.store.postgres.replicas import RECORD_CHANNEL, DatabaseReplica
from connector.store.postgres.statements.bridge import bridge_all, read_bridged
from connector.store.postgres.statements.connection import FAULTS
from connector.store.postgres.store import OpenChapter, Server, connect, name_fault, open_chapter
from connector.store.sqlite.engine.rows import fetch_one
from connector.store.sqlite.record import moderating
from connector.store.sqlite.record.descriptions import SqliteDescriptionStore
from connector.store.sqlite.record.record import SqliteBrokerStore
from connector.store.sqlite.record.rows import ALL_SOURCES
from connector.store.sqlite.record.view import Reads, SqliteRecordView

T = TypeVar("T")

CHAPTER = "record"
LEAD = 0x0DA7E4D1
"""The advisory lock of the process that takes in: it crawls, harvests and keeps the dates."""

_WISH = "crawl "
_NAMED = 500
"""The characters of a participant that a notification has."""
log = logging.getLogger(__name__)
_source = msgspec.msgpack.Decoder(CrawlSource).decode


def make_replica() -> DatabaseReplica:
    """Return a process among those that share a record: one of them leads."""
    return DatabaseReplica(RECORD_CHANNEL, LEAD)


async def open_database_record(
    server: Server, participant: str, replica: DatabaseReplica | None = None
) -> "PostgresBrokerStore":
    """Open the record of a broker on a server, and migrate its schema. Raises DatabaseRefused and Unavailable."""
    chapter = await open_chapter(replace(server, chapter=CHAPTER), participant, replica or make_replica())
    record = PostgresBrokerStore(chapter)
    chapter.begin()
    return record


async def read_database_sources(
    server: Server, participant: str
) -> tuple[Sequence[CrawlSource], moderating.MarkedKinds]:
    """Return all sources of the record and their marks; the broker may be running, and nothing is written.

    The process joins nobody: it never leads. Raises DatabaseRefused, StoreError for another schema, and Unavailable.
    """
    record = replace(server, chapter=CHAPTER)
    try:
        connection = await connect(record)
        try:
            await require_newest(connection, participant, CHAPTER)
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                sources = [_source(row["body"]) for row in await connection.fetch(ALL_SOURCES)]
                return sources, moderating.group_marks(await connection.fetch(moderating.SOURCE_MARKS))
        finally:
            await connection.close()
    except FAULTS as fault:
        raise name_fault(fault) from fault


class PostgresBrokerStore(SqliteBrokerStore):
    """A `ModeratedStore` in a PostgreSQL database. `open_database_record` creates it; use it on the same event loop.

    `changed` is called when another process has changed something: with its source, or with None if it may be any.
    `wished` is called with a source that another process wants to be crawled.
    """

    def __init__(self, chapter: OpenChapter) -> None:
        super().__init__(chapter.reader, chapter.reader, chapter.reader)
        self._chapter = chapter
        self.replica = chapter.replica
        self._stale: set[str] = set()
        self._stale_holdings: set[str] = set()
        self._turn = 0
        self.changed: Callable[[str | None], None] = lambda _: None
        self.wished: Callable[[str], None] = lambda _: None
        self._wishes: set[asyncio.Task[None]] = set()
        self.replica.heard = self._hear

    def view(self, visible: Iterable[int] = (), *, tests: bool = False) -> "PostgresRecordView":
        """Return what a caller sees who sees some visibility classes beside that of everybody, with `tests` or not."""
        return PostgresRecordView(self, self._gather_reads(), frozenset({EVERYBODY, *visible}), tests=tests)

    def _gather_reads(self) -> Reads:
        # A view is bridged as a whole: what it asks of its record is not bridged once more.
        plain = SqliteBrokerStore
        return Reads(
            self._reader,
            self._list,
            partial(plain.sources, self),
            partial(plain.source, self),
            partial(plain.reach, self),
            self._read_holdings,
            partial(plain.source_marks, self),
        )

    async def alike_by(self, keys: Sequence[str]) -> Mapping[str, Sequence[Entry]]:
        """Return for each of the keys the shown entries that have it, whoever sees them: of each participant one."""
        seen = self.view(known.number for known in await self.classes())
        # Not bridged in a view, which asks it from inside of its own reads.
        return await self.ask(seen.alike_by(keys))

    async def ask(self, read: Coroutine[Any, Any, T]) -> T:
        """Return the result of a read. What is kept in memory is read again if it may have changed meanwhile."""
        if self._closed:
            read.close()
            raise Unavailable("The record is closed: open it again.")
        if not self.replica.listens.is_set():
            self._forget()
        turn = self._turn
        try:
            return await read_bridged(read)
        finally:
            if turn != self._turn:
                self._forget()

    async def close(self) -> None:
        """Finish the running group and close; later calls raise Unavailable."""
        self._closed = True
        await self._chapter.close()

    async def write(self, job: Callable[[Any], T], participant: str | None = None) -> T:
        """Do a job that changes entries as one transaction. Raises Unavailable, and what the job raises."""
        done = await self._write(job)
        self._note_change(participant)
        return done

    async def _list(self, job: Callable[[Any], T]) -> T:
        return job(self._reader)

    async def _write(self, job: Callable[[Any], T]) -> T:
        if self._closed:
            raise Unavailable("The record is closed: open it again.")
        done: list[T] = []

        def run(connection: Any) -> None:
            # A job may run twice: the last time counts.
            done[:] = [job(connection)]

        await self._chapter.writer.submit(run)
        return done[0]

    def pass_on(self, participant: str) -> None:
        """Ask the process that leads to crawl a source; a wish that is lost costs a wait for its date."""
        task = asyncio.create_task(self._tell(f"{self.replica.epoch} {_WISH}{participant}"), name="wish")
        self._wishes.add(task)
        task.add_done_callback(self._wishes.discard)

    async def _tell(self, text: str) -> None:
        try:
            await self._chapter.pool.execute("SELECT pg_notify($1, $2)", RECORD_CHANNEL, text)
        except FAULTS as fault:
            log.warning("the process that takes in was not told of a source: %s", fault)

    def _hear(self, name: str) -> None:
        """Note what another process has changed."""
        if name.startswith(_WISH):
            self.wished(name.removeprefix(_WISH))
            return
        participant = name if 0 < len(name) < _NAMED else None
        if participant is not None:
            self._stale.add(participant)
        self._note_change(participant)
        self.changed(participant)

    def _note_change(self, participant: str | None) -> None:
        self._turn += 1
        self._classes = None
        if participant is None:
            self._forget()
        else:
            self._stale_holdings.add(participant)

    def _forget(self) -> None:
        super()._forget()
        self._stale, self._stale_holdings = set(), set()

    def _load_sources(self) -> dict[str, CrawlSource]:
        known = super()._load_sources()
        while self._stale:
            participant = self._stale.pop()
            row = fetch_one(self._reader, "SELECT body FROM sources WHERE participant = ?", (participant,))
            if row:
                self._note(_source(row[0]))
        return known

    def _read_holdings(self) -> dict[int, dict[str, int]]:
        while self._stale_holdings:
            self._note_holdings(self._stale_holdings.pop())
        return super()._read_holdings()


class PostgresRecordView(SqliteRecordView):
    """A `RecordView` of a record in PostgreSQL."""

    def __init__(self, record: PostgresBrokerStore, reads: Reads, visible: frozenset[int], *, tests: bool) -> None:
        super().__init__(reads, visible, tests=tests)
        self.ask = record.ask


class PostgresDescriptionStore(SqliteDescriptionStore):
    """A `DescriptionStore` in the database of a record, which has to be open."""

    def __init__(self, record: PostgresBrokerStore) -> None:
        super().__init__(record)
        self.ask = record.ask


# What writes waits for its commit by itself.
bridge_all(
    PostgresBrokerStore,
    SqliteBrokerStore,
    (
        *("sources", "list_source_names", "find_named", "reach", "source", "source_marks", "classes", "digests"),
        *("entry", "last_change", "changes", "marks", "marked", "acts", "count_held", "shared_likenesses", "act"),
        *("stored", "first_rows", "assessed", "last_assessment", "begun_assessment", "search_days"),
    ),
)
bridge_all(
    PostgresRecordView,
    SqliteRecordView,
    [name for name in vars(RecordView) if not name.startswith("_") and name not in {"visible", "tests"}],
)
bridge_all(
    PostgresDescriptionStore,
    SqliteDescriptionStore,
    (
        *("description", "descriptions_of", "expiring_descriptions", "describing_keys", "signed_descriptions"),
        *("named_lists", "named_on"),
    ),
)
