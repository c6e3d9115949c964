"""Copy a store to another database: the source takes no writes meanwhile, the copy is verified, and the source is left.

Rows move table by table in the order of their keys, and each table is digested on both sides. What is copied is durable
before the source is marked as left; a copy that fails leaves the source as it was and the target empty.
"""

import hashlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import tzinfo
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec

from connector.ports.store_errors import StoreError, Unavailable
from connector.store.postgres.measuring import measure_tables
from connector.store.postgres.migrate import LOCKS, OF_REPLICAS, STORE, migrate, require_newest
from connector.store.postgres.statements.connection import FAULTS
from connector.store.postgres.store import Server, connect
from connector.store.sqlite.engine import examine as sqlite_examine
from connector.store.sqlite.engine import migrate as sqlite_migrate
from connector.store.sqlite.engine.connection import open_writable
from connector.store.sqlite.engine.rows import SqlRow

_BATCH = 1_000
_COUNTED = (("place",), ("number",))
_COPY_S = 3_600.0
_OWN = frozenset({"installation", "replicas"})
_SEEDS: Mapping[str, str] = {"record": "classes", "board": "followed"}
"""The table of a chapter that has a row from its begin."""
_AREAS = "areas"
"""The boxes of a record: an R*Tree in SQLite, which rounds each side outwards, and has tables of its own."""


class StoreTable(NamedTuple):
    """A table: its columns, those of its key, and the highest place (or number) that it ever gave; None without one."""

    name: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    last: int | None


