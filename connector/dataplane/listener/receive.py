"""The receiving side of a push, on the listener of `connector.dataplane.listener.serve`; see `push` for the wire."""

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
from connector.dataplane.listener.admission import FlowAccess, Refusal, busy
from connector.dataplane.wire.fields import (
    REPR_DIGEST,
    UPLOAD_COMPLETE,
    UPLOAD_OFFSET,
    read_content_range,
    read_filename,
    read_repr_digest,
    repr_digest,
)
from connector.ports.changes import StoreError
from connector.ports.entities import Flow, FlowDirection
from connector.ports.flow import Arrival, Sink, SinkReceipt, SourceError
from connector.protocol.dsp.machines.transfer_machine import FlowState

_STALL_S = 60.0

_log = logging.getLogger(__name__)


class Interrupted(SourceError):
    """The sender broke off; what arrived is kept for a resumption."""


@dataclass(frozen=True)
class _Place:
    """Where one resource of a flow goes."""

    sink: Sink
    address: dict[str, Any]
    key: str


class Receiver:
    """Answers pushes."""

    def __init__(self, door: FlowAccess) -> None:
        self._door = door
        self._busy: set[tuple[str, str]] = set()

    async def head(self, request: web.Request) -> web.Response:
        """Tell how much of a push is held, and whether it is whole. Moves no byte and needs no lease."""
        flow = await self._door.flow(request, FlowDirection.RECEIVE)
        if flow.state == FlowState.COMPLETED:
            return _whole(204, flow.size or 0, flow.sha256)
        place = self._place(request, flow)
        held = await place.sink.count_received(place.address, place.key)
        return web.Response(status=204, headers={UPLOAD_OFFSET: str(held), "Cache-Control": "no-store"})

    async def put(self, request: web.Request) -> web.Response:
        """Take a push, or the rest of one."""
        flow = await self._door.flow(request, FlowDirection.RECEIVE)
        if flow.state == FlowState.COMPLETED:
            raise Refusal(409, "complete", "The data was received already.", {UPLOAD_COMPLETE: "?1"})
        gate = await self._door.gate(flow)
        place = self._place(request, flow)
        if "Content-Encoding" in request.headers:
            raise Refusal(415, "encoding", "Data is taken as it is: send it without Content-Encoding.")
        if (flow.owner, place.key) in self._busy:
            raise busy("An earlier request for the same data has not ended yet: try again.", 1)
        self._busy.add((flow.owner, place.key))
        try:
            receipt = await self._take(request, flow, gate, place)
        finally:
            self._busy.discard((flow.owner, place.key))
        if "part" not in request.match_info:
            await self._door.plane.note_delivery(flow, Delivered(receipt.size, receipt.sha256))
        body = msgspec.json.encode({"size": receipt.size, "sha256": receipt.sha256})
        return _whole(201, receipt.size, receipt.sha256, body)

    async def _take(self, request: web.Request, flow: Flow, gate: Gate, place: _Place) -> SinkReceipt:
        arrival = _arrival(request, flow, place.key)
        held = await place.sink.count_received(place.address, place.key)
        if arrival.offset not in {0, held}:
            raise Refusal(409, "offset", "Another first byte is expected.", {UPLOAD_OFFSET: str(held)})
        await self._door.plane.register.begin_use(flow, gate, request.match_info.get("part", ""), arrival.offset)
        meter = self._door.plane.register.make_meter(flow)
        try:
            async with gate.passage():
                return await place.sink.write(place.address, arrival, _chunks(request, gate, meter))
        except Interrupted as error:
            raise Refusal(400, "interrupted", "The data did not arrive whole.") from error
        except SourceError as error:
            _log.warning("flow %s: a push was not taken: %s", flow.id, error)
            raise Refusal(
                422, "not-taken", "The data was not taken: size or digest differ, or its place is not free."
            ) from error
        finally:
            with contextlib.suppress(StoreError):
                await meter.flush()

    def _place(self, request: web.Request, flow: Flow) -> _Place:
        address = flow.sink or {}
        sink = self._door.plane.sinks[str(address.get("kind"))]
        part = request.match_info.get("part")
        if part is None:
            return _Place(sink, address, flow.id)
        address = {**address, "member": part}
        try:
            sink.check(address)
        except SourceError as error:
            raise Refusal(404, "not-found", "Nothing can be received under this path.") from error
        return _Place(sink, address, f"{flow.id}/{part}")


def _whole(status: int, size: int, sha256: str | None, body: bytes = b"") -> web.Response:
    headers = {UPLOAD_OFFSET: str(size), UPLOAD_COMPLETE: "?1", "Cache-Control": "no-store"}
    if sha256:
        headers[REPR_DIGEST] = repr_digest(sha256)
    return web.Response(status=status, body=body, headers=headers, content_type="application/json" if body else None)


def _arrival(request: web.Request, flow: Flow, key: str) -> Arrival:
    """Read from the request's head what is coming. Raises Refusal."""
    offset, size = 0, request.content_length
    if "Content-Range" in request.headers:
        given = read_content_range(request.headers["Content-Range"])
        if given is None or (given[0] is None and given[2] is None):
            raise Refusal(400, "range", "The Content-Range cannot be read.")
        first, end, size = given
        offset = first if first is not None else size or 0
        length = 0 if end is None else end - offset
        if (end is not None and size is not None and end != size) or request.content_length not in {None, length}:
            raise Refusal(400, "range", "A push has to go on to the last byte of the data, as its length says.")
    return Arrival(
        flow_id=key,
        media_type=request.content_type if flow.media_type == "application/octet-stream" else flow.media_type,
        size=size,
        sha256=read_repr_digest(request.headers.get(REPR_DIGEST)),
        offset=offset,
        name=read_filename(request.headers.get("Content-Disposition")),
    )


async def _chunks(request: web.Request, gate: Gate, meter: Meter) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(_STALL_S):
                chunk = await request.content.readany()
        except (ConnectionError, TimeoutError, aiohttp.ClientError, web.RequestPayloadError) as error:
            raise Interrupted("The sender broke off.") from error
        if not chunk:
            return
        gate.spend(len(chunk))
        await meter.add(len(chunk))
        yield chunk
