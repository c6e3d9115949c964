"""What every kind of source keeps. The suite runs over the table of kinds; a kind is fed with bytes by its backing.

A new source is covered by its line in `connector.dataplane.kinds` as far as addresses go, and in full with a backing.
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from yarl import URL

from connector.dataplane.kinds import SOURCES, Site
from connector.dataplane.sources.http import HttpSource
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.own.servers import Servers
from connector.ports.flow import Source, SourceError
from connector.views.recipes import name_result
from tests.dataplane import portal_servers
from tests.dataplane.world import LOOPBACK, blob, serving, sha256

DATA = blob(2_500_000)
SECRET = "canary-4711"
Backing = Callable[[Site, bytes], AbstractAsyncContextManager[dict[str, Any]]]


@asynccontextmanager
async def _file(site: Site, data: bytes) -> AsyncIterator[dict[str, Any]]:
    assert site.source_root
    (site.source_root / "data.bin").write_bytes(data)
    yield {"kind": "file", "path": "data.bin"}


def _answer(data: bytes, fits: Callable[[web.Request], object]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that gives data, or a range of it, to a request that `fits`."""
    fields = {"ETag": '"1"', "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}

    async def handler(request: web.Request) -> web.Response:
        assert fits(request)
        span = request.http_range
        if span.start is None:
            return web.Response(body=data, headers=fields)
        stop = min(span.stop or len(data), len(data))
        if span.start >= len(data):
            return web.Response(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
        content_range = f"bytes {span.start}-{stop - 1}/{len(data)}"
        return web.Response(status=206, body=data[span], headers={"Content-Range": content_range, **fields})

    return handler


@asynccontextmanager
async def _http(_site: Site, data: bytes) -> AsyncIterator[dict[str, Any]]:
    async with serving(_answer(data, lambda request: request.headers["X-Api-Key"] == SECRET)) as url:
        key = {"kind": "api-key", "header": "X-Api-Key", "secret": "key"}
        yield {"kind": "http", "url": url + "/data?x=1", "auth": key}


@asynccontextmanager
async def _s3(_site: Site, data: bytes) -> AsyncIterator[dict[str, Any]]:
    async with serving(_answer(data, lambda request: "Signature=" in request.headers["Authorization"])) as url:
        yield {"kind": "s3", "endpoint": url, "bucket": "air", "key": "data.bin", "key_id": "reader", "secret": "key"}


@asynccontextmanager
async def _sql(site: Site, data: bytes) -> AsyncIterator[dict[str, Any]]:
    assert site.source_root
    with closing(sqlite3.connect(site.source_root / "data.sqlite")) as database:
        database.execute("CREATE TABLE IF NOT EXISTS data (data BLOB)")
        database.execute("DELETE FROM data")
        database.execute("INSERT INTO data VALUES (?)", (data[:100_000],))
        database.commit()
    yield {"kind": "sql", "path": "data.sqlite", "table": "data", "format": "ndjson"}


@asynccontextmanager
async def _sftp(site: Site, data: bytes) -> AsyncIterator[dict[str, Any]]:
    assert site.source_root
    async with portal_servers.sftp(site.source_root, data, SECRET) as address:
        yield address


def _portal(serve: Callable[[bytes, str], AbstractAsyncContextManager[dict[str, Any]]]) -> Backing:
    return lambda _, data: serve(data[:100_000], SECRET)


@asynccontextmanager
async def _recipe(site: Site, data: bytes) -> AsyncIterator[dict[str, Any]]:
    address = {"kind": "recipe", "inputs": [{"name": "a", "asset": "urn:a"}]}
    assert site.results
    site.results.mkdir(exist_ok=True)
    (site.results / name_result(address)).write_bytes(data)
    yield address


BACKINGS: dict[str, Backing] = {
    "file": _file,
    "http": _http,
    "recipe": _recipe,
    "s3": _s3,
    "sftp": _sftp,
}
"""The kinds that give the bytes as they are, with any range of them."""
WRITTEN: dict[str, Backing] = {
    "ckan": _portal(portal_servers.ckan),
    "ngsi-ld": _portal(portal_servers.ngsi_ld),
    "ogcapi": _portal(portal_servers.ogcapi),
    "sensorthings": _portal(portal_servers.sensorthings),
    "sql": _sql,
    "wfs": _portal(portal_servers.wfs),
}
"""The kinds that write the bytes in a form of their own, always from the first one."""
ALL = {**BACKINGS, **WRITTEN}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    transport = SocketTransport(LOOPBACK)
    (tmp_path / "out").mkdir()
    yield Site(
        tmp_path / "out",
        tmp_path / "in",
        GuardedClient(LOOPBACK, transport),
        secrets=lambda *_: SECRET,
        servers=Servers(LOOPBACK),
        results=tmp_path / "derived",
    )
    await transport.close()


async def _read(source: Source, address: dict[str, Any], **span: int) -> tuple[bytes, int, int | None]:
    async with source.open(address, **span) as content:
        if content.sha256:
            assert content.sha256 == sha256(DATA)
        return b"".join([chunk async for chunk in content.chunks]), content.offset, content.size


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize(
    "rest", [{}, {"path": None, "url": None}, {"path": "../x", "url": "gopher://x"}, {"path": 7, "url": ["http://x"]}]
)
async def test_an_incomplete_or_odd_address_is_refused(site: Site, kind: str, rest: dict[str, Any]) -> None:
    source = SOURCES[kind](site)
    with pytest.raises(SourceError):
        source.check({"kind": kind, **rest})
    with pytest.raises(SourceError):
        async with source.open({"kind": kind, **rest}):
            pytest.fail("opened")


@pytest.mark.parametrize("kind", BACKINGS)
async def test_it_gives_all_bytes_and_any_range_of_them(site: Site, kind: str) -> None:
    source = SOURCES[kind](site)
    async with BACKINGS[kind](site, DATA) as address:
        source.check(address)
        assert await _read(source, address) == (DATA, 0, len(DATA))
        for first, end in [(0, 1), (1, 2_000_000), (2_499_999, None), (1_048_576, 2_500_000), (5, 99_999_999)]:
            span = {"offset": first} | ({} if end is None else {"end": end})
            assert await _read(source, address, **span) == (DATA[first:end], first, len(DATA))
        assert (await _read(source, address, offset=len(DATA)))[0] == b"", "there is nothing after the end"


@pytest.mark.parametrize("kind", BACKINGS)
async def test_a_file_that_it_names_holds_the_bytes_of_its_chunks(site: Site, kind: str) -> None:
    async with BACKINGS[kind](site, DATA) as address, SOURCES[kind](site).open(address, offset=7, end=99) as content:
        if content.file:
            content.file.check()
            assert b"".join([chunk async for chunk in content.file.read(7, 99)]) == DATA[7:99]
            assert os.pread(content.file.descriptor, 92, 7) == DATA[7:99]
            assert site.source_root
            assert (site.source_root / content.file.path).read_bytes() == DATA
            os.utime(content.file.descriptor, ns=(1, 1))
            with pytest.raises(SourceError):
                content.file.check()


@pytest.mark.parametrize("kind", WRITTEN)
async def test_data_in_a_form_of_its_own_comes_from_its_beginning(site: Site, kind: str) -> None:
    source = SOURCES[kind](site)
    async with WRITTEN[kind](site, DATA) as address:
        source.check(address)
        whole = await _read(source, address)
        assert DATA[:1000].hex().encode() in whole[0]
        assert await _read(source, address, offset=7, end=9) == whole
        assert whole[1:] == (0, None)


def test_every_kind_is_tried_in_full() -> None:
    assert sorted(SOURCES) == sorted(ALL), "a kind of source needs a backing here"


@pytest.mark.parametrize("kind", BACKINGS)
async def test_its_validator_is_stable_as_long_as_the_data_is(site: Site, kind: str) -> None:
    source, tags = SOURCES[kind](site), []
    async with BACKINGS[kind](site, DATA) as address:
        for offset in (0, 0, 10):
            async with source.open(address, offset=offset) as content:
                tags.append(content.etag)
    assert len(set(tags)) == 1


@pytest.mark.parametrize("kind", ALL)
async def test_it_has_no_member_where_there_is_no_folder_and_says_nothing_secret(site: Site, kind: str) -> None:
    async with ALL[kind](site, DATA) as address:
        with pytest.raises(SourceError) as caught:
            async with SOURCES[kind](site).open(address, part="x"):
                pytest.fail("opened")
    assert SECRET not in str(caught.value)
    assert str(site.source_root) not in str(caught.value)


@pytest.mark.parametrize(
    "headers",
    [
        {"X": "a\r\nHost: evil"},
        {"X\r\nHost": "evil"},
        {"X": "a\nb"},
        {"X": 7},
        {"Range": "bytes=0-"},
        {"": "x"},
        {"X": "y" * 20_000},
        [["X", "y"]],
    ],
)
async def test_http_headers_cannot_be_injected(site: Site, headers: object) -> None:
    with pytest.raises(SourceError):
        SOURCES["http"](site).check({"url": "http://127.0.0.1:1/", "headers": headers})


@pytest.mark.parametrize("url", ["http://127.0.0.1/\r\nX: y", "http://a b/", "ftp://x/", "file:///etc/passwd", ""])
async def test_http_urls_are_plain(site: Site, url: str) -> None:
    with pytest.raises(SourceError):
        SOURCES["http"](site).check({"url": url})


async def _backend(site: Site, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
    async with serving(handler) as url:
        await _read(SOURCES["http"](site), {"url": url + f"/{SECRET}"})


@pytest.mark.parametrize("status", [204, 206, 301, 302, 307, 401, 404, 500])
async def test_http_answers_that_are_no_data_are_errors_and_redirects_are_not_followed(site: Site, status: int) -> None:
    seen: list[URL] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.url)
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    with pytest.raises(SourceError) as caught:
        await _backend(site, handler)
    assert SECRET not in str(caught.value)
    assert len(seen) == 1


async def test_a_part_of_the_data_that_was_not_asked_for_is_no_data(site: Site) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=206, body=DATA[:10], headers={"Content-Range": f"bytes 0-9/{len(DATA)}"})

    async with serving(handler) as url:
        source, address = SOURCES["http"](site), {"url": url}
        assert (await _read(source, address, end=10))[0] == DATA[:10]
        with pytest.raises(SourceError, match="a part of the data"):
            await _read(source, address)


async def test_http_data_that_breaks_off_is_an_error(site: Site) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"x" * 40)
        assert request.transport
        request.transport.close()
        return response

    with pytest.raises(SourceError, match="closed the connection early"):
        await _backend(site, handler)


