"""A connection to PostgreSQL as the chapters know one: `execute` and `executemany`, inside of the bridge.

An error of the server becomes the one that the chapters know: a row that is there is `sqlite3.IntegrityError` with the
name of the index, a value that no row can have is OverflowError, and everything else is Unavailable.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import asyncpg

from connector.ports.store_errors import StoreFull, Unavailable
from connector.store.postgres.statements.bridge import wait_for
from connector.store.postgres.statements.dialect import returns_rows
from connector.store.sqlite.engine.rows import SqlRow

Lend = Callable[[], AbstractAsyncContextManager[Any]]
REFUSALS = (asyncpg.PostgresError, asyncpg.InterfaceError)
# The driver raises the last one for a connection that the server ends while a statement is prepared.
FAULTS = (*REFUSALS, OSError, asyncio.TimeoutError, asyncpg.InternalClientError)
_NO_ROW_CAN_HAVE = (asyncpg.DataError, asyncpg.ProgramLimitExceededError)
# What a server says of the prepared statements of another session.
POOLED = (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError)
SAY_POOLED = (
    "A pooler gives each transaction another session of the database: "
    "set `store.prepared` to 0, or name the server itself in `store.url`."
)


class StatementResult:
    """The rows of a statement, and how many rows it has changed."""

    def __init__(self, rows: list[SqlRow], rowcount: int) -> None:
        self._rows = rows
        self._rowcount = rowcount

    @property
    def rowcount(self) -> int:
        """How many rows the statement has changed or returned."""
        return self._rowcount

    def __iter__(self) -> "Any":
        return iter(self._rows)

    def fetchone(self) -> SqlRow | None:
        """Return the first row, or None."""
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[SqlRow]:
        """Return all rows."""
        return self._rows


class PostgresConnection:
    """Runs statements of the chapters. `lend` lends a connection for one statement, `speak` translates its text."""

    damaged = False

    def __init__(self, lend: Lend, speak: Callable[[str], str]) -> None:
        self._lend = lend
        self.speak = speak

    def execute(self, statement: str, values: Sequence[Any] = ()) -> StatementResult:
        """Run one statement. Raises sqlite3.IntegrityError, OverflowError or Unavailable."""
        return wait_for(self._execute(self.speak(statement), values))

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement for each row, in order. Raises as `execute`."""
        if listed := list(rows):
            self.send_rows(self.speak(statement), listed)

    def send_rows(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a translated statement for each row, in order, in one round trip. Raises as `execute`."""
        wait_for(self._execute_many(text, rows))

    def count_rows(self, text: str, rows: Sequence[Sequence[Any]]) -> int:
        """As `send_rows`, for a statement without rows as its result; return how many rows it has changed."""
        return wait_for(self._execute_counted(f"{text} RETURNING 1", rows))

    async def _execute(self, statement: str, values: Sequence[Any]) -> StatementResult:
        try:
            async with self._lend() as connection:
                if returns_rows(statement):
                    rows = [tuple(row) for row in await connection.fetch(statement, *values)]
                    return StatementResult(rows, len(rows))
                return StatementResult([], _count(await connection.execute(statement, *values)))
        except FAULTS as fault:
            raise to_error(fault) from fault

    async def _execute_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        try:
            async with self._lend() as connection:
                await connection.executemany(statement, rows)
        except FAULTS as fault:
            raise to_error(fault) from fault

    async def _execute_counted(self, statement: str, rows: Sequence[Sequence[Any]]) -> int:
        try:
            async with self._lend() as connection:
                return len(await connection.fetchmany(statement, rows))
        except FAULTS as fault:
            raise to_error(fault) from fault


def _count(status: str) -> int:
    last = status.rpartition(" ")[2]
    return int(last) if last.isdecimal() else 0


def to_error(fault: BaseException) -> Exception:
    """Return the error that the chapters and the callers of the store know."""
    if isinstance(fault, POOLED):
        return Unavailable(SAY_POOLED)
    if isinstance(fault, asyncpg.UniqueViolationError):
        return sqlite3.IntegrityError(fault.constraint_name or str(fault))
    if isinstance(fault, _NO_ROW_CAN_HAVE):
        return OverflowError(f"A value cannot be stored ({describe_fault(fault)}): use another one.")
    text = (
        f"The database cannot be used now ({describe_fault(fault)}): nothing was changed; check the server, then retry."
    )
    return StoreFull(text) if isinstance(fault, asyncpg.DiskFullError) else Unavailable(text)


def describe_fault(fault: BaseException) -> str:
    """Return the server's words without details, which could contain values."""
    if isinstance(fault, TimeoutError | asyncio.TimeoutError):
        return "no answer in time"
    return str(fault).splitlines()[0].rstrip(".") if str(fault) else type(fault).__name__
