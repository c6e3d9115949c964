"""What changes while a page is open, as events: the server-sent events of the HTML standard.

A stream does not keep its session alive, and ends with it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import nullcontext

import msgspec
from starlette.responses import Response, StreamingResponse

from connector.controlplane.usecases import users
from connector.ports.watch import ChangeFlag
from connector.web.frame.guard import refuse_plainly
from connector.web.frame.visit import Visit, read_token

MOST_STREAMS = 200


class Glance(msgspec.Struct, frozen=True):
    """What a look has found: the value to tell, whether it is the last one, and when to look again without a change."""

    value: object
    last: bool = False
    again_s: float = 3.0


def open_stream(visit: Visit, look: Callable[[], Awaitable[Glance]], process_id: str = "") -> Response:
    """Answer with what `look` finds, now and whenever it differs, as JSON; a commit of the process looks at once."""
    if len(visit.pages.streams) >= MOST_STREAMS:
        return refuse_plainly(503, "guard-streams")
    return StreamingResponse(_follow(visit, look, process_id), media_type="text/event-stream")


async def _follow(visit: Visit, look: Callable[[], Awaitable[Glance]], process_id: str) -> AsyncIterator[bytes]:
    token, register = read_token(visit.request, visit.pages.here) or "", visit.users
    stopping, mark, told = visit.pages.stopping, object(), None
    visit.pages.streams.add(mark)
    try:
        with visit.users.context.watch.follow(process_id) if process_id else nullcontext(stopping) as changed:
            while not stopping.is_set() and await users.find_session(register, token, seen=False):
                if process_id:
                    changed.clear()
                seen = await look()
                if seen.value != told:
                    told = seen.value
                    yield b"data: " + msgspec.json.encode(told) + b"\n\n"
                if seen.last:
                    return
                await _wait((changed, stopping), seen.again_s)
    finally:
        visit.pages.streams.discard(mark)


async def _wait(flags: tuple[ChangeFlag, ChangeFlag], timeout_s: float) -> None:
    """Wait until one of the flags is set, at most so long."""
    waiting = [asyncio.ensure_future(flag.wait()) for flag in flags]
    try:
        await asyncio.wait(waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
