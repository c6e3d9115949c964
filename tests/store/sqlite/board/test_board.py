"""The board in SQLite: bounded, told once, and on with what was committed."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec.structs import replace

from connector.ports.board import Answer, Notice, SavedSearch
from connector.ports.entities import PageBounds
from connector.ports.store_errors import LimitReached, Unavailable
from connector.store.postgres.board import open_database_board
from connector.store.postgres.store import Server
from connector.store.sqlite.board import board as module
from connector.store.sqlite.board.board import NOTICES, SqliteBoard, locate_board, open_board
from connector.views.needs import AnswerKind, NoticeKind
from tests.broker.board.values import need
from tests.contract.test_record import CITY, DAY, NOW, WORKS
from tests.store.postgres.server import make_database
from tests.store.sqlite.recording import RecordingConnection, list_written


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def board(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqliteBoard]:
    if request.param == "sqlite":
        opened = await open_board(tmp_path / "board.db")
    else:
        opened = await open_database_board(Server(await make_database()), "urn:participant:broker")
    yield opened
    await opened.close()


def answer(id: str = "a", participant: str = CITY, of: str = "n") -> Answer:
    return Answer(id=id, need=of, participant=participant, kind=AnswerKind.NONE, text="Nein.", at=NOW)


def notice(dataset: str = "d", participant: str = WORKS) -> Notice:
    return Notice(participant=participant, kind=NoticeKind.MATCHED, need="n", provider=CITY, dataset=dataset, at=NOW)


async def put(
    board: SqliteBoard, *names: str, now: int = NOW, most_open: int = 20, most: int = 200, **stated: Any
) -> None:
    for name in names:
        await board.put_need(need(name, now=now, **stated), now=now, most_open=most_open, most=most)


async def test_needs_are_listed_the_newest_first_page_by_page(board: SqliteBoard) -> None:
    await put(board, "a", "b", "c")
    await put(board, "d", owner=CITY)
    first, following = await board.needs(PageBounds(limit=3))
    rest, end = await board.needs(PageBounds(limit=3, after=following))
    assert [one.id for one in (*first, *rest)] == ["d", "c", "b", "a"]
    assert end is None
    assert [one.id for one in (await board.needs(PageBounds(), owner=WORKS))[0]] == ["c", "b", "a"]
    assert await board.need("a") == need("a")
    assert await board.need("x") is None


async def test_a_need_expires_by_itself(board: SqliteBoard) -> None:
    await put(board, "a")
    for at, found in ((NOW, ["a"]), (NOW + 90 * DAY - 1, ["a"]), (NOW + 90 * DAY, [])):
        assert [one.id for one in (await board.needs(PageBounds(), open_at=at))[0]] == found
        assert [one.id for one in await board.wanted_needs(at)] == found


async def test_a_participant_has_so_many_needs_and_the_oldest_that_are_over_give_way(board: SqliteBoard) -> None:
    await put(board, "a", "b", most_open=2)
    with pytest.raises(LimitReached, match="2 needs"):
        await put(board, "c", most_open=2)
    await put(board, "a", most_open=2)  # a change is no new need
    await put(board, "other", owner=CITY, most_open=2)
    await board.put_answer(answer(of="a"), notice(), most_of_one=5, most=9)
    later = NOW + 91 * DAY
    await put(board, "c", "d", now=later, most_open=2, most=3)
    assert [one.id for one in (await board.needs(PageBounds(), owner=WORKS))[0]] == ["d", "c", "b"]
    assert await board.answers("a") == []


async def test_answers_are_in_order_and_bounded(board: SqliteBoard) -> None:
    await put(board, "n")
    for at, participant in enumerate((CITY, "urn:b", CITY)):
        await board.put_answer(answer(f"a{at}", participant), notice(f"d{at}"), most_of_one=2, most=4)
    assert [one.id for one in await board.answers("n")] == ["a0", "a1", "a2"]
    with pytest.raises(LimitReached, match="2 times"):
        await board.put_answer(answer("a3"), notice("d3"), most_of_one=2, most=4)
    await board.put_answer(answer("a4", "urn:c"), notice("d4"), most_of_one=2, most=4)
    with pytest.raises(LimitReached, match="4 answers"):
        await board.put_answer(answer("a5", "urn:d"), notice("d5"), most_of_one=2, most=4)
    assert [one.dataset for one in await board.notices(WORKS, 0, 100)] == ["d0", "d1", "d2", "d4"]


async def test_the_same_is_told_once_and_to_whom_it_concerns(board: SqliteBoard) -> None:
    await board.note([notice("a"), notice("b"), notice("a", CITY)], position=7)
    await board.note([notice("b"), notice("c")], position=9)
    assert await board.position() == 9
    told = await board.notices(WORKS, 0, 100)
    assert [one.dataset for one in told] == ["a", "b", "c"]
    assert [one.dataset for one in await board.notices(WORKS, told[0].number, 1)] == ["b"]
    assert [one.dataset for one in await board.notices(CITY, 0, 100)] == ["a"]


async def test_old_notices_give_way(board: SqliteBoard) -> None:
    await board.note([notice(f"d{at}") for at in range(NOTICES + 5)])
    told = await board.notices(WORKS, 0, NOTICES + 5)
    assert (len(told), told[0].dataset, told[-1].dataset) == (NOTICES, "d5", f"d{NOTICES + 4}")


async def test_a_need_is_compared_once_with_what_was_there_until_it_changes(board: SqliteBoard) -> None:
    await put(board, "a")
    (found,) = await board.untold_needs(10)
    await put(board, "a", question="Etwas anderes", now=NOW + 1)
    await board.note([], told=found)
    (changed,) = await board.untold_needs(10)
    assert changed.question == "Etwas anderes"
    await board.note([], told=changed)
    assert await board.untold_needs(10) == []
    await board.close_need(replace(changed, closed_at=NOW + 2, changed_at=NOW + 2), [notice()])
    assert await board.untold_needs(10) == await board.wanted_needs(NOW) == []
    assert len(await board.notices(WORKS, 0, 9)) == 1


async def test_what_was_committed_is_there_after_a_restart(tmp_path: Path) -> None:
    first = await open_board(tmp_path / "board.db")
    await put(first, "a")
    await first.note([notice()], position=3)
    await first.close()
    with pytest.raises(Unavailable):
        await first.note([])
    again = await open_board(tmp_path / "board.db")
    assert (await again.position(), await again.need("a")) == (3, need("a"))
    await again.close()


async def test_every_query_has_an_index(tmp_path: Path) -> None:
    board = await open_board(tmp_path / "board.db")
    connection = board._reader
    recording = RecordingConnection(connection)
    cast("Any", board)._reader = recording
    await board.needs(PageBounds(after="5"), owner=CITY, open_at=NOW)
    await board.needs(PageBounds(), owner=CITY)
    await board.needs(PageBounds(), open_at=NOW)
    await board.needs(PageBounds())
    await board.need("a")
    await board.answers("a")
    await board.notices(CITY, 0, 1)
    await board.untold_needs(1)
    cast("Any", board)._reader = connection
    # What one participant has and what one need has is bounded, so its rows may be compared one by one.
    plans = {
        statement: [step for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
        for statement, values in (*recording.asked, *list_written([module]))
    }
    assert len(plans) > 12
    slow = {
        statement: steps
        for statement, steps in plans.items()
        if any("TEMP B-TREE" in step or ("SCAN" in step and "USING INDEX" not in step) for step in steps)
    }
    assert {statement for statement in slow if "followed" not in statement} == set()
    await board.close()


def test_the_board_lies_beside_the_record() -> None:
    assert locate_board(Path("a/record.sqlite")) == Path("a/record.board.sqlite")


async def test_saved_searches_are_bounded_and_found_by_their_feed(board: SqliteBoard) -> None:
    made = SavedSearch(
        id="s", owner=CITY, name="Wald", parameters=b"{}", feed="f", created_at=NOW, changed_at=NOW, seen=3
    )
    await board.put_search(made, most=2)
    await board.put_search(replace(made, id="t", feed="g"), most=2)
    with pytest.raises(LimitReached, match="2 saved searches"):
        await board.put_search(replace(made, id="u", feed="h"), most=2)
    await board.put_search(replace(made, id="u", feed="h", owner=WORKS), most=2)
    changed = replace(made, feed="i", name="Wälder")
    await board.put_search(changed, most=2)
    assert [one.id for one in await board.searches_of(CITY)] == ["s", "t"]
    assert await board.search_of_feed("i") == await board.saved_search("s") == changed
    assert await board.search_of_feed("f") is None
    await board.drop_search("s")
    assert await board.saved_search("s") is None
