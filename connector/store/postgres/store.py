"""The store in PostgreSQL: what `SqliteStore` asks of its chapters, awaited, and its commits through another writer."""

import inspect
import time
from collections.abc import Callable, Hashable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import cache, partial
from typing import Any, ClassVar, TypeVar, cast

import asyncpg

from connector.net.tls import database_context
from connector.ports.changes import FinalizeAgreement, PutAgreement, PutProcess
from connector.ports.entities import Asset, Flow
from connector.ports.store import AnyProcess, CommitRule, Store
from connector.ports.store_errors import StoreError, Unavailable
from connector.store.postgres import chapters
from connector.store.postgres.migrate import (
    LOCKS,
    REFUSED_BY_SERVER,
    STORE,
    DatabaseRefused,
    examine,
    list_keys,
    migrate,
)
from connector.store.postgres.replicas import DatabaseReplica, claim, list_left, take_flow
from connector.store.postgres.statements.bridge import bridge_all, read_bridged
from connector.store.postgres.statements.connection import (
    FAULTS,
    POOLED,
    SAY_POOLED,
    PostgresConnection,
    describe_fault,
)
from connector.store.postgres.statements.dialect import translate
from connector.store.postgres.statements.reading import GatheredReads
from connector.store.postgres.writer import PostgresJob, PostgresWriter
from connector.store.sqlite.applying import APPLY
from connector.store.sqlite.chapters import replay
from connector.store.sqlite.engine.connection import StoreConnection
from connector.store.sqlite.engine.kept import KeptPage, KeptPages
from connector.store.sqlite.engine.writer import Writer
from connector.store.sqlite.store import SqliteStore

R = TypeVar("R")

_CONNECT_S, _STATEMENT_S = 10.0, 10.0


@dataclass(frozen=True)
class Server:
    """How the database is reached: its address, the password if the address has none, and the connections for reads.

    `cached` is how many prepared statements a connection keeps: 0 behind a pooler that lends a connection for each
    transaction. `chapter` is what is asked for there.
    """

    url: str
    password: str | None = None
    connections: int = 8
    cached: int = 256
    chapter: str = STORE

    def __repr__(self) -> str:
        """Show nothing of the address, which may contain a password."""
        return f"Server(connections={self.connections}, cached={self.cached})"


def _wall_clock() -> int:
    return time.time_ns() // 1_000_000


async def connect(server: Server, statement_s: float = _STATEMENT_S) -> Any:
    """Open a connection, with a limit for each statement.

    Raises DatabaseRefused if the server knows no such role or database, and its other errors.
    """
    try:
        return await asyncpg.connect(
            server.url,
            password=server.password,
            timeout=_CONNECT_S,
            command_timeout=statement_s,
            statement_cache_size=server.cached,
            server_settings=_name_schema(server),
            ssl=database_context(server.url),
        )
    except (*REFUSED_BY_SERVER, FileNotFoundError, ValueError, OverflowError) as fault:
        raise _name_refusal(fault) from fault


def _name_refusal(fault: Exception) -> StoreError:
    """Return what is wrong with an address that leads to no database."""
    if isinstance(fault, REFUSED_BY_SERVER):
        return DatabaseRefused(
            f"The database cannot be opened ({describe_fault(fault)}): check `store.url` and its password."
        )
    # Only a certificate has it (ssl.SSLCertVerificationError), and only `net` knows TLS.
    if untrusted := getattr(fault, "verify_message", None):
        return DatabaseRefused(
            f"The certificate of the database is not trusted ({untrusted}): "
            "check `sslrootcert` and the host in `store.url`."
        )
    if isinstance(fault, FileNotFoundError):
        # A socket comes back with its server.
        return Unavailable(
            "A file or socket that the address of the database names is not there: "
            "check `sslrootcert`, `sslcert`, `sslkey` and the host in `store.url`."
        )
    return DatabaseRefused(
        "The address of the database cannot be read: write it as postgresql://role@host:5432/database."
    )


def name_fault(fault: BaseException) -> StoreError:
    """Return why a database that was to be opened cannot be used."""
    if isinstance(fault, asyncpg.InsufficientPrivilegeError):
        return DatabaseRefused(
            f"The role of the database lacks a right ({describe_fault(fault)}): let it own the database."
        )
    return Unavailable(f"The database cannot be reached ({describe_fault(fault)}): check `store.url` and the server.")


async def open_postgres(
    server: Server,
    participant: str,
    *,
    now: Callable[[], int] = _wall_clock,
    zone: tzinfo = UTC,
    rule: CommitRule | None = None,
    replica: DatabaseReplica | None = None,
) -> "PostgresStore":
    """Open the store of a participant on a server, and migrate its schema.

    `now`, `zone` and `rule` are as for `open_store` of SQLite; `replica` hears of the other processes. Raises
    DatabaseRefused, and Unavailable if the server cannot be reached.
    """
    sweeper = replay.Sweeper(now)
    chapter = await open_chapter(server, participant, replica or DatabaseReplica(), zone=zone, chore=sweeper.chore)
    store = PostgresStore(chapter, rule)
    chapter.begin()
    return store


@dataclass(frozen=True)
class OpenChapter:
    """A chapter that is open: the pool and the connection of its reads, its writer, and this process among others."""

    server: Server
    pool: Any
    reader: StoreConnection
    writer: PostgresWriter
    replica: DatabaseReplica

    def begin(self) -> None:
        """Show from now on that this process is alive, and hear of the others."""
        self.replica.begin(partial(connect, self.server))

    async def close(self) -> None:
        """Finish the running group, and leave the others."""
        await self.writer.close()
        await self.replica.leave(self.pool)
        await self.pool.close()


