"""Sources that mean harm hold up nobody: a thousand healthy ones are crawled on time, whatever a few slow ones do."""

import asyncio
import itertools
import random
from collections.abc import Callable, Sequence

import pytest

from connector.broker.crawler import CONCURRENCY, SLOW_PLACES
from connector.broker.schedule import MINUTE, REST, SPREAD
from connector.ports.broker_store import CrawlSource, Liveness
from connector.ports.peer import CatalogPage, InDoubt, Refused
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.crawling import crawler_of
from tests.broker.world import CITY, Catalogue, Space, dataset
from tests.interop import clock

HEALTHY = 1000
PAGE_S = 30.0


class Slow(Catalogue):
    """A catalogue of many pages, each of which takes `pause` seconds; from page `last` on, it ends."""

    def __init__(self, pause: float, last: int = 10**6) -> None:
        super().__init__()
        self.pause = pause
        self.last = last
        self.serial = itertools.count()

    def page(self, number: int, known: str | None = None) -> CatalogPage | Refused | InDoubt:
        self.offers = []
        self.endless = number < self.last
        found = super().page(number, known)
        assert isinstance(found, CatalogPage)
        return found


class Timed(Space):
    """A space whose answers take time, at most that of one request, and whose clock is that of the loop."""

    def __init__(self, **catalogues: Catalogue) -> None:
        super().__init__(**catalogues)
        self.began = self.now
        self.busy: dict[str, float] = {}

    def read_clock(self) -> int:
        return self.began + int(asyncio.get_running_loop().time() * 1000)

    async def fetch_catalog(
        self,
        participant: str,
        address: str,
        *,
        filters: Sequence[object] = (),
        page_url: str | None = None,
        known: str | None = None,
    ) -> CatalogPage | Refused | InDoubt:
        catalogue = self.catalogues[participant]
        pause = catalogue.pause if isinstance(catalogue, Slow) else 0.05
        await asyncio.sleep(min(pause, PAGE_S))
        self.busy[participant] = self.busy.get(participant, 0) + min(pause, PAGE_S)
        if pause > PAGE_S:
            return InDoubt(reason="no answer in time", retry_after_ms=None)
        return await super().fetch_catalog(participant, address, filters=filters, page_url=page_url)


def crawl_for(space: Timed, seconds: float, seed: int) -> dict[str, CrawlSource]:
    """Crawl for some virtual time, in which every slow source says again and again that it has changed."""
    record = MemoryBrokerStore()
    chance = random.Random(seed)
    crawler = crawler_of(space, record, now=space.read_clock, jitter=lambda: chance.uniform(-1, 1))

    async def scenario() -> dict[str, CrawlSource]:
        running = asyncio.create_task(crawler.run())
        slow = [name for name, catalogue in space.catalogues.items() if isinstance(catalogue, Slow)]
        for _ in range(int(seconds // 5)):
            await asyncio.sleep(5)
            for name in slow:
                crawler.nudge(name)
        await crawler.stop()
        await running
        return {source.participant: source for source in await record.sources()}

    found: dict[str, CrawlSource] = clock.run(scenario())
    return found


KINDS: dict[str, Callable[[], Slow]] = {
    "pages without end": lambda: Slow(2.0),
    "pages as slow as allowed": lambda: Slow(29.0),
    "no answer": lambda: Slow(1000.0),
    "just before it counts as slow": lambda: Slow(14.0, last=1),
    "slow to its end": lambda: Slow(20.0, last=30),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_healthy_sources_are_crawled_on_time_beside_slow_ones(kind: str) -> None:
    slow = {f"slow{number}": KINDS[kind]() for number in range(2 * CONCURRENCY)}
    space = Timed(**slow, **{f"m{number}": Catalogue(dataset("x")) for number in range(HEALTHY)})
    seconds = 30 * 60
    found = crawl_for(space, seconds, seed=7)
    now = space.began + seconds * 1000
    late = []
    for number in range(HEALTHY):
        source = found[CITY + f"m{number}"]
        # A crawl is due after its interval at most, and waits a little for a place.
        due = (source.verified_at or 0) + int(source.interval * (1 + SPREAD)) + 2 * MINUTE
        if source.liveness is not Liveness.ONLINE or due < now:
            late.append((number, source.liveness, (now - (source.verified_at or 0)) / MINUTE))
    assert not late, late[:5]


def test_a_source_holds_a_place_for_a_small_part_of_the_time_however_often_it_calls() -> None:
    slow = Slow(25.0, last=1)
    space = Timed(slow=slow, m=Catalogue(dataset("x")))
    seconds = 4 * 3600
    crawl_for(space, seconds, seed=1)
    # Two pages a crawl.
    assert 0 < space.busy[CITY + "slow"] <= 50 + 1.2 * seconds / REST


def test_an_honest_source_that_is_large_and_slow_is_read_completely() -> None:
    slow = Slow(10.0, last=40)
    space = Timed(large=slow, **{f"m{number}": Catalogue(dataset("x")) for number in range(20)})
    found = crawl_for(space, 900, seed=3)
    assert found[CITY + "large"].liveness is Liveness.ONLINE


def test_more_slow_sources_than_places_for_them_end_with_a_sentence() -> None:
    space = Timed(**{f"slow{number}": Slow(10.0) for number in range(SLOW_PLACES + 1)})
    found = crawl_for(space, 120, seed=5)
    said = [source.error for source in found.values() if source.error]
    assert said == ["The source is slow (30 s), and so are others: it is tried later."]
