"""The server plans by what it has measured of its tables, and measures them at most once a minute by itself.

Until it has measured a table that was empty, every index looks alike to it: it reads a row by its key through an index
that a thousand other rows are in as well. So a writer lets it measure the tables when they have grown fourfold.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from connector.ports.store_errors import StoreError
from connector.store.postgres.statements.connection import FAULTS

FIRST, GROWN = 100, 4
"""After how many groups the tables are measured first, and how many times as many until they are measured again."""

_LARGE = 100_000
_TABLES = """
SELECT string_agg(quote_ident(relname), ', ') FROM pg_class
WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind = 'r' AND reltuples < $1
"""

_log = logging.getLogger(__name__)


async def measure_tables(connection: Any) -> None:
    """Let the server measure the tables of a chapter; one known to be large is left to it, and so is all it refuses."""
    # What grows slowly in proportion, the server's own turns see in time.
    try:
        if tables := await connection.fetchval(_TABLES, float(_LARGE)):
            await connection.execute(f"ANALYZE {tables}")
    except FAULTS as fault:
        _log.info("the tables are measured later: %s", fault)


class TableMeasurer:
    """Measures the tables beside their writer, on a connection that it opens by `connect` and closes."""

    def __init__(self, connect: Callable[[], Awaitable[Any]]) -> None:
        self._connect = connect
        self._written = 0
        self._next = FIRST
        self._task: asyncio.Task[None] | None = None

    def note_written(self, groups: int) -> None:
        """Note that groups of changes are stored, and begin to measure if it is time."""
        self._written += groups
        if self._written >= self._next and (self._task is None or self._task.done()):
            self._next = self._written * GROWN
            self._task = asyncio.create_task(self._measure(), name="store-measurer")

    async def close(self) -> None:
        """Give up what is being measured."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _measure(self) -> None:
        try:
            connection = await self._connect()
        except (*FAULTS, StoreError) as fault:
            _log.info("the tables are measured later: %s", fault)
            return
        try:
            await measure_tables(connection)
        finally:
            connection.terminate()
