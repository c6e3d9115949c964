"""A real CKAN as a source: the newest resource of a dataset, and the rows of its DataStore page after page."""

import json
import shutil
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiohttp import web

from connector.dataplane.address.parameters import choose
from connector.dataplane.kinds import SOURCES, Site
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.ports.flow import SourceError
from tests.dataplane.world import LOOPBACK, serving
from tests.interop.ckan.runtime import BUILD, Ckan

pytestmark = pytest.mark.ckan
COUNT = 25


@pytest.fixture(scope="module")
def ckan() -> Iterator[Ckan]:
    folder = BUILD / "run-source"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    server = Ckan(folder, datastore=True)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def offered(ckan: Ckan) -> str:
    """A dataset with rows in the DataStore; return the identifier of their resource."""
    ckan.act("organization_create", name="stadt")
    ckan.act("package_create", name="trees", owner_org="stadt")
    rows = [{"n": number, "street": "Ring" if number % 2 else "Straße"} for number in range(COUNT)]
    made = ckan.act("datastore_create", resource={"package_id": "trees", "format": "CSV"}, records=rows, force=True)
    return str(made["resource_id"])


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    transport = SocketTransport(LOOPBACK)
    yield Site(None, None, GuardedClient(LOOPBACK, transport))
    await transport.close()


async def read(site: Site, address: dict[str, Any]) -> bytes:
    source = SOURCES["ckan"](site)
    source.check(address)
    async with source.open(address) as content:
        return b"".join([chunk async for chunk in content.chunks])


async def test_all_rows_of_a_resource_come_page_after_page(site: Site, ckan: Ckan, offered: str) -> None:
    address = {"kind": "ckan", "url": ckan.url, "dataset": "trees", "resource_format": "csv", "datastore": True}
    found = json.loads(await read(site, {**address, "size": 7}))
    assert [int(row["n"]) for row in found] == list(range(COUNT))
    assert list(found[0]) == ["n", "street"]
    assert offered


async def test_a_consumer_narrows_the_rows(site: Site, ckan: Ckan, offered: str) -> None:
    address = {"kind": "ckan", "url": ckan.url, "resource": offered, "datastore": True, "parameters": {"street": {}}}
    assert len(json.loads(await read(site, choose(address, "street=Stra%C3%9Fe")))) == 13
    assert json.loads(await read(site, choose(address, "street=%22%7D%27%20OR%201=1"))) == []


async def test_the_file_of_a_dataset_is_that_of_its_newest_resource(site: Site, ckan: Ckan, offered: str) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=request.path.encode(), content_type="text/csv")

    async with serving(handler) as url:
        for name in ("old", "new"):
            ckan.act("resource_create", package_id="trees", url=f"{url}/{name}.txt", format="TXT", name=name)
        address = {"kind": "ckan", "url": ckan.url, "dataset": "trees", "resource_format": "txt"}
        with pytest.raises(SourceError, match="another server"):
            await read(site, address)
        assert await read(site, {**address, "hosts": [url.removeprefix("http://")]}) == b"/new.txt"
    assert (await SOURCES["ckan"](site).changed_at(address) or 0) > 1_700_000_000_000


async def test_a_dataset_that_is_not_there_is_told(site: Site, ckan: Ckan) -> None:
    address = {"kind": "ckan", "url": ckan.url, "dataset": "bushes", "resource_format": "CSV"}
    with pytest.raises(SourceError, match="status 404"):
        await read(site, address)
