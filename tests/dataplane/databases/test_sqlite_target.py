"""Rows are written into SQLite typed, all or none, and the file is free while they arrive."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connector.dataplane.databases.sqlite_target import write_sqlite
from connector.dataplane.databases.target import SqlTarget
from connector.ports.flow import Cause, Record, SourceError

COLUMNS = "id INTEGER PRIMARY KEY, n NUMERIC, flag BOOLEAN, day DATE, at TIMESTAMP, text TEXT NOT NULL"
ROW: Record = {"id": "1", "n": "7.50", "flag": "true", "day": "2026-05-01", "at": "2026-05-01T10:00:00Z", "text": "a"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "city.sqlite"
    with closing(sqlite3.connect(place)) as database:
        database.execute(f"CREATE TABLE air ({COLUMNS})")
        database.commit()
    return place


def target(**more: Any) -> SqlTarget:
    return msgspec.convert({"kind": "sql", "path": "x", "table": "air", "key": ["id"], **more}, SqlTarget)


async def write(file: Path, *batches: list[Record], **more: Any) -> int:
    async def arriving() -> AsyncIterator[list[Record]]:
        for batch in batches:
            yield batch

    return await write_sqlite(file, target(**more), [*batches[0][0]], arriving())


def read(file: Path, query: str = "SELECT * FROM air ORDER BY id") -> list[Any]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute(query).fetchall()


async def test_values_have_the_types_of_their_columns(file: Path) -> None:
    assert await write(file, [ROW]) == 1
    assert read(file) == [(1, 7.5, 1, "2026-05-01", "2026-05-01T10:00:00Z", "a")]
    await write(file, [{**ROW, "text": "b"}], [{**ROW, "id": 2, "n": None}, {**ROW, "id": 2, "text": "c"}])
    assert [(row[0], row[5]) for row in read(file)] == [(1, "b"), (2, "c")], "of one key, the last row counts"


@pytest.mark.parametrize(
    ("name", "value"),
    [("id", "x"), ("id", "1.5"), ("id", 2**63), ("n", "NaN"), ("n", "1e999"), ("flag", "maybe"), ("day", "01.05.2026"),
     ("at", "now"), ("text", None)],
)  # fmt: skip
async def test_a_value_that_does_not_fit_stores_nothing(file: Path, name: str, value: Any) -> None:
    with pytest.raises(SourceError, match="does not fit"):
        await write(file, [ROW], [{**ROW, "id": 2, name: value}])
    assert read(file) == []


async def test_a_table_that_is_not_there_is_made_or_refused(file: Path) -> None:
    create = {"id": "integer", "what": "json", "big": "number"}
    row: Record = {"id": 1, "what": {"a": [1.5]}, "big": 10**30}
    for _ in range(2):
        await write(file, [row], table="made", create=create)
    assert read(file, "SELECT id, what, big FROM made") == [(1, '{"a":[1.5]}', 1e30)]
    with pytest.raises(SourceError, match="is not there"):
        await write(file, [ROW], table="nothing")
    with pytest.raises(SourceError, match="no unique key"):
        await write(file, [ROW], key=["text"])


async def test_all_rows_are_replaced_or_none(file: Path) -> None:
    await write(file, [ROW, {**ROW, "id": 2}])
    with pytest.raises(SourceError):
        await write(file, [{**ROW, "id": 3}], [{**ROW, "id": "x"}], key=[], replace=True)
    assert [row[0] for row in read(file)] == [1, 2]
    await write(file, [{**ROW, "id": 3}], key=[], replace=True)
    assert [row[0] for row in read(file)] == [3]


async def test_others_write_while_rows_arrive_and_a_lock_is_told_in_time(file: Path) -> None:
    async def arriving() -> AsyncIterator[list[Record]]:
        yield [ROW]
        with closing(sqlite3.connect(file, timeout=0)) as other:
            other.execute("INSERT INTO air (id, text) VALUES (9, 'other')")
            other.commit()
        yield [{**ROW, "id": 2}]

    assert await write_sqlite(file, target(), [*ROW], arriving()) == 2
    assert [row[0] for row in read(file)] == [1, 2, 9]
    with closing(sqlite3.connect(file)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(SourceError, match="locked") as caught:
            await write(file, [{**ROW, "id": 3}], seconds=0.1)
    assert caught.value.cause is Cause.UNAVAILABLE


async def test_a_database_that_is_full_or_no_database_is_told(file: Path, tmp_path: Path) -> None:
    (tmp_path / "none.sqlite").write_bytes(b"this is no database, but it is long enough to look like one" * 20)
    with pytest.raises(SourceError, match="cannot be written"):
        await write(tmp_path / "none.sqlite", [ROW])
    assert read(file) == []
