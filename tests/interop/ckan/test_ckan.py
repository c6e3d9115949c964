"""A real CKAN: the broker harvests it by its API and by its catalogue, and the extension of CKAN reads the broker's.

The figures are printed: `make test-ckan ARGS=-s`.
"""

import json
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.broker.harvesting.harvest import harvest
from connector.broker.harvesting.portal import PortalClient
from connector.broker.schedule import make_portal
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.ports.broker_store import PORTALS, BrokerStore, CrawlSource, Liveness
from connector.store.sqlite.record.record import open_record
from connector.views.portals import PortalKind
from tests.api.portals.conftest import SiteWorld
from tests.broker.crawling import crawler_of
from tests.broker.world import Catalogue, Space, titled
from tests.interop.ckan.runtime import BUILD, Ckan, until

pytestmark = pytest.mark.ckan

COUNT = 120
PORTAL = PORTALS + "stadt"


def describe(number: int, organization: str) -> dict[str, Any]:
    """A package as a city enters one."""
    geometry = json.dumps({"type": "Point", "coordinates": [7.2, 51.5]})
    return {
        "name": f"package-{number:04}",
        "title": f"Baustellen im Bezirk {number}",
        "notes": "Baustellen im Straßenraum, täglich neu.",
        "owner_org": organization,
        "license_id": "cc-by",
        "maintainer": "Tiefbauamt",
        "maintainer_email": "amt@stadt.example",
        "tags": [{"name": "verkehr"}, {"name": f"bezirk-{number % 7}"}],
        "extras": [{"key": "spatial", "value": geometry}, {"key": "frequency", "value": "DAILY"}],
        "resources": [
            {"url": f"https://files.stadt.example/{number}.csv", "format": "CSV", "name": "Tabelle"},
            {"url": f"https://files.stadt.example/{number}.json", "format": "GeoJSON", "name": "Karte"},
        ],
    }


@pytest.fixture(scope="module")
def ckan() -> Iterator[Ckan]:
    # Its logs stay until the next run.
    folder = BUILD / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    running = Ckan(folder)
    try:
        running.start()
        organization = running.act("organization_create", name="tiefbauamt", title="Tiefbauamt")["id"]
        for number in range(COUNT):
            running.act("package_create", **describe(number, organization))
        until(lambda: running.act("package_search", rows=0)["count"] == COUNT)
        yield running
    finally:
        running.stop()


class Harvesting:
    """A broker with its record in a file, which reads one CKAN over real connections in one of the two ways."""

    def __init__(self, ckan: Ckan, kind: PortalKind, record: BrokerStore) -> None:
        self.kind = kind
        self.space = Space()
        self.record = record
        host = f"127.0.0.1:{ckan.port}"
        self.transport = SocketTransport(policy := net_policy(hosts=[host], plain_http=[host]))
        client = PortalClient(GuardedClient(policy, self.transport))

        async def read(source: CrawlSource, known: dict[str, str], keep: Any) -> Any:
            return await harvest(client, source, known, now=self.space.now, keep=keep)

        url = ckan.url if kind is PortalKind.CKAN else f"{ckan.url}/catalog.ttl"
        self.crawler = crawler_of(self.space, record, harvest=read, portals=[make_portal("stadt", kind, url, "Stadt")])

    async def crawl(self) -> CrawlSource:
        """Harvest the portal when it is due."""
        source = await self.record.source(PORTAL)
        self.space.now = max(self.space.now, source.next_at if source else 0)
        begun = time.perf_counter(), time.process_time()
        await self.crawler.take_turn()
        await self.crawler.wait_settled()
        took, used = time.perf_counter() - begun[0], time.process_time() - begun[1]
        found = await self.record.source(PORTAL)
        assert found is not None
        told = f"{found.datasets} datasets, {took:.2f} s, {used:.2f} s of the processor"
        print(f"\n{self.kind}: {found.liveness}, {told}")
        return found


@pytest.fixture(params=list(PortalKind))
async def broker(ckan: Ckan, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Harvesting]:
    record = await open_record(tmp_path / "record.sqlite")
    harvesting = Harvesting(ckan, request.param, record)
    yield harvesting
    await harvesting.crawler.stop()
    await record.close()
    await harvesting.transport.close()


async def test_all_pages_are_read_and_every_statement_arrives(broker: Harvesting, ckan: Ckan) -> None:
    source = await broker.crawl()
    assert (source.liveness, source.datasets, source.error) == (Liveness.ONLINE, COUNT, None)
    package = ckan.act("package_show", id="package-0007")
    entry = await broker.record.entry(PORTAL, f"{ckan.url}/dataset/{package['id']}")
    assert entry is not None
    found = entry.statements
    assert list(entry.titles.values()) == ["Baustellen im Bezirk 7"]
    assert (entry.publisher, sorted(entry.keywords)) == ("Tiefbauamt", ["bezirk-0", "verkehr"])
    assert set(found.formats) == {"CSV", "GEOJSON"}
    assert found.boxes == ((7.2, 51.5, 7.2, 51.5),)
    assert (found.frequency, found.offers) == ("DAILY", 0)
    assert None not in (found.issued, found.modified, entry.via)


async def test_a_change_and_a_deletion_arrive(broker: Harvesting, ckan: Ckan) -> None:
    await broker.crawl()
    last = await broker.record.last_change()
    organization = ckan.act("organization_show", id="tiefbauamt")["id"]
    title = f"Geändert für {broker.kind}"
    ckan.act("package_patch", id="package-0003", title=title)
    gone = ckan.act("package_show", id="package-0005")["id"]
    ckan.act("package_delete", id=gone)
    until(lambda: ckan.act("package_search", rows=0)["count"] == COUNT - 1)
    try:
        source = await broker.crawl()
        changes = {change.id: change for change in await broker.record.changes(last, 500)}
        assert (source.datasets, len(changes)) == (COUNT - 1, 2)
        assert changes[f"{ckan.url}/dataset/{gone}"].removed_at is not None
        assert any(title in change.titles.values() for change in changes.values())
        await broker.crawl()
        assert len(await broker.record.changes(last, 500)) == 2
    finally:
        ckan.act("dataset_purge", id=gone)
        ckan.act("package_create", **describe(5, organization))
        until(lambda: ckan.act("package_search", rows=0)["count"] == COUNT)


async def test_a_portal_that_is_away_keeps_its_entries_and_comes_back(broker: Harvesting, ckan: Ckan) -> None:
    await broker.crawl()
    ckan.stop_web()
    try:
        seen = [(await broker.crawl()).liveness for _ in range(3)]
        assert seen == [Liveness.SUSPECT, Liveness.SUSPECT, Liveness.OFFLINE]
        assert len(await broker.record.digests(PORTAL)) == COUNT
    finally:
        ckan.start_web()
    source = await broker.crawl()
    assert (source.liveness, source.datasets, source.error) == (Liveness.ONLINE, COUNT, None)


async def test_the_extension_of_ckan_reads_what_the_broker_publishes(ckan: Ckan, tmp_path: Path) -> None:
    offers = [titled(f"urn:of:city:{number}", f"Angebot {number}") for number in range(3)]
    world = SiteWorld(is_open=True, tiefbauamt=Catalogue(*offers))
    await world.crawl()
    answer = await world.http.get("/catalog.ttl")
    file = tmp_path / "catalog.ttl"
    file.write_bytes(answer.content)
    packages = json.loads(ckan.consume(file))
    assert sorted(package["title"] for package in packages) == [f"Angebot {number}" for number in range(3)]
    assert all(package["resources"] for package in packages)
