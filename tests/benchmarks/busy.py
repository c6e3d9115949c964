"""What a broker does beside its searches: it builds its index anew, hears of a change, and is looked at in a burst."""

import asyncio
import time
from functools import partial

import msgspec

from connector.broker.projector import Projector
from connector.broker.schedule import Rhythm
from connector.ports.broker_store import BrokerStore
from connector.ports.peer import CatalogPage
from connector.ports.search_index import SearchIndex
from tests.benchmarks.crawling import Town, make_crawler
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.offers import make_offers
from tests.benchmarks.searching import NOW, Ask, Spent, find_ms, list_queries, serve, time_round

PER_SECOND, SECONDS = 20, 4
BOUND_RATIO, BOUND_NOTICE_S = 2.0, 2.0
NOTICES = 3
# Fewer than the connections of a client, of which the look at the health needs one.
AT_ONCE = 60
ADDRESS = "https://x.example/dsp"
"""Where the members of the record live; only the one that is new is asked."""


class News(Town):
    """A town in this process whose last member is new, and has another offer whenever it is asked."""

    def __init__(self, connectors: int) -> None:
        super().__init__([ADDRESS] * (connectors + 1))
        self.last = f"urn:city:{connectors}"
        self.asked = 0

    async def fetch_catalog(self, participant: str, *_: object, **__: object) -> CatalogPage:
        """Return the catalogue of the new member."""
        assert participant == self.last
        self.asked += 1
        title = [{"@language": "de", "@value": f"Neuigkeit{self.asked}"}]
        body = msgspec.json.encode({**next(make_offers(1)), "@id": "urn:news", "dct:title": title})
        return CatalogPage(participant_id=None, datasets=(body,), next_url=None, digest=str(self.asked))


async def measure(record: BrokerStore, index: SearchIndex, connectors: int) -> list[Figure]:
    """Return what re-indexing does to searches, and how long a change takes from its notice to a search."""
    town, began = News(connectors), time.monotonic()
    projector = Projector(record, index, clock=time.monotonic)
    crawler = make_crawler(
        record,
        town,
        town,
        now=lambda: NOW + int((time.monotonic() - began) * 1000),
        changed=projector.wake,
    )
    async with serve(record, index, projector, crawler, caller=town.last) as ask:
        calm = await _search_steadily(ask)
        delayed = await _look_in_a_burst(ask)
        tasks = [asyncio.create_task(projector.run()), asyncio.create_task(crawler.run())]
        projector.request_rebuild()
        busy = await _search_steadily(ask)
        while index.progress().built is not None:  # noqa: ASYNC110 - seen from outside, as an operator does
            await asyncio.sleep(0.1)
        waited = [await _send_notice(ask, town) for _ in range(NOTICES)]
        await crawler.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    ratio = find_ms(busy) / find_ms(calm)
    return [
        figure("broker.reindexing_search_p50_ms", find_ms(busy), "ms", find_ms(calm)),
        figure("broker.reindexing_search_p95_ms", find_ms(busy, 0.95), "ms", find_ms(calm, 0.95)),
        figure("broker.reindexing_search_ratio", ratio, "1", None, BOUND_RATIO),
        figure("broker.burst_health_p95_ms", find_ms(delayed, 0.95), "ms", find_ms(calm, 0.95)),
        figure("broker.notice_to_search_s", max(waited), "s", None, BOUND_NOTICE_S),
    ]


async def _search_steadily(ask: Ask) -> list[Spent]:
    """Return what searches take that come so many times in a second, whatever the last one takes."""
    spent, begun = list[Spent](), time.perf_counter()
    for at, text in enumerate(list_queries(PER_SECOND * SECONDS)):
        await asyncio.sleep(max(0.0, begun + at / PER_SECOND - time.perf_counter()))
        spent.append(await time_round(partial(ask, "/v1/search", {"q": text})))
    return spent


async def _look_in_a_burst(ask: Ask) -> list[Spent]:
    """Return what a look at the health takes while many searches that came at once are answered."""
    burst = [asyncio.create_task(ask("/v1/search", {"q": text})) for text in list_queries(AT_ONCE)]
    spent = [await time_round(partial(ask, "/health", {}))]
    while not all(task.done() for task in burst):
        spent.append(await time_round(partial(ask, "/health", {})))
    await asyncio.gather(*burst)
    return spent


async def _send_notice(ask: Ask, town: News) -> float:
    """Send a change notice after a rest, and return the seconds until a search finds the change."""
    await asyncio.sleep(Rhythm().apart / 1000)
    title, begun = f"neuigkeit{town.asked + 1}", time.perf_counter()
    await ask("/v1/nudge", {})
    while True:
        found = msgspec.json.decode(await ask("/v1/search", {"q": title}))
        if found["total"] and not found["corrected"]:
            return time.perf_counter() - begun
        await asyncio.sleep(0.02)