async def test_http_data_that_never_ends_or_falls_silent_is_an_error(site: Site) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 1000)

    async def silent(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        await asyncio.Event().wait()
        return response

    for handler, source in [
        (endless, HttpSource(site.backends, longest_s=0.05)),
        (silent, HttpSource(site.backends, idle_s=0.05)),
    ]:
        async with serving(handler) as url:
            with pytest.raises(SourceError):
                await _read(source, {"url": url})


async def test_http_headers_of_any_size_do_not_reach_us(site: Site) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=b"x", headers={"X-Long": "y" * 100_000})

    with pytest.raises(SourceError):
        await _backend(site, handler)


@pytest.mark.parametrize("kind", ALL)
async def test_it_tells_when_its_data_changed_or_that_it_cannot(site: Site, kind: str) -> None:
    source = SOURCES[kind](site)
    async with ALL[kind](site, DATA) as address:
        told = await source.changed_at(address)
        assert told is None or 0 < told <= time.time() * 1000
        assert await source.changed_at(address) == told


@pytest.mark.parametrize("kind", SOURCES)
async def test_nothing_is_told_of_an_odd_address(site: Site, kind: str) -> None:
    with pytest.raises(SourceError):
        await SOURCES[kind](site).changed_at({"kind": kind})


@pytest.mark.parametrize(("said", "told"), [("Wed, 21 Oct 2015 07:28:00 GMT", 1_445_412_480_000), ("soon", None)])
async def test_a_backend_says_when_its_data_changed(site: Site, said: str, told: int | None) -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.method == "HEAD"
        return web.Response(headers={"Last-Modified": said})

    async with serving(handler) as url:
        assert await HttpSource(site.backends).changed_at({"kind": "http", "url": url}) == told


async def test_a_backend_that_fails_tells_nothing(site: Site) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=500, headers={"Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"})

    async with serving(handler) as url:
        assert await HttpSource(site.backends).changed_at({"kind": "http", "url": url}) is None
