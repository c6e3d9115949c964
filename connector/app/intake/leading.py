"""What one process of a broker does for all: it crawls, keeps dates and tells, while it leads.

A broker on files leads always. On a database, the processes share the record, each with projections of its own: every
one of them answers, and the one with the lock of the lead takes in.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from connector.app.parts import Work
from connector.broker.crawler import Crawler
from connector.broker.schedule import Agenda
from connector.ports.replica import Replica

log = logging.getLogger(__name__)


class SharedCrawler(Crawler):
    """The crawler of a broker of several processes: it crawls while its process leads, and passes wishes on else."""

    def share(self, replica: Replica, pass_on: Callable[[str], None]) -> None:
        """Crawl only while `replica` leads; `pass_on` tells the one that does of a source."""
        self._replica, self._pass_on = replica, pass_on

    def nudge(self, participant: str) -> bool:
        """Crawl a member soon, here or at the process that leads; return False if the member is not a source."""
        if self._replica.leads.is_set():
            return super().nudge(participant)
        if not self.is_listed(participant):
            return False
        self._pass_on(participant)
        return True

    def request_crawl(self, participant: str) -> bool:
        """Crawl a source next; if another process leads, it decides whether it can be crawled."""
        if self._replica.leads.is_set():
            return super().request_crawl(participant)
        self._pass_on(participant)
        return True

    def reload(self) -> None:
        """Read the sources again: another process may have changed one."""
        self._loaded = False
        self.relist()

    async def begin_anew(self) -> None:
        """End all active crawls, which store nothing more, and forget what is known: the record has it."""
        for task in self._active.values():
            task.cancel()
        await self.wait_settled()
        self._agenda = Agenda()
        self.reload()


class LeadIntake:
    """Runs the `work` of the intake while this process leads."""

    def __init__(self, replica: Replica, crawler: SharedCrawler, work: Sequence[tuple[str, Work]]) -> None:
        self._replica = replica
        self._crawler = crawler
        self._work = work
        self._turned = asyncio.Event()
        self._tasks: list[asyncio.Task[Any]] = []

    @property
    def names(self) -> set[str]:
        """The names of the work."""
        return {name for name, _ in self._work}

    def note_turn(self) -> None:
        """Note that this process may have begun or ceased to lead."""
        self._turned.set()

    def is_alive(self) -> bool:
        """Return whether nothing that has to run here has ended."""
        return not any(task.done() for task in self._tasks)

    async def run(self) -> None:
        """Take in while this process leads, until cancelled."""
        try:
            while True:
                await self._replica.leads.wait()
                log.info("this process takes in for the broker")
                await self._crawler.begin_anew()
                self._tasks = [asyncio.create_task(run(), name=name) for name, run in self._work]
                while self._replica.leads.is_set():
                    self._turned.clear()
                    await self._turned.wait()
                log.warning("this process does not take in any more: another one does, or the database is away")
                await self._end()
                await self._crawler.begin_anew()
        finally:
            await self._end()

    async def _end(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
