"""A check that fails, hangs or meets a closed store is told within bounded time."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from connector.desk import checks
from connector.ports.store_errors import Unavailable
from connector.store.sqlite.engine.examine import LEFT
from connector.store.sqlite.store import open_store
from tests.support.plane import Desk


async def test_a_store_that_takes_no_writes_is_told_and_its_own_error_only_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    check = checks.make_store_check(desk.rooms.context)
    assert await check() is None
    await desk.store.close()
    assert "does not accept writes" in str(await check())

    async def closed() -> str:
        raise Unavailable("closed")

    assert await checks.run_check(closed) is None


async def test_a_store_that_was_moved_is_told_as_such(tmp_path: Path) -> None:
    store = await open_store(path := tmp_path / "store.db")
    check = checks.make_store_check(Desk(tmp_path, store).rooms.context)
    assert await check() is None
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version = {LEFT}")
    assert "was moved to another place" in str(await check())
    await store.close()


async def test_a_check_without_an_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang() -> str:
        await asyncio.Event().wait()
        return ""

    monkeypatch.setattr(checks, "_PATIENCE_S", 0.01)
    assert await checks.run_check(hang) == "No answer within 0.01 seconds."
