"""Collections of OGC API – Features, and portals that lie about their pages, places and numbers."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from connector.dataplane.address.parameters import choose
from connector.dataplane.backends.walking import LARGEST_PAGE
from connector.dataplane.kinds import SOURCES, Site
from connector.dataplane.portals.ogcapi import OGCAPI
from connector.dataplane.sources.portal import PortalSource
from connector.ports.flow import Cause, SourceError
from tests.dataplane.portals.reading import Respond, feature, page, portal, read, read_bytes
from tests.dataplane.world import Side, serving


def address(url: str, **more: Any) -> dict[str, Any]:
    return {"kind": "ogcapi", "url": url, "collection": "trees", **more}


def answer(*pages: Any) -> Respond:
    return lambda _, number: web.json_response(pages[min(number, len(pages) - 1)])


async def test_pages_are_one_collection(consumer: Side) -> None:
    pages = (page(feature(1), following="?page=1", numberMatched=2), page(feature(2), numberMatched=2))
    async with portal(answer(*pages)) as (url, seen):
        found = await read(consumer, address(f"{url}/geo/", size=1, bbox=[7, 51, 8, 52], datetime="2026-01-01/.."))
    assert [one["id"] for one in found["features"]] == [1, 2]
    assert seen[0].path == "/geo/collections/trees/items"
    assert dict(seen[0].query) == {"limit": "1", "bbox": "7,51,8,52", "datetime": "2026-01-01/.."}
    assert "geo+json" in seen[0].headers["Accept"]


async def test_rows_can_be_csv_and_a_number_stays_as_it_is_written(consumer: Side) -> None:
    text = (
        '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"h":1.50,"x":"ä"}}]}'
    )
    async with portal(lambda *_: web.Response(text=text)) as (url, _):
        found = await read_bytes(consumer, address(url, format="csv"))
    assert found.decode().splitlines() == ["h,x,geometry", "1.50,ä,"]


async def test_what_a_consumer_chooses_is_encoded_and_never_replaces_what_the_operator_states(consumer: Side) -> None:
    async with portal(answer(page())) as (url, seen):
        offered = address(url, bbox=[7, 51, 8, 52], parameters={"street": {}, "bbox": {}})
        await read(consumer, choose(offered, "street=a%26limit%3D9%23&bbox=0,0,1,1"))
    assert dict(seen[0].query) == {"street": "a&limit=9#", "bbox": "7,51,8,52", "limit": "200"}
    assert seen[0].path == "/collections/trees/items"


@pytest.mark.parametrize(
    ("following", "words"),
    [
        ("http://169.254.169.254/latest", "another server"),
        ("https://127.0.0.1/x", "another server"),
        ("?limit=200", "there before"),
        ("?a=ä", "cannot be requested"),
        ("?" + "x" * 3000, "cannot be requested"),
        ("http://[", "cannot be requested"),
    ],
)
async def test_a_next_link_elsewhere_or_in_a_circle_is_not_followed(consumer: Side, following: str, words: str) -> None:
    async with portal(answer(page(feature(1), following=following))) as (url, seen):
        with pytest.raises(SourceError, match=words):
            await read(consumer, address(url))
    assert len(seen) == 1


async def test_pages_without_an_end_are_bounded(consumer: Side) -> None:
    endless = lambda _, number: web.json_response(page(feature(number), following=f"?page={number}"))  # noqa: E731
    async with portal(endless) as (url, seen):
        with pytest.raises(SourceError, match="more than 5 pages"):
            await read(consumer, address(url, most_pages=5))
        assert len(seen) == 5
        with pytest.raises(SourceError, match="more than 3 rows"):
            await read(consumer, address(url, most_rows=3))


async def test_a_portal_that_gives_the_same_page_again_is_found_out(consumer: Side) -> None:
    same = lambda _, number: web.json_response(page(feature(1), following=f"?page={number}"))  # noqa: E731
    async with portal(same) as (url, _):
        with pytest.raises(SourceError, match="the same page twice"):
            await read(consumer, address(url))


@pytest.mark.parametrize("total", [1, 3, 10**12])
async def test_a_total_that_is_a_lie_never_looks_complete(consumer: Side, total: int) -> None:
    pages = (page(feature(1), following="?page=1", numberMatched=total), page(feature(2), numberMatched=total))
    async with portal(answer(*pages)) as (url, _):
        with pytest.raises(SourceError, match=rf"speaks of {total} rows and gave 2") as error:
            await read(consumer, address(url))
    assert error.value.cause is Cause.UNAVAILABLE


async def test_a_feature_that_is_too_large_is_refused(consumer: Side) -> None:
    def respond(_: web.Request, __: int) -> web.Response:
        return web.json_response(page(feature(1, text="x" * LARGEST_PAGE)))

    async with portal(respond) as (url, _):
        with pytest.raises(SourceError, match=f"{LARGEST_PAGE} bytes"):
            await read(consumer, address(url))


async def test_columns_that_change_half_way_are_refused_unless_they_are_stated(consumer: Side) -> None:
    pages = (page(feature(1), feature(2, m=1), following="?page=1"), page(feature(3, other=1)))
    async with portal(answer(*pages)) as (url, _):
        with pytest.raises(SourceError, match=r"another column half-way \(other\)"):
            await read(consumer, address(url, format="json"))
    async with portal(answer(*pages)) as (url, _):
        found = await read(consumer, address(url, format="json", columns=["n", "m"]))
    assert found == [{"n": 1, "m": None}, {"n": 2, "m": 1}, {"n": 3, "m": None}]


@pytest.mark.parametrize(
    "geometry",
    [
        '{"type":"Point","coordinates":[NaN,1]}',
        '{"type":"Point","coordinates":[1e999,1]}',
        '{"type":"Point","coordinates":[true,1]}',
        '{"type":"Point","coordinates":["7","51"]}',
        '{"type":"Point","coordinates":[1]}',
        '{"type":"Point","coordinates":7}',
        '{"type":"Circle","coordinates":[1,2]}',
        '{"type":"Polygon","coordinates":[1,2]}',
        '{"type":["Point"],"coordinates":[1,2]}',
        '{"type":"GeometryCollection","geometries":[7]}',
        "[1,2]",
        '{"type":"Polygon","coordinates":' + "[" * 500 + "]" * 500 + "}",
    ],
)
async def test_a_geometry_of_no_finite_numbers_is_refused(consumer: Side, geometry: str) -> None:
    text = f'{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{}},"geometry":{geometry}}}]}}'
    async with portal(lambda *_: web.Response(text=text)) as (url, _):
        with pytest.raises(SourceError, match=r"GeoJSON"):
            await read(consumer, address(url))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"type":"Feature"}', '{"features":7}', "<html/>", "[" * 100_000])
async def test_an_answer_that_is_no_collection_is_refused(consumer: Side, text: str) -> None:
    async with portal(lambda *_: web.Response(text=text)) as (url, _):
        with pytest.raises(SourceError, match="no FeatureCollection"):
            await read(consumer, address(url))


async def test_a_reference_system_other_than_asked_is_refused(consumer: Side) -> None:
    def respond(request: web.Request, _: int) -> web.Response:
        assert request.query["crs"] == "http://www.opengis.net/def/crs/EPSG/0/25832"
        name = "<http://www.opengis.net/def/crs/EPSG/0/25833>"
        return web.json_response(page(feature(1, 380_000, 5_700_000)), headers={"Content-Crs": name})

    async with portal(respond) as (url, _):
        with pytest.raises(SourceError, match="asked for EPSG:25832 and answers in EPSG:25833"):
            await read(consumer, address(url, crs="EPSG:25832"))


async def test_degrees_that_are_none_and_swapped_axes_are_found_out(consumer: Side) -> None:
    async with portal(answer(page(feature(1, 380_000, 5_700_000)))) as (url, _):
        with pytest.raises(SourceError, match="coordinates that are none"):
            await read(consumer, address(url))
    async with portal(answer(page(feature(1, 51.5, 7.2)))) as (url, _):
        with pytest.raises(SourceError, match="the other way round"):
            await read(consumer, address(url, bbox=[7, 51, 8, 52]))
        found = await read(consumer, address(url, bbox=[7, 51, 8, 52], axes="north-east"))
    assert found["features"][0]["geometry"]["coordinates"] == [7.2, 51.5]


async def test_a_portal_that_hangs_is_given_up(consumer: Side) -> None:
    async def hang(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with serving(hang) as url:
        source = PortalSource(OGCAPI, consumer.client, lambda *_: "", idle_s=0.05)
        with pytest.raises(SourceError, match="cannot be read") as error:
            async with source.open(address(url)):
                pytest.fail("opened")
    assert error.value.cause is Cause.UNAVAILABLE


async def test_pages_that_take_too_long_together_are_given_up(consumer: Side) -> None:
    def respond(_: web.Request, number: int) -> web.Response:
        return web.json_response(page(feature(number), following=f"?page={number}"))

    async with portal(respond) as (url, _):
        source = PortalSource(OGCAPI, consumer.client, lambda *_: "", longest_s=0.0)
        with pytest.raises(SourceError, match="did not finish"):
            async with source.open(address(url)) as content:
                [chunk async for chunk in content.chunks]


@pytest.mark.parametrize(
    "odd",
    [
        {"collection": ".."},
        {"collection": "a/b"},
        {"collection": "a?x=1"},
        {"collection": "a\r\nX: y"},
        {"bbox": [1, 2, 3]},
        {"bbox": [0, 91, 1, 92]},
        {"bbox": [0, float("nan"), 1, 2]},
        {"datetime": "2026&x=1"},
        {"crs": "EPSG:25832&x=1"},
        {"size": 0},
        {"unknown": 1},
        {"url": "file:///etc/passwd"},
        {"columns": [""]},
    ],
)
def test_an_address_with_odd_members_is_refused(consumer: Side, odd: dict[str, Any]) -> None:
    with pytest.raises(SourceError):
        SOURCES["ogcapi"](Site(None, None, consumer.client)).check(address("http://127.0.0.1") | odd)
