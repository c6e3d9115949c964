"""What every kind of sink keeps. The suite runs over the table of kinds; a backing shows what arrived.

A new sink is covered by its line in `connector.dataplane.kinds` as far as addresses go, and in full with a backing.
"""

import json
import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.dataplane.kinds import SINKS, Site
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.errors import Unreachable
from connector.net.own.servers import Servers
from connector.ports.flow import Arrival, Cause, SourceError
from connector.ports.stream_sink import StreamBatch, StreamMessage, StreamSink
from tests.dataplane import portal_servers
from tests.dataplane.world import LOOPBACK, blob, serving, sha256

DATA = blob(300_000)
VERSION = "0123456789abcdef" * 2
SECRET = "canary-4711"
Held = dict[str, bytes]
"""What has arrived whole, by its place below the address (empty: the address itself)."""
Backing = Callable[[Site], AbstractAsyncContextManager[tuple[dict[str, Any], Callable[[], Held]]]]


@asynccontextmanager
async def _file(site: Site) -> AsyncIterator[tuple[dict[str, Any], Callable[[], Held]]]:
    assert site.sink_root
    place = site.sink_root / "inbox"

    def held() -> Held:
        if place.is_file():
            return {"": place.read_bytes()}
        return {p.relative_to(place).as_posix(): p.read_bytes() for p in place.rglob("*") if p.is_file()}

    yield {"kind": "file", "path": "inbox"}, held


@asynccontextmanager
async def _http(site: Site) -> AsyncIterator[tuple[dict[str, Any], Callable[[], Held]]]:
    arrived: Held = {}

    async def handler(request: web.Request) -> web.Response:
        assert request.headers["X-Api-Key"] == SECRET
        assert request.method == "PUT"
        try:
            body = await request.read()
        except (aiohttp.ClientError, ConnectionError):
            return web.Response(status=400)
        arrived[request.path.removeprefix("/store").removeprefix("/")] = body
        return web.Response(status=201)

    async with serving(handler) as url:
        yield {"kind": "http", "url": url + "/store", "headers": {"X-Api-Key": SECRET}}, lambda: arrived


@asynccontextmanager
async def _s3(_site: Site) -> AsyncIterator[tuple[dict[str, Any], Callable[[], Held]]]:
    store = ObjectStore()
    async with serving(store.answer) as url:
        place = {"endpoint": url, "bucket": "air", "prefix": "inbox/", "overwrite": True}
        yield {"kind": "s3", **place, "key_id": "writer", "secret": "key"}, store.find_held


class ObjectStore:
    """As much of S3 as a client needs to write objects, whole or in parts."""

    def __init__(self) -> None:
        self.objects: Held = {}
        self.parts: dict[str, bytes] = {}

    def find_held(self) -> Held:
        """Return the objects below the prefix; one that has no name of its own is the address itself."""
        found = {path.removeprefix("/air/inbox/"): data for path, data in self.objects.items()}
        return {"" if re.fullmatch("[0-9a-f]{32}", name) else name: data for name, data in found.items()}

    async def answer(self, request: web.Request) -> web.Response:
        assert "Signature=" in request.headers["Authorization"]
        assert SECRET not in str(request.headers)
        body, path, query = await request.read(), request.path, request.query
        if request.method in {"HEAD", "GET"}:
            if path not in self.objects:
                return web.Response(status=404)
            headers = {"ETag": '"1"', "Last-Modified": "Fri, 01 May 2026 10:00:00 GMT"}
            return web.Response(body=self.objects[path], headers=headers)
        if request.method == "POST" and "uploads" in query:
            return _write_xml("InitiateMultipartUploadResult", "<UploadId>u</UploadId>")
        if request.method == "PUT" and "partNumber" in query:
            self.parts[f"{path} {int(query['partNumber']):06}"] = body
            return web.Response(headers={"ETag": '"1"'})
        if request.method == "POST":
            own = sorted(name for name in self.parts if name.startswith(f"{path} "))
            self.objects[path] = b"".join(self.parts.pop(name) for name in own)
            return _write_xml("CompleteMultipartUploadResult", '<ETag>"1"</ETag>')
        self.objects[path] = body
        return web.Response(headers={"ETag": '"1"'})


