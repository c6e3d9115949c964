"""Callers that take their time: a connection is theirs for a bounded time, and others are served meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from starlette.responses import Response

from connector.app.listeners import Listeners

WHOLE = b"GET / HTTP/1.1\r\nHost: city.example\r\n\r\n"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def listening() -> AsyncIterator[Listeners]:
    made = Listeners()
    await made.open_asgi("protocol", Response(b"here"), "127.0.0.1", 0, public=True)
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


async def test_who_does_not_finish_a_header_loses_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.app.listeners.HEAD_S", 0.05)
    async with listening() as listeners:
        for begun in (b"", b"G", b"GET / HTTP/1.1\r\nHost:", WHOLE[:-2], WHOLE + WHOLE[:-2]):
            streams = await connected(listeners)
            streams[1].write(begun)
            assert (b"here" in await closed(streams)) == begun.startswith(WHOLE)


async def test_who_asks_in_time_keeps_the_connection() -> None:
    async with listening() as listeners:
        reader, writer = await connected(listeners)
        for _ in range(3):
            for byte in WHOLE:
                writer.write(bytes([byte]))
            assert await reader.readuntil(b"here")
        writer.close()


async def test_who_does_not_finish_a_header_loses_the_connection_to_the_data_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("connector.dataplane.listener.serve.IDLE_S", 0.05)
    async with listening() as listeners:
        for begun in (b"", b"G", WHOLE[:-2], WHOLE + WHOLE[:-2]):
            streams = await connected(listeners, "data")
            streams[1].write(begun)
            assert (b"404" in await closed(streams)) == begun.startswith(WHOLE)
