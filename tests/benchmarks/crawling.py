"""A crawl of connectors whose catalogues are as they were: over HTTP, with a plain identity."""

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from connector.binding.dsp.client import HttpPeer
from connector.broker.crawler import Crawler
from connector.ports.identity import Intent, Participant
from connector.protocol.dsp.catalog import make_catalog
from connector.protocol.dsp.common import add_context
from connector.store.sqlite.record.record import open_record
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.offers import make_offers
from tests.benchmarks.searching import NOW
from tests.broker.world import BROKER
from tests.net.servers import NAME, client, served

OFFERS = 10
BOUND_S = 0.5
"""The seconds of the processor for a thousand connectors."""


def make_member(number: int, address: str) -> Participant:
    """Return a member by its number."""
    return Participant(id=f"urn:city:{number}", name=f"Stadt {number}", address=address)


class Town:
    """The participant list of a data space without proof: members of numbers, whose tokens are plain words."""

    def __init__(self, addresses: Sequence[str]) -> None:
        members = [make_member(at, address) for at, address in enumerate(addresses)]
        self._members = {member.id: member for member in members}

    def participant(self, id: str) -> Participant | None:
        """Return a member."""
        return self._members.get(id)

    def participants(self) -> Sequence[Participant]:
        """Return all members."""
        return tuple(self._members.values())

    async def issue_token(self, audience: str, intent: Intent) -> str:
        """Return a token."""
        return f"Bearer {audience} {intent}"


async def measure(base: Path, connectors: int) -> list[Figure]:
    """Return what a crawl of so many unchanged connectors costs the broker."""
    with _serving(connectors) as port:
        record = await open_record(base / "crawled.sqlite")
        town = Town([f"http://{NAME}:{port}/{at}" for at in range(connectors)])
        async with client() as net:
            spent = []
            for turn in range(2):
                # A town is the part of an identity that crawls need.
                peer = HttpPeer(net, town)  # type: ignore[arg-type]
                crawler = make_crawler(record, peer, town, now=lambda turn=turn: NOW + turn * 3_600_000)
                begun = time.process_time()
                await crawl_all(crawler)
                spent.append(time.process_time() - begun)
        sources = await record.sources()
        assert [source.failures for source in sources] == [0] * connectors
        await record.close()
    first, unchanged = (seconds * 1000 / connectors for seconds in spent)
    return [
        figure("broker.crawl_first_cpu_s_per_1000", first, "s"),
        figure("broker.crawl_unchanged_cpu_s_per_1000", unchanged, "s", first, BOUND_S),
    ]


def make_crawler(record: Any, peer: Any, town: Any, *, now: Callable[[], int], **changed: Any) -> Crawler:
    """Return a crawler of a town."""
    return Crawler(
        record,
        peer,
        town,
        participant=BROKER,
        now=now,
        jitter=lambda: 0.0,
        address_problem=lambda _participant, _url: None,
        **changed,
    )


async def crawl_all(crawler: Crawler) -> None:
    """Let a crawler run until no source is due."""
    running = asyncio.create_task(crawler.run())
    await asyncio.sleep(0.05)
    while crawler.count_active() != (0, 0):  # noqa: ASYNC110 - seen from outside, as an operator does
        await asyncio.sleep(0.05)
    await crawler.stop()
    await running


@contextmanager
def _serving(connectors: int) -> Iterator[int]:
    """Serve so many catalogues in another process; yield its port."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, connectors), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        here.send(None)
        process.join()


def _serve(told: Connection, connectors: int) -> None:
    asyncio.run(_serve_catalogues(told, connectors))


async def _serve_catalogues(told: Connection, connectors: int) -> None:
    made = [msgspec.json.encode(offer) for offer in make_offers(connectors * OFFERS)]

    async def handle(request: web.Request) -> web.Response:
        at = int(request.path.split("/")[1])
        whose = f"urn:city:{at}"
        body = make_catalog(f"{whose}#catalog", whose, services=[], datasets=made[at * OFFERS : (at + 1) * OFFERS])
        return web.Response(body=add_context(body), content_type="application/json")

    async with served(handle) as port:
        told.send(port)
        await asyncio.to_thread(told.recv)
