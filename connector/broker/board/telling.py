"""Who is told what: owners of what matches their needs, providers of the needs that their data matches, and followers.

The task follows the record by change numbers, as the search index does. It compares each change once with all needs and
all saved searches that somebody follows, in an index of the changes alone. What it tells and how far it is are one
commit, so nothing is told twice or left out, whenever the process ends.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from itertools import compress

from msgspec.structs import replace

from connector.broker.board.following import Followers
from connector.broker.board.matching import NeedMatch, compare_changes, find_matches
from connector.broker.finding import is_found_elsewhere
from connector.language.catalogue import say_in_all
from connector.ports.board import Answer, Board, Need, Notice
from connector.ports.broker_store import BrokerStore, Entry
from connector.ports.search_index import SearchIndex
from connector.ports.store_errors import StoreError
from connector.views.conversion import to_view
from connector.views.needs import NoticeKind, NoticeView

log = logging.getLogger(__name__)

_BATCH = 100
# The entries that are compared at once: without their documents, each has some kilobytes.
_COMPARED = 1000
_RETRY_S = 5.0


class Bell:
    """Wakes all who wait for something to be told. Listen first, then read, then wait: so nothing is missed."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake who listens."""
        self._rung.set()
        self._rung = asyncio.Event()

    def listen(self) -> asyncio.Event:
        """Return the event that the next ring sets."""
        return self._rung


class Teller:
    """Tells participants about needs, and wakes the `followers` of searches that may find what has changed.

    The `bell` rings when searches find more, whatever it is. `now` returns the ms since the Unix epoch.
    """

    def __init__(self, record: BrokerStore, index: SearchIndex, board: Board, *, now: Callable[[], int]) -> None:
        self._record = record
        self._index = index
        self._board = board
        self._now = now
        self._wake = asyncio.Event()
        self.bell = Bell()
        self.followers = Followers()

    def wake(self) -> None:
        """Note that searches find more, or that a need was posted or changed."""
        self._wake.set()
        self.bell.ring()

    async def run(self) -> None:
        """Follow the record until cancelled."""
        while True:
            self._wake.clear()
            try:
                await self.follow()
            except StoreError as fault:
                log.warning("needs are not compared with new offers: %s", fault)
                await asyncio.sleep(_RETRY_S)
                continue
            except Exception:
                # The loop of a task: what nobody foresaw in one offer must not end telling for ever.
                log.exception("needs are not compared with new offers")
                await asyncio.sleep(_RETRY_S)
                continue
            await self._wake.wait()

    async def follow(self) -> None:
        """Compare new needs with all offers, and all needs with the offers that changed since. Raises StoreError."""
        # A need is compared with what searches find; what changes later is compared with all needs.
        found = self._index.progress().found
        while needs := await self._board.untold_needs(_BATCH):
            for need in needs:
                now = self._now()
                matches = await find_matches(self._record, self._index, need, now)
                await self._board.note([*make_notices(matches, now)], told=need)
                self.bell.ring()
        position = await self._board.position()
        if position > await self._record.last_change():
            # Another record: an older one was restored, or a new one begun. What was told once is not told again.
            position = 0
        while position < found:
            entries, position = await self._gather(position, found)
            now, followers = self._now(), self.followers.present()
            needs = await self._board.wanted_needs(now) if entries else ()
            searches = [follower.query for follower in followers]
            matches, touched = await compare_changes(self._index, needs, searches, entries)
            for follower in compress(followers, touched):
                follower.changed.set()
            await self._board.note([*make_notices(matches, now)], position=position)
            self.bell.ring()

    async def _gather(self, after: int, found: int) -> tuple[Sequence[Entry], int]:
        """Return the next changes that searches find, without their documents, and the position after them.

        A comparison costs little more for many entries than for few.
        """
        gathered: list[Entry] = []
        while len(gathered) < _COMPARED and after < found:
            page = [entry for entry in await self._record.changes(after, _BATCH) if entry.seq <= found]
            gathered += [replace(entry, document=b"") for entry in await leave_further(self._record, page)]
            after = page[-1].seq if page else found
        return gathered, after


async def leave_further(record: BrokerStore, entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return changes without references to what another place lists first: searches do not find them either."""
    ids = [entry.id for entry in entries if entry.via]
    first = await record.first_rows(ids) if ids else {}
    return [entry for entry in entries if not is_found_elsewhere(entry, first)]


def make_notices(matches: Iterable[NeedMatch], now: int) -> Iterable[Notice]:
    """Yield the notices about matches: to the owner if the offer meets the conditions, and to its provider.

    A portal is told of nothing.
    """
    for found in matches:
        need, entry, score = found.need, found.entry, found.fit.score
        if found.fit.fits:
            yield Notice(
                participant=need.owner,
                kind=NoticeKind.MATCHED,
                need=need.id,
                provider=entry.participant,
                dataset=entry.id,
                score=score,
                at=now,
            )
        if entry.via is None:
            yield Notice(
                participant=entry.participant,
                kind=NoticeKind.WANTED,
                need=need.id,
                provider=entry.participant,
                dataset=entry.id,
                score=score,
                at=now,
            )


def tell_answer(need: Need, answer: Answer) -> Notice:
    """Return the notice to the owner of a need about an answer."""
    return Notice(
        participant=need.owner,
        kind=NoticeKind.ANSWERED,
        need=need.id,
        provider=answer.participant,
        dataset=answer.dataset,
        answer=answer.id,
        at=answer.at,
    )


def tell_end(need: Need, answers: Sequence[Answer]) -> list[Notice]:
    """Return the notices to those who answered a need that it is closed; `answer` is the one that served it."""
    return [
        Notice(
            participant=participant,
            kind=NoticeKind.CLOSED,
            need=need.id,
            answer=need.served_by or "",
            at=need.changed_at,
        )
        for participant in dict.fromkeys(answer.participant for answer in answers)
    ]


def view_notice(notice: Notice) -> NoticeView:
    """Return the view of a notice, with a sentence in each language."""
    return to_view(NoticeView, notice, text=say_in_all(f"needs.notice-{notice.kind}"))
