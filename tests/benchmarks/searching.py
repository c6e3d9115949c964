"""Searches for benchmarks: what people ask, the broker that answers over HTTP, and what a round costs."""

import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import aiohttp

from connector.api.broker import make_broker_app
from connector.app.listeners import Listeners
from connector.broker.crawler import Crawler
from connector.broker.projector import Projector
from connector.broker.visibility.callers import Visibility
from connector.net.serving.bounds import ServingBounds
from connector.ports.broker_store import BrokerStore
from connector.ports.identity import Caller
from connector.ports.search_index import SearchIndex
from tests.benchmarks.figures import percentile
from tests.benchmarks.offers import CITIES, SUBJECTS
from tests.broker.world import BROKER

NOW = 1_800_000_000_000
ROUNDS = 60
# Roles that the access policies ask for; with every fifth connector, 40 visibility classes.
ROLES = 200

Ask = Callable[[str, dict[str, str]], Awaitable[bytes]]


class Spent(NamedTuple):
    """The seconds of a round, and those of the processor: of client and server together, which share a process."""

    seconds: float
    cpu: float


def list_queries(count: int) -> Iterator[str]:
    """Yield what people ask: a subject, often with a city, in both languages, and parts of words."""
    words = (
        [subject.de for subject in SUBJECTS] + [subject.en for subject in SUBJECTS] + ["qualität", "kataster", "bau"]
    )
    places = ["", *(name for name, _, _ in CITIES.values())]
    pairs = itertools.cycle(zip(itertools.cycle(words), itertools.cycle(places), strict=False))
    return (f"{word} {place}" for word, place in itertools.islice(pairs, count))


def call_as(participant: str) -> Caller:
    """Return a caller with every second role."""
    roles = tuple(f"role {number}" for number in range(0, ROLES, 10))
    return Caller(participant=participant, claims={"role": roles}, evidence={}, replay_key=None)


@asynccontextmanager
async def serve(
    record: BrokerStore, index: SearchIndex, projector: Projector, crawler: Crawler, *, caller: str = "urn:firm"
) -> AsyncIterator[Ask]:
    """Serve the broker's API on the loopback to one caller, and yield what asks it: a path with its query."""

    async def authenticate(_: str | None) -> Caller:
        return call_as(caller)

    async def use(_: Caller) -> None:
        return

    app = make_broker_app(
        record,
        index,
        projector,
        crawler,
        authenticate,
        use,
        visibility=Visibility(record, lambda: NOW),
        participant=BROKER,
        now=lambda: NOW,
    )
    listeners = Listeners(certificate=None, key=None, bounds=ServingBounds())
    await listeners.open_asgi("broker", app, "127.0.0.1", 0, public=True)
    try:
        async with aiohttp.ClientSession(listeners.addresses["broker"]) as session:

            async def ask(path: str, query: dict[str, str]) -> bytes:
                method = "POST" if path == "/v1/nudge" else "GET"
                async with session.request(method, path, params=query) as answer:
                    assert answer.status in {200, 202}, await answer.text()
                    return await answer.read()

            yield ask
    finally:
        await listeners.close()


async def time_round(call: Callable[[], Awaitable[object]]) -> Spent:
    """Return what a call takes."""
    begun, worked = time.perf_counter(), time.process_time()
    await call()
    return Spent(time.perf_counter() - begun, time.process_time() - worked)


def find_ms(rounds: list[Spent], share: float = 0.5) -> float:
    """Return the ms below which a share of the rounds lie."""
    return percentile([spent.seconds for spent in rounds], share) * 1000


def find_cpu_ms(rounds: list[Spent], share: float = 0.5) -> float:
    """Return the ms of the processor below which a share of the rounds lie."""
    return percentile([spent.cpu for spent in rounds], share) * 1000
