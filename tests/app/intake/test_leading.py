"""The intake of a broker runs in the process that leads, and passes on what others ask of it."""

import asyncio
from typing import Any, cast

from connector.app.intake.leading import LeadIntake, SharedCrawler
from connector.ports.replica import Alone


class Counted:
    """Work that counts how often it was begun and ended."""

    def __init__(self) -> None:
        self.begun, self.ended = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()


def make_crawler(replica: Alone, passed: list[str]) -> SharedCrawler:
    anything = cast("Any", None)
    crawler = SharedCrawler(
        anything, anything, anything, participant="b", now=lambda: 0, jitter=lambda: 0.0, address_problem=anything
    )
    crawler.share(replica, passed.append)
    return crawler


async def test_work_runs_while_its_process_leads_and_begins_again_with_the_next_lead() -> None:
    replica, work = Alone(), Counted()
    replica.leads.clear()
    intake = LeadIntake(replica, make_crawler(replica, []), [("work", work.run)])
    running = asyncio.create_task(intake.run())
    await asyncio.sleep(0)
    assert not work.begun.is_set()
    assert intake.is_alive()
    for _ in range(2):
        replica.leads.set()
        await work.begun.wait()
        assert intake.is_alive()
        replica.leads.clear()
        intake.note_turn()
        await work.ended.wait()
        work.begun, work.ended = asyncio.Event(), asyncio.Event()
    replica.leads.set()
    await work.begun.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert work.ended.is_set()


async def test_work_that_ended_by_itself_makes_the_process_unready() -> None:
    tried = asyncio.Event()

    async def fail() -> None:
        tried.set()
        raise ValueError

    replica = Alone()
    intake = LeadIntake(replica, make_crawler(replica, []), [("work", fail)])
    running = asyncio.create_task(intake.run())
    await tried.wait()
    # The task of the work ends in the turn after it.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not intake.is_alive()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_a_process_that_does_not_lead_passes_a_wish_on() -> None:
    replica, passed = Alone(), list[str]()
    crawler = make_crawler(replica, passed)
    assert not crawler.request_crawl("unknown")
    replica.leads.clear()
    assert crawler.request_crawl("x")
    assert passed == ["x"]
