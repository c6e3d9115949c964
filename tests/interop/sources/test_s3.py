"""A real S3 server as a source: objects, ranges, versions, prefixes, wrong keys, and a store that fails."""

import asyncio
import subprocess
from typing import Any

import obstore
import pytest
from aiohttp import web
from obstore.store import S3Store

from connector.dataplane.files.folder import read_listing
from connector.dataplane.sources.s3 import S3Source
from connector.ports.flow import Cause, SourceError
from tests.dataplane.world import blob, serving
from tests.interop.sources.runtime import KEY, SECRET, Gateway

pytestmark = pytest.mark.sources
DATA = blob(3_500_000)


@pytest.fixture
def store(gateway: Gateway) -> S3Store:
    (gateway.folder / "data" / "air").mkdir(exist_ok=True)
    return S3Store(
        "air",
        endpoint=gateway.url,
        region="us-east-1",
        access_key_id=KEY,
        secret_access_key=SECRET,
        client_options={"allow_http": True},
    )


@pytest.fixture
async def address(gateway: Gateway, store: S3Store) -> dict[str, Any]:
    await obstore.put_async(store, "2026/05.csv", DATA)
    await obstore.put_async(store, "2026/deep/06.csv", b"x")
    return {
        "kind": "s3",
        "endpoint": gateway.url,
        "bucket": "air",
        "key": "2026/05.csv",
        "key_id": KEY,
        "secret": "air",
    }


def source(secret: str = SECRET, **more: Any) -> S3Source:
    return S3Source(lambda *_: secret, **more)


async def read(address: dict[str, Any], *, with_source: S3Source | None = None, **span: Any) -> bytes:
    async with (with_source or source()).open(address, **span) as content:
        return b"".join([chunk async for chunk in content.chunks])


async def test_all_bytes_and_any_range_of_them_come(address: dict[str, Any]) -> None:
    one = source()
    one.check(address)
    async with one.open(address) as content:
        assert (content.size, content.media_type, content.name) == (len(DATA), "text/csv", "05.csv")
        assert b"".join([chunk async for chunk in content.chunks]) == DATA
    for first, end in [(0, 1), (1, 2_000_000), (3_499_999, None), (1_048_576, 3_500_000), (5, 99_999_999)]:
        assert await read(address, with_source=one, offset=first, end=end) == DATA[first:end]
    assert await read(address, with_source=one, offset=len(DATA)) == b""
    assert await one.changed_at(address)


async def test_an_object_that_changes_has_another_tag_and_breaks_off(address: dict[str, Any], store: S3Store) -> None:
    one, tags = source(), []
    for body in (DATA, DATA, b"y" * 10):
        await obstore.put_async(store, "2026/05.csv", body)
        async with one.open(address) as content:
            tags.append(content.etag)
    assert tags[0] == tags[1] != tags[2]
    assert tags[0] is not None


async def test_a_prefix_is_a_folder(address: dict[str, Any]) -> None:
    folder = {name: value for name, value in address.items() if name != "key"} | {"prefix": "2026/"}
    listing = read_listing(await read(folder))
    assert [(member.path, member.size) for member in listing.members] == [("05.csv", len(DATA)), ("deep/06.csv", 1)]
    assert await read(folder, part="deep/06.csv") == b"x"
    async with source().open(folder, part="05.csv") as content:
        assert content.members
        assert set(await content.members()) == {"05.csv", "deep/06.csv"}
    for part in ("../x", "/etc/passwd", "nothing", "deep", "deep/../05.csv"):
        with pytest.raises(SourceError) as caught:
            await read(folder, part=part)
        assert caught.value.cause is Cause.NOT_FOUND
    assert await source().changed_at(folder)


@pytest.mark.parametrize(
    ("more", "secret", "cause"),
    [
        ({}, "canary-wrong", Cause.NOT_ALLOWED),
        ({"key_id": "canary-nobody"}, SECRET, Cause.NOT_ALLOWED),
        ({"key": "nothing.csv"}, SECRET, Cause.NOT_FOUND),
        ({"bucket": "nothing"}, SECRET, Cause.NOT_FOUND),
        ({"version": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}, SECRET, Cause.NOT_FOUND),
        ({"endpoint": "http://127.0.0.1:1"}, SECRET, Cause.UNAVAILABLE),
    ],
)
async def test_what_cannot_be_read_says_why_without_the_key(
    address: dict[str, Any], more: dict[str, Any], secret: str, cause: Cause, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    with pytest.raises(SourceError) as caught:
        await read(address | more, with_source=source(secret, idle_s=5))
    assert caught.value.cause is cause
    assert "canary" not in f"{caught.value!r} {caught.value.__cause__!r} {caplog.text}"


async def test_a_version_is_read_after_the_object_has_changed(
    address: dict[str, Any], gateway: Gateway, store: S3Store
) -> None:
    gateway.keep_versions("air")
    kept = await obstore.put_async(store, "2026/05.csv", b"first")
    await obstore.put_async(store, "2026/05.csv", b"second")
    assert kept["version"]
    assert await read(address | {"version": kept["version"]}) == b"first"
    assert await read(address | {"version": kept["version"]}, offset=2) == b"rst"
    assert await read(address) == b"second"


async def test_a_listing_without_an_end_fails_in_time(address: dict[str, Any]) -> None:
    pages = 0

    async def endless(request: web.Request) -> web.Response:
        nonlocal pages
        pages += 1
        keys = "".join(
            f"<Contents><Key>2026/{pages}-{n}.csv</Key><LastModified>2026-05-01T00:00:00.000Z</LastModified>"
            f"<Size>1</Size><ETag>&quot;1&quot;</ETag></Contents>"
            for n in range(1000)
        )
        body = (
            f"<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>{pages}</NextContinuationToken>"
        )
        return web.Response(text=f"{body}{keys}</ListBucketResult>", content_type="application/xml")

    async with serving(endless) as url:
        folder = {name: value for name, value in address.items() if name != "key"} | {"prefix": "2026", "endpoint": url}
        with pytest.raises(SourceError, match="more than 10000"):
            await read(folder)
    assert pages < 20


async def test_a_store_that_falls_silent_or_ends_early_is_an_error(address: dict[str, Any]) -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Length": "5000000", "ETag": '"1"', "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}
        )
        await response.prepare(request)
        await response.write(b"x" * 2_000_000)
        if request.path.endswith("early.csv"):
            assert request.transport
            request.transport.close()
        else:
            await asyncio.Event().wait()
        return response

    async with serving(silent) as url:
        for key in ("silent.csv", "early.csv"):
            with pytest.raises(SourceError, match="object store"):
                await read({**address, "endpoint": url, "key": key}, with_source=source(idle_s=0.5))


def test_the_gateway_refuses_what_is_not_signed(gateway: Gateway) -> None:
    told = subprocess.run(
        ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"{gateway.url}/air/2026/05.csv"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "403"
