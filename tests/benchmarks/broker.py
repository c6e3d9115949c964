"""The search of a broker: its pages over HTTP with and without facets, and what index and record cost for each offer.

The offers are those of `offers`, read as a crawl reads them. The baseline of a page is the same search in the index of
this process without HTTP, record and rendering; that of HTTP is `/health`, a round trip that only answers.
"""

import itertools
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import aiohttp
import msgspec
import uvloop
from msgspec.structs import replace

from connector.api.broker import make_broker_app
from connector.app.listeners import Listeners
from connector.broker.normalise import read_entry
from connector.broker.projector import Projector
from connector.broker.query import make_query
from connector.broker.visibility.audience import read_audience
from connector.broker.visibility.callers import Visibility
from connector.net.serving.bounds import ServingBounds
from connector.ports.broker_store import BrokerStore, CrawlSource, Delta, Entry, Liveness
from connector.ports.identity import Caller
from connector.store.index.index import TantivyIndex, open_index
from connector.store.sqlite.record.record import open_record
from tests.benchmarks.figures import Figure, figure, percentile
from tests.benchmarks.offers import CITIES, SUBJECTS, make_offers
from tests.benchmarks.pulls import resident_mb
from tests.broker.crawling import crawler_of
from tests.broker.world import BROKER, Space

ROUNDS = 60
NOW = 1_800_000_000_000
# Roles that the access policies ask for; with every fifth connector, 40 visibility classes.
ROLES = 200


class Spent(NamedTuple):
    """The seconds of a round, and those of the processor: of client and server together, which share a process."""

    seconds: float
    cpu: float


def measure(base: Path, offers: int = 20_000, connectors: int = 200) -> list[Figure]:
    """Return the figures of a search among so many offers of so many connectors."""
    return uvloop.run(_measure(base, offers, connectors))


async def _measure(base: Path, offers: int, connectors: int) -> list[Figure]:
    before = resident_mb(os.getpid())
    record = await open_record(base / "record.sqlite")
    began = time.process_time()
    await _fill(record, offers, connectors)
    reading = time.process_time() - began
    root = base / "index"
    index = await open_index(root)
    began = time.process_time()
    await Projector(record, index, clock=time.monotonic).follow()
    indexing = time.process_time() - began
    spent = await _search_over_http(record, index)
    plain = [await _time(lambda text=text: index.find(make_query(text).query)) for text in _list_queries(ROUNDS)]
    counted = [
        await _time(lambda text=text: index.find(make_query(text, facets=True).query)) for text in _list_queries(ROUNDS)
    ]
    visibility = Visibility(record, lambda: NOW)
    decided = [await _time(lambda name=name: visibility.open_view(_call(f"urn:firm:{name}"))) for name in range(ROUNDS)]
    seen = (await visibility.open_view(_call("urn:firm"))).visible
    narrowed = [
        await _time(lambda text=text: index.find(replace(make_query(text).query, visible=seen)))
        for text in _list_queries(ROUNDS)
    ]
    resident = resident_mb(os.getpid())
    await index.close()
    await record.close()
    echo = _find_ms(spent["health"])
    index_bytes = sum(file.stat().st_size for file in root.rglob("*") if file.is_file())
    return [
        figure("broker.offers", offers, "1"),
        figure("broker.search_p50_ms", _find_ms(spent["search"]), "ms", _find_ms(plain)),
        figure("broker.search_p95_ms", _find_ms(spent["search"], 0.95), "ms", _find_ms(plain, 0.95)),
        figure("broker.search_cpu_ms", _find_cpu_ms(spent["search"]), "ms", _find_cpu_ms(plain)),
        figure("broker.classes_cpu_ms", _find_cpu_ms(narrowed), "ms", _find_cpu_ms(plain)),
        figure("broker.classes_decided_cpu_ms", _find_cpu_ms(decided), "ms"),
        figure("broker.facets_p50_ms", _find_ms(spent["facets"]), "ms", _find_ms(counted)),
        figure("broker.facets_cpu_ms", _find_cpu_ms(spent["facets"]), "ms", _find_cpu_ms(counted)),
        *(
            figure(f"broker.{name}_p50_ms", _find_ms(spent[name]), "ms", echo)
            for name in ("frequent", "suggest", "area")
        ),
        figure("broker.read_cpu_s_per_100000", reading * 100_000 / offers, "s"),
        figure("broker.index_cpu_s_per_100000", indexing * 100_000 / offers, "s"),
        figure("broker.index_bytes_per_offer", index_bytes / offers, "B"),
        figure("broker.record_bytes_per_offer", (base / "record.sqlite").stat().st_size / offers, "B"),
        figure("broker.memory_mb", resident, "MB", before),
    ]


