"""Rows of a table or view in a SQLite file below the root of the data, in threads, read-only."""

import asyncio
import contextlib
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from connector.dataplane.address.parameters import ChosenValue
from connector.dataplane.databases.query import LARGEST_ROW, SqlAddress, build_sqlite, quote_table
from connector.dataplane.files.below_root import await_job, open_file, relative_path
from connector.ports.flow import Cause, SourceError

_BATCH = 200
_STEPS = 5_000
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})


def locate(root: Path | None, path: str) -> Path:
    """Return the place of a SQLite file below the root. Raises SourceError if it is not there."""
    if root is None:
        raise SourceError("No root folder is configured for files: set `data_root` in the settings.")
    below = relative_path({"path": path})
    os.close(open_file(root, below))
    return root / below


@asynccontextmanager
async def read_sqlite(
    file: Path, address: SqlAddress, choices: Mapping[str, ChosenValue]
) -> AsyncIterator[tuple[tuple[str, ...], AsyncIterator[Sequence[bytes]]]]:
    """Yield the columns and the batches of rows. Raises SourceError."""
    work = _Work(file, address, choices)
    try:
        await work.call(work.begin)
        yield work.columns, work.batches()
    finally:
        await work.close()


class _Work:
    """One query in progress, at which one thread works at a time."""

    def __init__(self, file: Path, address: SqlAddress, choices: Mapping[str, ChosenValue]) -> None:
        self._file = file
        self._address = address
        self._choices = choices
        self._until = 0.0
        self._connection: sqlite3.Connection | None = None
        self._rows: sqlite3.Cursor | None = None
        self.columns: tuple[str, ...] = ()

    def begin(self) -> list[bytes]:
        """Open the file and begin the query."""
        self._connection = connection = sqlite3.connect(
            f"{self._file.resolve().as_uri()}?mode=ro",
            uri=True,
            timeout=min(5.0, self._address.seconds),
            check_same_thread=False,
            isolation_level=None,
        )
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_ROW)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.set_progress_handler(lambda: time.monotonic() > self._until, _STEPS)
        connection.execute("PRAGMA query_only = ON")
        names = [str(row[1]) for row in connection.execute(f"PRAGMA table_info({quote_table(self._address.table)})")]
        self.columns, query, values = build_sqlite(self._address, names, self._choices)
        connection.set_authorizer(_authorize)
        self._rows = connection.execute(query, values)
        return []

    def read(self) -> list[bytes]:
        """Return the next rows, none at the end."""
        assert self._rows is not None
        return [self._write(row) for row in self._rows.fetchmany(_BATCH)]

    async def batches(self) -> AsyncIterator[Sequence[bytes]]:
        """Yield the rows in batches."""
        while rows := await self.call(self.read):
            yield rows

    async def call(self, step: Any) -> list[bytes]:
        """Take a step in a thread, within the time of the address. Raises SourceError."""
        self._until = time.monotonic() + self._address.seconds
        job = asyncio.ensure_future(asyncio.to_thread(step))
        try:
            rows: list[bytes] = await await_job(job, self._interrupt)
        except sqlite3.DataError as error:
            raise SourceError(f"A row is larger than {LARGEST_ROW} bytes: offer fewer columns.") from error
        except sqlite3.DatabaseError as error:
            raise self._explain(error) from error
        else:
            return rows

    async def close(self) -> None:
        """Close the file; nobody works at it any more."""
        await asyncio.shield(asyncio.to_thread(self._let_go))

    def _let_go(self) -> None:
        # A query in progress would hold its lock after its connection is closed.
        for opened in (self._rows, self._connection):
            with contextlib.suppress(sqlite3.Error):
                if opened is not None:
                    opened.close()

    def _interrupt(self) -> None:
        self._until = 0.0

    def _explain(self, error: sqlite3.Error) -> SourceError:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return SourceError(
                f"The database did not answer within {self._address.seconds:g} s: check the view, or raise `seconds`.",
                Cause.UNAVAILABLE,
            )
        return SourceError(
            f"The database cannot be read ({error.sqlite_errorname}): check the file.", Cause.UNAVAILABLE
        )

    def _write(self, row: tuple[Any, ...]) -> bytes:
        values = (f"\\x{value.hex()}" if isinstance(value, bytes) else value for value in row)
        line = msgspec.json.encode(dict(zip(self.columns, values, strict=True)))
        if len(line) > 4 * LARGEST_ROW:
            raise sqlite3.DataError
        return line


def _authorize(action: int, *_: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
