"""All rows of one owner of a store in PostgreSQL, as they are at one moment; nothing is written."""

import asyncio
from collections.abc import Iterator
from typing import Any

from connector.store.postgres.migrate import OF_REPLICAS, require_newest
from connector.store.postgres.statements.connection import FAULTS
from connector.store.postgres.statements.dialect import translate
from connector.store.postgres.store import Server, connect, name_fault
from connector.store.sqlite.engine.owned import ENTRIES, JOURNAL_ENTRIES

_PORTION = 50
"""How many rows are in memory at a time: one of a stream may be as large as its message."""
_STATEMENT_S = 600.0
_WITH_OWNER = f"""
SELECT c.relname AS name, array_agg(quote_ident(a.attname) ORDER BY a.attnum) AS columns
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind = 'r'
AND (c.relname, a.attname) NOT IN {OF_REPLICAS}
GROUP BY c.relname HAVING bool_or(a.attname = 'owner') ORDER BY c.relname COLLATE "C"
"""  # noqa: S608 - a constant


def read_owned_there(server: Server, participant: str, owner: str) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """Yield each table with the rows of an owner; read them before the next one. Raises StoreError.

    `participant` is that of the installation. What only a process needs, the claims of replicas, is left out.
    """
    try:
        with asyncio.Runner() as runner:
            connection = runner.run(connect(server, statement_s=_STATEMENT_S))
            try:
                runner.run(require_newest(connection, participant, server.chapter))
                # One snapshot for all tables.
                transaction = connection.transaction(isolation="repeatable_read", readonly=True)
                runner.run(transaction.start())
                for table, columns in runner.run(connection.fetch(_WITH_OWNER)):
                    sql = f"SELECT {', '.join(columns)} FROM {table} WHERE owner = $1"  # noqa: S608 - names of the schema
                    yield table, _read(runner, connection, sql, owner)
                yield JOURNAL_ENTRIES, _read(runner, connection, translate(ENTRIES, {}), owner)
            finally:
                # A connection that is broken would wait for its server.
                connection.terminate()
    except FAULTS as fault:
        raise name_fault(fault) from fault


def _read(runner: asyncio.Runner, connection: Any, sql: str, owner: str) -> Iterator[dict[str, Any]]:
    async def begin() -> Any:
        return await connection.cursor(sql, owner)

    cursor = runner.run(begin())
    while rows := runner.run(cursor.fetch(_PORTION)):
        yield from map(dict, rows)
