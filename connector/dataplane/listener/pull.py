"""The answer to a pull: the data of a flow or a range of it.

RFC 9110, section 14 (single ranges with `If-Range`); RFC 9530 (`Repr-Digest`). If the lease ends or the source fails, a
stream is aborted, so the peer never takes it for complete.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from aiohttp import web

from connector.dataplane.address.parameters import BadParameters, choose, list_parameters
from connector.dataplane.control.gate import SUPERSEDED, USED_UP, Gate, LeaseEnded
from connector.dataplane.control.meter import Meter
from connector.dataplane.control.uses import Attempt, Uses, make_attempt
from connector.dataplane.files.folder import FOLDER_TYPE
from connector.dataplane.forms.choice import BadChoice, Choice, read_choice
from connector.dataplane.listener.admission import (
    FlowAccess,
    Refusal,
    refuse_busy,
    refuse_choice,
    refuse_closed,
    refuse_source,
)
from connector.dataplane.listener.callers import end_with_caller
from connector.dataplane.listener.confirming import Outflow, open_outflow
from connector.dataplane.listener.ranges import build_headers, open_range
from connector.dataplane.listener.sendfile import SMALLEST, TAIL, find_plain_connection, send_file
from connector.dataplane.listener.stream import StreamAnswers
from connector.dataplane.wire.body import pass_exactly
from connector.ports.entities import Flow, FlowDirection
from connector.ports.flow import Content, LocalFile, SourceError, Untreatable
from connector.ports.store_errors import LimitReached, StoreError, TooSoon

_LONGEST_PAUSE_MS = 3_700_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Accel:
    """Lets a proxy send local files: `X-Accel-Redirect: {prefix}/{path below the root of the sources}`.

    The proxy moves the bytes, so they are metered when the access begins, and an active stream does not end with its
    lease. If a lease limits bytes or uses, or the data is treated, the connector sends the data itself.
    """

    prefix: str


@dataclass(frozen=True)
class _Sending:
    """One answer: the flow with its gate, the content and its length, and the part of the use; `last` is its end."""

    flow: Flow
    gate: Gate
    content: Content
    count: int | None
    uses: Uses | None
    part: str
    last: bool


@dataclass(frozen=True)
class _PartStream:
    """An answer that is being sent, as the uses of its flow see it."""

    outflow: Outflow
    meter: Meter
    count: int | None

    def count_left(self) -> int:
        """Return how many of its bytes are not counted as sent yet."""
        return max(0, (self.count or 0) - self.meter.booked)

    def count_confirmed(self) -> int:
        """Return about how many bytes the peer has confirmed."""
        return self.meter.total - self.outflow.count_unconfirmed()

    def abort(self) -> None:
        """End the stream."""
        self.outflow.abort()


def _read_query(request: web.Request, source: dict[str, Any]) -> tuple[Choice | None, dict[str, Any]]:
    """Return what a query chooses of the rows, and the address of the source with the parameters that it states.

    A name that the source declares is a parameter; the others choose a form and rows.
    """
    declared = list_parameters(source)
    stated = [pair for pair in request.query.items() if pair[0] in declared]
    others = [pair for pair in request.query.items() if pair[0] not in declared]
    try:
        choice = read_choice(others)
        return choice, choose(source, urlencode(stated) if choice else request.query_string)
    except BadChoice as error:
        raise refuse_choice(error) from error
    except BadParameters as error:
        raise Refusal(400, "parameters", str(error)) from error


class PullHandler:
    """Handles pulls."""

    def __init__(self, access: FlowAccess, accel: Accel | None, stall_s: float) -> None:
        self._access = access
        self._accel = accel
        self._stall_s = stall_s
        self._streams = StreamAnswers(access, self._begin_use, stall_s)

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Answer GET and HEAD; a query states parameters of the source, chooses a form and narrows the rows."""
        return await self.answer(request)

    async def answer(self, request: web.Request, choice: Choice | None = None) -> web.StreamResponse:
        """Answer with the data as it is chosen, by default by the query of the request."""
        flow = await self._access.find_flow(request, FlowDirection.SERVE)
        gate = await self._access.open_gate(flow)
        key = f"{flow.owner} {flow.id}"
        if not self._access.budget.enter(key):
            raise refuse_busy("Too many accesses to this flow are active: try again later.")
        try:
            if self._access.plane.streams.is_stream(flow):
                return await self._streams.answer(request, flow, gate)
            async with AsyncExitStack() as stack:
                return await self._answer(request, flow, gate, choice, stack)
        finally:
            self._access.budget.leave(key)

    async def _answer(
        self, request: web.Request, flow: Flow, gate: Gate, choice: Choice | None, stack: AsyncExitStack
    ) -> web.StreamResponse:
        part = request.match_info.get("part")
        address = flow.source or {}
        if choice is None:
            choice, address = _read_query(request, address)
        try:
            async with end_with_caller(request), gate.open_passage():
                head = request.method == "HEAD"
                treatment = gate.treatment
                source = self._access.plane.source_of(flow, gate, head=head, choice=choice)
                content, span = await open_range(stack, source, address, part, request)
        except BadChoice as error:
            raise refuse_choice(error) from error
        except Untreatable as error:
            _log.warning("flow %s: data cannot be treated: %s", flow.id, error)
            await self._access.plane.note_source_failure(flow, error)
            raise Refusal(422, "untreatable", str(error)) from error
        except SourceError as error:
            _log.warning("flow %s: the source failed: %s", flow.id, error)
            if part is not None:
                raise Refusal(
                    404, "not-found", "Unknown file in the folder: request the listing for its paths."
                ) from error
            await self._access.plane.note_source_failure(flow, error)
            raise refuse_source(error) from error
        self._access.plane.register.note_source(flow.owner, flow.dataset, None)
        self._access.plane.register.note_wait(flow, None)
        headers = build_headers(flow, content, part)
        status, count = 200, content.size
        if span:
            status, count = 206, span[1] - span[0]
            headers["Content-Range"] = f"bytes {span[0]}-{span[1] - 1}/{content.size}"
        if count is not None:
            headers["Content-Length"] = str(count)
        if head:
            return web.Response(status=status, headers=headers)
        listing = content.media_type == FOLDER_TYPE and part is None
        attempt = make_attempt(part or "", span[0] if span else 0, content)
        uses = None if listing else await self._begin_use(flow, gate, attempt)
        if gate.treatment != treatment:
            raise refuse_closed(SUPERSEDED)
        if self._accel and content.file and not gate.counts:  # treated data has no file
            if uses:
                await self._access.plane.register.finish_use(flow, uses, attempt.part)
            return await self._redirect(self._accel, flow, gate, content.file, count or 0, headers)
        response = web.StreamResponse(status=status, headers=headers)
        sending = _Sending(flow, gate, content, count, uses, attempt.part, span is None or span[1] == content.size)
        with open_outflow(request) as outflow:
            await self._send(request, response, sending, outflow)
        await self._report_if_used_up(flow)
        return response

    async def _begin_use(self, flow: Flow, gate: Gate, attempt: Attempt) -> Uses:
        """Count a use if this access begins one. Raises LimitReached, or Refusal if a later access is allowed."""
        register = self._access.plane.register
        try:
            return await register.begin_use(flow, gate, attempt)
        except SourceError as error:
            raise refuse_source(error) from error
        except TooSoon as soon:
            if soon.again_at - register.now() > _LONGEST_PAUSE_MS:
                await self._report_if_used_up(flow)
                raise
            again_at = min(soon.again_at, gate.ends_at or soon.again_at)
            seconds = max(1, -((register.now() - again_at) // 1000))
            raise refuse_busy("The limit of accesses within a period is reached: try again later.", seconds) from soon
        except LimitReached:
            await self._report_if_used_up(flow)
            raise

    async def _report_if_used_up(self, flow: Flow) -> None:
        try:
            await self._access.plane.report_if_used_up(flow)
        except StoreError as error:
            _log.warning("flow %s: the rest of its lease is unknown: %s", flow.id, error)

    async def _send(
        self, request: web.Request, response: web.StreamResponse, sending: _Sending, outflow: Outflow
    ) -> None:
        """Stream the content. A failure aborts the connection, and bytes that did not arrive are given back.

        Raises LeaseEnded if the lease ends before the head of the answer has left: the peer is told so.
        """
        flow, gate, content, uses = sending.flow, sending.gate, sending.content, sending.uses
        register = self._access.plane.register
        meter = register.make_meter(flow, uses, sending.part)
        with (
            uses.streaming(sending.part, _PartStream(outflow, meter, sending.count))
            if uses
            else contextlib.nullcontext()
        ):
            try:
                async with gate.open_passage():
                    # Treated data may be worked on for long before a byte is written, which shows that nobody reads.
                    async with end_with_caller(request) if content.file is None else contextlib.nullcontext():
                        await self._stream(request, response, sending, meter)
                    outflow.written = True
                    await meter.flush()
                    await response.write_eof()
                    if uses and gate.counts:
                        await outflow.wait_confirmed(self._stall_s)
                if uses:
                    await register.finish_use(flow, uses, sending.part, last=sending.last)
            except (LeaseEnded, SourceError, StoreError, ConnectionError, TimeoutError) as error:
                if isinstance(error, LeaseEnded) and not response.prepared:
                    await self._report_if_used_up(flow)
                    raise
                if isinstance(error, LeaseEnded) and error.reason == USED_UP:
                    with contextlib.suppress(ConnectionError, TimeoutError):
                        await outflow.wait_confirmed(self._stall_s)
                lost = min(await outflow.cut(), meter.total)
                gate.give_back(lost)
                meter.note(-lost)
                if uses and outflow.written and not lost:  # the peer closed the connection after the last byte
                    await register.finish_use(flow, uses, sending.part, last=sending.last)
                _log.info("flow %s: stream aborted after %d bytes: %s", flow.id, meter.total, error)
            finally:
                with contextlib.suppress(StoreError):
                    await meter.flush()

    async def _stream(
        self, request: web.Request, response: web.StreamResponse, sending: _Sending, meter: Meter
    ) -> None:
        gate, content = sending.gate, sending.content
        chunks, left = content.chunks, sending.count
        connection = find_plain_connection(request)
        if connection and content.file and left is not None and left >= SMALLEST:
            writer = await response.prepare(request)
            if writer:
                writer.send_headers()
                begin, most = content.offset, left - TAIL
                sent = await send_file(connection, content.file, begin, most, gate, meter, self._stall_s)
                chunks, left = content.file.read(begin + sent, begin + left), left - sent
        await self._copy(request, response, pass_exactly(chunks, left), gate, meter)
        await response.prepare(request)  # without any bytes

    async def _copy(
        self,
        request: web.Request,
        response: web.StreamResponse,
        chunks: AsyncIterator[bytes],
        gate: Gate,
        meter: Meter,
    ) -> None:
        async for chunk in chunks:
            rest = chunk
            while rest:
                allowed = gate.take(len(rest))
                piece, rest = rest[:allowed], rest[allowed:]
                async with asyncio.timeout(self._stall_s):
                    # The head leaves with the first piece: until there is one, the answer can still be a refusal.
                    await response.prepare(request)
                    await response.write(piece)
                await meter.add(allowed)

    async def _redirect(
        self, accel: Accel, flow: Flow, gate: Gate, file: LocalFile, count: int, headers: dict[str, str]
    ) -> web.Response:
        gate.spend(count)
        meter = self._access.plane.register.make_meter(flow)
        await meter.add(count)
        await meter.flush()
        others = {name: value for name, value in headers.items() if name not in {"Content-Length", "Content-Range"}}
        return web.Response(headers={**others, "X-Accel-Redirect": f"{accel.prefix}/{quote(file.path)}"})
