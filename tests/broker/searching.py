"""A search index beside a record, for tests: in memory, or in a folder."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from connector.broker import finding
from connector.broker.finding import Results
from connector.broker.projector import Projector
from connector.broker.query import make_query
from connector.ports.broker_store import BrokerStore, CrawlSource, Delta, Entry
from connector.ports.search_index import Facet
from connector.store.index.index import TantivyIndex, open_index
from tests.contract.test_record import CITY, NOW, source

FACETS = frozenset(Facet)


class Searching:
    """A record with its index; `follow` lets the index take over all changes."""

    def __init__(self, record: BrokerStore, index: TantivyIndex, now: int = 0) -> None:
        self.record = record
        self.index = index
        self.now = now
        self.visible: frozenset[int] = frozenset()
        self.projector = Projector(record, index, clock=time.monotonic)

    async def follow(self) -> None:
        await self.projector.follow()

    async def find(self, text: str = "", *, now: int | None = None, **asked: Any) -> Results:
        """Search with the filters given by the names of facets, and everything else that `make_query` takes."""
        filters: dict[Facet, Sequence[str]] = {
            Facet(name): [asked[name]] if isinstance(asked[name], str) else asked[name]
            for name in asked.keys() & FACETS
        }
        rest = {name: value for name, value in asked.items() if name not in FACETS}
        query = make_query(text, filters=filters, **rest)
        return await finding.find(self.record.view(self.visible), self.index, query, self.now if now is None else now)

    async def ids(self, text: str = "", **asked: Any) -> list[str]:
        """Return the identifiers of all hits, best first, page after page."""
        found: list[str] = []
        while True:
            results = await self.find(text, **({"limit": 100} | asked), offset=len(found))
            found += [hit.entry.id for hit in results.hits]
            if not results.hits or len(found) >= results.total:
                return found


async def make_searching(record: BrokerStore, root: Path | None = None, now: int = 0) -> Searching:
    """Return a search that has followed the record."""
    searching = Searching(record, await open_index(root), now)
    await searching.follow()
    return searching


class City:
    """A city whose offers are searched for."""

    def __init__(self, searching: Searching) -> None:
        self.searching = searching
        self.find = searching.find
        self.ids = searching.ids

    async def offer(self, *entries: Entry, participant: str = CITY, of: CrawlSource | None = None) -> None:
        await self.searching.record.apply(Delta(source=of or source(participant), upserts=entries), NOW)
        await self.searching.follow()

    async def remove(self, *ids: str) -> None:
        await self.searching.record.apply(Delta(source=source(), removed=ids), NOW)
        await self.searching.follow()

    async def found(self, text: str = "", **asked: Any) -> str:
        """Return the identifiers of the results, in the order of the alphabet."""
        results = await self.find(text, **asked)
        assert results.total == len(results.hits)
        return " ".join(sorted(hit.entry.id for hit in results.hits))

    async def count(self, text: str = "", **asked: Any) -> dict[Facet, dict[str, int]]:
        """Return the numbers of each facet."""
        facets = (await self.find(text, facets=True, **asked)).facets
        return {facet: {value.value: value.count for value in values} for facet, values in facets.items()}