def _write_xml(name: str, inner: str) -> web.Response:
    text = f'<?xml version="1.0"?><{name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inner}</{name}>'
    return web.Response(text=text, content_type="application/xml")


@asynccontextmanager
async def _sftp(site: Site) -> AsyncIterator[tuple[dict[str, Any], Callable[[], Held]]]:
    assert site.sink_root
    place = site.sink_root / "inbox"
    async with portal_servers.serving_files(site.sink_root, SECRET) as server:
        yield {**server, "path": "inbox/", "overwrite": True}, lambda: _find_files(place)


def _find_files(place: Path) -> Held:
    """Return the files below a folder; one that has no name of its own is the address itself."""
    found = {p.relative_to(place).as_posix(): p.read_bytes() for p in place.rglob("*") if p.is_file()}
    return {"" if re.fullmatch("[0-9a-f]{32}", name) else name: data for name, data in found.items()}


BACKINGS: dict[str, Backing] = {"file": _file, "http": _http, "s3": _s3, "sftp": _sftp}
"""The kinds that keep the bytes as they are, and the members of a folder."""


@asynccontextmanager
async def _sql(site: Site) -> AsyncIterator[tuple[dict[str, Any], Callable[[], Held]]]:
    assert site.sink_root
    place = site.sink_root / "city.sqlite"
    with closing(sqlite3.connect(place)) as database:
        database.execute("CREATE TABLE air (data TEXT PRIMARY KEY)")
        database.commit()

    def held() -> Held:
        with closing(sqlite3.connect(place)) as database:
            rows = [row[0] for row in database.execute("SELECT data FROM air ORDER BY rowid")]
        return {"": "".join(f'{{"data":"{row}"}}\n' for row in rows).encode()} if rows else {}

    yield {"kind": "sql", "path": "city.sqlite", "table": "air", "key": ["data"], "format": "ndjson"}, held


WRITTEN: dict[str, Backing] = {"sql": _sql}
"""The kinds that keep rows: they take the data of tables alone, and no folder."""
ROWS = b"".join(b'{"data":"%d"}\n' % number for number in range(20_000))
ALL = {**{kind: (backing, DATA) for kind, backing in BACKINGS.items()}, "sql": (_sql, ROWS)}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with _site(tmp_path) as made:
        yield made


@asynccontextmanager
async def _site(folder: Path) -> AsyncIterator[Site]:
    transport = SocketTransport(LOOPBACK)
    (folder / "in").mkdir()
    yield Site(
        folder / "out",
        folder / "in",
        GuardedClient(LOOPBACK, transport),
        secrets=lambda *_: SECRET,
        servers=Servers(LOOPBACK),
    )
    await transport.close()


async def pieces(data: bytes, failure: Exception | None = None) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 65_536):
        yield data[start : start + 65_536]
    if failure:
        raise failure


def arrival(**rest: Any) -> Arrival:
    return Arrival(**{"flow_id": "urn:uuid:1", "media_type": "text/csv", **rest})


@pytest.mark.parametrize("kind", SINKS)
@pytest.mark.parametrize("rest", [{}, {"path": "../x", "url": "gopher://x"}, {"path": 7, "url": 7}])
async def test_an_incomplete_or_odd_address_is_refused(site: Site, kind: str, rest: dict[str, Any]) -> None:
    sink = SINKS[kind](site)
    with pytest.raises(SourceError):
        sink.check({"kind": kind, **rest})
    with pytest.raises(SourceError):
        await sink.write({"kind": kind, **rest}, arrival(), pieces(DATA))


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("known", [(), ("size",), ("size", "sha256")])
async def test_it_takes_a_delivery_and_gives_a_receipt(site: Site, kind: str, known: tuple[str, ...]) -> None:
    sink, (backing, data) = SINKS[kind](site), ALL[kind]
    facts = {"size": len(data), "sha256": sha256(data)}
    async with backing(site) as (address, held):
        sink.check(address)
        receipt = await sink.write(address, arrival(**{name: facts[name] for name in known}), pieces(data))
        assert (receipt.size, receipt.sha256) == (len(data), sha256(data))
        assert held() == {"": data}
        assert await sink.count_received(address, "urn:uuid:1") == 0
        assert SECRET not in receipt.location