async def _fill(record: BrokerStore, offers: int, connectors: int) -> None:
    """Store the offers of so many connectors. Of every fifth one only those see them who have a role."""
    made = make_offers(offers)
    for number in range(connectors):
        source = CrawlSource(
            participant=f"urn:city:{number}",
            name=f"Stadt {number}",
            address="https://x.example/dsp",
            liveness=Liveness.ONLINE,
        )
        share = offers // connectors + (number < offers % connectors)
        audience = b"" if number % 5 else read_audience(_admit(f"role {number % ROLES}"), "")
        read = (_read(offer, source) for offer in itertools.islice(made, share))
        entries = tuple(replace(entry, audience=audience) for entry in read)
        await record.apply(Delta(source=source, upserts=entries), NOW)


def _admit(role: str) -> bytes:
    constraint = {"leftOperand": "dk:role", "operator": "eq", "rightOperand": role}
    return msgspec.json.encode({"@type": "Offer", "permission": [{"action": "use", "constraint": [constraint]}]})


def _call(participant: str) -> Caller:
    """Return a caller with every second role."""
    roles = tuple(f"role {number}" for number in range(0, ROLES, 10))
    return Caller(participant=participant, claims={"role": roles}, evidence={}, replay_key=None)


def _read(offer: object, source: CrawlSource) -> Entry:
    return read_entry(msgspec.json.encode(offer), source, NOW).entry


def _list_queries(count: int) -> Iterator[str]:
    """Yield what people ask: a subject, often with a city, in both languages, and parts of words."""
    words = (
        [subject.de for subject in SUBJECTS] + [subject.en for subject in SUBJECTS] + ["qualität", "kataster", "bau"]
    )
    places = ["", *(name for name, _, _ in CITIES.values())]
    pairs = itertools.cycle(zip(itertools.cycle(words), itertools.cycle(places), strict=False))
    return (f"{word} {place}" for word, place in itertools.islice(pairs, count))


async def _search_over_http(record: BrokerStore, index: TantivyIndex) -> dict[str, list[Spent]]:
    """Return the seconds of each round, over HTTP with a caller that is known."""
    space = Space()

    async def authenticate(_: str | None) -> Caller:
        return _call("urn:firm")

    async def use(_: Caller) -> None:
        return

    projector = Projector(record, index, clock=time.monotonic)
    crawler = crawler_of(space, record)
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
    spent: dict[str, list[Spent]] = {}
    try:
        async with aiohttp.ClientSession(listeners.addresses["broker"]) as session:

            async def ask(path: str, query: dict[str, str]) -> None:
                async with session.get(path, params=query) as answer:
                    assert answer.status == 200, await answer.text()
                    await answer.read()

            asked = {
                "health": ("/health", [{}]),
                "search": ("/v1/search", [{"q": text} for text in _list_queries(ROUNDS)]),
                "facets": ("/v1/search", [{"q": text, "facets": "true"} for text in _list_queries(ROUNDS)]),
                "frequent": ("/v1/search", [{"q": "stadt"}]),
                "suggest": ("/v1/suggest", [{"q": text[:3]} for text in _list_queries(ROUNDS)]),
                "area": ("/v1/search", [{"q": "stadt", "near": "7.2,51.5,20"}]),
            }
            for name, (path, queries) in asked.items():
                rounds = itertools.islice(itertools.cycle(queries), ROUNDS)
                spent[name] = [await _time(lambda path=path, query=query: ask(path, query)) for query in rounds]
    finally:
        await listeners.close()
    return spent


async def _time(call: Callable[[], Awaitable[object]]) -> Spent:
    begun, worked = time.perf_counter(), time.process_time()
    await call()
    return Spent(time.perf_counter() - begun, time.process_time() - worked)


def _find_ms(rounds: list[Spent], share: float = 0.5) -> float:
    return percentile([spent.seconds for spent in rounds], share) * 1000


def _find_cpu_ms(rounds: list[Spent]) -> float:
    return percentile([spent.cpu for spent in rounds], 0.5) * 1000
