"""A real PostgreSQL with PostGIS as a source: values of every type, hostile parameters, and a server that fails."""

import asyncio
import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connector.dataplane.address.parameters import BadParameters, choose
from connector.dataplane.address.secrets import refuse_secret
from connector.dataplane.sources.sql import SqlSource
from connector.net.tls import TrustAnchors
from connector.ports.flow import Cause, SourceError
from tests.interop.ckan.runtime import until
from tests.interop.sources.runtime import PASSWORD, Postgres

pytestmark = pytest.mark.sources

SCHEMA = """
CREATE TABLE IF NOT EXISTS trees (id bigint PRIMARY KEY, street text, planted date, height numeric(6,2),
    seen timestamptz, tags text[], facts json, alive boolean, place geometry(Point, 25832), photo bytea);
TRUNCATE trees;
INSERT INTO trees VALUES
 (1, 'Ring, "Nord"', '2020-03-01', 7.50, '2026-05-01 10:00:00+02', '{a,b}', '{"a":
 1.50}', true, ST_SetSRID(ST_Point(389000, 5711000), 25832), '\\x0102'),
 (2, 'Straße', '2021-04-02', NULL, NULL, NULL, NULL, false, NULL, NULL),
 (3, E'zwei\\nZeilen', '2022-05-03', 3, '2026-05-02 00:00:00+00', '{}', '{}', NULL, NULL, NULL);
CREATE OR REPLACE VIEW slow AS SELECT 1 AS id, pg_sleep(60)::text AS nap;
CREATE OR REPLACE VIEW half AS SELECT g AS id, 10 / (900 - g) AS x FROM generate_series(1, 2000) g;
CREATE OR REPLACE VIEW endless AS SELECT g AS id, repeat('x', 1000) AS fill FROM generate_series(1, 100000000) g;
CREATE OR REPLACE VIEW wide AS SELECT 1 AS id, repeat('x', 2000000) AS fill;
CREATE OR REPLACE FUNCTION write_it() RETURNS int LANGUAGE sql AS 'INSERT INTO trees (id) VALUES (99) RETURNING 1';
CREATE OR REPLACE VIEW writing AS SELECT write_it() AS id;
CREATE TABLE IF NOT EXISTS hidden (id int);
GRANT SELECT ON trees, slow, half, endless, wide, writing TO reader;
GRANT INSERT ON trees TO reader
"""


@pytest.fixture
def address(postgres: Postgres) -> Iterator[dict[str, Any]]:
    assert postgres.act(SCHEMA) is not None
    yield {
        "kind": "sql",
        "host": "127.0.0.1",
        "port": postgres.port,
        "database": "postgres",
        "user": "reader",
        "secret": "gis",
        "tls": False,
        "table": "public.trees",
        "order": ["id"],
        "parameters": {
            "id": {"type": "integer"},
            "from": {"type": "date", "field": "planted", "compare": ">=", "least": "2000-01-01"},
            "street": {"longest": 50},
            "seen": {"type": "time", "compare": ">"},
            "height": {"type": "number", "compare": "<="},
            "alive": {"type": "boolean"},
        },
    }
    assert postgres.act("DROP VIEW slow, half, endless, wide, writing") is not None


def source(password: str = PASSWORD) -> SqlSource:
    return SqlSource(None, lambda *_: password, TrustAnchors())


async def read(address: dict[str, Any], query: str = "", *, password: str = PASSWORD, **more: Any) -> bytes:
    async with source(password).open(choose({**address, **more}, query)) as content:
        return b"".join([chunk async for chunk in content.chunks])


async def read_while(address: dict[str, Any], happens: Callable[[], object]) -> None:
    """Read on while something happens to the server at each piece."""
    async with asyncio.timeout(30), source().open(address) as content:
        async for _ in content.chunks:
            happens()


async def test_values_of_every_type_come_as_csv_and_as_json(address: dict[str, Any]) -> None:
    source().check(address)
    rows = list(csv.DictReader(io.StringIO((await read(address)).decode(), newline="")))
    assert rows[0]["street"] == 'Ring, "Nord"'
    assert rows[0]["height"] == "7.50"
    assert rows[0]["seen"] == "2026-05-01T08:00:00+00:00"
    assert rows[0]["photo"] == "\\x0102"
    assert rows[1] | {"id": "", "street": "", "planted": "", "alive": ""} == dict.fromkeys(rows[1], "")
    assert rows[2]["street"] == "zwei\nZeilen"
    lines = (await read(address, format="ndjson")).decode().splitlines()
    assert [json.loads(line)["id"] for line in lines] == [1, 2, 3]
    whole = json.loads(await read(address, format="json"))
    assert whole == [json.loads(line) for line in lines]
    assert whole[0]["tags"] == ["a", "b"]
    assert whole[0]["facts"] == {"a": 1.5}


