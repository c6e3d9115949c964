"""What every kind of sink keeps. The suite runs over the table of kinds; a backing shows what arrived.

A new sink is covered by its line in `connector.dataplane.kinds` as far as addresses go, and in full with a backing.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
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
from connector.ports.flow import Arrival, SourceError
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


BACKINGS: dict[str, Backing] = {"file": _file, "http": _http}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with _site(tmp_path) as made:
        yield made


@asynccontextmanager
async def _site(folder: Path) -> AsyncIterator[Site]:
    transport = SocketTransport(LOOPBACK)
    (folder / "in").mkdir()
    yield Site(folder / "out", folder / "in", GuardedClient(LOOPBACK, transport))
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


@pytest.mark.parametrize("kind", BACKINGS)
@pytest.mark.parametrize("known", [{}, {"size": len(DATA)}, {"size": len(DATA), "sha256": sha256(DATA)}])
async def test_it_takes_a_delivery_and_gives_a_receipt(site: Site, kind: str, known: dict[str, Any]) -> None:
    sink = SINKS[kind](site)
    async with BACKINGS[kind](site) as (address, held):
        sink.check(address)
        receipt = await sink.write(address, arrival(**known), pieces(DATA))
        assert (receipt.size, receipt.sha256) == (len(DATA), sha256(DATA))
        assert held() == {"": DATA}
        assert await sink.count_received(address, "urn:uuid:1") == 0
        assert SECRET not in receipt.location


@pytest.mark.parametrize("kind", BACKINGS)
@pytest.mark.parametrize(
    "known", [{"size": len(DATA) + 1}, {"size": len(DATA) - 1}, {"sha256": sha256(b"x")}, {"size": 0}]
)
async def test_what_is_not_what_was_announced_never_appears(site: Site, kind: str, known: dict[str, Any]) -> None:
    async with BACKINGS[kind](site) as (address, held):
        with pytest.raises(SourceError):
            await SINKS[kind](site).write(address, arrival(**known), pieces(DATA))
        assert held() == {}


@pytest.mark.parametrize("kind", BACKINGS)
async def test_an_error_of_the_sender_passes_through_and_nothing_appears(site: Site, kind: str) -> None:
    async with BACKINGS[kind](site) as (address, held):
        with pytest.raises(Unreachable, match="the peer went away"):
            await SINKS[kind](site).write(address, arrival(), pieces(DATA, Unreachable("the peer went away")))
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
