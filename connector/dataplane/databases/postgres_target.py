"""Received rows are written into a table of PostgreSQL: all in one transaction, with the types of the table.

Each batch of rows is bound as JSON, and the database reads the values by the types of its columns: what does not fit is
an error, and no row of the delivery is stored.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from connector.dataplane.databases.postgres import close_postgres, connect_postgres, explain_postgres
from connector.dataplane.databases.query import list_names, quote_table, write_conflict, write_table
from connector.dataplane.databases.target import ColumnType, RowFitter, SqlTarget
from connector.net.tls import TrustAnchors
from connector.ports.flow import Cause, Record, SourceError

TYPES: dict[ColumnType, str] = {
    "text": "text",
    "integer": "bigint",
    "number": "numeric",
    "boolean": "boolean",
    "date": "date",
    "time": "timestamptz",
    "json": "jsonb",
}
_COLUMNS = (
    "SELECT a.attname, a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' FROM pg_attribute a"
    " WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
    " ORDER BY a.attnum"
)
_ALL = (
    "SELECT a.attname FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped"
    " ORDER BY a.attnum"
)
_LONGEST_REST_S = 600
_encode = msgspec.json.Encoder(decimal_format="number").encode


async def write_postgres(
    target: SqlTarget, password: str, tls: TrustAnchors, fields: Sequence[str], batches: AsyncIterator[list[Record]]
) -> int:
    """Write batches of rows whose data has these fields; return how many. Raises SourceError: then all is as before."""
    with explain_postgres(target, _describe):
        connection = await connect_postgres(target, password, tls)
    try:
        with explain_postgres(target, _describe):
            await connection.execute("BEGIN")
            limit = int(target.seconds * 1000)
            await connection.execute(
                f"SET LOCAL statement_timeout = {limit}; SET LOCAL lock_timeout = {limit};"
                f" SET LOCAL idle_in_transaction_session_timeout = '{_LONGEST_REST_S}s'; SET LOCAL TimeZone = 'UTC'"
            )
            fitter, statement = await _prepare(connection, target, fields)
        count = 0
        async for batch in batches:
            count += len(batch)
            body = _encode([fitter.fit(row) for row in batch]).decode()
            with explain_postgres(target, _describe):
                await connection.execute(statement, body)
        with explain_postgres(target, _describe):
            await connection.execute("COMMIT")
        return count
    finally:
        await close_postgres(connection)


async def _prepare(connection: Any, target: SqlTarget, fields: Sequence[str]) -> tuple[RowFitter, str]:
    table = quote_table(target.table)
    if target.create:
        types = {name: TYPES[kind] for name, kind in target.create.items()}
        await connection.execute(write_table(target.table, types, target.keys))
    found = await connection.fetch(_COLUMNS, table)
    if not found:
        raise SourceError("The table of the address is not there: create it, or give its columns in `create`.")
    fitter = RowFitter(target, [str(row[0]) for row in found], [str(row[0]) for row in found if row[1]])
    fitter.begin(fields)
    if target.replace:
        await connection.execute("DELETE FROM " + table)  # noqa: S608 - the name is quoted
    every = [str(row[0]) for row in await connection.fetch(_ALL, table)]
    return fitter, _build(target, fitter.columns, every)


def _build(target: SqlTarget, columns: tuple[str, ...], every: Sequence[str]) -> str:
    """Return the statement that writes a batch; of rows with the same key in it, the last one counts."""
    table, keys = quote_table(target.table), target.keys
    aliases = {name: f"c{number}" for number, name in enumerate(every)}
    shown = ", ".join(aliases[name] for name in columns)
    rows = f"json_populate_recordset(NULL::{table}, $1::json) WITH ORDINALITY AS r ({', '.join(aliases.values())}, n)"
    if not keys:
        return f"INSERT INTO {table} ({list_names(columns)}) SELECT {shown} FROM {rows} ORDER BY n"  # noqa: S608 - quoted
    known = ", ".join(aliases[name] for name in keys)
    return (
        f"INSERT INTO {table} ({list_names(columns)}) SELECT {shown} FROM"  # noqa: S608 - the names are quoted
        f" (SELECT DISTINCT ON ({known}) * FROM {rows} ORDER BY {known}, n DESC) r{write_conflict(keys, columns)}"
    )


def _describe(state: str) -> SourceError | None:
    """Return what a code says of a write; the database may be repaired, so the first ones are worth another attempt."""
    match state:
        case "53100" | "53200":
            return SourceError(f"The database has no space ({state}): make room, nothing was stored.", Cause.NO_SPACE)
        case "25006" | "55P03" | "40001" | "40P01" | "57P03" | "53300":
            return SourceError(
                f"The database takes no rows at present ({state}): it is read-only or locked, nothing was stored.",
                Cause.UNAVAILABLE,
            )
        case "42P10":
            return SourceError("The table has no unique key of the columns in `key`: add one, or correct `key`.")
        case "42501":
            return SourceError("The database lets this user not write the table: grant INSERT and UPDATE on it.")
    if state[:2] in {"22", "23"} or state == "42804":
        return SourceError(f"A value does not fit the columns of the table ({state}): nothing was stored.")
    return None
