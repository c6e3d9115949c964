"""Portals in process: the action API of CKAN and a catalogue in RDF, what they are asked, and how they misbehave."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from connector.broker.harvesting.harvest import harvest
from connector.broker.harvesting.portal import PortalClient
from connector.broker.schedule import make_portal
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.net.errors import Unreachable
from connector.net.transport import HttpCall
from connector.ports.broker_store import PORTALS, CrawlSource, Entry
from connector.store.memory.record import MemoryBrokerStore
from connector.views.portals import PortalKind
from tests.broker.crawling import crawler_of
from tests.broker.world import Catalogue, Space
from tests.support.transport import InProcessAnswer

HOME = "https://portal.example"
CATALOG = f"{HOME}/catalog.ttl"
PORTAL = PORTALS + "city"
TURTLE = "text/turtle; charset=utf-8"


def package(number: int, **members: Any) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "name": f"package-{number}",
        "title": f"Package {number}",
        "state": "active",
        "type": "dataset",
        "metadata_created": "2026-01-01T00:00:00.000001",
        "metadata_modified": "2026-01-02T03:04:05.678901",
        "organization": {"title": "Tiefbauamt"},
        "resources": [{"url": f"https://files.example/{number}.csv", "format": "CSV"}],
        **members,
    }


def iri(number: int) -> str:
    return f"{HOME}/dataset/{package(number)['id']}"


Answer = tuple[int, Mapping[str, str], bytes]


class FakePortal:
    """A transport whose one host is a portal: CKAN with `packages`, and `pages` of RDF by path and query."""

    def __init__(self, *packages: dict[str, Any]) -> None:
        self.packages = list(packages)
        self.pages: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        self.away = False
        self.lists_parts = True
        self.searches = True
        self.says_more = 0
        self.answer: Callable[[str], Answer | None] = lambda _: None

    async def send(self, call: HttpCall) -> InProcessAnswer:
        parts = urlsplit(call.endpoint.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.asked.append(path)
        self.headers.append(call.headers)
        if self.away:
            raise Unreachable("https://portal.example:443 does not accept connections.")
        status, headers, body = self.answer(path) or self._find(path)
        return InProcessAnswer(status, httpx.Headers(dict(headers)), body)

    def _find(self, path: str) -> Answer:
        if path in self.pages:
            return self.pages[path]
        parts = urlsplit(path)
        action = parts.path.removeprefix("/api/3/action/")
        given = parse_qs(parts.query)
        found: Any = None
        if action == "package_search" and self.searches:
            found = self._search(given)
        elif action == "package_list":
            begin, limit = int(given["offset"][0]), int(given["limit"][0])
            found = [entry["name"] for entry in self.packages][begin : begin + limit]
        elif action == "package_show":
            found = next(
                (entry for entry in self.packages if given["id"][0] in (entry.get("id"), entry.get("name"))), None
            )
        return say_json({"success": True, "result": found}) if found is not None else say_json({"success": False}, 404)

    def _search(self, given: dict[str, list[str]]) -> dict[str, Any]:
        rows, start = int(given["rows"][0]), int(given["start"][0])
        ordered = sorted(self.packages, key=lambda entry: str(entry["id"]))[start : start + rows]
        if "fl" in given and self.lists_parts:
            # As Solr does: a zone, and three digits of the fraction.
            ordered = [
                {"id": entry["id"], "metadata_modified": entry["metadata_modified"][:23] + "Z"} for entry in ordered
            ]
        return {"count": len(self.packages) + self.says_more, "results": ordered}

    def count(self, word: str) -> int:
        return sum(word in path for path in self.asked)


def say_json(document: Any, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


def say_turtle(body: str | bytes, **headers: str) -> Answer:
    content = body.encode() if isinstance(body, str) else body
    return 200, {"Content-Type": TURTLE, **headers}, content


PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
"""


def write_dataset(number: int, title: str = "") -> str:
    return f'<https://data.example/{number}> a dcat:Dataset ; dct:title "{title or f"Dataset {number}"}"@en .\n'


def write_page(*numbers: int, following: str = "") -> str:
    led = f"<{HOME}/catalog.ttl#pages> hydra:next <{following}> .\n" if following else ""
    return PREFIXES + led + "".join(map(write_dataset, numbers))


def make_client(portal: FakePortal) -> PortalClient:
    async def wait(_: float) -> None:
        """A clock that stands still lets nobody wait."""

    ticks = iter(range(0, 10**12, 1000))
    return PortalClient(GuardedClient(net_policy(), portal), now=lambda: next(ticks), sleep=wait)


def make_source(kind: PortalKind = PortalKind.CKAN, address: str = "") -> CrawlSource:
    return make_portal("city", kind, address or (HOME if kind is PortalKind.CKAN else CATALOG), "Open Data City")


class PortalWorld:
    """A broker without members that harvests one portal; `crawl` lets time pass until it is due."""

    def __init__(
        self, portal: FakePortal, kind: PortalKind = PortalKind.CKAN, address: str = "", **catalogues: Catalogue
    ) -> None:
        self.portal = portal
        self.space = Space(**catalogues)
        self.record = MemoryBrokerStore()
        client = make_client(portal)

        async def read(source: CrawlSource, known: dict[str, str], keep: Any) -> Any:
            return await harvest(client, source, known, now=self.space.now, keep=keep)

        self.crawler = crawler_of(self.space, self.record, harvest=read, portals=[make_source(kind, address)])

    async def crawl(self) -> CrawlSource:
        source = await self.record.source(PORTAL)
        self.space.now = max(self.space.now, source.next_at if source else 0)
        await self.crawler.take_turn()
        await self.crawler.wait_settled()
        found = await self.record.source(PORTAL)
        assert found is not None
        return found

    async def ids(self) -> list[str]:
        return sorted(await self.record.digests(PORTAL))

    async def entry(self, id: str) -> Entry:
        found = await self.record.entry(PORTAL, id)
        assert found is not None
        return found
