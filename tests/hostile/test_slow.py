"""Callers that take their time: a connection is theirs for a bounded time, and others are served meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connector.app.listeners import Listeners
from connector.net.serving.bounds import ServingBounds
from connector.net.serving.messages import Application, PeerRequest, Reply

WHOLE = b"GET / HTTP/1.1\r\nHost: city.example\r\n\r\n"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def say_here(_: PeerRequest) -> Reply:
    return Reply(body=b"here")


def say_status(_: str, status: int) -> Reply:
    return Reply(status=status)


@asynccontextmanager
async def listening(**bounds: float) -> AsyncIterator[Listeners]:
    made = Listeners(bounds=ServingBounds(**bounds))  # type: ignore[arg-type]  # only times are given
    await made.open_peers("protocol", Application(answer=say_here, refuse=say_status), "127.0.0.1", 0)
    await made.open_asgi("management", Response(b"here"), "127.0.0.1", 0, public=True)
    await made.open_data("data", web.Application(), "127.0.0.1", 0)
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def resting_beside_one_being_answered(name: str) -> AsyncIterator[tuple[Listeners, list[Streams], asyncio.Event]]:
    """A listener of which every place is taken: by one request being answered, and by callers served before."""
    begun, due = asyncio.Event(), asyncio.Event()

    async def wait(path: str) -> None:
        if path == "/wait":
            begun.set()
            await due.wait()

    async def say(request: PeerRequest) -> Reply:
        await wait(request.path)
        return Reply(body=b"here")

    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        await wait(scope["path"])
        await Response(b"here")(scope, receive, send)

    async def data(request: web.Request) -> web.Response:
        await wait(request.path)
        return web.Response(body=b"here")

    app = web.Application()
    app.router.add_get("/{path:.*}", data)
    made = Listeners(bounds=ServingBounds(connections=5))
    await made.open_peers("protocol", Application(answer=say, refuse=say_status), "127.0.0.1", 0)
    await made.open_asgi("management", asgi, "127.0.0.1", 0, public=True)
    await made.open_data("data", app, "127.0.0.1", 0)
    held: list[Streams] = []
    try:
        held.append(await connected(made, name))
        held[0][1].write(WHOLE.replace(b"/ ", b"/wait "))
        await begun.wait()
        for _ in range(4):
            held.append(await connected(made, name))
            await ask(held[-1])
        yield made, held, due
    finally:
        due.set()
        for _, writer in held:
            writer.close()
        await made.close()


async def ask(streams: Streams) -> None:
    """Ask on a connection and read the answer; the connection is kept."""
    reader, writer = streams
    writer.write(WHOLE)
    assert await reader.readuntil(b"here")


@pytest.mark.parametrize("name", ["protocol", "management", "data"])
async def test_callers_that_were_served_and_rest_keep_nobody_out_and_no_answer_is_cut(name: str) -> None:
    async with resting_beside_one_being_answered(name) as (listeners, held, due):
        for _ in range(10):
            streams = await connected(listeners, name)
            await ask(streams)
            held.append(streams)
        # The oldest went first: those of the beginning are closed, the newest are not.
        for streams in held[1:5]:
            assert await streams[0].read() == b""
        await ask(held[-1])
        due.set()
        assert await held[0][0].readuntil(b"here")


async def connected(listeners: Listeners, name: str = "protocol") -> Streams:
    at = urlsplit(listeners.addresses[name])
    return await asyncio.open_connection(at.hostname, at.port)


async def closed(streams: Streams) -> bytes:
    """Wait until the other side has closed; return what it said before."""
    reader, writer = streams
    said = await reader.read()
    writer.close()
    return said


@pytest.mark.parametrize("name", ["protocol", "management", "data"])
async def test_who_does_not_finish_a_header_loses_the_connection(name: str) -> None:
    async with listening(head_s=0.05, idle_s=0.05) as listeners:
        for begun in (b"", b"G", b"GET / HTTP/1.1\r\nHost:", WHOLE[:-2], WHOLE + WHOLE[:-2]):
            streams = await connected(listeners, name)
            streams[1].write(begun)
            said = await closed(streams)
            assert (b"here" in said or b"404" in said) == begun.startswith(WHOLE)


@pytest.mark.parametrize("name", ["protocol", "management"])
async def test_who_asks_in_time_keeps_the_connection(name: str) -> None:
    async with listening() as listeners:
        reader, writer = await connected(listeners, name)
        for _ in range(3):
            for byte in WHOLE:
                writer.write(bytes([byte]))
            assert await reader.readuntil(b"here")
        writer.close()
