"""The liveness of a source and the date of its next crawl: interval and back-off.

NEW → ONLINE → SUSPECT (1 failure) → OFFLINE (3 failures or 15 minutes) → DEAD (5 days). A source that changes is
crawled more often, one that does not change less often. The pause after a failure grows.

The agenda has the dates of all sources: a crawl costs the logarithm of their number, however many wait.

Pure: standard library and msgspec only. Times are ms since the Unix epoch; `jitter` is a number from -1 to 1.
"""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

import msgspec

from connector.ports.broker_store import PORTALS, CrawlDay, CrawlSource, Liveness, Portal
from connector.ports.identity import Participant
from connector.ports.pauses import double_pause
from connector.views.portals import PortalKind

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

OFFLINE_FAILURES = 3
OFFLINE_AFTER = 15 * MINUTE
DEAD_AFTER = 5 * DAY
STALE_AFTER = DAY
SPREAD = 0.2
DAYS_COUNTED = 30
# After a crawl of more than `SHORT` ms, a source rests so many times as long.
REST = 20
SHORT = 2000
# So many dates that were replaced are kept in the agenda before they are removed.
_REPLACED = 64

# The end of the year 9999: the date of sources that are no longer crawled.
NEVER = 253_402_300_799_000
RETIRED = "The participant is not on the participant list any more."
REMOVED = "The operator of the broker removed the source."
EXPELLED = "The issuer of the participant's credential has ended it."
PORTAL_REMOVED = "The portal was removed."
RELAYED_NO_MORE = "The other broker does not list the participant any more."


class Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """The intervals between crawls, in ms: the first, the shortest, the longest, and the pause after a failure.

    `apart` is the shortest time between two crawls of one source, also after a change notice.
    """

    start: int = 10 * MINUTE
    shortest: int = MINUTE
    longest: int = 6 * HOUR
    retry: int = 30 * SECOND
    apart: int = 2 * SECOND


def make_rhythm(start: int) -> Rhythm:
    """Return the rhythm whose first interval is `start` ms; a short one shortens the others with it."""
    usual = Rhythm()
    return Rhythm(
        start=start,
        shortest=min(usual.shortest, start),
        longest=max(usual.longest, start),
        retry=min(usual.retry, start),
        apart=min(usual.apart, start),
    )


def make_source(participant: Participant, now: int, rhythm: Rhythm) -> CrawlSource:
    """Return the source of a member that is new on the participant list: due immediately."""
    return CrawlSource(
        participant=participant.id,
        name=participant.name,
        address=participant.address or "",
        interval=rhythm.start,
        next_at=now,
    )


def update_source(source: CrawlSource, participant: Participant, now: int, rhythm: Rhythm) -> CrawlSource:
    """Return a known source with its current name and address; a returned or moved one is due immediately.

    Without a digest, its entries are written again with the new name and address.
    """
    if source.next_at >= NEVER or source.brokers:
        return make_source(participant, now, rhythm)
    address = participant.address or ""
    if (source.name, source.address) == (participant.name, address):
        return source
    return msgspec.structs.replace(source, name=participant.name, address=address, digest=None, next_at=now)


def make_portal(name: str, kind: PortalKind, address: str, title: str, *, configured: bool = False) -> CrawlSource:
    """Return the source of a portal by its `name`, a short word of the operator: due immediately.

    `address` is the URL of the portal, or of its catalogue in RDF; a slash at the end of that of a portal is left out.
    """
    return CrawlSource(
        participant=PORTALS + name,
        name=title,
        address=address.rstrip("/") if kind is PortalKind.CKAN else address,
        portal=Portal(kind=kind, configured=configured),
    )


def update_entered(before: CrawlSource | None, entered: CrawlSource, now: int, rhythm: Rhythm) -> CrawlSource:
    """Return a source as it is entered now, with the state of its crawls; a new or changed one is due immediately."""
    if before is None or before.next_at >= NEVER:
        return renew(entered, now, rhythm)
    if _name_entered(before) == _name_entered(entered):
        return before
    # Without a digest its documents are read again, so that the entries lead to where the source is now.
    changed = {"name": entered.name, "address": entered.address, "portal": entered.portal, "brokers": ()}
    return msgspec.structs.replace(before, digest=None, next_at=now, **changed)


def _name_entered(source: CrawlSource) -> tuple[object, ...]:
    """Return what is entered of a source."""
    portal = source.portal
    return source.name, source.address, source.brokers, portal and (portal.kind, portal.configured)


