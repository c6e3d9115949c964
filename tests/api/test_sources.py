"""The portals of a broker over its API: the operator adds, shows, harvests and removes them, and nobody else does."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from connector.api.sources import MOST, add_sources
from connector.broker.harvesting.harvest import harvest
from connector.broker.schedule import make_portal
from connector.store.memory.record import MemoryBrokerStore
from connector.views.portals import PortalKind
from tests.broker.crawling import crawler_of
from tests.broker.portals import FakePortal, iri, make_client, package
from tests.broker.test_api import Desk
from tests.broker.world import BROKER, CITY

ORDER = {"name": "city", "kind": "ckan", "url": "https://portal.example/", "title": "Open Data City"}


class PortalDesk(Desk):
    """The API of a broker, asked by its operator, and one portal."""

    def __init__(self) -> None:
        super().__init__()
        self.portal = FakePortal(package(0), package(1))
        client = make_client(self.portal)

        async def read(source: Any, known: Any, keep: Any) -> Any:
            return await harvest(client, source, known, now=self.space.now, keep=keep)

        configured = make_portal("set", PortalKind.DCAT, "https://portal.example/catalog.ttl", "Set", configured=True)
        self.crawler = crawler_of(self.space, self.record, harvest=read, portals=[configured])
        app: Any = self.http._transport.app  # type: ignore[attr-defined]  # the application of the desk
        app.state.desk = type(app.state.desk)(
            **{name: getattr(app.state.desk, name) for name in app.state.desk.__struct_fields__}
            | {"crawler": self.crawler, "rates": None}
        )
        add_sources(app)
        self.http.headers["Authorization"] = f"Bearer {BROKER}"


@pytest.fixture
async def desk() -> AsyncIterator[PortalDesk]:
    desk = PortalDesk()
    await desk.crawl()
    yield desk
    await desk.http.aclose()
    await desk.searching.index.close()


async def test_a_portal_is_added_harvested_found_and_removed(desk: PortalDesk) -> None:
    added = await desk.http.post("/v1/portals", json=ORDER)
    assert (added.status_code, added.json()["liveness"], added.json()["url"]) == (201, "NEW", "https://portal.example")
    await desk.crawl()
    shown = (await desk.http.get("/v1/portals/city")).json()
    assert (shown["liveness"], shown["datasets"], shown["configured"]) == ("ONLINE", 2, False)
    found = (await desk.http.get("/v1/search", params={"q": "package"})).json()["items"]
    assert {item["id"]: item["via"]["portal"] for item in found} == {iri(0): "city", iri(1): "city"}
    assert (await desk.http.delete("/v1/portals/city")).status_code == 204
    await desk.searching.follow()
    assert await desk.found(q="package") == []
    assert [item["name"] for item in (await desk.http.get("/v1/portals")).json()["items"]] == ["set"]
    assert (await desk.http.post("/v1/portals", json=ORDER)).status_code == 201


async def test_a_portal_is_harvested_when_the_operator_wants_it(desk: PortalDesk) -> None:
    await desk.http.post("/v1/portals", json=ORDER)
    await desk.crawl()
    desk.portal.packages.append(package(2))
    await desk.crawl()
    assert (await desk.http.post("/v1/portals/city/crawl")).status_code == 202
    await desk.crawl()
    assert (await desk.http.get("/v1/portals/city")).json()["datasets"] == 3


async def test_only_the_operator_sees_and_changes_portals(desk: PortalDesk) -> None:
    desk.http.headers["Authorization"] = f"Bearer {CITY}tiefbauamt"
    for method, path in (("GET", ""), ("POST", ""), ("GET", "/set"), ("DELETE", "/set"), ("POST", "/set/crawl")):
        answer = await desk.http.request(
            method, f"/v1/portals{path}", json=ORDER if (method, path) == ("POST", "") else None
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not-allowed")
    desk.http.headers["Authorization"] = "Bearer nobody"
    assert (await desk.http.get("/v1/portals")).status_code == 401


async def test_what_cannot_be_done_is_refused_with_the_reason(desk: PortalDesk) -> None:
    await desk.http.post("/v1/portals", json=ORDER)

    async def code(answer: httpx.Response) -> tuple[int, str]:
        return answer.status_code, answer.json()["error"]["code"]

    assert await code(await desk.http.post("/v1/portals", json=ORDER)) == (409, "exists")
    assert await code(await desk.http.delete("/v1/portals/set")) == (409, "configured")
    assert await code(await desk.http.get("/v1/portals/unknown")) == (404, "unknown")
    for changed in ({"name": "A B"}, {"kind": "ftp"}, {"url": "file:///etc/passwd"}, {"more": 1}, {"title": ""}):
        assert (await desk.http.post("/v1/portals", json=ORDER | changed)).status_code == 422
    for number in range(MOST):
        last = await desk.http.post("/v1/portals", json=ORDER | {"name": f"p{number}"})
    assert await code(last) == (409, "too-many")


async def test_a_portal_that_left_the_settings_is_removed_and_one_of_the_operator_stays() -> None:
    desk = PortalDesk()
    await desk.crawl()
    await desk.http.post("/v1/portals", json=ORDER)
    await desk.crawl()
    assert isinstance(desk.record, MemoryBrokerStore)
    desk.crawler = crawler_of(desk.space, desk.record)
    await desk.crawler.take_turn()
    sources = {source.participant: source.error for source in await desk.record.sources()}
    assert sources["urn:datenkontor:portal:set"] == "The portal was removed."
    assert sources["urn:datenkontor:portal:city"] is None
    await desk.crawler.stop()
    await desk.http.aclose()
    await desk.searching.index.close()
