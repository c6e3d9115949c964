"""The writer alone: a COMMIT that fails, a connection that is lost, a queue that is full."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector.ports.changes import Unavailable
from connector.store.sqlite.engine.writer import Job, Writer


class _Failing(sqlite3.Connection):
    """A connection whose disk fails for the statements named in `failing`, once each."""

    failing: list[str]

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        if statement in self.failing:
            self.failing.remove(statement)
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(statement, *values)


@pytest.fixture
def connect(tmp_path: Path) -> Callable[[], _Failing]:
    def opened() -> _Failing:
        connection = sqlite3.connect(tmp_path / "w.db", isolation_level=None, check_same_thread=False, factory=_Failing)
        connection.failing = []
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS kept (name TEXT)")
        return connection

    return opened


def _keep(name: str) -> Job:
    return lambda connection: connection.execute("INSERT INTO kept VALUES (?)", (name,))


def _kept(connect: Callable[[], _Failing]) -> list[str]:
    connection = connect()
    names = [name for (name,) in connection.execute("SELECT name FROM kept")]
    connection.close()
    return names


@pytest.mark.parametrize("failing", [["COMMIT"], ["COMMIT", "ROLLBACK"], ["BEGIN IMMEDIATE"], ["SAVEPOINT one"]])
async def test_a_failing_disk_fails_the_batch_and_the_next_is_kept(
    connect: Callable[[], _Failing], failing: list[str]
) -> None:
    opened: list[_Failing] = []

    def remembered() -> _Failing:
        opened.append(connect())
        return opened[-1]

    writer = Writer(remembered)
    opened[0].failing = failing
    outcomes = await asyncio.gather(writer.submit(_keep("a")), writer.submit(_keep("b")), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable]
    assert _kept(connect) == []
    await writer.submit(_keep("c"))
    assert _kept(connect) == ["c"]
    await writer.close()


async def test_a_full_queue_refuses_at_once(connect: Callable[[], _Failing]) -> None:
    writer = Writer(connect, capacity=2)
    waiting = [asyncio.create_task(writer.submit(_keep(name))) for name in "abc"]
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), type(None), Unavailable]
    await writer.submit(_keep("d"))
    await writer.close()
    assert _kept(connect) == ["a", "b", "d"]


async def test_a_caller_that_gave_up_disturbs_nobody(connect: Callable[[], _Failing]) -> None:
    writer = Writer(connect)
    gone = asyncio.create_task(writer.submit(_keep("a")))
    stays = asyncio.create_task(writer.submit(_keep("b")))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    await writer.close()
    assert _kept(connect) == ["a", "b"]
