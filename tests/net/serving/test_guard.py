"""The guard in front of a general server: what breaks a bound never reaches the server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from connector.net.serving.bounds import ServingBounds
from connector.net.serving.guard import GeneralServer
from connector.net.serving.server import serve_guarded
from tests.net.serving.lean import HEAD, POST, WHOLE, Peer, bind

LARGE = 300_000
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


class Inner(asyncio.Protocol):
    """A server that notes what reaches it and answers every arrival."""

    def __init__(self, seen: list[bytes]) -> None:
        self.seen = seen
        self.rests = True

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.seen.append(data)
        self.transport.write(OK)


def rests(connection: asyncio.Protocol) -> bool:
    assert isinstance(connection, Inner)
    return connection.rests


@asynccontextmanager
async def guarded(**bounds: Any) -> AsyncIterator[tuple[Peer, list[bytes]]]:
    bound, port = bind()
    seen: list[bytes] = []
    server = serve_guarded(GeneralServer(lambda: Inner(seen), rests), bound, ServingBounds(**bounds))
    try:
        yield Peer(server, port), seen
    finally:
        await server.close(0)


@pytest.mark.parametrize(
    ("status", "wire"),
    [
        (414, b"GET /" + b"a" * LARGE),
        (431, HEAD + b"X: " + b"a" * LARGE),
        (431, HEAD + b"X: a\r\n" * 30_000),
        (431, b"\r\n" * LARGE),
        (400, b"nonsense"),
        (400, POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        (400, POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\nx"),
        (400, b"GET /x HTTP/1.1\nHost: a\n\n"),
        (503, WHOLE * 1000),
    ],
)
async def test_what_breaks_a_bound_is_refused_in_front_of_the_server(status: int, wire: bytes) -> None:
    async with guarded() as (peer, seen):
        said = await peer.say(wire)
        assert said.count(b"HTTP/1.1 %d " % status) == said.count(b"HTTP/1.1 ") == 1
        assert sum(len(data) for data in seen) <= 256 * 1024
        await peer.until(lambda: not peer.door.open)


async def test_a_request_reaches_the_server_as_it_was_sent() -> None:
    wire = POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n" + HEAD + b"Connection: close\r\n\r\n"
    async with guarded(head_s=0.05) as (peer, seen):
        reader, writer = await peer.connect()
        for at in range(len(wire)):
            writer.write(wire[at : at + 1])
        await peer.until(lambda: b"".join(seen) == wire)
        writer.write(b"what comes after the last request is ignored")
        writer.close()
        await reader.read()
    assert b"".join(seen) == wire


async def test_an_upgrade_is_passed_on_and_the_caller_may_go_on() -> None:
    wire = HEAD + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    async with guarded() as (peer, seen):
        reader, writer = await peer.connect()
        for part in (wire, WHOLE, wire + WHOLE):
            writer.write(part)
            assert await reader.readexactly(len(OK)) == OK
        writer.close()
    assert b"".join(seen) == wire + WHOLE + wire + WHOLE


async def test_a_body_has_a_size_and_a_time_where_the_listener_bounds_them() -> None:
    async with guarded(body=1000, body_s=0.05) as (peer, seen):
        said = await peer.say(POST + b"Content-Length: 900000\r\n\r\n", b"x" * 300_000)
        assert len(b"".join(seen)) < 300_000
        assert b" 413 " in said or OK in said or not said
        assert (await peer.say(POST + b"Content-Length: 9\r\n\r\nab")).count(b"HTTP/1.1") <= 1
        await peer.until(lambda: not peer.door.open)


async def test_a_body_without_bounds_of_the_listener_is_passed_on() -> None:
    size = 3_000_000
    async with guarded(body=None, body_s=0.01) as (peer, seen):
        _, writer = await peer.connect()
        writer.write(POST + b"Content-Length: %d\r\n\r\n" % size + b"x" * size)
        await peer.until(lambda: sum(len(data) for data in seen) > size)
        writer.close()


async def test_a_body_without_bounds_ends_when_nothing_of_it_arrives() -> None:
    async with guarded(body=None, pause_s=0.05) as (peer, _):
        await peer.say(POST + b"Content-Length: 9\r\n\r\nab")
        await peer.until(lambda: not peer.door.open)


@pytest.mark.parametrize(("begun", "told"), [(b"", False), (b"GET", True), (HEAD, True)])
async def test_who_is_late_with_a_head_is_cut_off(begun: bytes, told: bool) -> None:
    async with guarded(head_s=0.05) as (peer, _):
        # What was passed on before may have an answer on its way, so nothing is said after it.
        said = await peer.say(begun)
        assert b" 408 " not in said or told


async def test_a_caller_that_does_not_read_is_cut_off() -> None:
    class Much(Inner):
        def data_received(self, data: bytes) -> None:
            self.transport.write(b"x" * 20_000_000)

    bound, port = bind()
    server = serve_guarded(GeneralServer(lambda: Much([]), rests), bound, ServingBounds(write_s=0.1))
    peer = Peer(server, port)
    _, writer = await peer.connect()
    writer.write(WHOLE)
    await peer.until(lambda: peer.door.open)
    await peer.until(lambda: not peer.door.open)
    writer.close()
    await server.close(0)


async def test_connections_beyond_the_limit_do_not_reach_the_server() -> None:
    class Busy(Inner):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self.rests = False

    bound, port = bind()
    seen: list[bytes] = []
    server = serve_guarded(GeneralServer(lambda: Busy(seen), rests), bound, ServingBounds(connections=1))
    peer = Peer(server, port)
    reader, writer = await peer.connect()
    writer.write(WHOLE)
    assert await reader.readexactly(len(OK)) == OK
    assert b" 503 " in await peer.say(WHOLE)
    assert len(seen) == 1
    writer.close()
    await server.close(0)


async def test_who_sends_a_body_does_not_give_way() -> None:
    async with guarded(connections=1) as (peer, seen):
        _, writer = await peer.connect()
        writer.write(POST + b"Content-Length: 9\r\n\r\nab")
        await peer.until(lambda: seen)
        assert b" 503 " in await peer.say(WHOLE)
        writer.close()


async def test_who_sends_hardly_anything_of_a_body_gives_way() -> None:
    async with guarded(connections=1, body_grace_s=0.0) as (peer, seen):
        slow, first = await peer.connect()
        first.write(POST + b"Content-Length: 9\r\n\r\na")
        await peer.until(lambda: seen)
        reader, second = await peer.connect()
        second.write(WHOLE)
        assert await reader.readexactly(len(OK)) == OK
        with contextlib.suppress(ConnectionError):
            assert await slow.read() == OK
        for writer in (first, second):
            writer.close()


async def test_who_has_sent_nothing_gives_way() -> None:
    async with guarded(connections=1) as (peer, _):
        silent, first = await peer.connect()
        await peer.until(lambda: peer.door.open)
        reader, second = await peer.connect()
        second.write(WHOLE)
        assert await reader.readexactly(len(OK)) == OK
        with contextlib.suppress(ConnectionError):
            assert await silent.read() == b""
        for writer in (first, second):
            writer.close()
