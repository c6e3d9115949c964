"""The connection of a caller, for work that nobody waits for after it has closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

_LOOK_S = 0.2


@asynccontextmanager
async def end_with_caller(request: web.Request) -> AsyncIterator[None]:
    """Run work as long as the connection of its request is open. Raises ConnectionResetError in it afterwards."""
    timer = asyncio.timeout(None)
    watch = asyncio.get_running_loop().create_task(_expire_when_gone(request, timer))
    try:
        async with timer:
            yield
    except TimeoutError:
        if timer.expired():
            raise ConnectionResetError("the peer closed the connection") from None
        raise
    finally:
        watch.cancel()


async def _expire_when_gone(request: web.Request, timer: asyncio.Timeout) -> None:
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - aiohttp tells nobody
        await asyncio.sleep(_LOOK_S)
    timer.reschedule(asyncio.get_running_loop().time())
