"""What changes while a page is open, as events: the server-sent events of the HTML standard.

A stream does not keep its session alive, and ends with it.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import nullcontext

import msgspec
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from connector.controlplane.usecases import users
from connector.ports.watch import ChangeFlag
from connector.web.frame.guard import refuse_plainly
from connector.web.frame.visit import Visit, read_token

MOST_STREAMS, STREAMS_OF_ONE = 200, 20
"""The most open streams, in all and of one person."""
_LOOK_S = 5.0
"""How long a session that has ended may still read, at most."""


class Glance(msgspec.Struct, frozen=True):
    """What a look has found: the value to tell, whether it is the last one, and when to look again without a change."""

    value: object
    last: bool = False
    again_s: float = 3.0


def open_stream(visit: Visit, look: Callable[[], Awaitable[Glance]], process_id: str = "") -> Response:
    """Answer with what `look` finds, now and whenever it differs, as JSON; a commit of the process looks at once."""
    return _PersonStream(_follow(visit, look, process_id), visit)


def open_file_of_lines(visit: Visit, lines: AsyncIterator[bytes], name: str) -> Response:
    """Answer with a file that grows by lines of JSON as they arrive, while the person is signed in."""
    response = _PersonStream(_pass_on(visit, lines), visit)
    response.headers["Content-Type"] = "application/x-ndjson"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _PersonStream(StreamingResponse):
    """A stream that holds a place of a person while it is open; without one, it is a refusal."""

    def __init__(self, events: AsyncIterator[bytes], visit: Visit) -> None:
        super().__init__(events, media_type="text/event-stream")
        self._places, self._name = visit.pages.streams, visit.person.name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._places.enter(self._name):
            return await refuse_plainly(503, "guard-streams")(scope, receive, send)
        try:
            return await super().__call__(scope, receive, send)
        finally:
            self._places.leave(self._name)


async def _follow(visit: Visit, look: Callable[[], Awaitable[Glance]], process_id: str) -> AsyncIterator[bytes]:
    token, register = read_token(visit.request, visit.pages.here) or "", visit.users
    stopping, told = visit.pages.stopping, None
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


async def _pass_on(visit: Visit, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    token, register, stopping = read_token(visit.request, visit.pages.here) or "", visit.users, visit.pages.stopping
    ahead = asyncio.ensure_future(anext(lines, b""))
    ending = asyncio.ensure_future(stopping.wait())
    try:
        while not stopping.is_set() and await users.find_session(register, token, seen=False):
            await asyncio.wait((ahead, ending), timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED)
            if not ahead.done():
                continue
            if not ahead.result():
                return
            yield ahead.result()
            ahead = asyncio.ensure_future(anext(lines, b""))
    finally:
        ending.cancel()
        ahead.cancel()
        await asyncio.wait((ahead,))
        if isinstance(lines, AsyncGenerator):
            await lines.aclose()


async def _wait(flags: tuple[ChangeFlag, ChangeFlag], timeout_s: float) -> None:
    """Wait until one of the flags is set, at most so long."""
    waiting = [asyncio.ensure_future(flag.wait()) for flag in flags]
    try:
        await asyncio.wait(waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