class CopiedTable(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows of a table were copied, and their digest (SHA-256, hex), which is the same on both sides."""

    table: str
    rows: int
    digest: str


class Side(Protocol):
    """One side of a copy, within one transaction that has the right to write."""

    async def list_tables(self) -> Sequence[StoreTable]:
        """Return the tables, ordered by name."""

    def read(self, table: StoreTable) -> AsyncIterator[Sequence[SqlRow]]:
        """Return the rows of a table in portions, in the order of its key."""

    async def write(self, table: StoreTable, rows: Sequence[SqlRow]) -> None:
        """Add rows."""

    async def set_last(self, table: StoreTable) -> None:
        """Let the next place follow the highest that the source ever gave."""

    async def leave(self) -> None:
        """Mark the store as left: it takes no writes any more."""


Open = Callable[[], AbstractAsyncContextManager[Side]]


async def copy_store(source: Open, target: Open) -> Sequence[CopiedTable]:
    """Copy one store to an empty one and leave it. Raises StoreError; then the source is as it was."""
    return await copy_all([(source, target)])


async def copy_all(
    pairs: Sequence[tuple[Open, Open]], tell: Callable[[CopiedTable], None] | None = None
) -> Sequence[CopiedTable]:
    """Copy several chapters, each to an empty one, and leave all of them when every copy is durable.

    `tell` hears of each table that is copied and compared. Raises StoreError; then each source is as it was.
    """
    copied: list[CopiedTable] = []
    async with AsyncExitStack() as sources:
        read = [await sources.enter_async_context(source()) for source, _ in pairs]
        async with AsyncExitStack() as targets:
            for side, (_, target) in zip(read, pairs, strict=True):
                copied += await _copy(side, await targets.enter_async_context(target()), tell)
        # The copies are durable from here on.
        for side in read:
            await side.leave()
    return copied


async def _copy(read: Side, written: Side, tell: Callable[[CopiedTable], None] | None) -> list[CopiedTable]:
    tables = await read.list_tables()
    theirs = {table.name: set(table.columns) for table in await written.list_tables()}
    if theirs != {table.name: set(table.columns) for table in tables}:
        raise StoreError("The two stores have different tables: use one release for both.")
    copied = []
    for table in tables:
        async for _ in written.read(table):
            raise StoreError(f"The target has rows already ({table.name}): name an empty database or a new file.")
    for table in tables:
        count, digest = 0, hashlib.sha256()
        async for rows in read.read(table):
            await written.write(table, rows)
            count += len(rows)
            _digest(digest, rows)
        await written.set_last(table)
        found, verified = 0, hashlib.sha256()
        async for rows in written.read(table):
            found += len(rows)
            _digest(verified, rows)
        if (found, verified.digest()) != (count, digest.digest()):
            raise StoreError(
                f"The copy of the table {table.name} differs from its source: nothing was moved; try again."
            )
        copied.append(CopiedTable(table=table.name, rows=count, digest=digest.hexdigest()))
        if tell:
            tell(copied[-1])
    return copied


def _digest(digest: "hashlib._Hash", rows: Iterable[SqlRow]) -> None:
    for row in rows:
        # The sides of a box are rounded where they are kept.
        digest.update(msgspec.msgpack.encode([value for value in row if not isinstance(value, float)]))


class _SqliteSide:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def list_tables(self) -> Sequence[StoreTable]:
        names = self._connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
        return [self._find_table(name) for (name,) in names if not name.startswith(("sqlite_", f"{_AREAS}_"))]

    def _find_table(self, name: str) -> StoreTable:
        columns = self._connection.execute(f"PRAGMA table_info({name})").fetchall()
        # An R*Tree has the number of its row first, and names no key.
        keys = tuple(row[1] for row in sorted(columns, key=lambda row: row[5]) if row[5]) or (columns[0][1],)
        last = None
        if keys in _COUNTED:
            given = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (name,)).fetchone()
            (highest,) = self._connection.execute(f"SELECT coalesce(max({keys[0]}), 0) FROM {name}").fetchone()  # noqa: S608 - names of the schema
            last = max(highest, given[0] if given else 0)
        return StoreTable(name, tuple(row[1] for row in columns), keys, last)

    async def read(self, table: StoreTable) -> AsyncIterator[Sequence[SqlRow]]:
        columns, keys = ", ".join(table.columns), ", ".join(table.keys)
        found = self._connection.execute(f"SELECT {columns} FROM {table.name} ORDER BY {keys}")  # noqa: S608 - names of the schema
        while rows := found.fetchmany(_BATCH):
            yield rows

    async def write(self, table: StoreTable, rows: Sequence[SqlRow]) -> None:
        columns, places = ", ".join(table.columns), ", ".join("?" * len(table.columns))
        self._connection.executemany(f"INSERT INTO {table.name} ({columns}) VALUES ({places})", rows)  # noqa: S608 - names of the schema

    async def set_last(self, table: StoreTable) -> None:
        sql = self._connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table.name,)).fetchone()[0]
        if "AUTOINCREMENT" in sql:
            self._connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
            self._connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, table.last))

    async def leave(self) -> None:
        for table in await self.list_tables():
            if table.name == _AREAS:  # no trigger, and never written alone
                continue
            for change in ("INSERT", "UPDATE", "DELETE"):
                self._connection.execute(
                    f"CREATE TRIGGER left_{table.name}_{change.lower()} BEFORE {change} ON {table.name} "
                    "BEGIN SELECT RAISE(ABORT, 'the store was moved'); END"
                )
        self._connection.execute(f"PRAGMA user_version = {sqlite_examine.LEFT}")


@asynccontextmanager
async def open_file(path: Path, zone: tzinfo, *, new: bool, chapter: str = STORE) -> AsyncIterator[Side]:
    """Open a SQLite store as one side of a copy: a `new` file appears when its copy is whole.

    Raises StoreError if the file is not there or, if `new`, is there, is busy or of another schema.
    """
    there = path.exists()  # noqa: ASYNC240 - the only task of its loop
    if new and there:
        raise StoreError(f"The file {path} already exists: name a new one.")
    if not new and not there:
        raise StoreError(f"The file {path} does not exist: name the store of the connector.")
    used = path.with_name(f"{path.name}.copy") if new else path
    try:
        if new:
            used.unlink(missing_ok=True)
            sqlite_migrate.migrate(used, sqlite_migrate.steps(chapter), zone)
        connection = open_writable(used)
        try:
            version = sqlite_examine.check_whole(connection, used, newest := len(sqlite_migrate.steps(chapter)), 10.0)
            if version != newest:
                raise StoreError(
                    f"The store {path} has schema {version}, not {newest}: start it once with this release."
                )
            connection.execute("BEGIN IMMEDIATE")
            if new and chapter in _SEEDS:
                connection.execute(f"DELETE FROM {_SEEDS[chapter]}")  # noqa: S608 - a name of the schema
            yield _SqliteSide(connection)
            connection.execute("COMMIT")
            if new:
                connection.execute("PRAGMA journal_mode = DELETE")
        finally:
            connection.close()
        if new:
            used.rename(path)
    except sqlite3.Error as fault:
        raise StoreError(f"The file {path} cannot be used ({fault}): check it and its disk, then try again.") from fault
    finally:
        if new:
            used.unlink(missing_ok=True)


class _PostgresSide:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def list_tables(self) -> Sequence[StoreTable]:
        rows = await self._connection.fetch(
            "SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns, "  # noqa: S608 - a constant
            "(SELECT array_agg(k.attname::text ORDER BY u.at) FROM pg_index i "
            "CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS u(n, at) "
            "JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = u.n "
            "WHERE i.indrelid = c.oid AND i.indisprimary) AS keys "
            "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
            "WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind = 'r' "
            f"AND (c.relname, a.attname) NOT IN {OF_REPLICAS} "
            'GROUP BY c.oid, c.relname ORDER BY c.relname COLLATE "C"'
        )
        return [await self._find_table(row) for row in rows if row["name"] not in _OWN]

    async def _find_table(self, row: Any) -> StoreTable:
        keys, last = tuple(row["keys"]), None
        if keys in _COUNTED:
            name = await self._connection.fetchval("SELECT pg_get_serial_sequence($1, $2)", row["name"], keys[0])
            last = await self._connection.fetchval(
                f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}"  # noqa: S608 - a name of the schema
            )
        return StoreTable(row["name"], tuple(row["columns"]), keys, last)

    async def read(self, table: StoreTable) -> AsyncIterator[Sequence[SqlRow]]:
        columns, keys = (", ".join(f'"{name}"' for name in names) for names in (table.columns, table.keys))
        cursor = await self._connection.cursor(f"SELECT {columns} FROM {table.name} ORDER BY {keys}")  # noqa: S608 - names of the schema
        while rows := await cursor.fetch(_BATCH):
            yield [tuple(row) for row in rows]

    async def write(self, table: StoreTable, rows: Sequence[SqlRow]) -> None:
        await self._connection.copy_records_to_table(table.name, records=rows, columns=table.columns, timeout=_COPY_S)

    async def set_last(self, table: StoreTable) -> None:
        if table.last:
            await self._connection.execute(
                "SELECT setval(pg_get_serial_sequence($1, $2), $3)", table.name, table.keys[0], table.last
            )

    async def leave(self) -> None:
        await self._connection.execute("DELETE FROM replicas")
        await self._connection.execute("UPDATE installation SET moved = true")


@asynccontextmanager
async def open_database(server: Server, participant: str, *, new: bool) -> AsyncIterator[Side]:
    """Open a PostgreSQL store as one side of a copy, with the right to write until its end.

    Raises StoreError if it cannot be reached or, unless `new`, is of another schema.
    """
    try:
        connection = await connect(server, statement_s=_COPY_S)
        try:
            if new:
                await migrate(connection, participant, server.chapter)
            await require_newest(connection, participant, server.chapter)
            # Whatever the server's default is: what is read has to be what was committed before the lock was had.
            async with connection.transaction(isolation="read_committed"):
                await connection.execute("SET LOCAL lock_timeout = '10s'")
                await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCKS[server.chapter])
                if new and await connection.fetchval("SELECT EXISTS (SELECT 1 FROM replicas)"):
                    raise StoreError("A connector uses the target already: stop it, and name an empty database.")
                if new and server.chapter in _SEEDS:
                    await connection.execute(f"DELETE FROM {_SEEDS[server.chapter]}")  # noqa: S608 - a name of the schema
                yield _PostgresSide(connection)
            if new:
                await measure_tables(connection)
        finally:
            await connection.close()
    except FAULTS as fault:
        raise Unavailable(f"The database cannot be used ({fault}): nothing was moved; check the server.") from fault
