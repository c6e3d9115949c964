"""What another process of a broker has changed wakes what this one derives from it, also if nobody told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from connector.app.intake import hearing
from connector.app.intake.hearing import Hearing
from connector.app.intake.leading import LeadIntake
from connector.ports.replica import Alone
from connector.ports.store_errors import Unavailable
from tests.app.intake.test_leading import make_crawler


class Kept:
    """A record that others change, and what this process hears of it."""

    def __init__(self) -> None:
        self.replica, self.record = Alone(), self
        self.last = 1
        self.faults = 0

    async def last_change(self) -> int:
        if self.faults:
            self.faults -= 1
            raise Unavailable("away")
        return self.last

    def listen(
        self, record: Callable[[str | None], None], board: Callable[[str], None], wish: Callable[[str], None]
    ) -> None:
        self.change_record, self.change_board, self.wish = record, board, wish


class Woken:
    """Whatever is woken by a change; each call is noted."""

    def __init__(self) -> None:
        self.woken, self.refreshed = asyncio.Event(), asyncio.Event()
        self.told = 0

    def wake(self) -> None:
        self.woken.set()

    def tell(self) -> None:
        self.told += 1

    async def refresh(self) -> None:
        self.refreshed.set()


class Place:
    """A process that hears."""

    def __init__(self) -> None:
        self.kept, self.index, self.teller, self.poster, self.others = Kept(), Woken(), Woken(), Woken(), Woken()
        self.graph = asyncio.Event()
        self.passed: list[str] = []
        crawler = make_crawler(self.kept.replica, self.passed)
        self.hearing = Hearing(
            cast("Any", self.kept),
            LeadIntake(self.kept.replica, crawler, []),
            crawler,
            cast("Any", self.teller),
            cast("Any", self.poster),
            None,
            self.index.wake,
            self.graph,
            self.others.tell,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.hearing.run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("leads", [True, False])
async def test_a_change_wakes_index_and_graph_and_the_one_that_leads_tells_other_brokers(leads: bool) -> None:
    place = Place()
    if not leads:
        place.kept.replica.leads.clear()
    place.kept.change_record("https://city.example")
    assert place.index.woken.is_set()
    assert place.graph.is_set()
    assert place.others.told == (1 if leads else 0)


async def test_a_turn_looks_for_what_was_told_while_nobody_heard() -> None:
    place = Place()
    place.kept.replica.turned()
    assert place.index.woken.is_set()
    assert place.graph.is_set()


async def test_a_notification_that_is_lost_is_made_up_for_also_after_the_database_was_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hearing, "SWEEP_S", 0.001)
    place = Place()
    place.kept.faults = 2
    async with place.running(), asyncio.timeout(10):
        await place.index.woken.wait()
        place.index.woken.clear()
        place.kept.last += 1
        await place.index.woken.wait()


async def test_webhooks_of_another_process_are_read_and_notices_of_it_are_looked_for() -> None:
    place = Place()
    async with place.running(), asyncio.timeout(10):
        place.kept.change_board("notices")
        assert place.teller.woken.is_set()
        place.kept.change_board("webhooks")
        await place.poster.refreshed.wait()


async def test_a_wish_for_a_crawl_is_passed_over_by_a_process_that_does_not_lead() -> None:
    place = Place()
    place.kept.replica.leads.clear()
    place.kept.wish("https://city.example")
    assert place.passed == []
