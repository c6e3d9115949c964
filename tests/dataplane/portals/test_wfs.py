"""Feature types of WFS 2.0 in GML and GeoJSON, and servers that are set up badly or mean harm."""

from typing import Any
from xml.parsers import expat

import pytest
from aiohttp import web

from connector.dataplane.address.parameters import choose
from connector.dataplane.kinds import SOURCES, Site
from connector.ports.flow import SourceError
from tests.dataplane.portals.reading import feature, page, portal, read
from tests.dataplane.world import Side

NAMES = 'xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:c="urn:city"'
LAT_LON = "urn:ogc:def:crs:EPSG::4326"


def address(url: str, **more: Any) -> dict[str, Any]:
    return {"kind": "wfs", "url": f"{url}/wfs?map=city", "type_name": "c:trees", **more}


def collection(*members: str, matched: str = "unknown") -> str:
    inner = "".join(f"<wfs:member>{member}</wfs:member>" for member in members)
    return f'<wfs:FeatureCollection {NAMES} numberMatched="{matched}">{inner}</wfs:FeatureCollection>'


def tree(number: int, position: str = "51.5 7.2", crs: str = LAT_LON, more: str = "") -> str:
    point = f'<gml:Point srsName="{crs}"><gml:pos>{position}</gml:pos></gml:Point>'
    return f'<c:trees gml:id="t.{number}"><c:n>{number}</c:n>{more}<c:place>{point}</c:place></c:trees>'


async def test_pages_of_gml_are_one_collection_east_before_north(consumer: Side) -> None:
    pages = [collection(tree(1), tree(2)), collection(tree(3)), collection()]
    async with portal(lambda _, number: web.Response(text=pages[number])) as (url, seen):
        found = await read(consumer, address(url, size=2))
    assert [one["id"] for one in found["features"]] == ["t.1", "t.2", "t.3"]
    assert found["features"][0]["geometry"] == {"type": "Point", "coordinates": [7.2, 51.5]}
    assert found["features"][0]["properties"] == {"n": "1"}
    assert [request.query["startIndex"] for request in seen] == ["0", "2", "3"]
    assert {request.query["map"] for request in seen} == {"city"}
    assert seen[0].query["typeNames"] == "c:trees"


@pytest.mark.parametrize(
    ("crs", "position", "place"),
    [
        (LAT_LON, "51.5 7.2", [7.2, 51.5]),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", "51.5 7.2", [7.2, 51.5]),
        ("EPSG:4326", "7.2 51.5", [7.2, 51.5]),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", "7.2 51.5", [7.2, 51.5]),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "7.2 51.5", [7.2, 51.5]),
        ("urn:ogc:def:crs:EPSG::25832", "380000 5700000", [380_000, 5_700_000]),
        ("urn:ogc:def:crs:EPSG::31466", "5700000 2570000", [2_570_000, 5_700_000]),
    ],
)
async def test_the_name_of_a_reference_system_says_which_axis_is_first(
    consumer: Side, crs: str, position: str, place: list[float]
) -> None:
    text = collection(tree(1, position, crs), matched="1")
    async with portal(lambda *_: web.Response(text=text)) as (url, _):
        found = await read(consumer, address(url))
    assert found["features"][0]["geometry"]["coordinates"] == place


async def test_a_server_that_names_meters_and_sends_degrees_is_found_out(consumer: Side) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25833"}}
    answers = [
        web.json_response(page(feature(1), crs=crs)),
        web.Response(text=collection(tree(1, "7.2 51.5", "urn:ogc:def:crs:EPSG::25833"))),
    ]
    for answer in answers:
        async with portal(lambda *_, answer=answer: answer) as (url, _):  # type: ignore[misc]
            with pytest.raises(SourceError, match="names EPSG:25833 and sends degrees"):
                await read(consumer, address(url, crs="EPSG:25833"))


async def test_an_answer_in_another_system_than_asked_is_refused(consumer: Side) -> None:
    async with portal(lambda *_: web.Response(text=collection(tree(1)))) as (url, _):
        with pytest.raises(SourceError, match="asked for EPSG:25832 and answers in EPSG:4326"):
            await read(consumer, address(url, crs="EPSG:25832"))