@pytest.mark.parametrize("kind", ["file", "s3", "sftp", "sql"])
async def test_a_delivery_that_comes_again_after_a_crash_is_there_once(site: Site, kind: str) -> None:
    backing, data = ALL[kind]
    async with backing(site) as (address, held):
        for flow in ("urn:uuid:1", "urn:uuid:1", "urn:uuid:2"):
            await SINKS[kind](site).write(address, arrival(flow_id=flow), pieces(data))
        assert held() == {"": data}


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("more", [1, -1, None, 0])
async def test_what_is_not_what_was_announced_never_appears(site: Site, kind: str, more: int | None) -> None:
    backing, data = ALL[kind]
    known = {"sha256": sha256(b"x")} if more is None else {"size": len(data) + more if more else 0}
    async with backing(site) as (address, held):
        with pytest.raises(SourceError):
            await SINKS[kind](site).write(address, arrival(**known), pieces(data))
        assert held() == {}


@pytest.mark.parametrize("kind", ALL)
async def test_an_error_of_the_sender_passes_through_and_nothing_appears(site: Site, kind: str) -> None:
    backing, data = ALL[kind]
    async with backing(site) as (address, held):
        with pytest.raises(Unreachable, match="the peer went away"):
            await SINKS[kind](site).write(address, arrival(), pieces(data, Unreachable("the peer went away")))
        assert held() == {}


@pytest.mark.parametrize("kind", BACKINGS)
async def test_members_of_a_folder_lie_below_the_address(site: Site, kind: str) -> None:
    sink = SINKS[kind](site)
    async with BACKINGS[kind](site) as (address, held):
        for member, data in {"a.csv": b"a", "deep/b c.csv": b"b"}.items():
            await sink.write({**address, "member": member}, arrival(flow_id=member), pieces(data))
        assert held() == {"a.csv": b"a", "deep/b c.csv": b"b"}
        for member in ("../x", "/x", ".x", "a\r\nb"):
            with pytest.raises(SourceError):
                sink.check({**address, "member": member})


@pytest.mark.parametrize("kind", BACKINGS)
@given(cut=st.integers(0, len(DATA)))
@settings(max_examples=10, deadline=None)
async def test_a_delivery_goes_on_where_the_sink_stands(
    tmp_path_factory: pytest.TempPathFactory, kind: str, cut: int
) -> None:
    async with _site(tmp_path_factory.mktemp("sink")) as site, BACKINGS[kind](site) as (address, held):
        sink = SINKS[kind](site)
        with pytest.raises(Unreachable):
            await sink.write(address, arrival(size=len(DATA), version=VERSION), pieces(DATA[:cut], Unreachable("cut")))
        offset = await sink.count_received(address, "urn:uuid:1")
        assert offset in {0, cut}
        with pytest.raises(SourceError):
            await sink.write(address, arrival(offset=offset + 1, size=len(DATA)), pieces(DATA))
        if offset:
            assert await sink.find_version(address, "urn:uuid:1") == VERSION
            with pytest.raises(SourceError, match="version"):
                await sink.write(
                    address, arrival(offset=offset, size=len(DATA), version="f" * 32), pieces(DATA[offset:])
                )
        rest = arrival(offset=offset, size=len(DATA), sha256=sha256(DATA), version=VERSION)
        assert (await sink.write(address, rest, pieces(DATA[offset:]))).sha256 == sha256(DATA)
        assert held() == {"": DATA}


