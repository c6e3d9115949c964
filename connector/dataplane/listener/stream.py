"""The answer to a pull of a stream: messages as they arrive, until the lease ends or the peer leaves.

The form is that of the `Accept` field: Server-Sent Events or lines of JSON. A peer continues behind the identifier that
it sends as `Last-Event-ID`, or in the query as `after`; without one, behind what it confirmed so last. Messages leave
at least once: only such a request confirms what came before. A stream that ends says why in its last event, unless
bytes are still on their way to a slow reader: then it is cut off, and the next request learns the reason.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from connector.dataplane.control.gate import EXPIRED, SUPERSEDED, USED_UP, Gate, LeaseEnded
from connector.dataplane.control.meter import Meter
from connector.dataplane.control.uses import Attempt, Uses
from connector.dataplane.listener.admission import FlowAccess, Refusal, refuse_source
from connector.dataplane.listener.callers import end_with_caller
from connector.dataplane.listener.confirming import Outflow, open_outflow
from connector.dataplane.signaling.verbs import SUSPENDED
from connector.dataplane.streaming.framing import FORMS, StreamForm, choose_form
from connector.dataplane.streaming.reading import StreamReader, find_start, format_id
from connector.ports.entities import Flow
from connector.ports.flow import SourceError, Untreatable
from connector.ports.store_errors import StoreError

TAKEN_OVER = "another connection of this transfer reads the stream"
_STOPPING = "the data plane is stopping"
_REASONS = {
    EXPIRED: "expired",
    USED_UP: "used-up",
    SUPERSEDED: "treatment-changed",
    SUSPENDED: "suspended",
    TAKEN_OVER: "taken-over",
    _STOPPING: "stopping",
}
_FOR_GOOD = frozenset({"used-up", "taken-over", "ended"})
_ALIVE_S = 10.0
_PARTING_S = 1.0
_WRITE = 64 * 1024
_LONGEST_ID = 64

BeginUse = Callable[[Flow, Gate, Attempt], Awaitable[Uses]]

_log = logging.getLogger(__name__)


class StreamAnswers:
    """Answers pulls of streams: a peer may take no byte for `stall_s` seconds, and hears of us every `alive_s`."""

    def __init__(self, access: FlowAccess, begin_use: BeginUse, stall_s: float, alive_s: float = _ALIVE_S) -> None:
        self._access = access
        self._begin_use = begin_use
        self._stall_s = stall_s
        self._alive_s = alive_s
        self._readers: dict[tuple[str, str], asyncio.Timeout] = {}

    async def answer(self, request: web.Request, flow: Flow, gate: Gate) -> web.StreamResponse:
        """Stream the messages of a flow. Raises Refusal or LeaseEnded before the first byte."""
        form = _find_form(request, flow)
        if request.match_info.get("part"):
            raise Refusal(404, "not-found", "A stream has no files: request it without a path.")
        headers = {
            "Content-Type": form.media_type,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Accel-Buffering": "no",
        }
        if request.method == "HEAD":
            return web.Response(headers=headers)
        reader, uses = await self._open(request, flow, gate, form)
        response = web.StreamResponse(headers=headers)
        meter = self._access.plane.register.make_meter(flow, uses)
        with open_outflow(request) as outflow:
            try:
                async with self._take_place(flow), gate.open_passage(), end_with_caller(request):
                    await response.prepare(request)
                    await self._send(response, reader, gate, meter)
            except LeaseEnded as ending:
                if not response.prepared:
                    raise
                _log.info("flow %s: stream ended: %s", flow.id, ending)
                await self._part(response, reader, outflow, ending.reason)
            except (SourceError, StoreError, ConnectionError, TimeoutError) as error:
                _log.info("flow %s: stream broken off: %s", flow.id, error)
                await outflow.cut()
            finally:
                with suppress(StoreError):
                    await meter.flush()
        with suppress(StoreError):
            await self._access.plane.report_if_used_up(flow)
        return response

    async def _open(self, request: web.Request, flow: Flow, gate: Gate, form: StreamForm) -> tuple[StreamReader, Uses]:
        plane, asked = self._access.plane, _find_asked(request)
        try:
            journal, cursor = await plane.streams.find(flow)
            treated = plane.treat_messages(flow, gate)
        except Untreatable as error:
            raise Refusal(422, "untreatable", str(error)) from error
        except SourceError as error:
            raise refuse_source(error) from error
        start = find_start(journal, cursor, asked)
        # Who continues has begun: it is the same use, however often the connection breaks.
        continues = bool(asked) or flow.bytes_moved > 0
        uses = await self._begin_use(flow, gate, Attempt(offset=int(continues), version=journal.state.generation))
        if asked and not start.unknown:
            await plane.streams.acknowledge(flow, format_id(journal, start.position))
        reader = StreamReader(journal, form, start, flow.media_type, treated, self._alive_s)
        return reader, uses

    async def _send(self, response: web.StreamResponse, reader: StreamReader, gate: Gate, meter: Meter) -> None:
        while True:
            waiting = bytearray()
            try:
                for piece in await reader.next():
                    if piece.payload:
                        gate.spend(len(piece.data))
                        meter.note(len(piece.data))
                    waiting += piece.data
                    if len(waiting) >= _WRITE:
                        await self._write(response, waiting)
                        waiting = bytearray()
            finally:
                # What was taken from the lease leaves, also if it was the last that the lease allows.
                if waiting and gate.find_problem() is None:
                    await self._write(response, waiting)
            await meter.book_if_due()

    async def _write(self, response: web.StreamResponse, data: bytearray) -> None:
        async with asyncio.timeout(self._stall_s):
            await response.write(bytes(data))

    async def _part(self, response: web.StreamResponse, reader: StreamReader, outflow: Outflow, reason: str) -> None:
        """Say why the stream ends, if the peer has everything that was sent before; else cut it off."""
        code = _REASONS.get(reason, "ended")
        try:
            await outflow.wait_confirmed(_PARTING_S)
            async with asyncio.timeout(_PARTING_S):
                await response.write(reader.write_end(code, f"Access ended: {reason}.", again=code not in _FOR_GOOD))
                await response.write_eof()
            outflow.written = True
        except (ConnectionError, TimeoutError):
            await outflow.cut()

    @asynccontextmanager
    async def _take_place(self, flow: Flow) -> AsyncIterator[None]:
        """End an older stream of the same flow: its connection may be lost for the peer alone. Raises LeaseEnded."""
        key = flow.owner, flow.id
        earlier = self._readers.pop(key, None)
        if earlier is not None and not earlier.expired():
            earlier.reschedule(asyncio.get_running_loop().time())
        timer = self._readers[key] = asyncio.timeout(None)
        try:
            async with timer:
                yield
        except TimeoutError:
            if timer.expired():
                raise LeaseEnded(TAKEN_OVER) from None
            raise
        finally:
            if self._readers.get(key) is timer:
                del self._readers[key]


def _find_form(request: web.Request, flow: Flow) -> StreamForm:
    form = choose_form(request.headers.getall("Accept", []), flow.media_type)
    if form is None:
        raise Refusal(406, "not-acceptable", f"This is a stream: accept one of {', '.join(FORMS)}.")
    return form


def _find_asked(request: web.Request) -> str:
    """Return the identifier at which a peer continues, empty without one."""
    asked = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    if len(asked) > _LONGEST_ID or not asked.isprintable():
        raise Refusal(400, "bad-position", "The position cannot be read: send the identifier of the last message.")
    return asked
