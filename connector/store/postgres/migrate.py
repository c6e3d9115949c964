"""Schema versions in PostgreSQL, for the store, and for the record and the board of a broker.

They are numbered SQL files, applied forward at start in one transaction, by one process.

Each file has the number and the name of the migration of SQLite that it mirrors; the first one is the whole schema of
its number. The table `installation` says which schema there is and whose it is.
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import asyncpg

from connector.ports.store_errors import StoreError

OLDEST = 150_000
LOCK = 0x0DA7E4C0
"""The advisory lock of the one who writes the store, or migrates."""
STORE = "store"
LOCKS: Mapping[str, int] = {STORE: LOCK, "record": 0x0DA7E4C1, "board": 0x0DA7E4C2}
"""The chapters of a database, each with its lock. All but the store are in a schema of their name."""

OF_REPLICAS = "(('processes', 'claimant'), ('flows', 'mover'))"
"""The columns, each with its table, that say which replica does what: nothing of them is copied or exported."""

_OURS = """
SELECT (SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid = to_regclass('installation')) AS home,
    current_schema()::text AS first,
    has_schema_privilege(current_schema(), 'CREATE') AS may_create,
    (SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(current_schema()))
        AND relkind IN ('r', 'p')) AS tables
"""


class DatabaseRefused(StoreError):
    """The database cannot be used by this release or this participant; it was not changed."""


def steps(chapter: str = STORE) -> Sequence[tuple[int, str]]:
    """Return the number and the SQL of each migration of a chapter, in order."""
    folder = files("connector.store.postgres").joinpath("schema", chapter)
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(int(name[:4]), folder.joinpath(name).read_text("utf-8")) for name in names]


async def migrate(connection: Any, participant: str, chapter: str = STORE) -> None:
    """Migrate a chapter in the database of a participant to the schema of this release; an empty one gets it whole.

    Raises DatabaseRefused if the server is older than 15 or does not store UTF-8, the database is read-only, of a newer
    release, of another participant or of another program, and the errors of the server.
    """
    await _check_server(connection)
    # Whatever the server's default is: what is read has to be what was committed before the lock was had.
    async with connection.transaction(isolation="read_committed"):
        await connection.execute("SET LOCAL lock_timeout = '60s'")
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCKS[chapter])
        if chapter != STORE:
            await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {chapter}")
        version = await _find_version(connection, participant, chapter)
        if version == 0 and chapter != STORE:
            await connection.execute(_read_common())
        for number, script in steps(chapter):
            if number > version:
                await connection.execute(script)
        newest = steps(chapter)[-1][0]
        if version == 0:
            await connection.execute(
                "INSERT INTO installation (participant, schema) VALUES ($1, $2)", participant, newest
            )
        elif version < newest:
            await connection.execute("UPDATE installation SET schema = $1", newest)


async def examine(connection: Any, participant: str, chapter: str = STORE) -> int:
    """Return the schema version of a chapter, 0 for an empty one; nothing is written. Raises as `migrate`."""
    await _check_server(connection)
    return await _find_version(connection, participant, chapter)


async def require_newest(connection: Any, participant: str, chapter: str = STORE) -> None:
    """Check that a chapter has the schema of this release; nothing is written.

    Raises StoreError if it has another one, and as `migrate`.
    """
    newest = steps(chapter)[-1][0]
    if (version := await examine(connection, participant, chapter)) != newest:
        raise StoreError(f"The database has schema {version}, not {newest}: start it once with this release.")


def _read_common() -> str:
    return files("connector.store.postgres").joinpath("schema", "replicas.sql").read_text("utf-8")


async def list_keys(connection: Any) -> dict[str, tuple[str, ...]]:
    """Return the columns that name one row of each table; with `place` at the end if a new row gets a new place."""
    found: dict[str, tuple[str, ...]] = {}
    rows = await connection.fetch(
        "SELECT t.relname AS name, i.indisprimary AS first, array_agg(a.attname::text ORDER BY k.at) AS columns "
        "FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k(n, at) "
        "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.n "
        "WHERE i.indisunique AND i.indpred IS NULL AND t.relnamespace = to_regnamespace(quote_ident(current_schema())) "
        "GROUP BY t.relname, i.indexrelid, i.indisprimary ORDER BY i.indexrelid DESC"
    )
    placed = {row["name"] for row in rows if row["first"] and list(row["columns"]) == ["place"]}
    for row in rows:
        columns = tuple(row["columns"])
        if columns != ("place",) and (row["first"] or row["name"] in placed):
            found[row["name"]] = (*columns, "place") if row["name"] in placed else columns
    return found


async def _check_server(connection: Any) -> None:
    number = int(await connection.fetchval("SELECT current_setting('server_version_num')"))
    if number < OLDEST:
        raise DatabaseRefused(f"The server is PostgreSQL {number // 10_000}: use 15 or newer.")
    encoding = await connection.fetchval("SELECT current_setting('server_encoding')")
    if encoding != "UTF8":
        raise DatabaseRefused(f"The database stores texts as {encoding}: create it with the encoding UTF8.")
    if await connection.fetchval("SELECT current_setting('transaction_read_only')") == "on":
        raise DatabaseRefused("The database is read-only: name the primary server, and allow this role to write.")


async def _find_version(connection: Any, participant: str, chapter: str) -> int:
    home, first, may_create, tables = await connection.fetchrow(_OURS)
    if first is None:
        raise DatabaseRefused("The role of the database looks into no schema that is there: set its `search_path`.")
    if home is None:
        if tables:
            raise DatabaseRefused("The database has tables of another program: name an empty database.")
        if not may_create:
            raise DatabaseRefused(
                f"The role of the database may not create tables in the schema {first}: let it own the database."
            )
        return 0
    if home != first:
        raise DatabaseRefused(
            f"The tables are in the schema {home}, but the role of the database looks into {first} first: "
            "set its `search_path`."
        )
    row = await connection.fetchrow("SELECT participant, schema, moved FROM installation")
    if row is None or row["participant"] != participant:
        whose = row["participant"] if row else "nobody"
        raise DatabaseRefused(
            f"The database belongs to the participant {whose}, not to {participant}: give each a database of its own."
        )
    if row["moved"]:
        raise DatabaseRefused("The store in this database was moved to another place: name that one in the settings.")
    version, newest = int(row["schema"]), steps(chapter)[-1][0]
    if version > newest:
        raise DatabaseRefused(
            f"The database has schema {version}, but this release supports schemas up to {newest}: "
            "start a newer release."
        )
    return version


REFUSED_BY_SERVER = (
    asyncpg.InvalidPasswordError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
)