@pytest.mark.parametrize("position", ["NaN 7", "inf 7", "1_0 7", "51.5", "51.5 7 8 9 10", "51,5 7,2", "1e999 7"])
async def test_a_position_of_no_finite_numbers_is_refused(consumer: Side, position: str) -> None:
    async with portal(lambda *_: web.Response(text=collection(tree(1, position)))) as (url, _):
        with pytest.raises(SourceError, match="geometry of the portal"):
            await read(consumer, address(url))


async def test_an_exception_is_told_by_its_code_alone(consumer: Side) -> None:
    report = (
        '<ows:ExceptionReport xmlns:ows="o"><ows:Exception exceptionCode="InvalidParameterValue">'
        "<ows:ExceptionText>canary-4711</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"
    )
    async with portal(lambda *_: web.Response(text=report)) as (url, _):
        with pytest.raises(SourceError, match=r"refuses the request \(InvalidParameterValue\)") as error:
            await read(consumer, address(url))
    assert "canary" not in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<!DOCTYPE a SYSTEM "http://169.254.169.254/"><a/>',
        "<a>" * 100 + "</a>" * 100,
        "<a><b></a>",
        "no xml",
        "<html/>",
        "",
    ],
)
async def test_xml_that_means_harm_or_is_none_is_refused(consumer: Side, text: str) -> None:
    async with portal(lambda *_: web.Response(text=text)) as (url, seen):
        with pytest.raises(SourceError):
            await read(consumer, address(url))
    assert len(seen) == 1


async def test_a_server_that_does_not_count_its_pages_is_found_out(consumer: Side) -> None:
    async with portal(lambda *_: web.Response(text=collection(tree(1)))) as (url, seen):
        with pytest.raises(SourceError, match="the same page twice"):
            await read(consumer, address(url))
    assert len(seen) == 2


async def test_a_total_that_is_a_lie_never_looks_complete(consumer: Side) -> None:
    pages = [collection(tree(1), matched="3"), collection(matched="3")]
    async with portal(lambda _, number: web.Response(text=pages[number])) as (url, _):
        with pytest.raises(SourceError, match="speaks of 3 rows and gave 1"):
            await read(consumer, address(url))


async def test_a_chosen_value_is_a_literal_of_a_filter_beside_the_box(consumer: Side) -> None:
    async with portal(lambda *_: web.json_response(page())) as (url, seen):
        offered = address(
            url, bbox=[7, 51, 8, 52], parameters={"street": {}, "n": {"type": "integer", "compare": ">="}}
        )
        await read(consumer, choose(offered, "street=%3C%2Ffes%3ALiteral%3E%26%27%22&n=5"))
    sent = seen[0].query["filter"]
    assert "bbox" not in seen[0].query
    assert "<fes:Literal>&lt;/fes:Literal&gt;&amp;'\"</fes:Literal>" in sent
    assert "<gml:lowerCorner>51 7</gml:lowerCorner>" in sent
    expat.ParserCreate().Parse(sent, True)


async def test_a_nil_value_is_none_and_a_nested_one_has_its_way(consumer: Side) -> None:
    more = '<c:a xsi:nil="true" xmlns:xsi="http://x"/><c:b><c:d>1</c:d></c:b><c:e>1</c:e><c:e>2</c:e>'
    async with portal(lambda *_: web.Response(text=collection(tree(1, more=more), matched="1"))) as (url, _):
        found = await read(consumer, address(url))
    assert found["features"][0]["properties"] == {"n": "1", "a": None, "b.d": "1", "e": ["1", "2"]}


@pytest.mark.parametrize(
    "odd", [{"type_name": "a&b"}, {"sort_by": "a,b c"}, {"bbox": [9, 1, 8]}, {"output_format": "ä"}]
)
def test_an_address_with_odd_members_is_refused(consumer: Side, odd: dict[str, Any]) -> None:
    with pytest.raises(SourceError):
        SOURCES["wfs"](Site(None, None, consumer.client)).check(address("http://127.0.0.1") | odd)
