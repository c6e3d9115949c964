"""Entities of NGSI-LD, from a broker of the tests that is written from the text of the standard."""

from typing import Any

import pytest
from aiohttp import web

from connector.dataplane.address.parameters import choose
from connector.dataplane.kinds import SOURCES, Site
from connector.dataplane.portals.ngsi_ld import NGSI_LD
from connector.ports.flow import SourceError
from tests.dataplane.portals.reading import Respond, portal, read
from tests.dataplane.world import Side


def address(url: str, **more: Any) -> dict[str, Any]:
    return {"kind": "ngsi-ld", "url": f"{url}/ngsi-ld/v1", "type": "AirQualityObserved", **more}


def entity(number: int, **more: Any) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [7.2, 51.5]}
    return {"id": f"urn:ngsi-ld:Air:{number}", "type": "AirQualityObserved", "pm10": number, "location": place, **more}


def broker(count: int, total: str | None = None, cap: int = 2) -> Respond:
    """Return a broker with entities; it gives at most `cap` at once, and says how many there are."""

    def respond(request: web.Request, _: int) -> web.Response:
        assert request.path == "/ngsi-ld/v1/entities"
        first = int(request.query["offset"])
        found = [entity(number) for number in range(first, min(first + cap, count))]
        return web.json_response(found, headers={"NGSILD-Results-Count": total or str(count)})

    return respond


async def test_all_entities_come_page_after_page(consumer: Side) -> None:
    async with portal(broker(5)) as (url, seen):
        found = await read(consumer, address(url, q="pm10>=0", attributes=["pm10", "location"], tenant="city"))
    assert [one["pm10"] for one in found] == [0, 1, 2, 3, 4]
    assert found[0]["geometry"] == {"type": "Point", "coordinates": [7.2, 51.5]}
    assert "location" not in found[0]
    assert seen[0].query["options"] == "keyValues"
    assert (seen[0].query["q"], seen[0].query["attrs"]) == ("pm10>=0", "pm10,location")
    assert seen[0].headers["NGSILD-Tenant"] == "city"
    assert [request.query["offset"] for request in seen] == ["0", "2", "4"]


async def test_a_context_a_box_and_geojson(consumer: Side) -> None:
    async with portal(broker(1)) as (url, seen):
        context = "https://city.example/context.jsonld"
        found = await read(consumer, address(url, bbox=[7, 51, 8, 52], context=context, format="geojson"))
    assert found["features"][0]["properties"] == {"type": "AirQualityObserved", "pm10": 0}
    assert seen[0].query["coordinates"] == "[[[7.0,51.0],[8.0,51.0],[8.0,52.0],[7.0,52.0],[7.0,51.0]]]"
    assert seen[0].headers["Link"].startswith(f'<{context}>; rel="http://www.w3.org/ns/json-ld#context"')


async def test_what_a_consumer_chooses_is_one_quoted_value(consumer: Side) -> None:
    parameters = {"district": {}, "from": {"type": "time", "field": "dateObserved", "compare": ">="}}
    async with portal(broker(0)) as (url, seen):
        offered = address(url, q="a==1|b==2", parameters=parameters)
        await read(consumer, choose(offered, "district=Nord;type==x&from=2026-05-01T00:00:00Z"))
        with pytest.raises(SourceError, match="quotation mark"):
            await read(consumer, choose(offered, "district=%22%7Cb%3D%3D%22"))
    assert seen[0].query["q"] == '(a==1|b==2);district=="Nord;type==x";dateObserved>=2026-05-01T00:00:00Z'
    assert len(seen) == 1


async def test_a_broker_that_does_not_count_on_is_found_out(consumer: Side) -> None:
    async with portal(lambda *_: web.json_response([entity(1)])) as (url, seen):
        with pytest.raises(SourceError, match="the same page twice"):
            await read(consumer, address(url))
    assert len(seen) == 2


@pytest.mark.parametrize("total", ["6", "99999999"])
async def test_a_total_that_is_a_lie_never_looks_complete(consumer: Side, total: str) -> None:
    async with portal(broker(5, total)) as (url, _):
        with pytest.raises(SourceError, match=f"speaks of {total} rows and gave 5"):
            await read(consumer, address(url))


async def test_a_total_that_is_no_number_counts_as_unknown(consumer: Side) -> None:
    async with portal(broker(5, "many")) as (url, seen):
        assert len(await read(consumer, address(url))) == 5
    assert len(seen) == 4, "an empty page is the end"


@pytest.mark.parametrize("text", ["", "{}", '{"type":"x"}', "[7]", '[{"location":7}]', "[" * 100_000, '[{"pm":NaN}]'])
async def test_an_answer_that_has_no_entities_is_refused(consumer: Side, text: str) -> None:
    async with portal(lambda *_: web.Response(text=text)) as (url, _):
        with pytest.raises(SourceError):
            await read(consumer, address(url))


@pytest.mark.parametrize(
    "odd",
    [
        {"type": ""},
        {"type": "a&b"},
        {"context": "https://x/<y>"},
        {"tenant": "a\r\nX: y"},
        {"parameters": {"a": {"field": "x==1|y"}}},
        {"bbox": [200, 0, 201, 1]},
    ],
)
def test_an_address_with_odd_members_is_refused(consumer: Side, odd: dict[str, Any]) -> None:
    assert NGSI_LD.kind == "ngsi-ld"
    with pytest.raises(SourceError):
        SOURCES["ngsi-ld"](Site(None, None, consumer.client)).check(address("http://127.0.0.1") | odd)