async def open_chapter(
    server: Server,
    participant: str,
    replica: DatabaseReplica,
    *,
    zone: tzinfo = UTC,
    chore: Callable[[], PostgresJob | None] | None = None,
) -> OpenChapter:
    """Migrate a chapter, register the replica and open it; `zone` and `chore` are those of its statements and writer.

    Raises DatabaseRefused, and Unavailable if the server cannot be reached.
    """
    try:
        first = await connect(server)
        try:
            await migrate(first, participant, server.chapter)
            keys = await list_keys(first)
            await replica.register(first)
        finally:
            await first.close()
        pool = await asyncpg.create_pool(
            server.url,
            password=server.password,
            # The driver would keep a floor by itself, with a stack of calls in the log whenever the server is away.
            min_size=0,
            max_size=server.connections,
            timeout=_CONNECT_S,
            command_timeout=_STATEMENT_S,
            statement_cache_size=server.cached,
            reset=_leave_as_it_is,
            server_settings=_name_schema(server),
            ssl=database_context(server.url),
        )
    except POOLED as fault:
        raise DatabaseRefused(SAY_POOLED) from fault
    except FAULTS as fault:
        raise name_fault(fault) from fault
    speak = cache(partial(translate, keys=keys, zone=zone))
    # The chapters use of a connection what those of PostgreSQL have too.
    reads = GatheredReads(pool, pool.get_max_size(), _STATEMENT_S)
    reader = cast("StoreConnection", PostgresConnection(lambda: nullcontext(reads), speak))
    writer = PostgresWriter(
        partial(connect, server),
        speak,
        replica.epoch,
        chore=chore,
        fenced=replica.end,
        lock=LOCKS[server.chapter],
    )
    return OpenChapter(server, pool, reader, writer, replica)


def _name_schema(server: Server) -> dict[str, str]:
    """Return the settings of a session: the store is where the role looks, every other chapter in its own schema."""
    return {} if server.chapter == STORE else {"search_path": server.chapter}


async def list_chapters(server: Server) -> list[str]:
    """Return what the database has beside the store. Raises DatabaseRefused, and Unavailable if it is away."""
    try:
        connection = await connect(server)
        try:
            more = [chapter for chapter in LOCKS if chapter != STORE]
            rows = await connection.fetch("SELECT nspname FROM pg_namespace WHERE nspname = ANY($1) ORDER BY 1", more)
            return [row["nspname"] for row in rows]
        finally:
            await connection.close()
    except FAULTS as fault:
        raise name_fault(fault) from fault


async def _leave_as_it_is(_connection: Any) -> None:
    """Spare a round trip after each read: reads change nothing of their session."""


async def examine_database(server: Server, participant: str) -> int:
    """Return the schema version of the database, 0 for an empty one; nothing is written.

    Raises DatabaseRefused, and Unavailable if the server cannot be reached.
    """
    try:
        connection = await connect(server)
        try:
            return await examine(connection, participant, server.chapter)
        finally:
            await connection.close()
    except FAULTS as fault:
        raise name_fault(fault) from fault


class _NothingKept(KeptPages[Asset]):
    """Keeps no page: another replica may change an asset at any time."""

    def find(self, key: Hashable) -> KeptPage[Asset] | None:
        """Return None."""

    def keep(self, key: Hashable, rows: Sequence[Asset], after: str | None, size: int) -> KeptPage[Asset]:
        """Return the page."""
        del key, size
        return tuple(rows), after


class PostgresStore(SqliteStore):
    """A `Store` in a PostgreSQL database. `open_postgres` creates it; use it on the same event loop.

    Its reads are those of `SqliteStore`, each in a bridge.
    """

    _ways: ClassVar = {
        **APPLY,
        PutProcess: chapters.put_process,
        PutAgreement: chapters.put_agreement,
        FinalizeAgreement: chapters.finalize_agreement,
    }

    ask = staticmethod(read_bridged)

    def __init__(self, chapter: OpenChapter, rule: CommitRule | None) -> None:
        self._chapter = chapter
        # The chapters use of a writer what that of PostgreSQL has too.
        super().__init__(chapter.reader, cast("Writer", chapter.writer), _NothingKept(), rule)

    async def due(self, owner: str, now: int, limit: int) -> Sequence[AnyProcess]:
        """Return processes that are due and not driven by another replica that is alive, longest due first."""
        opened = self._chapter
        return await claim(opened.pool, opened.writer, opened.replica.epoch, owner, now, max(limit, 0))

    async def flows_left(self, owner: str) -> Sequence[Flow]:
        """Return the started flows that this side is to move, and no replica that is alive does."""
        return await list_left(self._chapter.pool, owner)

    async def take_flow(self, owner: str, id: str) -> bool:
        """Take a flow for this replica to move; return False if another one that is alive has it."""
        return await take_flow(self._chapter.writer, self._chapter.replica.epoch, owner, id)

    async def close(self) -> None:
        """Finish the running group and close; later calls raise Unavailable."""
        await self._chapter.close()


bridge_all(
    PostgresStore,
    SqliteStore,
    [
        name
        for name, _ in inspect.getmembers(Store, inspect.iscoroutinefunction)
        if name not in vars(PostgresStore) and name != "commit"
    ],
)
