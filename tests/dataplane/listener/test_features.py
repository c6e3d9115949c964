"""OGC API – Features at the data plane: read by OWSLib, page by page, within what the lease allows."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from owslib.ogcapi.features import Features

from connector.ports.treatment import Records, TransformStep, Treatment
from tests.dataplane.records import TREATING, encoded
from tests.dataplane.world import Side, lease, side, url_and_token
from tests.pair.moving import CountedSource
from tests.support.data import data_folder

ROADWORKS = Records(format="geojson", crs="OGC:CRS84", time="von")
DROP = TransformStep(name="drop", fields=("info",))


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Side]:
    async with side(tmp_path / "provider", treating=TREATING) as made:
        yield made


async def offer(
    provider: Side, *steps: TransformStep, forms: tuple[Any, ...] = ("features",)
) -> tuple[str, dict[str, str]]:
    shutil.copy(data_folder("karlsruhe/baustellen.geojson"), provider.folder / "out")
    treatment = encoded(Treatment(records=ROADWORKS, steps=steps, forms=forms))
    address = {"kind": "file", "path": "baustellen.geojson"}
    media_type = "application/geo+json"
    url, token = url_and_token(
        await provider.serve(address, lease(treatment=treatment), media_type=media_type, live=True)
    )
    return url.replace("/flows/", "/features/"), token


async def read(http: aiohttp.ClientSession, url: str, token: dict[str, str], **query: Any) -> tuple[int, Any]:
    async with http.get(url, headers=token, params=query) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_owslib_reads_the_collection_and_its_items(provider: Side) -> None:
    url, token = await offer(provider, DROP)

    def look() -> Any:
        service = Features(url, headers=token)
        found = service.collection_items("rows", limit=50, bbox=[8.40, 49.0, 8.42, 49.02])
        return service.conformance(), service.feature_collections(), found, service.collection("rows")

    conformance, names, found, about = await asyncio.to_thread(look)
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in conformance["conformsTo"]
    assert names == ["rows"]
    assert about["crs"] == ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"]
    assert 0 < found["numberMatched"] == found["numberReturned"] < 50
    assert all("info" not in feature["properties"] for feature in found["features"])
    for feature in found["features"]:
        east, north = feature["geometry"]["coordinates"]
        assert 8.40 <= east <= 8.42
        assert 49.0 <= north <= 49.02


async def test_pages_follow_each_other_to_the_last_row(provider: Side, http: aiohttp.ClientSession) -> None:
    url, token = await offer(provider)
    seen, place = [], f"{url}/collections/rows/items?limit=80"
    while place:
        status, page = await read(http, place, token)
        assert (status, page["numberMatched"]) == (200, 181)
        seen += [feature["id"] for feature in page["features"]]
        place = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert seen == list(range(1, 182))
    status, item = await read(http, f"{url}/collections/rows/items/7", token)
    assert (status, item["id"], item["type"]) == (200, 7, "Feature")
    assert (await read(http, f"{url}/collections/rows/items/182", token))[0] == 404
    assert (await read(http, f"{url}/collections/rows/items/x", token))[0] == 404


async def test_a_page_of_large_data_reads_no_further_than_its_next_row(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    counted = provider.plane.sources["file"] = CountedSource(provider.plane.sources["file"])  # type: ignore[index]
    rows = b"".join(b"%d,%d.5,51.5,%s\r\n" % (one, one % 9, b"x" * 60) for one in range(100_000))
    address = provider.give("trees.csv", b"id,lon,lat,note\r\n" + rows)
    records = Records(format="csv", geometry=("lon", "lat"), crs="OGC:CRS84")
    treatment = encoded(Treatment(records=records, forms=("features", "csv")))
    granted = lease(treatment=treatment)
    url, token = url_and_token(await provider.serve(address, granted, media_type="text/csv", live=True))
    place = f"{url.replace('/flows/', '/features/')}/collections/rows/items"
    for query, first in (("?limit=3", 1), ("?limit=3&offset=5000", 5_001), ("?limit=3&bbox=2,50,3,52", 3)):
        before = counted.count
        status, page = await read(http, f"{place}{query}", token)
        assert (status, page["features"][0]["id"]) == (200, first)
        assert page["numberReturned"] == 3
        assert "numberMatched" not in page, "nobody has counted"
        assert any(link["rel"] == "next" for link in page["links"])
        assert counted.count - before < len(rows) / 2
    status, last = await read(http, f"{place}?limit=3&offset=99998", token)
    assert (status, last["numberMatched"], last["numberReturned"]) == (200, 100_000, 2)
    assert (await read(http, f"{place}/7", token))[1]["properties"]["id"] in {6, "6"}
    async with http.get(url, headers=token, params={"form": "csv", "limit": "2"}) as answer:
        assert (await answer.read()).count(b"\r\n") == 3


async def test_items_are_filtered_by_time_and_by_a_property(provider: Side, http: aiohttp.ClientSession) -> None:
    url, token = await offer(provider)
    items = f"{url}/collections/rows/items"
    _, found = await read(http, items, token, datetime="2026-08-01/..", ampel="gering", limit=200)
    assert found["features"]
    assert all(row["properties"]["von"] >= "2026-08-01" for row in found["features"])
    assert {row["properties"]["ampel"] for row in found["features"]} == {"gering"}


@pytest.mark.parametrize(
    "query",
    ["bbox=1,2,3", "limit=0", "limit=x", "datetime=soon", "nothing=1", "crs=EPSG:1", "bbox=2,2,1,1", "offset=-1"],
)
async def test_a_wrong_parameter_is_refused_and_ends_nothing(
    provider: Side, http: aiohttp.ClientSession, query: str
) -> None:
    url, token = await offer(provider)
    status, answer = await read(http, f"{url}/collections/rows/items?{query}", token)
    assert (status, answer["error"]) == (400, "choice")
    assert (await read(http, f"{url}/collections/rows/items?limit=1", token))[0] == 200


async def test_what_is_not_offered_so_is_not_there(provider: Side, http: aiohttp.ClientSession) -> None:
    url, token = await offer(provider, forms=("csv",))
    assert (await read(http, url, token))[0] == 404
    assert (await read(http, f"{url}/collections/rows/items", token))[0] == 400
    assert (await read(http, url, {"Authorization": "Bearer x"}))[0] == 401
    assert (await read(http, url.replace("/features/", "/flows/"), token, form="json"))[0] == 400


async def test_the_documents_lead_to_each_other(provider: Side, http: aiohttp.ClientSession) -> None:
    url, token = await offer(provider)
    _, landing = await read(http, url, token)
    for link in landing["links"]:
        assert (await read(http, link["href"], token))[0] == 200
    assert (await read(http, f"{url}/nothing", token))[0] == 404
    _, described = await read(http, f"{url}/api", token)
    assert described["openapi"].startswith("3.0")
