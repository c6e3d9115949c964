"""Webhooks in the file of the board: bounded, gone with their search, and not changed by who was replaced."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.ports.store_errors import LimitReached
from connector.store.sqlite.board import webhooks as module
from connector.store.sqlite.board.board import SqliteBoard, open_board
from connector.store.sqlite.board.webhooks import SqliteWebhooks
from tests.broker.board.test_webhooks import SAVED, webhook
from tests.contract.test_record import CITY, WORKS
from tests.store.sqlite.recording import list_written


@pytest.fixture
async def board(tmp_path: Path) -> AsyncIterator[SqliteBoard]:
    opened = await open_board(tmp_path / "board.db")
    for name in "stu":
        await opened.put_search(replace(SAVED, id=name, feed=name), most=9)
    yield opened
    await opened.close()


async def test_a_search_has_one_webhook_and_a_participant_and_the_broker_so_many(board: SqliteBoard) -> None:
    hooks = SqliteWebhooks(board)
    for search, owner in (("s", CITY), ("t", CITY), ("u", WORKS)):
        await hooks.put_webhook(webhook(search=search, owner=owner), most_of_one=2, most=3)
    with pytest.raises(LimitReached, match="You have 2 webhooks"):
        await hooks.put_webhook(webhook(search="v"), most_of_one=2, most=9)
    with pytest.raises(LimitReached, match="The broker has 3 webhooks"):
        await hooks.put_webhook(webhook(search="v", owner=WORKS), most_of_one=2, most=3)
    again = webhook(id="x", url="https://hooks.example/other")
    await hooks.put_webhook(again, most_of_one=2, most=3)
    assert await hooks.webhook("s") == again
    assert [one.search for one in await hooks.webhooks()] == ["s", "t", "u"]
    assert [one.search for one in await hooks.webhooks(CITY)] == ["s", "t"]


async def test_how_far_it_is_is_stored_unless_it_was_set_anew(board: SqliteBoard) -> None:
    hooks = SqliteWebhooks(board)
    await hooks.put_webhook(webhook(), most_of_one=2, most=3)
    await hooks.note_webhook(webhook(after=7))
    assert await hooks.webhook("s") == webhook(after=7)
    await hooks.put_webhook(webhook(id="x"), most_of_one=2, most=3)
    await hooks.note_webhook(webhook(after=9))
    assert await hooks.webhook("s") == webhook(id="x")
    await hooks.drop_webhook("s")
    await hooks.note_webhook(webhook(id="x"))
    assert await hooks.webhook("s") is None


async def test_a_webhook_ends_with_its_search(board: SqliteBoard) -> None:
    hooks = SqliteWebhooks(board)
    for search in "st":
        await hooks.put_webhook(webhook(search=search), most_of_one=2, most=3)
    await board.drop_search("s")
    assert [one.search for one in await hooks.webhooks()] == ["t"]


async def test_every_query_has_an_index(board: SqliteBoard) -> None:
    for statement, values in list_written([module]):
        steps = [step for *_, step in board._reader.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
        assert not any("TEMP B-TREE" in step for step in steps), statement
