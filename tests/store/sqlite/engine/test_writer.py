"""The writer alone: how much is one batch, a COMMIT that fails, a lost connection, a full queue, a rest."""

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector.ports.store_errors import Conflict, StoreMoved, Unavailable
from connector.store.sqlite.engine.examine import LEFT
from connector.store.sqlite.engine.writer import Job, Writer


class _Failing(sqlite3.Connection):
    """A connection whose disk fails for the statements named in `failing`, once each."""

    failing: list[str]
    slow_s = 0.0

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        if statement == "COMMIT":
            time.sleep(self.slow_s)
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


_INSERT = "INSERT INTO kept VALUES (?)"


def _keep(name: str) -> Job:
    return lambda connection: connection.execute(_INSERT, (name,))


def _refuse(connection: sqlite3.Connection) -> None:
    connection.execute(_INSERT, ("refused",))
    raise Conflict("Another request was quicker.")


def _kept(connect: Callable[[], _Failing]) -> list[str]:
    connection = connect()
    names = [name for (name,) in connection.execute("SELECT name FROM kept")]
    connection.close()
    return names


@pytest.mark.parametrize("failing", [["COMMIT"], ["COMMIT", "ROLLBACK"], ["BEGIN IMMEDIATE"], [_INSERT]])
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


@pytest.mark.parametrize("failing", [["ROLLBACK"], ["SAVEPOINT one"], ["RELEASE one"], ["ROLLBACK TO one"]])
async def test_a_disk_that_fails_while_a_refusal_is_sorted_out_fails_the_batch(
    connect: Callable[[], _Failing], failing: list[str]
) -> None:
    opened: list[_Failing] = []

    def remembered() -> _Failing:
        opened.append(connect())
        return opened[-1]

    writer = Writer(remembered)
    opened[0].failing = failing
    outcomes = await asyncio.gather(writer.submit(_keep("a")), writer.submit(_refuse), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable]
    assert _kept(connect) == []
    await writer.submit(_keep("b"))
    assert _kept(connect) == ["b"]
    await writer.close()


async def test_only_a_batch_with_a_refusal_runs_again_and_keeps_the_others(connect: Callable[[], _Failing]) -> None:
    ran: list[str] = []

    def keep(name: str) -> Job:
        return lambda connection: (ran.append(name), _keep(name)(connection))

    writer = Writer(connect)
    await asyncio.gather(writer.submit(keep("a")), writer.submit(keep("b")))
    assert ran == ["a", "b"]
    outcomes = await asyncio.gather(
        writer.submit(keep("c")), writer.submit(_refuse), writer.submit(keep("d")), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), Conflict, type(None)]
    assert ran == ["a", "b", "c", "c", "d"]
    assert _kept(connect) == ["a", "b", "c", "d"]
    await writer.close()


@pytest.mark.parametrize("broken", ["the log", "what is called after each batch", "the opening", "the chore"])
async def test_whatever_fails_beside_a_batch_nobody_waits_for_ever(
    connect: Callable[[], _Failing], broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty, opened, errors = True, [], []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context["exception"]))

    def fail(*_: object) -> None:
        if faulty:
            raise OSError("No space left on device")

    def remembered() -> _Failing:
        if broken == "the opening" and opened:
            fail()
        opened.append(connect())
        return opened[-1]

    if broken == "the log":
        monkeypatch.setattr(logging.getLogger(Writer.__module__), "error", fail)
    chore = fail if broken == "the chore" else None
    writer = Writer(remembered, ended=fail if broken == "what is called after each batch" else None, chore=chore)
    opened[0].failing = ["COMMIT", "ROLLBACK"]
    async with asyncio.timeout(5):
        for name in ("first", "second"):
            with contextlib.suppress(Unavailable):
                await writer.submit(_keep(name))
        faulty = False
        await writer.submit(_keep("last"))
        await writer.close()
    assert _kept(connect)[-1] == "last"
    assert all(isinstance(error, OSError) for error in errors)


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


async def test_a_batch_is_small_and_grows_with_what_the_disk_takes(connect: Callable[[], _Failing]) -> None:
    """Else all that waits goes on together, and one side of a pair works while the other one waits."""
    connection = connect()
    connection.slow_s = 0.05
    done: list[str] = []
    sizes: list[int] = []

    def note(name: str) -> Job:
        return lambda _: done.append(name)

    writer = Writer(lambda: connection, ended=lambda: sizes.append(len(done)), batch=20)
    await asyncio.gather(*(writer.submit(note(str(number))) for number in range(40)))
    assert sizes == [8, 28, 40]
    assert done == [str(number) for number in range(40)]
    await writer.close()


async def test_a_store_that_was_left_takes_no_job_and_says_so(connect: Callable[[], _Failing]) -> None:
    writer = Writer(connect)
    await writer.submit(_keep("before"))
    with contextlib.closing(connect()) as other:
        other.execute(f"PRAGMA user_version = {LEFT}")
    with pytest.raises(StoreMoved, match="name that one in the settings"):
        await writer.submit(_keep("after"))
    await writer.close()
    assert _kept(connect) == ["before"]


async def test_a_writer_rests_once_after_its_last_batch(connect: Callable[[], _Failing]) -> None:
    rested: list[sqlite3.Connection] = []
    quiet = asyncio.Event()

    def rest(connection: sqlite3.Connection) -> None:
        rested.append(connection)
        quiet.set()

    writer = Writer(connect, rested=rest, rest_s=0.01)
    for name in ("a", "b"):
        await writer.submit(_keep(name))
        await quiet.wait()
        quiet.clear()
    await asyncio.sleep(0.1)
    assert len(rested) == 2
    await writer.submit(_keep("c"))
    await writer.close()
    await asyncio.sleep(0.1)
    assert len(rested) == 2
