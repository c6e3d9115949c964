"""Work that ends when nobody waits for it any more."""

import asyncio

import pytest
from aiohttp import web

from connector.dataplane.listener.callers import end_with_caller
from tests.dataplane.world import serving


@pytest.mark.parametrize("abrupt", [False, True])
async def test_work_ends_when_its_caller_closes_the_connection(abrupt: bool) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def work(request: web.Request) -> web.Response:
        began.set()
        with pytest.raises(ConnectionResetError):
            async with end_with_caller(request):
                await asyncio.Event().wait()
        ended.set()
        return web.Response()

    async with serving(work) as url:
        _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await began.wait()
        if abrupt:
            writer.transport.abort()
        else:
            writer.close()
        async with asyncio.timeout(10):
            await ended.wait()


async def test_work_of_a_caller_who_waits_goes_on_and_keeps_its_own_timeouts() -> None:
    async def work(request: web.Request) -> web.Response:
        with pytest.raises(TimeoutError):
            async with end_with_caller(request), asyncio.timeout(0):
                await asyncio.Event().wait()
        async with end_with_caller(request):
            await asyncio.sleep(0)
        return web.Response(body=b"done")

    async with serving(work) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b"done")
        writer.close()