async def test_places_are_geojson_in_wgs_84_or_wkt_as_stored(address: dict[str, Any]) -> None:
    place = json.loads(await read(address, "id=1", format="json"))[0]["place"]
    assert place["type"] == "Point"
    assert [round(value, 2) for value in place["coordinates"]] == [7.4, 51.54]
    assert b"POINT(389000 5711000)" in await read(address, "id=1", geometry="wkt")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [1, 2, 3]),
        ("from=2021-04-02", [2, 3]),
        ("street=Stra%C3%9Fe", [2]),
        ("street=Ring,+%22Nord%22&id=1", [1]),
        ("street=%27+OR+1%3D1+--", []),
        ("street=%27%3B+DROP+TABLE+trees%3B--", []),
        ("seen=2026-05-01T10:00:01%2B02:00", [3]),
        ("height=3.0", [3]),
        ("alive=false", [2]),
        ("id=999999999999999999", []),
    ],
)
async def test_a_parameter_is_a_value_and_never_a_piece_of_the_query(
    address: dict[str, Any], query: str, ids: list[int]
) -> None:
    rows = json.loads(await read(address, query, format="json", columns=["id"]))
    assert [row["id"] for row in rows] == ids
    assert len(json.loads(await read(address, format="json"))) == 3


@pytest.mark.parametrize(
    "query",
    ["id=1%20OR%201=1", "from=yesterday", "from=1999-12-31", "street=%00", "x=1", "id=1&id=2", "alive=1", "id=%FF"],
)
async def test_what_is_no_value_of_its_type_or_not_listed_is_refused(address: dict[str, Any], query: str) -> None:
    with pytest.raises(BadParameters):
        await read(address, query)


async def test_a_view_cannot_write(address: dict[str, Any], postgres: Postgres) -> None:
    with pytest.raises(SourceError, match="25006"):
        await read(address, table="writing", parameters={}, order=[])
    assert postgres.act("SELECT count(*) FROM trees") == "3\n"


async def test_a_view_that_takes_too_long_ends_in_time(address: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match=r"within 0\.3 s"):
        await read(address, table="slow", parameters={}, order=[], seconds=0.3)


async def test_an_error_in_the_middle_breaks_the_data_off(address: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match="22012"):
        await read(address, table="half", parameters={})


async def test_one_row_too_many_is_an_error_and_no_shorter_answer(address: dict[str, Any]) -> None:
    assert len(await read(address, most_rows=3))
    with pytest.raises(SourceError, match="more than 2 rows"):
        await read(address, most_rows=2)


async def test_a_row_that_is_too_large_is_an_error(address: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match="larger than"):
        await read(address, table="wide", parameters={}, order=[])


async def test_endless_rows_are_read_only_as_they_are_taken(address: dict[str, Any], postgres: Postgres) -> None:
    endless = {**address, "table": "endless", "parameters": {}, "order": [], "most_rows": 100_000_000}
    async with source().open(endless) as content:
        async for chunk in content.chunks:
            assert len(chunk) < 2_000_000
            break
    active = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader' AND state <> 'idle'"
    until(lambda: postgres.act(active) == "0\n", 10)


@pytest.mark.parametrize(
    ("more", "password", "cause"),
    [
        ({}, "wrong-canary", Cause.NOT_ALLOWED),
        ({"user": "nobody"}, PASSWORD, Cause.NOT_ALLOWED),
        ({"database": "none"}, PASSWORD, Cause.NOT_ALLOWED),
        ({"table": "nothing"}, PASSWORD, Cause.NOT_FOUND),
        ({"table": "hidden", "parameters": {}}, PASSWORD, Cause.NOT_ALLOWED),
        ({"columns": ["nothing"]}, PASSWORD, Cause.NOT_FOUND),
        ({"port": 1}, PASSWORD, Cause.UNAVAILABLE),
        ({"tls": True}, PASSWORD, Cause.UNAVAILABLE),
    ],
)
async def test_what_cannot_be_read_says_why_without_the_password(
    address: dict[str, Any], more: dict[str, Any], password: str, cause: Cause, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    with pytest.raises(SourceError) as caught:
        await read(address, password=password, **more)
    assert caught.value.cause is cause
    assert "canary" not in f"{caught.value!r} {caught.value.__cause__!r} {caplog.text}"


async def test_a_server_that_hangs_or_dies_half_way_is_bounded_and_breaks_off(
    address: dict[str, Any], postgres: Postgres
) -> None:
    endless = {**address, "table": "endless", "parameters": {}, "order": [], "most_rows": 100_000_000, "seconds": 1}
    with pytest.raises(SourceError, match="within 1 s"):
        await read_while(endless, postgres.pause)
    postgres.pause(off=True)
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'"
    with pytest.raises(SourceError, match="database"):
        await read_while(endless, lambda: postgres.act(kill))
    assert len(json.loads(await read(address, format="json"))) == 3


async def test_without_a_listed_secret_nothing_is_asked(address: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match="gis is not known"):
        SqlSource(None, refuse_secret, TrustAnchors()).check(address)
