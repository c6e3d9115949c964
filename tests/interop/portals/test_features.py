"""OGC API – Features at a real pygeoapi, and WFS 2.0 at a real MapServer: pages, places, reference systems."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from connector.dataplane.address.parameters import choose
from connector.dataplane.kinds import SOURCES, Site
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.ports.flow import SourceError
from tests.dataplane.world import LOOPBACK
from tests.interop.portals.runtime import COUNT, MapServer, PyGeoApi

pytestmark = pytest.mark.portals
BOX = [13.2, 52.3, 13.352, 52.6]
GEOJSON = "application/json; subtype=geojson"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    transport = SocketTransport(LOOPBACK)
    yield Site(None, None, GuardedClient(LOOPBACK, transport))
    await transport.close()


async def read(site: Site, address: dict[str, Any]) -> Any:
    source = SOURCES[address["kind"]](site)
    source.check(address)
    async with source.open(address) as content:
        return json.loads(b"".join([chunk async for chunk in content.chunks]))


def ogcapi(server: PyGeoApi, **more: Any) -> dict[str, Any]:
    return {"kind": "ogcapi", "url": server.url, "collection": "trees", **more}


def wfs(server: MapServer, **more: Any) -> dict[str, Any]:
    return {"kind": "wfs", "url": f"{server.url}/", "type_name": "trees", **more}


def place(collection: dict[str, Any]) -> list[float]:
    found: list[float] = collection["features"][0]["geometry"]["coordinates"]
    return found


async def test_all_items_of_a_collection_come_page_after_page(site: Site, pygeoapi: PyGeoApi) -> None:
    found = await read(site, ogcapi(pygeoapi, size=7))
    assert [feature["id"] for feature in found["features"]] == list(range(1, COUNT + 1))
    assert found["features"][2]["properties"] == {"name": "Bäume 3", "height": 3.5, "district": "S"}
    assert place(found) == [13.31, 52.405]
    capped = await read(site, ogcapi(pygeoapi, size=1000, format="json"))
    assert len(capped) == COUNT, "the server makes its pages smaller than it is asked to"


async def test_a_box_and_a_queryable_narrow_the_items(site: Site, pygeoapi: PyGeoApi) -> None:
    assert len((await read(site, ogcapi(pygeoapi, bbox=BOX)))["features"]) == 5
    address = ogcapi(pygeoapi, parameters={"district": {"values": ["N", "S"]}})
    assert len((await read(site, choose(address, "district=N")))["features"]) == COUNT // 2


@pytest.mark.parametrize(("crs", "east"), [("EPSG:25833", 385_000), ("EPSG:4326", 13.31)])
async def test_items_in_another_reference_system_are_east_before_north(
    site: Site, pygeoapi: PyGeoApi, crs: str, east: float
) -> None:
    found = await read(site, ogcapi(pygeoapi, crs=crs))
    assert place(found)[0] == pytest.approx(east, rel=0.01)
    assert ("crs" in found) is (crs == "EPSG:25833")


async def test_a_reference_system_that_a_collection_does_not_have_is_refused(site: Site, pygeoapi: PyGeoApi) -> None:
    with pytest.raises(SourceError):
        await read(site, ogcapi(pygeoapi, crs="EPSG:25832"))


@pytest.mark.parametrize("output", ["", GEOJSON])
async def test_all_features_of_a_type_come_as_gml_and_as_geojson(site: Site, mapserver: MapServer, output: str) -> None:
    found = await read(site, wfs(mapserver, size=7, output_format=output))
    assert len(found["features"]) == COUNT
    assert {str(feature["properties"]["name"]) for feature in found["features"]} >= {"Bäume 3"}
    assert place(found) == pytest.approx([13.31, 52.405])


@pytest.mark.parametrize("output", ["", GEOJSON])
async def test_features_of_another_reference_system_are_east_before_north(
    site: Site, mapserver: MapServer, output: str
) -> None:
    found = await read(site, wfs(mapserver, crs="EPSG:25833", output_format=output))
    assert place(found)[0] == pytest.approx(385_000, rel=0.01)
    assert found["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::25833"
    there = await read(site, wfs(mapserver, crs="EPSG:4326", output_format=output))
    assert place(there) == pytest.approx([13.31, 52.405])


async def test_a_type_that_is_set_up_badly_is_found_out(site: Site, mapserver: MapServer) -> None:
    with pytest.raises(SourceError, match="sends degrees"):
        await read(site, wfs(mapserver, type_name="careless", crs="EPSG:25833", output_format=GEOJSON))


async def test_a_box_and_a_filter_narrow_the_features(site: Site, mapserver: MapServer) -> None:
    assert len((await read(site, wfs(mapserver, bbox=BOX)))["features"]) == 5
    address = wfs(mapserver, parameters={"district": {"values": ["N", "S"]}, "name": {}})
    assert len((await read(site, choose(address, "district=N")))["features"]) == COUNT // 2
    both = await read(site, choose({**address, "bbox": BOX}, "district=N"))
    assert len(both["features"]) == 2
    odd = await read(site, choose(address, "name=%27%3E%3C%2Ffes%3ALiteral%3E%26"))
    assert odd["features"] == [], "a value is a literal, whatever it has in it"


async def test_a_type_that_is_not_there_is_told(site: Site, mapserver: MapServer) -> None:
    with pytest.raises(SourceError, match="refuses the request"):
        await read(site, wfs(mapserver, type_name="bushes"))
