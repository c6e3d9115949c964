"""Received rows are written into a table of a SQLite file below the root of received data.

The rows wait in a temporary table until all are there, so that the file is locked only for the one transaction that
takes them over. SQLite takes any value in any column: so what does not fit the declared type is refused here.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from connector.dataplane.databases.query import list_names, quote_table, write_conflict, write_table
from connector.dataplane.databases.target import ColumnType, RowFitter, SqlTarget
from connector.dataplane.files.below_root import run_in_thread
from connector.ports.flow import Cause, Record, SourceError

TYPES: dict[ColumnType, str] = {
    "text": "TEXT",
    "integer": "INTEGER",
    "number": "NUMERIC",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "time": "TIMESTAMP",
    "json": "JSON",
}
_LARGEST = 1 << 63
_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM})
_AWAY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})
T = TypeVar("T")
SqlValue = int | float | str | None


async def write_sqlite(
    file: Path, target: SqlTarget, fields: Sequence[str], batches: AsyncIterator[list[Record]]
) -> int:
    """Write batches of rows whose data has these fields; return how many. Raises SourceError: then all is as before."""
    writer = _Writer(file, target)
    try:
        await _run(writer.begin, fields)
        async for batch in batches:
            await _run(writer.hold, batch)
        return await _run(writer.take_over)
    finally:
        await asyncio.shield(asyncio.to_thread(writer.close))


async def _run(call: Callable[..., T], *arguments: Any) -> T:
    try:
        return await run_in_thread(call, *arguments)
    except sqlite3.DatabaseError as error:
        raise _explain(error) from None


class _Writer:
    """One delivery, at which one thread works at a time."""

    def __init__(self, file: Path, target: SqlTarget) -> None:
        self._file = file
        self._target = target
        self._connection: sqlite3.Connection | None = None
        self._fitter = RowFitter(target, ())
        self._readers: list[Callable[[Any], SqlValue]] = []

    def begin(self, fields: Sequence[str]) -> None:
        """Look at the table, and make the one that the rows wait in."""
        self._connection = connection = sqlite3.connect(
            self._file,
            timeout=min(10.0, self._target.seconds),
            check_same_thread=False,
            isolation_level=None,
        )
        table = quote_table(self._target.table)
        found = connection.execute(f"PRAGMA table_info({table})").fetchall()
        there = {str(row[1]): str(row[2]) for row in found}
        needed = [str(row[1]) for row in found if row[3] and row[4] is None and not row[5]]
        if not there and not self._target.create:
            raise SourceError("The table of the address is not there: create it, or give its columns in `create`.")
        there = there or {name: TYPES[kind] for name, kind in self._target.create.items()}
        self._fitter = RowFitter(self._target, [*there], needed)
        self._fitter.begin(fields)
        self._readers = [_choose_reader(there[name]) for name in self._fitter.columns]
        waiting = ", ".join(f"c{number}" for number in range(len(self._fitter.columns)))
        connection.execute(f"CREATE TEMP TABLE waiting ({waiting})")

    def hold(self, rows: list[Record]) -> None:
        """Put rows into the temporary table."""
        connection, count = self._require(), len(self._fitter.columns)
        connection.execute("BEGIN")
        connection.executemany(
            f"INSERT INTO temp.waiting VALUES ({', '.join('?' * count)})",  # noqa: S608 - signs alone
            (self._read(row) for row in rows),
        )
        connection.execute("COMMIT")

    def take_over(self) -> int:
        """Write all rows in one transaction; return how many."""
        connection, target, table = self._require(), self._target, quote_table(self._target.table)
        columns = list_names(self._fitter.columns)
        connection.execute("BEGIN IMMEDIATE")
        if target.create:
            types = {name: TYPES[kind] for name, kind in target.create.items()}
            connection.execute(write_table(target.table, types, target.keys))
        if target.replace:
            connection.execute("DELETE FROM " + table)  # noqa: S608 - the name is quoted
        done = connection.execute(
            f"INSERT INTO {table} ({columns}) SELECT * FROM temp.waiting WHERE true ORDER BY rowid"  # noqa: S608 - quoted
            + (write_conflict(target.keys, self._fitter.columns) if target.keys else "")
        )
        connection.execute("COMMIT")
        return done.rowcount

    def close(self) -> None:
        """Close the file; what was not taken over is gone."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()

    def _read(self, row: Record) -> list[SqlValue]:
        fitted = self._fitter.fit(row)
        values = list[SqlValue]()
        for (name, value), reader in zip(fitted.items(), self._readers, strict=True):
            try:
                values.append(None if value is None else reader(value))
            except (ValueError, InvalidOperation, OverflowError):
                raise SourceError(f"A value of the column {name} does not fit its type: nothing was stored.") from None
        return values

    def _require(self) -> sqlite3.Connection:
        assert self._connection is not None
        return self._connection


def _choose_reader(declared: str) -> Callable[[Any], SqlValue]:
    """Return the function that reads a value for a column of a declared type (SQLite, Datatypes, section 3.1)."""
    kind = declared.upper()
    for sign, reader in _READERS.items():
        if sign in kind:
            return reader
    return _read_text


def _read_integer(value: Any) -> int:
    number = Decimal(str(value)) if not isinstance(value, bool) else Decimal(int(value))
    if number != number.to_integral_value() or not -_LARGEST <= number < _LARGEST:
        raise ValueError
    return int(number)


def _read_number(value: Any) -> int | float:
    number = Decimal(str(value))
    if number == number.to_integral_value() and -_LARGEST <= number < _LARGEST:
        return int(number)
    if not isfinite(float(number)):
        raise ValueError
    return float(number)


def _read_boolean(value: Any) -> int:
    known = {"true": 1, "false": 0, "1": 1, "0": 0, "t": 1, "f": 0}
    text = str(value).lower()
    if text not in known:
        raise ValueError
    return known[text]


def _read_time(value: Any) -> str:
    datetime.fromisoformat(str(value))
    return str(value)


def _read_date(value: Any) -> str:
    return date.fromisoformat(str(value)).isoformat()


def _read_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return _encode(value).decode()


_encode = msgspec.json.Encoder(decimal_format="number").encode
_READERS: dict[str, Callable[[Any], SqlValue]] = {
    "INT": _read_integer,
    "BOOL": _read_boolean,
    "TIME": _read_time,
    "DATE": _read_date,
    "REAL": _read_number,
    "FLOA": _read_number,
    "DOUB": _read_number,
    "NUM": _read_number,
    "DEC": _read_number,
}


def _explain(error: sqlite3.DatabaseError) -> SourceError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if code in _ROOM:
        return SourceError(f"The database has no space ({name}): make room, nothing was stored.", Cause.NO_SPACE)
    if code in _AWAY:
        return SourceError(
            f"The database takes no rows at present ({name}): it is read-only or locked, nothing was stored.",
            Cause.UNAVAILABLE,
        )
    if code == sqlite3.SQLITE_CONSTRAINT:
        return SourceError(f"A value does not fit the columns of the table ({name}): nothing was stored.")
    if "ON CONFLICT" in str(error):
        return SourceError("The table has no unique key of the columns in `key`: add one, or correct `key`.")
    return SourceError(f"The database cannot be written ({name}): check the file and the table.")
