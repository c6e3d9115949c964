"""CKAN by reference: the newest resource, its file, and its rows; portals that point elsewhere."""

import json
from typing import Any

import pytest
from aiohttp import web

from connector.dataplane.address.parameters import choose
from connector.dataplane.kinds import SOURCES, Site
from connector.dataplane.portals.ckan import CkanAddress, CkanResource, choose_url, read_date
from connector.ports.flow import Cause, SourceError
from tests.dataplane.portals.reading import portal, read, read_bytes
from tests.dataplane.world import Side


def address(url: str, **more: Any) -> dict[str, Any]:
    return {"kind": "ckan", "url": f"{url}/daten/", "dataset": "trees", "resource_format": "csv", **more}


def resource(id: str, url: str, modified: str | None, format: str = "CSV", **more: Any) -> dict[str, Any]:
    return {"id": id, "url": url, "format": format, "last_modified": modified, "state": "active", **more}


def told(result: Any) -> web.Response:
    return web.json_response({"success": True, "result": result})


def serve(*resources: Any, data: bytes = b"id\r\n1\r\n") -> Any:
    def respond(request: web.Request, _: int) -> web.Response:
        if request.path == "/daten/api/3/action/package_show":
            assert request.query["id"] == "trees"
            here = f"http://{request.host}"
            return told({"resources": [{**one, "url": one["url"].replace("HERE", here)} for one in resources]})
        return web.Response(body=data if request.path == "/files/new.csv" else b"old", content_type="text/csv")

    return respond


RESOURCES = (
    resource("a", "HERE/files/old.csv", "2026-01-01T00:00:00"),
    resource("b", "HERE/files/new.csv", "2026-03-01T00:00:00.5", "csv"),
    resource("c", "HERE/files/other.json", "2026-04-01T00:00:00", "JSON"),
    resource("d", "HERE/files/gone.csv", "2026-05-01T00:00:00", state="deleted"),
    resource("e", "HERE/files/odd.csv", "soon"),
)


async def test_the_newest_resource_of_a_format_is_passed_on_as_it_is(consumer: Side) -> None:
    async with portal(serve(*RESOURCES)) as (url, seen):
        assert await read_bytes(consumer, address(url)) == b"id\r\n1\r\n"
        source = SOURCES["ckan"](Site(None, None, consumer.client))
        assert await source.changed_at(address(url)) == 1_772_323_200_500
    assert [request.path for request in seen[:2]] == ["/daten/api/3/action/package_show", "/files/new.csv"]


async def test_a_dataset_without_the_format_is_told(consumer: Side) -> None:
    async with portal(serve(*RESOURCES)) as (url, _):
        with pytest.raises(SourceError, match="no resource of this format") as error:
            await read(consumer, address(url, resource_format="XLSX"))
    assert error.value.cause is Cause.NOT_FOUND


@pytest.mark.parametrize("place", ["http://169.254.169.254/x.csv", "https://127.0.0.1/x.csv", "http://10.0.0.1/x.csv"])
async def test_a_file_at_another_server_is_not_fetched(consumer: Side, place: str) -> None:
    async with portal(serve(resource("a", place, None))) as (url, seen):
        with pytest.raises(SourceError, match="another server"):
            await read(consumer, address(url))
    assert len(seen) == 1


@pytest.mark.parametrize("place", ["", "file:///etc/passwd", "ftp://x/", "http://a b/", "//x/y", "http://x\r\ny/"])
async def test_a_file_without_a_usable_url_is_told(consumer: Side, place: str) -> None:
    async with portal(serve(resource("a", place, None))) as (url, _):
        with pytest.raises(SourceError, match="no usable URL"):
            await read(consumer, address(url))


async def test_a_file_at_a_server_that_is_named_is_fetched_without_the_key_of_the_portal(consumer: Side) -> None:
    async with portal(lambda *_: web.Response(body=b"far")) as (far, seen):
        there = far.removeprefix("http://")
        async with portal(serve(resource("a", f"{far}/a.csv", None))) as (url, asked):
            source = SOURCES["ckan"](Site(None, None, consumer.client, secrets=lambda *_: "canary-4711"))
            auth = {"kind": "api-key", "header": "Authorization", "secret": "key"}
            async with source.open(address(url, hosts=[there], auth=auth)) as content:
                assert b"".join([chunk async for chunk in content.chunks]) == b"far"
    assert asked[0].headers["Authorization"] == "canary-4711"
    assert "Authorization" not in seen[0].headers


def rows(request: web.Request, _: int) -> web.Response:
    if request.path.endswith("package_show"):
        return serve(*RESOURCES)(request, 0)  # type: ignore[no-any-return]
    assert request.query["resource_id"] == "b"
    first = int(request.query["offset"])
    records = [{"_id": number, "n": number, "x": None} for number in range(first, min(first + 2, 5))]
    return told({"fields": [{"id": "_id"}, {"id": "n"}, {"id": "x"}], "records": records, "total": 5})


async def test_rows_of_the_datastore_come_page_after_page(consumer: Side) -> None:
    async with portal(rows) as (url, seen):
        found = await read_bytes(consumer, address(url, datastore=True, format="csv", size=2))
    assert found.decode().split() == ["n,x", "0,", "1,", "2,", "3,", "4,"]
    assert [request.query.get("offset") for request in seen] == [None, "0", "2", "4"]


async def test_a_chosen_value_is_a_value_of_json(consumer: Side) -> None:
    async with portal(rows) as (url, seen):
        parameters = {"street": {"field": "Straße"}, "n": {"type": "integer"}}
        await read(consumer, choose(address(url, datastore=True, parameters=parameters), "street=%22%7D%26&n=7"))
    assert json.loads(seen[1].query["filters"]) == {"Straße": '"}&', "n": 7}


@pytest.mark.parametrize("text", ["", "{}", '{"success":false}', '{"success":true,"result":7}', "[" * 100_000])
async def test_an_answer_that_is_none_of_ckan_is_refused(consumer: Side, text: str) -> None:
    for more in ({}, {"datastore": True}):
        async with portal(lambda *_: web.Response(text=text)) as (url, _):
            with pytest.raises(SourceError):
                await read(consumer, address(url, **more))


@pytest.mark.parametrize(
    "odd",
    [
        {"resource": "x"},
        {"dataset": ""},
        {"resource_format": ""},
        {"dataset": "a/../b"},
        {"parameters": {"a": {}}},
        {"datastore": True, "parameters": {"a": {"compare": "<"}}},
        {"datastore": True, "format": "geojson"},
    ],
)
def test_an_address_with_odd_members_is_refused(consumer: Side, odd: dict[str, Any]) -> None:
    with pytest.raises(SourceError):
        SOURCES["ckan"](Site(None, None, consumer.client)).check(address("http://127.0.0.1") | odd)


def test_a_date_of_ckan_is_in_utc_and_an_odd_one_is_unknown() -> None:
    assert read_date(CkanResource(last_modified="1970-01-01T00:00:01")) == 1000
    assert read_date(CkanResource(last_modified="x", created="1970-01-01T01:00:01+01:00")) == 1000
    assert read_date(CkanResource(last_modified="9" * 1000)) is None


def test_the_portal_itself_needs_no_name_in_the_address() -> None:
    own = CkanAddress(kind="ckan", url="https://data.example", resource="x")
    assert choose_url(own, CkanResource(url="https://data.example/f")) == ("https://data.example/f", True)
