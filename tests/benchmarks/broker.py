"""A broker of a size: what its searches cost over HTTP, and what record and index cost for each offer.

The offers are those of `offers`, read as a crawl reads them, and written by the record and the index in tenths, so that
the last ones can be compared with the first ones. The baseline of a search is `bare`; that of HTTP is `/health`, a
round trip that only answers. The bounds are those of a broker of a million offers.
"""

import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import uvloop
from msgspec.structs import replace

from connector.broker.normalise import read_entry
from connector.broker.projector import Projector
from connector.broker.query import make_query
from connector.broker.schedule import HOUR
from connector.broker.visibility.audience import read_audience
from connector.broker.visibility.callers import Visibility
from connector.ports.broker_store import BrokerStore, CrawlSource, Delta, Entry, Liveness
from connector.store.index.index import TantivyIndex, open_index
from connector.store.sqlite.record.record import open_record
from tests.benchmarks import busy, crawling
from tests.benchmarks.bare import BareIndex
from tests.benchmarks.figures import Figure, figure, percentile
from tests.benchmarks.offers import make_offers
from tests.benchmarks.pulls import resident_mb
from tests.benchmarks.searching import (
    NOW,
    ROLES,
    ROUNDS,
    Spent,
    call_as,
    find_cpu_ms,
    find_ms,
    list_queries,
    serve,
    time_round,
)

PARTS = 10
SEARCH_MS, FACETS_MS, INDEX_S, GROWTH, MEMORY_MB = 5.0, 20.0, 60.0, 1.3, 1610.0
"""The bounds: of a search and of one with all facets (p50), of indexing 100,000 offers, and of 1.5 GiB."""


class Costs(NamedTuple):
    """The seconds of the processor that each tenth of the offers took: to be read and stored, and to be indexed."""

    reading: list[float]
    indexing: list[float]


def measure(base: Path, offers: int = 20_000, connectors: int = 200) -> list[Figure]:
    """Return the figures of a search among so many offers of so many connectors."""
    return uvloop.run(_measure(base, offers, connectors))


async def _measure(base: Path, offers: int, connectors: int) -> list[Figure]:
    before = resident_mb(os.getpid())
    record = await open_record(base / "record.sqlite")
    index = await open_index(base / "index")
    costs = await _fill(record, index, offers, connectors)
    figures = [figure("broker.offers", offers, "1"), *_describe_costs(costs, offers)]
    figures += await _measure_searches(record, index, base / "bare")
    index_bytes = sum(file.stat().st_size for file in (base / "index").rglob("*") if file.is_file())
    figures += [
        figure("broker.index_bytes_per_offer", index_bytes / offers, "B"),
        figure("broker.record_bytes_per_offer", (base / "record.sqlite").stat().st_size / offers, "B"),
        figure("broker.memory_mb", resident_mb(os.getpid()), "MB", before, MEMORY_MB),
    ]
    figures += await busy.measure(record, index, connectors)
    await index.close()
    await record.close()
    return figures + await crawling.measure(base, min(connectors, 1000))


async def _fill(record: BrokerStore, index: TantivyIndex, offers: int, connectors: int) -> Costs:
    """Store and index the offers of so many connectors, in tenths."""
    projector = Projector(record, index, clock=time.monotonic)
    reading, indexing = list[float](), list[float]()
    begun = time.process_time()
    for number, source, entries in _read_connectors(offers, connectors):
        await record.apply(Delta(source=source, upserts=entries), NOW)
        if (number + 1) * PARTS // connectors > number * PARTS // connectors:
            stored = time.process_time()
            await projector.follow()
            reading.append(stored - begun)
            begun = time.process_time()
            indexing.append(begun - stored)
    return Costs(reading, indexing)


def _describe_costs(costs: Costs, offers: int) -> list[Figure]:
    reading, indexing = (sum(spent) * 100_000 / offers for spent in (costs.reading, costs.indexing))
    return [
        figure("broker.read_cpu_s_per_100000", reading, "s"),
        figure("broker.index_cpu_s_per_100000", indexing, "s", None, INDEX_S),
        figure("broker.read_growth", _find_growth(costs.reading), "1", None, GROWTH),
        figure("broker.index_growth", _find_growth(costs.indexing), "1", None, GROWTH),
    ]


