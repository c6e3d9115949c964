"""What a process of a broker does when another one has changed the record or the board that they share."""

import asyncio
import logging
from collections.abc import Callable

from connector.app.intake.leading import LeadIntake, SharedCrawler
from connector.app.intake.pushed import PushedIntake
from connector.app.storing.records import BrokerRecords
from connector.broker.board.posting import WebhookPoster
from connector.broker.board.telling import Teller
from connector.ports.store_errors import StoreError

SWEEP_S = 15.0
"""How long a change stays unseen at most if a notification is lost, in seconds."""

log = logging.getLogger(__name__)


class Hearing:
    """Wakes the projections of this process, and what it does for all while it leads.

    `wake` lets the search index follow the record, and `changed` the graph; `note_change` tells other brokers too.
    """

    def __init__(
        self,
        kept: BrokerRecords,
        intake: LeadIntake,
        crawler: SharedCrawler,
        teller: Teller,
        poster: WebhookPoster,
        pushed: PushedIntake | None,
        wake: Callable[[], None],
        changed: asyncio.Event,
        note_change: Callable[[], None],
    ) -> None:
        self._kept = kept
        self._intake = intake
        self._crawler = crawler
        self._teller = teller
        self._poster = poster
        self._pushed = pushed
        self._wake = wake
        self._changed = changed
        self._note_change = note_change
        self._hooks_wanted = asyncio.Event()
        self._seen = -1
        kept.listen(self._hear_record, self._hear_board, self._hear_wish)
        kept.replica.turned = self._turn

    async def run(self) -> None:
        """Look at intervals for what no notification has told, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(SWEEP_S):
                    await self._hooks_wanted.wait()
            except TimeoutError:
                pass
            try:
                await self._look()
            except StoreError as fault:
                log.warning("the record cannot be looked at: %s", fault)

    async def _look(self) -> None:
        if self._hooks_wanted.is_set():
            self._hooks_wanted.clear()
            await self._poster.refresh()
        last = await self._kept.record.last_change()
        if last != self._seen:
            self._seen = last
            self._follow()

    def _follow(self) -> None:
        self._wake()
        self._changed.set()

    def _turn(self) -> None:
        # What was told while this process did not hear is looked for.
        self._intake.note_turn()
        self._follow()

    def _hear_record(self, _participant: str | None) -> None:
        self._follow()
        if self._kept.replica.leads.is_set():
            self._crawler.reload()
            self._note_change()
            if self._pushed is not None:
                self._pushed.expiry.wake()
                self._pushed.watch.wake()

    def _hear_board(self, table: str) -> None:
        # Who waits for notices looks; new needs are compared by the process that leads.
        self._teller.wake()
        if table == "webhooks":
            self._hooks_wanted.set()

    def _hear_wish(self, participant: str) -> None:
        if self._kept.replica.leads.is_set() and not self._crawler.nudge(participant):
            self._crawler.request_crawl(participant)