def lines(first: int, count: int) -> StreamBatch:
    found = []
    for number in range(first, first + count):
        data = json.dumps({"data": str(number)}).encode()
        line = b'{"id":"7f.%d","at":"2026-05-01T10:00:00Z","data":%s}' % (number, data)
        found.append(StreamMessage(f"7f.{number}", "2026-05-01T10:00:00Z", line, data))
    return StreamBatch("urn:uuid:1", tuple(found))


def find_numbers(held: Held) -> list[int]:
    """Return the numbers of the messages that are held, in their order."""
    body = b"".join(held[name] for name in sorted(held))
    return [int(found) for found in re.findall(rb'"data": ?"([0-9]+)"', body)]


TAKING: dict[str, Backing] = {"file": _file, "s3": _s3, "sftp": _sftp, "sql": _sql}
"""The kinds that take streams, and show what they have."""


@pytest.mark.parametrize("kind", TAKING)
async def test_batches_of_a_stream_are_kept_in_their_order_and_one_that_comes_again_once(site: Site, kind: str) -> None:
    sink = SINKS[kind](site)
    assert isinstance(sink, StreamSink)
    async with TAKING[kind](site) as (address, held):
        sink.check_stream(address)
        await sink.store(address, lines(1, 30))
        await sink.store(address, lines(31, 10))
        await sink.store(address, lines(31, 20))  # again, and cut in another way
        assert find_numbers(held()) == list(range(1, 51))


async def test_a_file_that_a_crash_left_torn_is_mended_before_the_next_line(site: Site) -> None:
    sink = SINKS["file"](site)
    assert isinstance(sink, StreamSink)
    assert site.sink_root
    place, address = site.sink_root / "air.ndjson", {"kind": "file", "path": "air.ndjson"}
    for torn in range(3):
        await sink.store(address, lines(1 + 10 * torn, 10))
        whole = place.read_bytes()
        place.write_bytes(whole + b'{"id":"7f.99","at":"20')
    await sink.store(address, lines(31, 5))
    assert find_numbers({"": place.read_bytes()}) == list(range(1, 36))


async def test_a_batch_to_a_backend_is_one_request_and_its_refusal_an_error(site: Site) -> None:
    bodies, statuses = list[bytes](), [204]

    async def handler(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        return web.Response(status=statuses[-1])

    sink = SINKS["http"](site)
    assert isinstance(sink, StreamSink)
    async with serving(handler) as url:
        await sink.store({"kind": "http", "url": url}, lines(1, 3))
        assert find_numbers({"": bodies[0]}) == [1, 2, 3]
        for status, cause in ((503, Cause.UNAVAILABLE), (400, None)):
            statuses.append(status)
            with pytest.raises(SourceError) as caught:
                await sink.store({"kind": "http", "url": url}, lines(4, 1))
            assert caught.value.cause is cause


@pytest.mark.parametrize("status", [302, 400, 401, 404, 500])
async def test_an_http_backend_that_refuses_is_an_error(site: Site, status: int) -> None:
    async def handler(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async with serving(handler) as url:
        with pytest.raises(SourceError) as caught:
            await SINKS["http"](site).write({"url": f"{url}/{SECRET}"}, arrival(), pieces(DATA))
    assert SECRET not in str(caught.value)


async def test_http_headers_cannot_be_injected(site: Site) -> None:
    sink = SINKS["http"](site)
    for headers in ({"X": "a\r\nb"}, {"X\n": "a"}, {"X": None}, "X: y"):
        with pytest.raises(SourceError):
            sink.check({"url": "http://127.0.0.1:1/", "headers": headers})
    with pytest.raises(SourceError):
        await sink.write({"url": "http://127.0.0.1:1/"}, arrival(media_type="a\r\nX: y"), pieces(DATA))
