"""A broker with its public site, asked by a member or, if it is open, by anybody."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx
import pytest

from connector.api.broker import make_broker_app
from connector.api.portals.mounting import add_portals
from connector.broker.crawler import Harvest
from connector.broker.visibility.callers import Visibility
from connector.net.serving.rates import CallerRates
from connector.ports.broker_store import CrawlSource
from connector.ports.identity import Caller, Intent
from connector.ports.moderated_store import ModeratedStore
from connector.store.index.index import TantivyIndex
from connector.store.index.track import Track
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.crawling import crawler_of
from tests.broker.describing.published import SITE
from tests.broker.searching import Searching
from tests.broker.test_api import offers
from tests.broker.world import BROKER, Catalogue, Space

MINUTE = 60_000


class SiteWorld:
    """A space with the public site of its broker."""

    def __init__(
        self,
        *,
        is_open: bool = False,
        record: ModeratedStore | None = None,
        space: Space | None = None,
        ended: Callable[[str], None] = lambda _: None,
        harvest: Harvest | None = None,
        portals: Sequence[CrawlSource] = (),
        **catalogues: Catalogue,
    ) -> None:
        self.space = space or Space(**(catalogues or offers()))
        self.record = record or MemoryBrokerStore()
        self.searching = Searching(self.record, TantivyIndex(None, None, Track(None)))
        self.crawler = crawler_of(self.space, self.record, ended=ended, harvest=harvest, portals=portals)
        self.app = make_broker_app(
            self.record,
            self.searching.index,
            self.searching.projector,
            self.crawler,
            lambda authorization: self.space.authenticate(authorization, Intent.SEARCH),
            self._use,
            visibility=Visibility(self.record, lambda: self.space.now),
            participant=BROKER,
            now=lambda: self.space.now,
            open=is_open,
            rates=CallerRates(failures_per_s=100, per_peer_s=1000, now_ms=lambda: self.space.now),
        )
        add_portals(self.app, SITE)
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        headers = {} if is_open else {"Authorization": f"Bearer {next(iter(self.space.catalogues))}"}
        self.http = httpx.AsyncClient(transport=transport, base_url=SITE.base, headers=headers)

    async def _use(self, caller: Caller) -> None:
        """Every token may be used again."""

    async def crawl(self) -> None:
        self.space.now += 10 * MINUTE
        await self.crawler.take_turn()
        await self.crawler.wait_settled()
        await self.searching.follow()

    async def get(self, path: str, **headers: str) -> httpx.Response:
        answer = await self.http.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer

    async def act(self, name: str, **arguments: Any) -> Any:
        answer = await self.http.get(f"/api/3/action/{name}", params=arguments)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]


@pytest.fixture
async def world() -> AsyncIterator[SiteWorld]:
    made = SiteWorld()
    await made.crawl()
    yield made
    await made.http.aclose()
