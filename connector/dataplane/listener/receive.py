"""The receiving side of a push; `transfer.push` describes the exchange."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from connector.dataplane.control.gate import Gate
from connector.dataplane.control.meter import Meter
from connector.dataplane.control.register import Delivered
from connector.dataplane.control.uses import Attempt
from connector.dataplane.listener.admission import FlowAccess, Refusal, refuse_busy
from connector.dataplane.listener.batches import is_batch, receive_batch
from connector.dataplane.wire.fields import (
    REPR_DIGEST,
    UNREAD_VALUES,
    UPLOAD_COMPLETE,
    UPLOAD_OFFSET,
    UPLOAD_VERSION,
    describe_unread,
    read_content_range,
    read_filename,
    read_media_type,
    read_repr_digest,
    read_version,
    repr_digest,
)
from connector.net.streams import take_arrived
from connector.ports.entities import Flow, FlowDirection
from connector.ports.flow import Arrival, Cause, Sink, SinkReceipt, SourceError
from connector.ports.store_errors import StoreError
from connector.protocol.dsp.machines.transfer_machine import FlowState

_STALL_S = 60.0

_log = logging.getLogger(__name__)


class Interrupted(SourceError):
    """The sender closed the connection early; the received bytes are stored for a resumption."""


@dataclass(frozen=True)
class _Target:
    """The sink of one resource of a flow, with its address and its key."""

    sink: Sink
    address: dict[str, Any]
    key: str


class PushHandler:
    """Handles pushes."""

    def __init__(self, access: FlowAccess) -> None:
        self._access = access
        self._busy: set[tuple[str, str]] = set()

    async def head(self, request: web.Request) -> web.Response:
        """Return how many bytes of a push are stored, and whether it is complete. Needs no lease."""
        flow = await self._access.find_flow(request, FlowDirection.RECEIVE)
        if flow.state == FlowState.COMPLETED:
            return _answer_complete(204, flow.size or 0, flow.sha256)
        target = self._find_target(request, flow)
        received = await target.sink.count_received(target.address, target.key)
        version = await target.sink.find_version(target.address, target.key)
        headers = {UPLOAD_OFFSET: str(received), "Cache-Control": "no-store"}
        return web.Response(status=204, headers=headers | ({UPLOAD_VERSION: version} if version else {}))

    async def put(self, request: web.Request) -> web.Response:
        """Receive a push, or the rest of one, or a batch of a stream."""
        flow = await self._access.find_flow(request, FlowDirection.RECEIVE)
        if flow.state == FlowState.COMPLETED:
            raise Refusal(
                409,
                "complete",
                "The data was already received: ask for the state of the transfer.",
                {UPLOAD_COMPLETE: "?1"},
            )
        gate = await self._access.open_gate(flow)
        target = self._find_target(request, flow)
        if "Content-Encoding" in request.headers:
            raise Refusal(415, "encoding", "The data is compressed: send it without Content-Encoding.")
        if (flow.owner, target.key) in self._busy:
            raise refuse_busy("An earlier request for the same data is still active: try again.", 1)
        self._busy.add((flow.owner, target.key))
        try:
            if is_batch(request):
                return await receive_batch(self._access, request, flow, gate)
            receipt = await self._receive(request, flow, gate, target)
        finally:
            self._busy.discard((flow.owner, target.key))
        remark = describe_unread(request.headers.get(UNREAD_VALUES))
        # A member of a folder says nothing of the others.
        if remark or "part" not in request.match_info:
            await self._access.plane.register.remark(flow, remark)
        if "part" not in request.match_info:
            media_type = read_media_type(request.headers.get("Content-Type"))
            await self._access.plane.note_delivery(flow, Delivered(receipt.size, receipt.sha256, media_type))
        body = msgspec.json.encode({"size": receipt.size, "sha256": receipt.sha256})
        return _answer_complete(201, receipt.size, receipt.sha256, body)

    async def _receive(self, request: web.Request, flow: Flow, gate: Gate, target: _Target) -> SinkReceipt:
        arrival = _read_arrival(request, target.key)
        received = await target.sink.count_received(target.address, target.key)
        version = await target.sink.find_version(target.address, target.key) if arrival.offset else arrival.version
        if arrival.offset not in {0, received} or version != arrival.version:
            raise Refusal(
                409,
                "offset",
                f"The push must continue at byte {received} of the same version, or begin again: request HEAD first.",
                {UPLOAD_OFFSET: str(received)},
            )
        register, part = self._access.plane.register, request.match_info.get("part", "")
        attempt = Attempt(part, arrival.offset, arrival.version or "", arrival.size, arrival.sha256)
        uses = await register.begin_use(flow, gate, attempt)
        meter = register.make_meter(flow, uses, part)
        try:
            async with gate.open_passage():
                receipt = await target.sink.write(target.address, arrival, _read_chunks(request, gate, meter))
        except Interrupted as error:
            raise Refusal(
                400, "interrupted", "The connection closed before the end of the data: send the rest."
            ) from error
        except SourceError as error:
            if error.cause is Cause.NO_SPACE:
                self._access.plane.register.note_wait(flow, str(error))
                raise Refusal(
                    507, "no-space", "There is no space for the data: try again later.", {"Retry-After": "30"}
                ) from error
            _log.warning("flow %s: push not stored: %s", flow.id, error)
            raise Refusal(
                422, "not-taken", "The data was not stored: size or digest differ, or the file already exists."
            ) from error
        finally:
            with contextlib.suppress(StoreError):
                await meter.flush()
        await register.finish_use(flow, uses, part)
        return receipt

    def _find_target(self, request: web.Request, flow: Flow) -> _Target:
        address = flow.sink or {}
        sink = self._access.plane.sinks[str(address.get("kind"))]
        part = request.match_info.get("part")
        if part is None:
            return _Target(sink, address, flow.id)
        address = {**address, "member": part}
        try:
            sink.check(address)
        except SourceError as error:
            raise Refusal(404, "not-found", "Unknown path: this flow does not receive a file under it.") from error
        return _Target(sink, address, f"{flow.id}/{part}")


def _answer_complete(status: int, size: int, sha256: str | None, body: bytes = b"") -> web.Response:
    headers = {UPLOAD_OFFSET: str(size), UPLOAD_COMPLETE: "?1", "Cache-Control": "no-store"}
    if sha256:
        headers[REPR_DIGEST] = repr_digest(sha256)
    return web.Response(status=status, body=body, headers=headers, content_type="application/json" if body else None)


def _read_arrival(request: web.Request, key: str) -> Arrival:
    """Return the size, digest and first byte that the head of the request states. Raises Refusal."""
    offset, size = 0, request.content_length
    if "Content-Range" in request.headers:
        given = read_content_range(request.headers["Content-Range"])
        if given is None or (given[0] is None and given[2] is None):
            raise Refusal(400, "range", "The Content-Range is malformed: write it as `bytes first-last/size`.")
        first, end, size = given
        offset = first if first is not None else size or 0
        length = 0 if end is None else end - offset
        if (end is not None and size is not None and end != size) or request.content_length not in {None, length}:
            raise Refusal(
                400,
                "range",
                "The push does not extend to the last byte of the data: correct Content-Range and Content-Length.",
            )
    return Arrival(
        flow_id=key,
        media_type=read_media_type(request.headers.get("Content-Type")),
        size=size,
        sha256=read_repr_digest(request.headers.get(REPR_DIGEST)),
        offset=offset,
        name=read_filename(request.headers.get("Content-Disposition")),
        version=read_version(request.headers.get(UPLOAD_VERSION)),
    )


async def _read_chunks(request: web.Request, gate: Gate, meter: Meter) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(_STALL_S):
                chunk = await request.content.readany()
        except (ConnectionError, TimeoutError, aiohttp.ClientError, web.RequestPayloadError) as error:
            chunk = take_arrived(request.content)  # then the error is raised again
            if not chunk:
                raise Interrupted("The sender closed the connection before the end.") from error
        if not chunk:
            return
        gate.spend(len(chunk))
        await meter.add(len(chunk))
        yield chunk
