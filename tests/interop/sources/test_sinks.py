"""A real PostgreSQL and a real S3 as sinks: types, keys, one transaction, refusals, and servers that fail."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import obstore
import pytest
from obstore.store import S3Store

from connector.dataplane.sinks.s3 import S3Sink
from connector.dataplane.sinks.sql import SqlSink
from connector.net.errors import Unreachable
from connector.net.tls import TrustAnchors
from connector.ports.flow import Arrival, Cause, SourceError
from connector.ports.stream_sink import StreamBatch, StreamMessage
from tests.dataplane.world import blob, sha256
from tests.interop.sources.runtime import KEY, PASSWORD, SECRET, Gateway, Postgres

pytestmark = pytest.mark.sources

SCHEMA = """
DROP TABLE IF EXISTS trees, made, closed, plain;
CREATE TABLE trees (id bigint PRIMARY KEY, street text NOT NULL, planted date, height numeric(6,2), seen timestamptz,
    tags text[], facts jsonb, place geometry(Point, 4326), noted timestamptz DEFAULT now());
CREATE TABLE closed (id bigint PRIMARY KEY);
CREATE TABLE plain (id bigint, street text);
GRANT SELECT, INSERT, UPDATE, DELETE ON trees, plain TO reader;
GRANT CREATE ON SCHEMA public TO reader
"""
COLUMNS = ["id", "street", "planted", "height", "seen"]
CSV = b"id,street,planted,height,seen\r\n1,Ring,2020-03-01,7.50,2026-05-01T10:00:00+02:00\r\n2,Nord,,,\r\n"


@pytest.fixture
def address(postgres: Postgres) -> dict[str, Any]:
    assert postgres.act(SCHEMA) is not None
    server = {"kind": "sql", "host": "127.0.0.1", "port": postgres.port, "tls": False}
    account = {"database": "postgres", "user": "reader", "secret": "gis"}
    return {**server, **account, "table": "public.trees", "key": ["id"], "columns": COLUMNS}


def sink(password: str = PASSWORD) -> SqlSink:
    return SqlSink(None, lambda *_: password, TrustAnchors())


async def pieces(data: bytes, failure: Exception | None = None) -> AsyncIterator[bytes]:
    for begin in range(0, len(data), 65_536):
        yield data[begin : begin + 65_536]
    if failure:
        raise failure


def arrival(data: bytes, media_type: str = "text/csv", **more: Any) -> Arrival:
    facts = {"flow_id": "urn:uuid:1", "media_type": media_type, "size": len(data), "sha256": sha256(data), **more}
    return Arrival(**facts)


async def write(address: dict[str, Any], data: bytes, media_type: str = "text/csv", **more: Any) -> None:
    await sink().write({**address, **more}, arrival(data, media_type), pieces(data))


def count(postgres: Postgres, table: str = "trees") -> int:
    return int(postgres.act(f"SELECT count(*) FROM {table}") or -1)


async def test_rows_have_the_types_of_the_table_and_replace_those_of_their_key(
    address: dict[str, Any], postgres: Postgres
) -> None:
    sink().check(address)
    for _ in range(2):
        await write(address, CSV)
    assert postgres.act("SELECT id, street, planted, height, seen AT TIME ZONE 'UTC' FROM trees ORDER BY id") == (
        "1|Ring|2020-03-01|7.50|2026-05-01 08:00:00\n2|Nord|||\n"
    )
    await write(address, b"id,street,planted,height,seen\n2,Neu,2021-01-01,1,\n3,a,,,\n3,b,,,\n")
    assert postgres.act("SELECT id, street FROM trees ORDER BY id") == "1|Ring\n2|Neu\n3|b\n", "the last one counts"


async def test_json_keeps_its_values_and_places_become_geometries(address: dict[str, Any], postgres: Postgres) -> None:
    row = {"id": 7, "street": "Ring", "tags": ["a", "b"], "facts": {"a": 1.5}, "place": None}
    row["place"] = {"type": "Point", "coordinates": [7.4, 51.5]}
    columns = [*row]
    await write(address, json.dumps([row]).encode(), "application/json", columns=columns)
    found = postgres.act("SELECT tags, facts, ST_AsText(place) FROM trees")
    assert found == '{a,b}|{"a": 1.5}|POINT(7.4 51.5)\n'
    await write(address, json.dumps(row | {"id": 8}).encode() + b"\n", "application/x-ndjson", columns=columns)
    assert count(postgres) == 2


async def test_a_table_that_is_not_there_is_made_with_its_types(address: dict[str, Any], postgres: Postgres) -> None:
    create = {"id": "integer", "street": "text", "planted": "date", "height": "number", "seen": "time"}
    await write(address, CSV, table="made", create=create)
    await write(address, CSV, table="made", create=create)
    types = "SELECT string_agg(data_type, ',' ORDER BY ordinal_position) FROM information_schema.columns"
    assert postgres.act(f"{types} WHERE table_name = 'made'") == "bigint,text,date,numeric,timestamp with time zone\n"
    assert count(postgres, "made") == 2


async def test_all_rows_are_replaced_in_one_transaction(address: dict[str, Any], postgres: Postgres) -> None:
    replacing = {**address, "key": [], "replace": True}
    await write(replacing, CSV)
    with pytest.raises(SourceError, match="22P02"):
        await write(replacing, CSV + b"x,y,,,\r\n")
    assert count(postgres) == 2, "what was there is there"
    await write(replacing, b"id,street,planted,height,seen\n9,Neu,,,\n")
    assert postgres.act("SELECT id FROM trees") == "9\n"


@pytest.mark.parametrize(
    ("data", "more", "words"),
    [
        (CSV + b"3,z,no date,,\r\n", {}, "22007"),
        (CSV + b"3,z,,99999999,\r\n", {}, "22003"),
        (CSV + b"3,,,,\r\n", {}, "23502"),
        (CSV + b"3,z\r\n", {}, "values"),
        (b"id,strasse\n1,Ring\n", {"columns": []}, "the column strasse"),
        (b"id,street\n1,Ring\n", {"columns": []}, "no column planted"),
        (b"street\nRing\n", {"columns": ["street"]}, "no column id"),
        (CSV, {"key": ["street"]}, "no unique key"),
        (CSV, {"table": "nothing"}, "is not there"),
        (b"id\n1\n", {"table": "closed", "columns": ["id"]}, "lets this user not write"),
        (CSV, {"most_rows": 1}, "more than 1 rows"),
        (CSV, {"user": "nobody"}, "refuses this user"),
        (CSV, {"port": 1}, "cannot be reached"),
    ],
)
async def test_what_does_not_fit_is_refused_and_stores_nothing(
    address: dict[str, Any], postgres: Postgres, data: bytes, more: dict[str, Any], words: str
) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        await write(address, data, **more)
    assert count(postgres) == 0
    assert "canary" not in str(caught.value)


async def test_a_sender_that_breaks_off_stores_nothing(address: dict[str, Any], postgres: Postgres) -> None:
    data = CSV + b"".join(b"%d,Ring,,,\r\n" % number for number in range(3, 20_000))
    with pytest.raises(Unreachable):
        await sink().write(address, arrival(data), pieces(data, Unreachable("away")))
    with pytest.raises(SourceError, match="SHA-256"):
        await sink().write(address, arrival(data, sha256="0" * 64), pieces(data))
    assert count(postgres) == 0
    await write(address, data)
    assert count(postgres) == 19_999


async def test_a_database_that_is_read_only_is_worth_another_attempt(
    address: dict[str, Any], postgres: Postgres
) -> None:
    assert postgres.act("ALTER USER reader SET default_transaction_read_only = on") is not None
    try:
        with pytest.raises(SourceError, match="read-only") as caught:
            await write(address, CSV)
        assert caught.value.cause is Cause.UNAVAILABLE
    finally:
        assert postgres.act("ALTER USER reader RESET default_transaction_read_only") is not None


async def test_a_table_that_is_locked_or_a_server_that_dies_is_told_in_time(
    address: dict[str, Any], postgres: Postgres
) -> None:
    hold = asyncio.to_thread(postgres.act, "BEGIN; LOCK TABLE trees; SELECT pg_sleep(2); COMMIT")
    holding = asyncio.create_task(hold)
    await asyncio.sleep(0.5)
    with pytest.raises(SourceError, match=r"at present|within 0\.5 s"):
        await write(address, CSV, seconds=0.5)
    await holding
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'"

    async def dying() -> AsyncIterator[bytes]:
        yield CSV
        yield b"".join(b"%d,Ring,,,\r\n" % number for number in range(3, 5_000))
        postgres.act(kill)
        yield b"".join(b"%d,Ring,,,\r\n" % number for number in range(5_000, 9_000))

    with pytest.raises(SourceError, match="database"):
        await sink().write(address, Arrival(flow_id="f", media_type="text/csv"), dying())
    assert count(postgres) == 0


async def test_a_stream_becomes_rows_each_once(address: dict[str, Any], postgres: Postgres) -> None:
    create = {"position": "text", "at": "time", "pm10": "number"}
    rest = {name: value for name, value in address.items() if name not in {"key", "columns"}}
    target = {**rest, "table": "air", "create": create, "position": "position", "time": "at"}
    assert postgres.act("DROP TABLE IF EXISTS air") is not None
    messages = [
        StreamMessage(f"7f.{one}", "2026-05-01T10:00:00Z", b"", b'{"pm10": %d.50}' % one) for one in range(1, 60)
    ]
    sink().check_stream(target)
    await sink().store(target, StreamBatch("f", tuple(messages[:30])))
    await sink().store(target, StreamBatch("f", tuple(messages[20:])))
    assert postgres.act("SELECT count(*), sum(pm10) FROM air") == f"59|{sum(range(1, 60)) + 29.5:.2f}\n"
    with pytest.raises(SourceError, match="no object"):
        await sink().store(target, StreamBatch("f", (StreamMessage("7f.99", "", b"", b"[1]"),)))
    with pytest.raises(SourceError, match="cannot replace"):
        sink().check_stream({**address, "key": [], "replace": True})


# S3


@pytest.fixture
def store(gateway: Gateway) -> S3Store:
    (gateway.folder / "data" / "inbox").mkdir(exist_ok=True)
    options = {"allow_http": True}
    keys = {"access_key_id": KEY, "secret_access_key": SECRET}
    return S3Store("inbox", endpoint=gateway.url, region="us-east-1", client_options=options, **keys)


@pytest.fixture
def bucket(gateway: Gateway, store: S3Store) -> dict[str, Any]:
    assert store
    place = {"kind": "s3", "endpoint": gateway.url, "bucket": "inbox"}
    return {**place, "key_id": KEY, "secret": "air", "overwrite": True}


def to_s3(secret: str = SECRET) -> S3Sink:
    return S3Sink(lambda *_: secret)


LARGE = blob(30_000_000)


async def test_a_large_delivery_is_an_object_when_it_is_whole(bucket: dict[str, Any], store: S3Store) -> None:
    target = {**bucket, "key": "deep/large.bin"}
    with pytest.raises(Unreachable):
        await to_s3().write(target, arrival(LARGE), pieces(LARGE[:20_000_000], Unreachable("away")))
    with pytest.raises(SourceError, match="SHA-256"):
        await to_s3().write(target, arrival(LARGE, sha256="0" * 64), pieces(LARGE))
    assert not [meta async for page in obstore.list(store, "deep") for meta in page], "no half object"
    receipt = await to_s3().write(target, arrival(LARGE), pieces(LARGE))
    assert receipt.sha256 == sha256(LARGE)
    found = await obstore.get_async(store, "deep/large.bin")
    assert bytes(await found.bytes_async()) == LARGE
    assert found.attributes["Content-Type"] == "text/csv"


async def test_another_object_is_replaced_only_if_the_address_allows_it(bucket: dict[str, Any], store: S3Store) -> None:
    target = {**bucket, "key": "once.csv", "overwrite": False}
    for _ in range(2):
        await to_s3().write(target, arrival(CSV), pieces(CSV))
    for other in (b"other", CSV[:-1] + b"x"):
        for known in ({}, {"size": None, "sha256": None}):
            with pytest.raises(SourceError, match="already exists"):
                await to_s3().write(target, arrival(other, **known), pieces(other))
    assert bytes(await (await obstore.get_async(store, "once.csv")).bytes_async()) == CSV
    await to_s3().write({**target, "overwrite": True}, arrival(b"other"), pieces(b"other"))
    assert bytes(await (await obstore.get_async(store, "once.csv")).bytes_async()) == b"other"


@pytest.mark.parametrize(
    ("more", "secret", "cause"),
    [
        ({"bucket": "nothing"}, SECRET, Cause.NOT_FOUND),
        ({}, "wrong-canary", Cause.NOT_ALLOWED),
        ({"key_id": "nobody"}, SECRET, Cause.NOT_ALLOWED),
        ({"endpoint": "http://127.0.0.1:1"}, SECRET, Cause.UNAVAILABLE),
    ],
)
async def test_a_bucket_that_refuses_says_why_without_the_secret(
    bucket: dict[str, Any], more: dict[str, Any], secret: str, cause: Cause, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    for data in (CSV, LARGE):
        with pytest.raises(SourceError) as caught:
            await to_s3(secret).write({**bucket, "key": "x", **more}, arrival(data), pieces(data))
        assert caught.value.cause is cause
        assert "canary" not in f"{caught.value!r} {caught.value.__cause__!r} {caplog.text}"
