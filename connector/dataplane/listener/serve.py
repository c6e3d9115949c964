"""The data-plane listener: peers pull here (`GET`, `HEAD`), and push here (`connector.dataplane.listener.receive`).

`/flows/{flow_id}` is the data of a flow or, for a folder, the listing of its members; `/flows/{flow_id}/{part}` is a
member. Single ranges with `If-Range` (RFC 9110), `Repr-Digest` (RFC 9530), entity tags; a stream ends with a broken
connection, never with a regular end, when the lease ends or the source fails.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import web

from connector.dataplane.control.gate import SUPERSEDED, Gate, LeaseEnded
from connector.dataplane.control.meter import Meter, Uses
from connector.dataplane.files.folder import FOLDER_TYPE
from connector.dataplane.flows import LocalDataPlane
from connector.dataplane.listener.admission import FlowAccess, Refusal, answer_errors, busy, no_leave
from connector.dataplane.listener.receive import Receiver
from connector.dataplane.listener.sendfile import SMALLEST, TAIL, plain_connection, send_file
from connector.dataplane.wire.fields import REPR_DIGEST, attachment, read_range, repr_digest
from connector.net.limits import ConcurrencyLimit
from connector.ports.changes import LimitReached, StoreError, TooSoon
from connector.ports.entities import Flow, FlowDirection
from connector.ports.flow import Content, LocalFile, Source, SourceError, Untreatable

READ_BUFFER = 1024 * 1024
IDLE_S = 15.0
_UNTYPED = "application/octet-stream"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Accel:
    """Lets a proxy in front send local files: `X-Accel-Redirect: {prefix}/{path below the root of the sources}`.

    The proxy then moves the bytes: they are metered when the access begins, and a stream that runs is not ended with
    its lease. Only for operators who want the proxy's speed more than that. Where a lease counts bytes or uses, and
    where bytes are treated on their way, the connector sends by itself all the same.
    """

    prefix: str


def make_app(
    plane: LocalDataPlane,
    *,
    patience_s: float = 5.0,
    stall_s: float = 60.0,
    budget: ConcurrencyLimit | None = None,
    accel: Accel | None = None,
) -> web.Application:
    """Build the listener's application; serve it with `make_runner`.

    `stall_s` is how long a peer may take nothing (seconds) before its stream is broken off.
    """
    door = FlowAccess(plane, patience_s=patience_s, budget=budget)
    puller, receiver = Puller(door, accel, stall_s), Receiver(door)
    app = web.Application(middlewares=[answer_errors])
    for path in ("/flows/{flow_id}", "/flows/{flow_id}/{part:.+}"):
        app.router.add_route("GET", path, puller.get)
        app.router.add_route("HEAD", path, make_head_handler(puller, receiver))
        app.router.add_route("PUT", path, receiver.put)
        app.router.add_route("POST", path, receiver.put)
    return app


def make_runner(app: web.Application) -> web.AppRunner:
    """Return a runner with the buffers that streaming needs; no access log, because it would repeat paths.

    A connection without a whole request is closed after `IDLE_S`, also where a byte of a header comes now and then.
    """
    return web.AppRunner(app, access_log=None, read_bufsize=READ_BUFFER, shutdown_timeout=3.0, keepalive_timeout=IDLE_S)


def make_head_handler(puller: "Puller", receiver: Receiver) -> Any:
    """Return the handler for HEAD: of a pull the head of what GET gives, of a push how much is held."""

    async def head(request: web.Request) -> web.StreamResponse:
        try:
            return await puller.get(request)
        except Refusal as refusal:
            if refusal.status != 405:
                raise
            return await receiver.head(request)

    return head


class Puller:
    """Answers pulls."""

    def __init__(self, door: FlowAccess, accel: Accel | None, stall_s: float) -> None:
        self._door = door
        self._accel = accel
        self._stall_s = stall_s

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Answer GET and HEAD."""
        flow = await self._door.flow(request, FlowDirection.SERVE)
        gate = await self._door.gate(flow)
        key = f"{flow.owner} {flow.id}"
        if not self._door.budget.enter(key):
            raise busy("Too many accesses run at once: try again.")
        try:
            async with AsyncExitStack() as stack:
                return await self._answer(request, flow, gate, stack)
        finally:
            self._door.budget.leave(key)

    async def _answer(self, request: web.Request, flow: Flow, gate: Gate, stack: AsyncExitStack) -> web.StreamResponse:
        part = request.match_info.get("part")
        address = flow.source or {}
        try:
            async with gate.passage():
                treatment, source = gate.treatment, self._door.plane.source_of(flow, gate)
                content, span = await _open(stack, source, address, part, request)
        except Untreatable as error:
            _log.warning("flow %s: the data cannot be treated: %s", flow.id, error)
            raise Refusal(422, "untreatable", str(error)) from error
        except SourceError as error:
            _log.warning("flow %s: the source failed: %s", flow.id, error)
            if part is not None:
                raise Refusal(404, "not-found", "The folder has no such member.") from error
            raise busy("The source cannot deliver at present: try again.", 10) from error
        headers = _headers(flow, content, part)
        status, count = 200, content.size
        if span:
            status, count = 206, span[1] - span[0]
            headers["Content-Range"] = f"bytes {span[0]}-{span[1] - 1}/{content.size}"
        if count is not None:
            headers["Content-Length"] = str(count)
        if request.method == "HEAD":
            return web.Response(status=status, headers=headers)
        listing = content.media_type == FOLDER_TYPE and part is None
        uses = None if listing else await self._begin_use(flow, gate, part or "", span[0] if span else 0)
        if gate.treatment != treatment:
            raise no_leave(SUPERSEDED)
        if self._accel and content.file and not gate.counts:  # what is treated on its way has no file
            if uses:
                uses.finish(part or "")
            return await self._redirect(self._accel, flow, gate, content.file, count or 0, headers)
        response = web.StreamResponse(status=status, headers=headers)
        whole = await self._send(request, response, flow, gate, content, count)
        if whole and uses:
            uses.finish(part or "")
        await self._tell_if_spent(flow)
        return response

    async def _begin_use(self, flow: Flow, gate: Gate, part: str, offset: int) -> Uses:
        """Count a use where one begins. Raises LimitReached, and Refusal where another may begin later."""
        register = self._door.plane.register
        try:
            return await register.begin_use(flow, gate, part, offset)
        except TooSoon as soon:
            again_at = min(soon.again_at, gate.ends_at or soon.again_at)
            seconds = max(1, -((register.now() - again_at) // 1000))
            raise busy("As many accesses as may be were begun within an hour: try again later.", seconds) from soon
        except LimitReached:
            await self._tell_if_spent(flow)
            raise

    async def _tell_if_spent(self, flow: Flow) -> None:
        try:
            await self._door.plane.tell_if_spent(flow)
        except StoreError as error:
            _log.warning("flow %s: what is left of its lease is not known: %s", flow.id, error)

    async def _send(
        self,
        request: web.Request,
        response: web.StreamResponse,
        flow: Flow,
        gate: Gate,
        content: Content,
        count: int | None,
    ) -> bool:
        """Stream the content; answers whether everything was handed over. Once begun, it fails by breaking off."""
        meter = self._door.plane.register.make_meter(flow)
        try:
            async with gate.passage():
                writer = await response.prepare(request)
                chunks, left = content.chunks, count
                connection = plain_connection(request)
                if writer and connection and content.file and left is not None and left >= SMALLEST:
                    writer.send_headers()
                    begin, most = content.offset, left - TAIL
                    sent = await send_file(connection, content.file, begin, most, gate, meter, self._stall_s)
                    chunks, left = content.file.read(begin + sent, begin + left), left - sent
                await self._copy(response, _pass_exactly(chunks, left), gate, meter)
                await meter.flush()
                await response.write_eof()
                return True
        except (LeaseEnded, SourceError, StoreError, ConnectionError, TimeoutError) as error:
            _log.info("flow %s: a stream broke off after %d bytes: %s", flow.id, meter.total, error)
            if request.transport:
                request.transport.abort()
            return False
        finally:
            with contextlib.suppress(StoreError):
                await meter.flush()

    async def _copy(self, response: web.StreamResponse, chunks: AsyncIterator[bytes], gate: Gate, meter: Meter) -> None:
        async for chunk in chunks:
            rest = chunk
            while rest:
                leave = gate.take(len(rest))
                piece, rest = rest[:leave], rest[leave:]
                async with asyncio.timeout(self._stall_s):
                    await response.write(piece)
                await meter.add(leave)

    async def _redirect(
        self, accel: Accel, flow: Flow, gate: Gate, file: LocalFile, count: int, headers: dict[str, str]
    ) -> web.Response:
        gate.spend(count)
        meter = self._door.plane.register.make_meter(flow)
        await meter.add(count)
        await meter.flush()
        kept = {name: value for name, value in headers.items() if name not in {"Content-Length", "Content-Range"}}
        return web.Response(headers={**kept, "X-Accel-Redirect": f"{accel.prefix}/{quote(file.path)}"})


async def _pass_exactly(chunks: AsyncIterator[bytes], count: int | None) -> AsyncIterator[bytes]:
    """Pass on chunks; one byte too few or too many for what the head of the answer said is an error."""
    passed = 0
    async for chunk in chunks:
        passed += len(chunk)
        if count is not None and passed > count:
            break
        yield chunk
    if count not in {None, passed}:
        raise SourceError(f"The source did not give the {count} bytes that it announced.")


async def _open(
    stack: AsyncExitStack, source: Source, address: dict[str, Any], part: str | None, request: web.Request
) -> tuple[Content, tuple[int, int] | None]:
    """Open what the request asks for: the content and the range [first, end) it is to be answered with, or None.

    A range is honoured where the source can, and where `If-Range` names the present state. Raises Refusal (416).
    """
    wanted = read_range(request.headers.get("Range")) if request.method == "GET" else None
    first, last = wanted or (None, None)
    suffix = wanted is not None and first is None
    content = await stack.enter_async_context(
        source.open(address, part=part, offset=first or 0, end=None if last is None or suffix else last + 1)
    )
    if wanted is None:
        return content, None
    condition = request.headers.get("If-Range")
    size = content.size
    if size is None or (condition is not None and condition != content.etag) or content.offset != (first or 0):
        return await _reopen(stack, source, address, part, 0), None
    if suffix:
        first = max(0, size - (last or 0))
        content = await _reopen(stack, source, address, part, first)
    first = first or 0
    end = size if last is None or suffix else min(size, last + 1)
    if first >= end:
        raise Refusal(
            416,
            "range",
            "The range lies outside the data.",
            {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"},
        )
    return content, (first, end)


async def _reopen(
    stack: AsyncExitStack, source: Source, address: dict[str, Any], part: str | None, offset: int
) -> Content:
    await stack.aclose()
    content = await stack.enter_async_context(source.open(address, part=part, offset=offset))
    if content.offset != offset:
        raise SourceError("The source did not begin where it was asked to.")
    return content


def _headers(flow: Flow, content: Content, part: str | None) -> dict[str, str]:
    typed = part is None and flow.media_type != _UNTYPED and content.media_type != FOLDER_TYPE
    headers = {
        "Content-Type": flow.media_type if typed else content.media_type,
        "Content-Disposition": "attachment",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if content.name:
        headers["Content-Disposition"] = attachment(content.name)
    if content.size is not None:
        headers["Accept-Ranges"] = "bytes"
    if content.etag:
        headers["ETag"] = content.etag
    if content.sha256:
        headers[REPR_DIGEST] = repr_digest(content.sha256)
    return headers
