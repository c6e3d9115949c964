"""Entities of the SensorThings API, from a service of the tests that is written from the text of the standard."""

from typing import Any

import pytest
from aiohttp import web

from connector.dataplane.address.parameters import choose
from connector.dataplane.kinds import SOURCES, Site
from connector.dataplane.portals.sensorthings import SENSORTHINGS
from connector.ports.flow import SourceError
from tests.dataplane.portals.reading import Respond, portal, read, read_bytes
from tests.dataplane.world import Side


def address(url: str, **more: Any) -> dict[str, Any]:
    return {"kind": "sensorthings", "url": f"{url}/v1.1", "path": "Datastreams(7)/Observations", **more}


def observation(number: int, **more: Any) -> dict[str, Any]:
    return {
        "@iot.selfLink": f"http://sta/Observations({number})",
        "@iot.id": number,
        "phenomenonTime": "2026-05-01T00:00:00Z",
        "result": number,
        "Datastream@iot.navigationLink": "http://sta/Datastreams(7)",
        **more,
    }


def service(count: int, total: int | None = None) -> Respond:
    """Return a service that gives two entities at once."""

    def respond(request: web.Request, _: int) -> web.Response:
        first = int(request.query.get("$skip", "0"))
        found = [observation(number) for number in range(first, min(first + 2, count))]
        here = f"http://{request.host}{request.path}?$skip={first + 2}"
        more = {"@iot.nextLink": here} if first + 2 < count else {}
        return web.json_response({"@iot.count": count if total is None else total, **more, "value": found})

    return respond


async def test_all_observations_come_page_after_page(consumer: Side) -> None:
    async with portal(service(5)) as (url, seen):
        found = await read_bytes(consumer, address(url, format="csv", filter="result gt 0", order_by="result asc"))
    assert found.decode().splitlines()[:2] == ["id,phenomenonTime,result", "0,2026-05-01T00:00:00Z,0"]
    assert len(found.splitlines()) == 6
    assert seen[0].path == "/v1.1/Datastreams(7)/Observations"
    assert seen[0].query["$filter"] == "(result gt 0)"
    assert (seen[0].query["$top"], seen[0].query["$count"]) == ("200", "true")


async def test_expanded_entities_are_columns_of_their_way_and_a_place_is_found(consumer: Side) -> None:
    place = {"type": "Point", "coordinates": [7.2, 51.5]}
    thing = {"name": "Bank", "Locations": [{"@iot.id": 1, "location": place}], "properties": {"a": {"b": 1.50}}}
    stream = {"@iot.id": 7, "name": "PM10", "unitOfMeasurement": {"symbol": "µg/m³"}, "Thing": thing}
    page = {"value": [observation(1, Datastream=stream)]}
    async with portal(lambda *_: web.json_response(page)) as (url, seen):
        way = "Datastream.Thing.Locations.0.location"
        found = await read(consumer, address(url, expand="Datastream($expand=Thing)", geometry=way, format="geojson"))
    values = found["features"][0]["properties"]
    assert values["Datastream.unitOfMeasurement.symbol"] == "µg/m³"
    assert values["Datastream.Thing.properties.a.b"] == 1.5
    assert values["Datastream.id"] == 7
    assert found["features"][0]["geometry"] == place
    assert seen[0].query["$expand"] == "Datastream($expand=Thing)"


async def test_what_a_consumer_chooses_is_one_literal(consumer: Side) -> None:
    parameters = {
        "name": {"field": "Datastream/name"},
        "from": {"type": "time", "field": "phenomenonTime", "compare": ">="},
    }
    async with portal(service(0)) as (url, seen):
        offered = address(url, filter="result gt 0 or true", parameters=parameters)
        await read(consumer, choose(offered, "name=x%27%20or%20%27a%27%20eq%20%27a&from=2026-05-01T00:00:00Z"))
    assert seen[0].query["$filter"] == (
        "(result gt 0 or true) and Datastream/name eq 'x'' or ''a'' eq ''a' and phenomenonTime ge 2026-05-01T00:00:00Z"
    )


@pytest.mark.parametrize("target", ["http://10.0.0.1/x", "https://127.0.0.1/x", "?$skip=0", ""])
async def test_a_next_link_elsewhere_or_in_a_circle_is_not_followed(consumer: Side, target: str) -> None:
    def respond(request: web.Request, number: int) -> web.Response:
        assert number < 2
        return web.json_response({"value": [observation(number)], "@iot.nextLink": target or str(request.url)})

    async with portal(respond) as (url, _):
        with pytest.raises(SourceError, match=r"another server|there before"):
            await read(consumer, address(url))


async def test_a_total_that_is_a_lie_never_looks_complete(consumer: Side) -> None:
    async with portal(service(5, total=9)) as (url, _):
        with pytest.raises(SourceError, match="speaks of 9 rows and gave 5"):
            await read(consumer, address(url))


async def test_an_expanded_list_that_goes_on_elsewhere_is_refused(consumer: Side) -> None:
    entity = observation(1, **{"Datastreams": [], "Datastreams@iot.nextLink": "http://sta/next"})
    async with portal(lambda *_: web.json_response({"value": [entity]})) as (url, _):
        with pytest.raises(SourceError, match="goes on at another page"):
            await read(consumer, address(url))


async def test_an_entity_with_any_number_of_properties_is_refused(consumer: Side) -> None:
    entity = observation(1, **{f"p{number}": number for number in range(2000)})
    async with portal(lambda *_: web.json_response({"value": [entity]})) as (url, _):
        with pytest.raises(SourceError, match="more than 1000 properties"):
            await read(consumer, address(url))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"value":7}', '{"value":[7]}', "[" * 99_999, '{"value":[{"r":NaN}]}']
)
async def test_an_answer_that_has_no_entities_is_refused(consumer: Side, text: str) -> None:
    async with portal(lambda *_: web.Response(text=text)) as (url, _):
        with pytest.raises(SourceError, match="something else than entities"):
            await read(consumer, address(url))


@pytest.mark.parametrize(
    "odd",
    [
        {"path": "../Things"},
        {"path": "Things?x"},
        {"path": "Things(1)"},
        {"path": "Things(1 or 2)/Datastreams"},
        {"filter": "a&b"},
        {"parameters": {"a": {"field": "result eq 1 or result"}}},
    ],
)
def test_an_address_with_odd_members_is_refused(consumer: Side, odd: dict[str, Any]) -> None:
    assert SENSORTHINGS.kind == "sensorthings"
    with pytest.raises(SourceError):
        SOURCES["sensorthings"](Site(None, None, consumer.client)).check(address("http://127.0.0.1") | odd)