def _find_growth(spent: list[float]) -> float:
    """Return what the last tenths take for each second of the first ones."""
    few = max(len(spent) // 3, 1)
    return percentile(spent[-few:], 0.5) / percentile(spent[:few], 0.5)


async def _measure_searches(record: BrokerStore, index: TantivyIndex, folder: Path) -> list[Figure]:
    bare = await _fill_bare(record, folder)
    texts = list(list_queries(ROUNDS))

    async def find_bare(text: str, *, facets: bool) -> int:
        return bare.find(text, facets=facets)

    plain = [await time_round(lambda text=text: find_bare(text, facets=False)) for text in texts]
    counted = [await time_round(lambda text=text: find_bare(text, facets=True)) for text in texts]
    within = [await time_round(lambda text=text: index.find(make_query(text).query)) for text in texts]
    visibility = Visibility(record, lambda: NOW)
    decided = [
        await time_round(lambda name=name: visibility.open_view(call_as(f"urn:firm:{name}"))) for name in range(ROUNDS)
    ]
    seen = (await visibility.open_view(call_as("urn:firm"))).visible
    narrowed = [
        await time_round(lambda text=text: index.find(replace(make_query(text).query, visible=seen))) for text in texts
    ]
    spent = await _search_over_http(record, index)
    echo = find_ms(spent["health"])
    return [
        figure("broker.search_p50_ms", find_ms(spent["search"]), "ms", find_ms(plain), SEARCH_MS),
        figure("broker.search_p95_ms", find_ms(spent["search"], 0.95), "ms", find_ms(plain, 0.95)),
        figure("broker.search_cpu_ms", find_cpu_ms(spent["search"]), "ms", find_cpu_ms(plain), SEARCH_MS),
        figure("broker.search_in_index_cpu_ms", find_cpu_ms(within), "ms", find_cpu_ms(plain)),
        figure("broker.classes_cpu_ms", find_cpu_ms(narrowed), "ms", find_cpu_ms(within)),
        figure("broker.classes_decided_cpu_ms", find_cpu_ms(decided), "ms"),
        figure("broker.facets_p50_ms", find_ms(spent["facets"]), "ms", find_ms(counted), FACETS_MS),
        figure("broker.facets_cpu_ms", find_cpu_ms(spent["facets"]), "ms", find_cpu_ms(counted), FACETS_MS),
        *(
            figure(f"broker.{name}_p50_ms", find_ms(spent[name]), "ms", echo)
            for name in ("frequent", "suggest", "area")
        ),
    ]


async def _fill_bare(record: BrokerStore, folder: Path) -> BareIndex:
    """Return the baseline with all entries of the record."""
    bare, after = BareIndex(folder), 0
    while found := await record.changes(after, 1000):
        bare.put(found)
        after = found[-1].seq
    bare.commit()
    return bare


def _read_connectors(offers: int, connectors: int) -> Iterator[tuple[int, CrawlSource, tuple[Entry, ...]]]:
    """Yield each connector with its offers. Of every fifth one only those see them who have a role."""
    made = make_offers(offers)
    for number in range(connectors):
        member = crawling.make_member(number, busy.ADDRESS)
        source = CrawlSource(
            participant=member.id,
            name=member.name,
            address=busy.ADDRESS,
            liveness=Liveness.ONLINE,
            next_at=NOW + HOUR,
        )
        share = offers // connectors + (number < offers % connectors)
        audience = b"" if number % 5 else read_audience(_admit(f"role {number % ROLES}"), "")
        read = (_read(offer, source) for offer in itertools.islice(made, share))
        yield number, source, tuple(replace(entry, audience=audience) for entry in read)


def _admit(role: str) -> bytes:
    constraint = {"leftOperand": "dk:role", "operator": "eq", "rightOperand": role}
    return msgspec.json.encode({"@type": "Offer", "permission": [{"action": "use", "constraint": [constraint]}]})


def _read(offer: object, source: CrawlSource) -> Entry:
    return read_entry(msgspec.json.encode(offer), source, NOW).entry


async def _search_over_http(record: BrokerStore, index: TantivyIndex) -> dict[str, list[Spent]]:
    """Return what each round takes, over HTTP with a caller that is known."""
    projector = Projector(record, index, clock=time.monotonic)
    town = crawling.Town([])
    crawler = crawling.make_crawler(record, town, town, now=lambda: NOW)
    asked = {
        "health": ("/health", [{}]),
        "search": ("/v1/search", [{"q": text} for text in list_queries(ROUNDS)]),
        "facets": ("/v1/search", [{"q": text, "facets": "true"} for text in list_queries(ROUNDS)]),
        "frequent": ("/v1/search", [{"q": "stadt"}]),
        "suggest": ("/v1/suggest", [{"q": text[:3]} for text in list_queries(ROUNDS)]),
        "area": ("/v1/search", [{"q": "stadt", "near": "7.2,51.5,2"}]),
    }
    spent: dict[str, list[Spent]] = {}
    async with serve(record, index, projector, crawler) as ask:
        for name, (path, queries) in asked.items():
            rounds = itertools.islice(itertools.cycle(queries), ROUNDS)
            spent[name] = [await time_round(lambda path=path, query=query: ask(path, query)) for query in rounds]
    return spent
