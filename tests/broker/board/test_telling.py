"""Who is told what of needs and offers: once, and also over the end of a process."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.broker.board import telling
from connector.broker.board.telling import Teller, view_notice
from connector.ports.broker_store import PORTALS, Delta, Entry, Portal
from connector.store.memory.record import MemoryBrokerStore
from connector.store.sqlite.board.board import SqliteBoard, open_board
from connector.views.needs import NoticeKind
from connector.views.portals import PortalKind
from tests.broker.board.values import need
from tests.broker.searching import Searching, make_searching
from tests.contract.test_record import CITY, DAY, NOW, WORKS, A, entry, source

TITLE = "Zählstellen für Fahrräder"


class Space:
    """A record with its index and a board, and the task that tells."""

    def __init__(self, searching: Searching, board: SqliteBoard) -> None:
        self.searching = searching
        self.board = board
        self.now = NOW
        self.teller = Teller(searching.record, searching.index, board, now=lambda: self.now)

    async def offer(self, *entries: Entry, participant: str = CITY) -> None:
        await self.searching.record.apply(Delta(source=source(participant), upserts=entries), NOW)

    async def want(self, id: str = "n", **stated: object) -> None:
        await self.board.put_need(need(id, **stated), now=self.now, most_open=20, most=200)

    async def told(self, participant: str) -> list[tuple[NoticeKind, str, str]]:
        found = await self.board.notices(participant, 0, 100)
        return [(one.kind, one.need, one.dataset) for one in found]


@pytest.fixture
async def space(tmp_path: Path) -> AsyncIterator[Space]:
    searching = await make_searching(MemoryBrokerStore(), now=NOW)
    board = await open_board(tmp_path / "board.db")
    yield Space(searching, board)
    await board.close()
    await searching.index.close()


async def test_owner_and_provider_are_told_of_offers_before_and_after_a_need(space: Space) -> None:
    await space.offer(entry("before", TITLE), entry("x", "Wald"))
    await space.searching.follow()
    await space.want()
    await space.teller.follow()
    await space.offer(entry("after", TITLE))
    await space.searching.follow()
    await space.teller.follow()
    await space.teller.follow()
    assert await space.told(WORKS) == [(NoticeKind.MATCHED, "n", "before"), (NoticeKind.MATCHED, "n", "after")]
    assert await space.told(CITY) == [(NoticeKind.WANTED, "n", "before"), (NoticeKind.WANTED, "n", "after")]
    notice = view_notice((await space.board.notices(WORKS, 0, 1))[0])
    assert notice.text["de"] == "Ein Angebot passt zu Ihrem Bedarf."
    assert (notice.provider, notice.dataset, notice.score) == (CITY, "before", 0.85)


async def test_what_misses_a_condition_is_told_to_its_provider_alone(space: Space) -> None:
    await space.offer(entry("a", TITLE, publisher="x"))
    await space.searching.follow()
    await space.want(since="2030", until="2031", place="Köln")
    await space.teller.follow()
    assert len(await space.told(WORKS)) == 1  # nothing is said about time and place
    await space.want("paid", bbox="7,51,8,52", place="Bonn")
    assert len(await space.told(WORKS)) == 1


async def test_what_searches_do_not_find_yet_is_told_when_they_do(space: Space) -> None:
    await space.want()
    await space.offer(entry("a", TITLE))
    await space.teller.follow()
    assert await space.told(WORKS) == []
    await space.searching.follow()
    await space.teller.follow()
    assert await space.told(WORKS) == [(NoticeKind.MATCHED, "n", "a")]


async def test_a_change_is_told_once_and_another_record_from_its_beginning(space: Space) -> None:
    await space.want()
    for title in (TITLE, f"{TITLE} neu"):
        await space.offer(entry("a", title))
        await space.searching.follow()
        await space.teller.follow()
    assert await space.board.position() == 2
    await space.board.note([], position=99)
    await space.offer(entry("b", TITLE))
    await space.searching.follow()
    await space.teller.follow()
    assert await space.told(WORKS) == [(NoticeKind.MATCHED, "n", "a"), (NoticeKind.MATCHED, "n", "b")]
    assert await space.board.position() == 3


async def test_needs_that_are_over_are_compared_with_nothing(space: Space) -> None:
    await space.want()
    await space.teller.follow()
    space.now += 91 * DAY
    await space.offer(entry("a", TITLE))
    await space.searching.follow()
    await space.teller.follow()
    assert await space.told(WORKS) == await space.told(CITY) == []


async def test_the_task_is_woken_and_goes_on(space: Space) -> None:
    await space.want()
    await space.offer(entry("a", TITLE))
    await space.searching.follow()
    space.teller.wake()
    rung = space.teller.bell.listen()
    task = asyncio.create_task(space.teller.run())
    async with asyncio.timeout(10):
        await rung.wait()
    assert await space.told(WORKS) == [(NoticeKind.MATCHED, "n", "a")]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_nobody_foresaw_is_logged_and_telling_goes_on(
    space: Space, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(telling, "_RETRY_S", 0)
    times = iter([ValueError("unforeseen")])

    def read_clock() -> int:
        for fault in times:
            raise fault
        return NOW

    await space.want()
    await space.offer(entry("a", TITLE))
    await space.searching.follow()
    searching = space.searching
    teller = Teller(searching.record, searching.index, space.board, now=read_clock)
    rung = teller.bell.listen()
    task = asyncio.create_task(teller.run())
    async with asyncio.timeout(10):
        await rung.wait()
    assert await space.told(WORKS) == [(NoticeKind.MATCHED, "n", "a")]
    assert "not compared" in caplog.text
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_need_tells_of_an_offer_when_everybody_sees_it_and_not_before(space: Space) -> None:
    await space.want("before")
    await space.offer(entry("a", TITLE, audience=A, teaser=True))
    await space.searching.follow()
    await space.teller.follow()
    await space.want("after")
    await space.teller.follow()
    assert await space.told(WORKS) == await space.told(CITY) == []
    await space.offer(entry("a", TITLE))
    await space.searching.follow()
    await space.teller.follow()
    assert await space.told(WORKS) == [(NoticeKind.MATCHED, "before", "a"), (NoticeKind.MATCHED, "after", "a")]
    assert await space.told(CITY) == [(NoticeKind.WANTED, "before", "a"), (NoticeKind.WANTED, "after", "a")]


async def test_a_reference_is_told_to_the_owner_unless_another_place_lists_its_dataset_first(space: Space) -> None:
    await space.want()
    await space.teller.follow()
    portal = PORTALS + "land"
    references = [entry(name, TITLE, portal, via="https://portal.example") for name in ("listed", "alone")]
    await space.offer(entry("listed", TITLE))
    kept = source(portal, portal=Portal(kind=PortalKind.CKAN))
    await space.searching.record.apply(Delta(source=kept, upserts=tuple(references)), NOW)
    await space.searching.follow()
    await space.teller.follow()
    told = [(one.provider, one.dataset) for one in await space.board.notices(WORKS, 0, 9)]
    assert told == [(CITY, "listed"), (portal, "alone")]
    assert await space.told(portal) == []
