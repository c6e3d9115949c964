"""Callers that take their time: a connection is theirs for a bounded time, and others are served meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from starlette.responses import Response

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
