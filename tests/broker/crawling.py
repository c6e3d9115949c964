"""A data space with its broker, for tests of crawls and of the crawler."""

import asyncio
from collections.abc import Callable
from typing import Any

from connector.broker.crawler import Crawler
from connector.ports.broker_store import CrawlSource
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.world import BROKER, CITY, Catalogue, Space, address_problem, dataset

A = CITY + "a"


def crawler_of(space: Space, record: MemoryBrokerStore, **changed: Any) -> Crawler:
    chosen: dict[str, Any] = {"participant": BROKER, "now": lambda: space.now, "jitter": lambda: 0.0}
    chosen |= {"address_problem": address_problem, **changed}
    return Crawler(record, space, space, **chosen)


class World:
    """A space with its broker; `crawl` lets time pass until member `a` is due, and crawls what is."""

    def __init__(self, record: MemoryBrokerStore | None = None, /, **catalogues: Catalogue) -> None:
        self.space = Space(**catalogues)
        self.record = record or MemoryBrokerStore()
        self.crawler = crawler_of(self.space, self.record)

    @property
    def catalogue(self) -> Catalogue:
        return self.space.catalogues[A]

    async def crawl(self) -> CrawlSource:
        source = await self.record.source(A)
        self.space.now = max(self.space.now, source.next_at if source else 0)
        await self.crawler.take_turn()
        await self.crawler.wait_settled()
        return await self.source()

    async def source(self) -> CrawlSource:
        source = await self.record.source(A)
        assert source is not None
        return source

    async def ids(self) -> list[str]:
        return sorted(await self.record.digests(A))


async def until(happened: Callable[[], bool]) -> None:
    """Let the tasks run until something happened."""
    for _ in range(10_000):
        if happened():
            return
        await asyncio.sleep(0)
    raise AssertionError("It did not happen.")


def many(count: int) -> list[dict[str, Any] | bytes]:
    return [dataset(f"d{number:04}") for number in range(count)]
