"""A broker with everything that it puts out, and its operator with a management key."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from connector.api.frame.auth import ApiKey
from connector.api.operating.app import make_operator_app
from connector.api.operating.why import WhyDesk, add_why
from connector.broker import projector
from connector.broker.crawl import Found
from connector.broker.harvesting.harvest import Keep, harvest
from connector.broker.operating.assessing import Assessor
from connector.controlplane.core.watch import ProcessWatch
from connector.desk.operating.values import OperatorDesk
from connector.ports.broker_store import CrawlSource
from connector.ports.moderated_store import ModeratedStore
from tests.api.portals.conftest import SiteWorld
from tests.broker.describing.published import SITE
from tests.broker.portals import FakePortal, make_client, package
from tests.broker.world import BROKER, CITY, Catalogue, Space
from tests.support.people import make_register

ROADS, AIR = CITY + "tiefbauamt", CITY + "umweltamt"
KEYS = {"admin": ("admin",), "other": ("admin",), "write": ("write",), "read": ("read",)}


def list_keys() -> list[ApiKey]:
    """The management keys: each is its own name."""
    return [
        ApiKey(id=name, sha256=hashlib.sha256(name.encode()).hexdigest(), scopes=scopes)
        for name, scopes in KEYS.items()
    ]


class OperatorWorld(SiteWorld):
    """A space with its broker. `http` asks as the department of roads, `api` as the operator.

    `portal` is what answers for every portal; those of the settings are `configured`.
    """

    configured: tuple[CrawlSource, ...] = ()

    def __init__(
        self, record: ModeratedStore | None = None, space: Space | None = None, **catalogues: Catalogue
    ) -> None:
        crawls = ProcessWatch()
        self.portal = FakePortal(package(0), package(1))
        portals = make_client(self.portal)

        async def read(source: CrawlSource, known: dict[str, str], keep: Keep) -> Found:
            return await harvest(portals, source, known, now=self.space.now, keep=keep)

        super().__init__(
            record=record, space=space, ended=crawls.notify, harvest=read, portals=self.configured, **catalogues
        )
        add_why(self.app, WhyDesk(record=self.record, index=self.searching.index, operator=BROKER))
        self.desk = OperatorDesk(
            users=make_register(lambda: self.space.now, "https://pages.example"),
            record=self.record,
            index=self.searching.index,
            projector=self.searching.projector,
            crawler=self.crawler,
            crawls=crawls,
            assessor=Assessor(self.record, SITE, lambda: self.space.now),
            changed=self.searching.projector.wake,
            now=lambda: self.space.now,
        )
        self.use(make_operator_app(self.desk, keys=list_keys()))

    def use(self, app: FastAPI) -> None:
        """Ask another application."""
        self.operator_app = app
        self.api = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.operator_app, raise_app_exceptions=False),
            base_url="http://management.example",
            headers={"Authorization": "Bearer admin"},
        )

    async def crawl(self) -> None:
        """Crawl what is due, and let the index follow."""
        await self.crawler.take_turn()
        await self.crawler.wait_settled()
        self.searching.projector.wake()
        assert await self.searching.projector.wait_followed(await self.record.last_change(), 10)

    async def do(self, path: str, body: Any = None, *, status: int = 200, key: str = "admin") -> Any:
        answer = await self.api.post(path, json=body or {}, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == status, answer.text
        return answer.json()

    async def read(self, path: str, *, status: int = 200, **query: Any) -> Any:
        answer = await self.api.get(path, params=query)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def found(self, **query: Any) -> list[str]:
        answer = await self.http.get("/v1/search", params=query)
        assert answer.status_code == 200, answer.text
        return sorted(item["id"] for item in answer.json()["items"])

    async def why(self, dataset: str, participant: str = ROADS, **query: Any) -> tuple[str, str]:
        """Return the code of the last step, and its German sentence."""
        told = await self.read("/v1/why", participant=participant, dataset=dataset, **query)
        last = told["steps"][-1]
        assert told["shown"] is last["passed"]
        assert all(step["passed"] for step in told["steps"][:-1])
        return last["code"], last["texts"]["de"]


@asynccontextmanager
async def running(world: OperatorWorld) -> AsyncIterator[OperatorWorld]:
    following = asyncio.create_task(world.searching.projector.run())
    try:
        yield world
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await world.http.aclose()
        await world.api.aclose()
        await world.searching.index.close()


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OperatorWorld]:
    # Commits that follow each other at once: a test need not wait for the rest between them.
    monkeypatch.setattr(projector, "_APART_S", 0.0)
    async with running(OperatorWorld()) as made:
        await made.crawl()
        yield made
