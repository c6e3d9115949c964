"""The task that keeps the index fresh: which sources there are, whose turn it is, and what came of it.

Sources are the members of the participant list that have an address, all but ourselves; who leaves the list is retired.
The task sleeps until the earliest date of a source or until it is woken; it never polls. Every source has at most one
crawl under way, all together at most `concurrency`.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator

import msgspec

from connector.broker import crawl, schedule
from connector.broker.crawl import Bounds, CrawlFailed
from connector.broker.schedule import Rhythm
from connector.ports.broker_store import BrokerStore, CrawlSource, Delta, Liveness
from connector.ports.identity import Identity, Participant
from connector.ports.peer import Peer

log = logging.getLogger(__name__)

CONCURRENCY = 8


class Crawler:
    """Crawls sources when they are due. One per record: it is the only writer of it.

    `participant` is who we are, `now` gives ms since the Unix epoch, `jitter` a number from -1 to 1.
    """

    def __init__(
        self,
        record: BrokerStore,
        peer: Peer,
        identity: Identity,
        *,
        participant: str,
        now: Callable[[], int],
        jitter: Callable[[], float],
        rhythm: Rhythm | None = None,
        bounds: Bounds | None = None,
        concurrency: int = CONCURRENCY,
    ) -> None:
        self._record = record
        self._peer = peer
        self._identity = identity
        self._participant = participant
        self._now = now
        self._jitter = jitter
        self._rhythm = rhythm or Rhythm()
        self._bounds = bounds or Bounds()
        self._concurrency = concurrency
        self._sources: dict[str, CrawlSource] = {}
        self._loaded = False
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._finished_at: dict[str, int] = {}
        self._nudged: set[str] = set()
        self._wake = asyncio.Event()
        self._relist = True
        self._stopped = False

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    def relist(self) -> None:
        """Look at the participant list again: it was renewed."""
        self._relist = True
        self._wake.set()

    def nudge(self, participant: str) -> bool:
        """Crawl a member next, because its catalogue changed; False for somebody who is no source.

        What is under way is finished first, and two crawls of one source keep their distance.
        """
        known = self._identity.participant(participant)
        if known is None or not self._is_source(known):
            return False
        self._nudged.add(participant)
        self.relist()
        return True

    async def run(self) -> None:
        """Crawl until stopped."""
        while not self._stopped:
            self._wake.clear()
            pause = await self._guarded_turn()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    async def stop(self) -> None:
        """End at once; a crawl that is under way leaves nothing behind."""
        self._stopped = True
        self._wake.set()
        for task in self._under_way.values():
            task.cancel()
        await self.wait_settled()

    async def turn(self) -> int | None:
        """Begin what is due; returns when the next source is, None where only a wake-up can bring one."""
        if self._relist:
            self._relist = False
            await self._list()
        # Who asked to be looked at comes first.
        due = sorted(self._list_waiting(), key=lambda entry: (entry[1] not in self._nudged, entry[0]))
        now = self._now()
        for at, participant in due:
            if at <= now and len(self._under_way) < self._concurrency:
                self._nudged.discard(participant)
                task = asyncio.create_task(self._crawl_one(participant), name=f"crawl {participant}")
                self._under_way[participant] = task
        if len(self._under_way) >= self._concurrency:
            return None
        return min((at for at, _ in self._list_waiting()), default=None)

    async def wait_settled(self) -> None:
        """Wait until no crawl is under way."""
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _guarded_turn(self) -> float | None:
        """Take a turn and return the pause after it in seconds; a fault is logged and tried again later."""
        try:
            following = await self.turn()
        except Exception:
            # The worker loop: a record that cannot be read now must not end the crawling for good.
            log.exception("the crawler's turn failed")
            self._relist = True
            return self._rhythm.retry / 1000
        return None if following is None else max(0, following - self._now()) / 1000

    def _list_waiting(self) -> Iterator[tuple[int, str]]:
        """Yield (date, participant) of every source that is not under way."""
        for participant, source in self._sources.items():
            if participant not in self._under_way and source.next_at < schedule.NEVER:
                finished = self._finished_at.get(participant)
                earliest = 0 if finished is None else finished + self._rhythm.apart
                yield max(earliest, 0 if participant in self._nudged else source.next_at), participant

    def _is_source(self, participant: Participant) -> bool:
        return bool(participant.address) and participant.id != self._participant

    async def _list(self) -> None:
        """Take up who is new on the participant list, and retire who is gone from it."""
        if not self._loaded:
            self._sources = {source.participant: source for source in await self._record.sources()}
            self._loaded = True
        members = self._identity.participants()
        listed = {member.id: member for member in members if self._is_source(member)}
        for participant, member in listed.items():
            before = self._sources.get(participant)
            if before is None:
                after = schedule.make_source(member, self._now(), self._rhythm)
            else:
                after = schedule.update_source(before, member, self._now(), self._rhythm)
            if after != before and self._is_free(participant):
                await self._keep(after)
        # A list without anybody, as before it was first read, says nothing about anybody.
        gone = self._sources.keys() - listed.keys() if members else ()
        for participant in sorted(gone):
            source = self._sources[participant]
            if source.next_at < schedule.NEVER and self._is_free(participant):
                await self._end(schedule.retire(source))

    def _is_free(self, participant: str) -> bool:
        """Tell whether a source may be changed; one that is under way is when its crawl has ended."""
        self._relist = self._relist or participant in self._under_way
        return participant not in self._under_way

    async def _keep(self, source: CrawlSource) -> None:
        # In memory first: where the record cannot be written, the date counts nevertheless.
        self._sources[source.participant] = source
        await self._record.put_source(source)

    async def _end(self, source: CrawlSource) -> None:
        """Keep of a dead source only that it was there: its entries become tombstones."""
        known = await self._record.digests(source.participant)
        ended = msgspec.structs.replace(source, datasets=0, digest=None, shrink_seen=False)
        await self._record.apply(Delta(source=ended, removed=tuple(sorted(known))), self._now())
        self._sources[source.participant] = ended

    async def _crawl_one(self, participant: str) -> None:
        """Crawl one source and put down what came of it."""
        source = self._sources[participant]
        try:
            await self._crawl(source)
        except Exception:
            # The worker loop: a fault of our own ends neither the others' crawling nor the source's good name.
            log.exception("a crawl failed", extra={"peer": participant})
            pause = schedule.spread(source.interval, self._jitter())
            self._sources[participant] = msgspec.structs.replace(source, next_at=self._now() + pause)
        finally:
            self._under_way.pop(participant, None)
            self._finished_at[participant] = self._now()
            self._wake.set()

    async def _crawl(self, source: CrawlSource) -> None:
        known = await self._record.digests(source.participant)
        try:
            found = await crawl.crawl(self._peer, source, known, now=self._now(), bounds=self._bounds)
        except CrawlFailed as error:
            await self._note_failure(source, error)
            return
        now = self._now()
        outcome = crawl.delta(source, known, found, now=now, jitter=self._jitter(), rhythm=self._rhythm)
        await self._record.apply(outcome, now)
        self._sources[source.participant] = outcome.source

    async def _note_failure(self, source: CrawlSource, error: CrawlFailed) -> None:
        log.info("not crawled: %s", error.reason, extra={"peer": source.participant})
        after = schedule.note_failure(
            source,
            reason=error.reason,
            now=self._now(),
            jitter=self._jitter(),
            rhythm=self._rhythm,
            retry_after=error.retry_after,
        )
        if after.liveness is Liveness.DEAD and source.liveness is not Liveness.DEAD:
            await self._end(after)
        else:
            await self._keep(after)