def renew(source: CrawlSource, now: int, rhythm: Rhythm) -> CrawlSource:
    """Return a source as a new one, without what was known of its crawls: due immediately."""
    known = source.portal
    return CrawlSource(
        participant=source.participant,
        name=source.name,
        address=source.address,
        interval=rhythm.start,
        next_at=now,
        portal=None if known is None else Portal(kind=known.kind, configured=known.configured),
    )


def retire(source: CrawlSource, *, removed: bool = False, expelled: bool = False) -> CrawlSource:
    """Return a source that is not crawled again, DEAD: it was `removed`, its membership ended, or nothing names it."""
    left = RELAYED_NO_MORE if source.brokers else RETIRED if source.portal is None else PORTAL_REMOVED
    if expelled:
        left = EXPELLED
    return msgspec.structs.replace(
        source,
        liveness=Liveness.DEAD,
        next_at=NEVER,
        datasets=0,
        digest=None,
        shrink_seen=False,
        error=REMOVED if removed else left,
        expelled=expelled,
        unreadable=(),
    )


def note_success(source: CrawlSource, *, changed: bool, now: int, jitter: float, rhythm: Rhythm) -> CrawlSource:
    """Return the source after a complete crawl; `changed` is true if its catalogue has changed."""
    interval = source.interval // 2 if changed else source.interval * 3 // 2
    if source.liveness is Liveness.NEW:
        interval = rhythm.start
    interval = max(rhythm.shortest, min(rhythm.longest, interval))
    return msgspec.structs.replace(
        source,
        liveness=Liveness.ONLINE,
        failures=0,
        failing_since=None,
        interval=interval,
        next_at=now + spread(interval, jitter),
        verified_at=now,
        error=None,
        days=count_crawl(source.days, now, succeeded=True),
    )


def note_failure(
    source: CrawlSource, *, reason: str, now: int, jitter: float, rhythm: Rhythm, retry_after: int | None = None
) -> CrawlSource:
    """Return the source after a failed crawl; `retry_after` is the peer's wish, in ms."""
    failures = source.failures + 1
    since = min(source.failing_since, now) if source.failing_since is not None else now
    pause = double_pause(rhythm.retry, failures, rhythm.longest)
    pause = max(spread(pause, jitter), min(retry_after or 0, rhythm.longest))
    return msgspec.structs.replace(
        source,
        liveness=judge_liveness(failures, now - since),
        failures=failures,
        failing_since=since,
        next_at=now + pause,
        # A time that a clock ahead wrote would let the source be due for good.
        verified_at=min(source.verified_at, now) if source.verified_at is not None else None,
        error=reason,
        days=count_crawl(source.days, now, succeeded=False),
    )


def find_due(source: CrawlSource, now: int) -> int:
    """Return when a source is due: at its date, or now if it was crawled in what is the future.

    A clock that was ahead wrote that, and was set right meanwhile: the date is too late by as much.
    """
    ahead = max(source.verified_at or 0, source.failing_since or 0) > now + MINUTE
    return min(source.next_at, now) if ahead else source.next_at


def count_crawl(days: tuple[CrawlDay, ...], now: int, *, succeeded: bool) -> tuple[CrawlDay, ...]:
    """Return the crawls of the last 30 days with one more.

    >>> count_crawl((CrawlDay(0, 3, 1),), 5, succeeded=True)
    (CrawlDay(day=0, succeeded=4, failed=1),)
    """
    today = now // DAY
    last = days[-1] if days and days[-1].day == today else CrawlDay(today)
    counted = CrawlDay(today, last.succeeded + succeeded, last.failed + (not succeeded))
    return (*(one for one in days if today - DAYS_COUNTED < one.day != today), counted)


def judge_liveness(failures: int, failing_for: int) -> Liveness:
    """Return the liveness of a source that failed `failures` times in a row, over `failing_for` ms.

    A single failure never makes a source DEAD: the broker itself may have been offline for days before it.
    """
    if failures >= OFFLINE_FAILURES and failing_for >= DEAD_AFTER:
        return Liveness.DEAD
    if failures >= OFFLINE_FAILURES or failing_for >= OFFLINE_AFTER:
        return Liveness.OFFLINE
    return Liveness.SUSPECT if failures else Liveness.ONLINE


def spread(pause: int, jitter: float) -> int:
    """Return a pause in ms, changed by up to 20 % so that sources are not crawled at the same time."""
    return max(1, round(pause * (1 + SPREAD * max(-1.0, min(1.0, jitter)))))


def is_stale(liveness: Liveness, verified_at: int, now: int) -> bool:
    """Return whether an entry of a source with this liveness, verified at this time, can be outdated."""
    return liveness in {Liveness.OFFLINE, Liveness.DEAD} or now - verified_at > STALE_AFTER


