"""What changes while a page is open: the number of requests that wait, as events.

They are the server-sent events of the HTML standard. A stream does not keep its session alive, and ends with it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgspec
from starlette.responses import Response, StreamingResponse

from connector.controlplane.usecases import users
from connector.web.frame.guard import refuse_plainly
from connector.web.frame.visit import Visit, count_waiting, read_token

LOOK_S = 3.0
MOST_STREAMS = 200


async def stream_waiting(visit: Visit) -> Response:
    """Answer with the number of requests that wait, now and after each change."""
    streams = visit.pages.streams
    if len(streams) >= MOST_STREAMS:
        return refuse_plainly(503, "guard-streams")
    return StreamingResponse(_follow(visit), media_type="text/event-stream")


async def _follow(visit: Visit) -> AsyncIterator[bytes]:
    token, register = read_token(visit.request, visit.pages.here) or "", visit.desk.users
    mark, told = object(), -1
    visit.pages.streams.add(mark)
    try:
        while not visit.pages.stopping.is_set() and await users.find_session(register, token, seen=False):
            count = await count_waiting(visit)
            if count != told:
                told = count
                yield b"data: " + msgspec.json.encode({"count": count, "text": visit.words.waiting(count)}) + b"\n\n"
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(visit.pages.stopping.wait(), LOOK_S)
    finally:
        visit.pages.streams.discard(mark)
