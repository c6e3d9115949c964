"""The crawler: the task that crawls each source when it is due and stores the result.

Sources are the members of the participant list that have an address, without the broker itself, and those that the
operator registered by hand. A member that leaves the list is retired, and so is a source that the operator removed; one
that is suspended is not crawled. The task sleeps until the earliest date of a source or until it is woken; it never
polls. A source has at most one active crawl, all sources together at most `concurrency`.

Portals are sources too, of the settings or registered by hand. They have places of their own, so that their long
harvests hold up no participant.

A crawl that takes long gives its place back and goes on in one of a few places for slow sources, or ends. After it, its
source rests for many times its duration; after a short one, it overtakes nobody for as long. So few sources cannot hold
all places.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial

import msgspec

from connector.broker import crawl, schedule
from connector.broker.crawl import AddressProblem, Bounds, CrawlFailed, Found, LoadKnown
from connector.broker.harvesting.harvest import Keep
from connector.broker.relayed import Relayed, RelayReading, fail_with, is_free_for, is_relayed, list_relayed, settle
from connector.broker.schedule import Agenda, Rhythm
from connector.net.aside import work_aside
from connector.ports.broker_store import PORTALS, BrokerStore, CrawlSource, Delta, Entry, Liveness
from connector.ports.identity import Exclusion, Identity, Participant
from connector.ports.moderation import UNCRAWLED, MarkKind
from connector.ports.peer import Peer

log = logging.getLogger(__name__)

CONCURRENCY = 8
SLOW_PLACES, PORTAL_PLACES = 2, 2
# The kinds of sources, each with places of its own.
_MEMBERS, _PORTALS = "members", "portals"
# What comparing costs for one dataset, as bytes that are worked on.
_DELTA_BYTES = 32

Harvest = Callable[[CrawlSource, dict[str, str], Keep], Awaitable[Found]]
"""Reads a portal, with the digests of its entries; raises CrawlFailed."""


class Crawler:
    """Crawls sources when they are due. It is the only writer of its store.

    `participant` is the broker, `now` returns ms since the Unix epoch, `jitter` a number from -1 to 1.
    `address_problem` is that of `crawl.crawl`. `changed` is called after each commit of entries, `ended` with the
    participant after each crawl. `harvest` reads portals, `portals` are those of the settings. `relays` are brokers
    that may speak for participants that are not on the participant list. `exclude` says who is a member no more.
    """

    def __init__(
        self,
        store: BrokerStore,
        peer: Peer,
        identity: Identity,
        *,
        participant: str,
        now: Callable[[], int],
        jitter: Callable[[], float],
        rhythm: Rhythm | None = None,
        bounds: Bounds | None = None,
        address_problem: AddressProblem,
        concurrency: int = CONCURRENCY,
        changed: Callable[[], None] = lambda: None,
        ended: Callable[[str], None] = lambda _: None,
        harvest: Harvest | None = None,
        portals: Sequence[CrawlSource] = (),
        relays: Collection[str] = (),
        exclude: Callable[[str], Exclusion | None] = lambda _: None,
    ) -> None:
        self._store = store
        self._peer = peer
        self._identity = identity
        self._participant = participant
        self._now = now
        self._jitter = jitter
        self._rhythm = rhythm or Rhythm()
        self._bounds = bounds or Bounds()
        self._address_problem = address_problem
        self._concurrency = concurrency
        self._changed = changed
        self._ended = ended
        self._harvest = harvest
        self._portals = portals
        self._relays = frozenset(relays)
        self._exclude = exclude
        self._proven: set[str] = set()
        self._relaying: set[str] = set()
        self._sources: dict[str, CrawlSource] = {}
        self._agenda = Agenda()
        self._marks: Mapping[str, frozenset[MarkKind]] = {}
        self._loaded = False
        self._active: dict[str, asyncio.Task[None]] = {}
        self._slow: set[str] = set()
        # When the last crawl that has ended began.
        self._began: dict[str, int] = {}
        self._wake = asyncio.Event()
        self._relist = True
        self._stopped = False

    @property
    def stopped(self) -> bool:
        """True if `stop` was called."""
        return self._stopped

    def relist(self) -> None:
        """Read the participant list again, after it was renewed."""
        self._relist = True
        self._wake.set()

    def nudge(self, participant: str) -> bool:
        """Crawl a member soon, because its catalogue has changed; return False if the member is not a source.

        Active crawls are finished first, and a source rests between two crawls, the longer the longer they take.
        """
        known = self._identity.participant(participant)
        if known is None or not self._is_source(known):
            return False
        self._agenda.note_notice(participant, self._now())
        source = self._sources.get(participant)
        if source is None or source.next_at >= schedule.NEVER:
            self._relist = True
        self._plan(participant)
        self._wake.set()
        return True

    def request_crawl(self, participant: str) -> bool:
        """Crawl a source next, as its change notice would; return False if it is unknown, suspended or removed."""
        source = self._sources.get(participant)
        if source is None or source.next_at >= schedule.NEVER or self._is_stopped_by_mark(participant):
            return False
        self._agenda.note_notice(participant, self._now(), at_once=True)
        self._plan(participant)
        self._wake.set()
        return True

    def note_proof(self, participant: str) -> None:
        """Note that a participant has just shown that it is a member: one that was expelled is crawled again."""
        source = self._sources.get(participant)
        if source is not None and source.expelled:
            self._proven.add(participant)
            self.relist()

    def find_last_crawl(self, participant: str) -> int | None:
        """Return when the last crawl of a source that ended in this process began, in ms; None without one."""
        return self._began.get(participant)

    def count_active(self) -> tuple[int, int]:
        """Return how many crawls are active, and how many sources are due and wait for a place."""
        return len(self._active), self._agenda.count_due(self._now())

    async def put_source(self, source: CrawlSource) -> None:
        """Add a source that the operator enters, or change one: it is crawled next. Raises StoreError.

        An active crawl of it is given up. It stays as long as its mark says that it is registered.
        """
        await self._load()
        await self._give_up(source.participant)
        before = self._sources.get(source.participant)
        await self._put(schedule.update_entered(before, source, self._now(), self._rhythm))
        self.relist()

    def is_listed(self, participant: str) -> bool:
        """Return whether the participant list makes a participant a source."""
        known = self._identity.participant(participant)
        return known is not None and self._is_source(known)

    def is_configured(self, participant: str) -> bool:
        """Return whether a portal stands in the settings."""
        return any(portal.participant == participant for portal in self._portals)

    async def run(self) -> None:
        """Crawl until stopped."""
        while not self._stopped:
            self._wake.clear()
            pause = await self._take_guarded_turn()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    async def stop(self) -> None:
        """Stop immediately; an active crawl is cancelled and stores nothing."""
        self._stopped = True
        self._wake.set()
        for task in self._active.values():
            task.cancel()
        await self.wait_settled()

    async def take_turn(self) -> int | None:
        """Start the crawls that are due; return the date of the next source, None if only a wake-up can start one."""
        if self._relist:
            self._relist = False
            await self._update_sources()
        now = self._now()
        for participant in self._agenda.pop_reached(now):
            date = self._find_date(participant)
            if date is not None and date <= now:
                self._agenda.queue(participant, _PORTALS if self._is_portal(participant) else _MEMBERS, date, now)
            else:
                self._plan(participant)
        for kind in (_MEMBERS, _PORTALS):
            while self._has_place(kind) and (chosen := self._agenda.pop_waiting(kind)) is not None:
                date = self._find_date(chosen)
                if date is None or date > now:
                    self._plan(chosen)
                    continue
                self._agenda.note_begin(chosen)
                self._active[chosen] = asyncio.create_task(self._crawl_one(chosen), name=f"crawl {chosen}")
        return self._agenda.find_next()

    async def wait_settled(self) -> None:
        """Wait until no crawl is active."""
        await asyncio.gather(*self._active.values(), return_exceptions=True)

    async def _take_guarded_turn(self) -> float | None:
        """Take a turn and return the pause after it in seconds; an error is logged and the turn repeated later."""
        try:
            following = await self.take_turn()
        except Exception:
            # The worker loop: a store that is unavailable must not end all crawling.
            log.exception("crawler turn failed")
            self._relist = True
            return self._rhythm.retry / 1000
        return None if following is None else max(0, following - self._now()) / 1000

    def _find_date(self, participant: str) -> int | None:
        """Return when a source is due; None if it is not crawled, or is being crawled now."""
        source = self._sources.get(participant)
        if source is None or source.next_at >= schedule.NEVER or source.brokers or participant in self._active:
            return None
        if self._is_stopped_by_mark(participant):
            return None
        return self._agenda.find_date(participant, schedule.find_due(source, self._now()))

    def _plan(self, participant: str) -> None:
        """Enter the date of a source in the agenda, after it may have changed."""
        date = self._find_date(participant)
        if date is None:
            self._agenda.drop(participant)
        else:
            self._agenda.plan(participant, date)

    def _has_place(self, kind: str) -> bool:
        portals = sum(map(self._is_portal, self._active))
        if kind == _PORTALS:
            return portals < PORTAL_PLACES
        return len(self._active) - portals - len(self._slow) < self._concurrency

    def _is_portal(self, participant: str) -> bool:
        return self._sources[participant].portal is not None

    def _go_aside(self, participant: str) -> bool:
        """Give a source that takes long a place among the slow ones, and its own to the next one."""
        if len(self._slow) >= SLOW_PLACES:
            return False
        self._slow.add(participant)
        self._wake.set()
        return True

    def _is_source(self, participant: Participant) -> bool:
        return self._is_reachable(participant) and not self._is_expelled(participant.id)

    def _is_expelled(self, participant: str) -> bool:
        """Return whether its credential has ended, and it has not shown another one since."""
        source = self._sources.get(participant)
        stays = source is not None and source.expelled and participant not in self._proven
        return stays or self._exclude(participant) is Exclusion.CREDENTIAL_ENDED

    def _is_reachable(self, participant: Participant) -> bool:
        own = participant.id == self._participant or participant.id.startswith(PORTALS)
        return bool(participant.address) and not own and not is_relayed(participant, self._relays, self._identity)

    def _is_stopped_by_mark(self, participant: str) -> bool:
        return not UNCRAWLED.isdisjoint(self._marks.get(participant, ()))

    def _is_removed(self, participant: str) -> bool:
        return MarkKind.REMOVED in self._marks.get(participant, ())

    async def _update_sources(self) -> None:
        """Add the members that are new on the participant list, and judge the sources that are not on it."""
        await self._load()
        self._marks = await self._store.source_marks()
        members = self._identity.participants()
        listed = {
            member.id: member for member in members if self._is_source(member) and not self._is_removed(member.id)
        }
        for participant, member in listed.items():
            before = self._sources.get(participant)
            if before is None:
                after = schedule.make_source(member, self._now(), self._rhythm)
            else:
                after = schedule.update_source(before, member, self._now(), self._rhythm)
            if after != before and self._is_free(participant):
                await self._put(after)
        for participant in sorted(self._sources.keys() - listed.keys()):
            await self._judge_unlisted(self._sources[participant], has_members=bool(members))
        for participant in self._sources:
            self._plan(participant)

    async def _judge_unlisted(self, source: CrawlSource, *, has_members: bool) -> None:
        """Retire a source that the operator has removed or that nothing names any more, or bring one back.

        An empty participant list was not read yet: it retires no member.
        """
        if source.brokers:
            # Another broker lists it, and that broker's crawls say when no more.
            return
        participant, ended = source.participant, source.next_at >= schedule.NEVER
        removed = self._is_removed(participant)
        entered = MarkKind.REGISTERED in self._marks.get(participant, ()) or self.is_configured(participant)
        expelled = not entered and self._is_expelled(participant)
        lasting = entered or (source.portal is None and not has_members)
        if ended and entered and not removed:
            await self._put(schedule.renew(source, self._now(), self._rhythm))
        elif not ended and (removed or expelled or not lasting):
            # A crawl that is under way can take long, and holds nothing up. The record writes one after the other: what
            # that crawl was putting is there before its entries are listed.
            await self._give_up(participant)
            await self._put(source)
            self._proven.discard(participant)
            await self._retire(schedule.retire(source, removed=removed, expelled=expelled))

    async def _load(self) -> None:
        """Read the sources of the record once, and bring in the portals of the settings."""
        if self._loaded:
            return
        self._sources = {source.participant: source for source in await self._store.sources()}
        self._loaded = True
        self._marks = await self._store.source_marks()
        for source in [*self._sources.values()]:
            if source.brokers and source.brokers[0] not in self._relays and source.next_at < schedule.NEVER:
                await self._retire(schedule.retire(source))
        for portal in self._portals:
            before = self._sources.get(portal.participant)
            after = schedule.update_entered(before, portal, self._now(), self._rhythm)
            if after != before and not self._is_removed(portal.participant):
                await self._put(after)

    async def _give_up(self, participant: str) -> None:
        """End an active crawl of a source, which stores nothing more."""
        task = self._active.get(participant)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _is_free(self, participant: str) -> bool:
        """Return whether a source may be changed; a source with an active crawl is changed after it."""
        busy = participant in self._active or participant in self._relaying
        self._relist = self._relist or busy
        return not busy

    async def _put(self, source: CrawlSource) -> None:
        # In memory first: the date counts even if the store is unavailable.
        self._sources[source.participant] = source
        self._plan(source.participant)
        await self._store.put_source(source)

    async def _retire(self, source: CrawlSource) -> None:
        """Store the end of a source, and of those that it relays: their entries become tombstones."""
        for relayed in list_relayed(self._sources.values(), source.participant):
            await self._retire(schedule.retire(relayed))
        known = await self._store.digests(source.participant)
        ended = msgspec.structs.replace(source, datasets=0, digest=None, shrink_seen=False)
        await self._store.apply(Delta(source=ended, removed=tuple(sorted(known))), self._now())
        self._changed()
        self._sources[source.participant] = ended

    async def _crawl_one(self, participant: str) -> None:
        """Crawl one source and store the result."""
        source = self._sources[participant]
        began = self._now()
        try:
            await self._crawl(source)
        except Exception:
            # The worker loop: an error of this broker ends no other crawl and is no failure of the source.
            log.exception("crawl failed unexpectedly", extra={"peer": participant})
            pause = schedule.spread(source.interval, self._jitter())
            self._sources[participant] = msgspec.structs.replace(source, next_at=self._now() + pause)
        finally:
            self._active.pop(participant, None)
            self._slow.discard(participant)
            self._began[participant] = began
            self._agenda.note_end(participant, began, self._now(), self._rhythm.apart)
            self._plan(participant)
            self._wake.set()
            self._ended(participant)

    async def _crawl(self, source: CrawlSource) -> None:
        known: dict[str, str] = {}

        async def load_known() -> dict[str, str]:
            known.update(await self._store.digests(source.participant))
            return known

        try:
            reading = await self._begin_relaying(source)
            found = await self._read(source, load_known, reading)
        except CrawlFailed as error:
            await self._note_failure(source, error)
            return
        now = self._now()
        compute = partial(
            crawl.compute_delta, source, known, found, now=now, jitter=self._jitter(), rhythm=self._rhythm
        )
        outcome = await work_aside(_DELTA_BYTES * len(found.digests), compute)
        if reading is not None:
            outcome = await self._put_relayed(outcome, reading, now)
        await self._store.apply(outcome, now)
        if outcome.upserts or outcome.removed:
            self._changed()
        self._sources[source.participant] = outcome.source

    def _may_relay(self, broker: str, participant: str) -> bool:
        """Return whether a broker may speak for a participant: it is not on the list, and no other broker does."""
        listed = self._identity.participant(participant)
        if listed is not None and self._is_reachable(listed):
            return False
        return is_free_for(self._sources.get(participant), broker)

    async def _begin_relaying(self, source: CrawlSource) -> RelayReading | None:
        """Return what reads the participants that a source relays; None if it is no broker that may."""
        broker = source.participant
        if broker not in self._relays:
            return None
        held = {
            relayed.participant: Relayed(relayed, await self._store.digests(relayed.participant))
            for relayed in list_relayed(self._sources.values(), broker)
        }
        takes = partial(self._may_relay, broker)
        return RelayReading(source, held, own=self._participant, takes=takes, now=self._now(), rhythm=self._rhythm)

    async def _put_relayed(self, outcome: Delta, reading: RelayReading, now: int) -> Delta:
        """Store what a broker relays, each participant by itself; return the outcome of the broker with its next date.

        The outcome of the broker is stored after it: what an end of the process left out is found again.
        """
        broker = outcome.source
        for participant, relayed in reading.relayed.items():
            if participant in self._relaying or not self._may_relay(broker.participant, participant):
                continue
            self._relaying.add(participant)
            try:
                delta, broker = settle(broker, relayed, now, self._rhythm)
                self._sources[participant] = delta.source
                await self._store.apply(delta, now)
                if delta.upserts or delta.removed:
                    self._changed()
            finally:
                self._relaying.discard(participant)
        return msgspec.structs.replace(outcome, source=broker)

    async def _read(self, source: CrawlSource, load_known: LoadKnown, reading: RelayReading | None) -> Found:
        """Read the catalogue of a participant, or harvest a portal. Raises CrawlFailed."""
        if source.portal is not None:
            assert self._harvest is not None
            return await self._harvest(source, await load_known(), partial(self._keep, source))
        found = await crawl.crawl(
            self._peer,
            source,
            load_known,
            now=self._now(),
            bounds=self._bounds,
            address_problem=self._address_problem,
            go_aside=partial(self._go_aside, source.participant),
            relay=reading.add if reading else None,
        )
        if reading is not None:
            found.others = reading.digest()
        return found

    async def _keep(self, source: CrawlSource, entries: Sequence[Entry]) -> None:
        """Put entries of a portal that is still being read."""
        await self._store.apply(Delta(source=source, upserts=tuple(entries)), self._now())
        self._changed()

    async def _note_failure(self, source: CrawlSource, error: CrawlFailed) -> None:
        log.info("source not crawled: %s", error.reason, extra={"peer": source.participant})
        after = schedule.note_failure(
            source,
            reason=error.reason,
            now=self._now(),
            jitter=self._jitter(),
            rhythm=self._rhythm,
            retry_after=error.retry_after,
        )
        if after.liveness is Liveness.DEAD and source.liveness is not Liveness.DEAD:
            await self._retire(after)
            return
        apart, wish = self._rhythm.apart, error.retry_after or 0
        self._agenda.note_failure(source.participant, after.failures, self._now(), apart, wish)
        for relayed in list_relayed(self._sources.values(), source.participant):
            await self._put(fail_with(relayed, after))
        await self._put(after)