class Agenda:
    """When each source is due, and which of those that wait for a place comes first.

    A date that moved is noticed when it is reached: who reads the agenda judges each source again.
    """

    def __init__(self) -> None:
        self._dates: dict[str, int] = {}
        self._later: list[tuple[int, str]] = []
        self._ranks: dict[str, int] = {}
        self._waiting: dict[str, list[tuple[int, int, str]]] = {}
        # When a source may be crawled again, and when it may overtake others again.
        self._earliest: dict[str, int] = {}
        self._rested: dict[str, int] = {}
        # When a change notice came that no crawl has followed yet, and whose crawls follow one now.
        self._notices: dict[str, int] = {}
        self._followed: set[str] = set()
        self._seen = 0

    def note_notice(self, source: str, now: int, *, at_once: bool = False) -> None:
        """Note that a source has changed: it comes before others, after its rest or `at_once`."""
        self._notices.setdefault(source, now)
        if at_once:
            self._earliest.pop(source, None)

    def note_begin(self, source: str) -> None:
        """Note that a crawl begins: it follows the change notice."""
        if self._notices.pop(source, None) is not None:
            self._followed.add(source)

    def note_failure(self, source: str, failures: int, now: int, apart: int, retry_after: int = 0) -> None:
        """Note that a crawl has failed: the first ones after a change notice leave it open, and are repeated soon.

        `failures` counts those in a row. The pause is `apart` ms, doubled with each, or the wish of the peer.
        """
        if source in self._followed and failures < OFFLINE_FAILURES:
            self._notices.setdefault(source, now + max(apart * 2**failures, retry_after))

    def note_end(self, source: str, began: int, ended: int, apart: int) -> None:
        """Note that a crawl has ended: the source rests for `apart` ms at least, the longer the longer it took."""
        self._followed.discard(source)
        took = max(ended - began, 0)
        self._rested[source] = ended + REST * took
        self._earliest[source] = ended + max(apart, REST * (took - SHORT))

    def find_date(self, source: str, next_at: int) -> int:
        """Return when a source is due: at its date or after a change notice, and never before it has rested."""
        return max(min(next_at, self._notices.get(source, next_at)), self._earliest.get(source, 0))

    def plan(self, source: str, date: int) -> None:
        """Let a source be reached at a date; an earlier date stays."""
        if self._dates.get(source, date + 1) <= date:
            return
        self._dates[source] = date
        heappush(self._later, (date, source))
        if len(self._later) > 2 * len(self._dates) + _REPLACED:
            self._later = [(at, name) for name, at in self._dates.items()]
            heapify(self._later)

    def drop(self, source: str) -> None:
        """Forget the date of a source."""
        self._dates.pop(source, None)

    def find_next(self) -> int | None:
        """Return the earliest date."""
        while self._later and self._dates.get(self._later[0][1]) != self._later[0][0]:
            heappop(self._later)
        return self._later[0][0] if self._later else None

    def count_due(self, now: int) -> int:
        """Return how many sources wait for a place or have reached their date. Those that have not cost nothing."""
        reached, places = 0, [0]
        while places:
            at = places.pop()
            if at < len(self._later) and self._later[at][0] <= now:
                date, source = self._later[at]
                reached += self._dates.get(source) == date
                places += [2 * at + 1, 2 * at + 2]  # the heap below it
        return len(self._ranks) + reached

    def pop_reached(self, now: int) -> Iterator[str]:
        """Take out the sources whose date is reached, the earliest first."""
        if now < self._seen - MINUTE:
            # The clock was ahead, and nobody rests until then.
            self._earliest.clear()
            self._rested.clear()
        self._seen = now
        while (date := self.find_next()) is not None and date <= now:
            _, source = heappop(self._later)
            del self._dates[source]
            yield source

    def queue(self, source: str, kind: str, date: int, now: int) -> None:
        """Let a source that is due wait for a place of its kind.

        Those come first that have sent a change notice and whose last crawl cost little, then those with earlier dates.
        """
        rested = self._rested.get(source, 0)
        rank = 0 if source in self._notices and rested <= now else 1
        if source in self._notices and rested > now:
            self.plan(source, rested)
        if self._ranks.get(source, rank + 1) > rank:
            self._ranks[source] = rank
            heappush(self._waiting.setdefault(kind, []), (rank, date, source))

    def pop_waiting(self, kind: str) -> str | None:
        """Take out the source of a kind that comes first."""
        waiting = self._waiting.get(kind, [])
        while waiting:
            rank, _, source = heappop(waiting)
            if self._ranks.get(source) == rank:
                del self._ranks[source]
                return source
        return None
