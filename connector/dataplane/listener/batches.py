"""The receiving side of the push of a stream: a batch is stored in the sink of the flow before it is acknowledged.

`streaming.pushing` describes the exchange.
"""

import contextlib
import logging

from aiohttp import web

from connector.dataplane.control.gate import Gate
from connector.dataplane.control.uses import Attempt
from connector.dataplane.listener.admission import FlowAccess, Refusal, read_whole_body, refuse_busy
from connector.dataplane.streaming.storing import is_worth_retry
from connector.dataplane.transfer.follow import STREAM
from connector.dataplane.wire.stream_lines import (
    LARGEST_BATCH,
    STREAM_POSITION,
    BadLines,
    read_lines,
    read_position,
)
from connector.ports.entities import Flow
from connector.ports.flow import Cause, SourceError
from connector.ports.store_errors import StoreError

_log = logging.getLogger(__name__)


def is_batch(request: web.Request) -> bool:
    """Return whether a push is one of a stream."""
    return STREAM_POSITION in request.headers


async def receive_batch(access: FlowAccess, request: web.Request, flow: Flow, gate: Gate) -> web.Response:
    """Store a batch of messages, and acknowledge it. Raises Refusal, LeaseEnded, StoreError."""
    if read_position(request.headers.get(STREAM_POSITION)) is None or request.match_info.get("part"):
        raise Refusal(400, "bad-position", f"The {STREAM_POSITION} cannot be read: send the position of the last line.")
    try:
        messages = read_lines((await read_whole_body(request, LARGEST_BATCH)).split(b"\n"))
    except BadLines as error:
        raise Refusal(400, "bad-lines", str(error)) from error
    plane = access.plane
    register, count = plane.register, sum(len(one.line) + 1 for one in messages if not one.event)
    uses = await register.begin_use(flow, gate, Attempt(offset=int(flow.bytes_moved > 0), version=STREAM))
    meter = register.make_meter(flow, uses)
    try:
        async with gate.open_passage():
            gate.spend(count)
            meter.note(count)
            await plane.stores.store(flow, messages)
    except SourceError as error:
        register.note_wait(flow, str(error))
        if is_worth_retry(error):
            raise refuse_busy("The messages cannot be stored at present: send them again.", 2) from error
        _log.warning("flow %s: messages not stored: %s", flow.id, error)
        await plane.note_failure(flow, str(error), Cause.NOT_STORED)
        raise Refusal(422, "not-taken", "The messages cannot be stored in the sink of this transfer.") from error
    finally:
        with contextlib.suppress(StoreError):
            await meter.flush()
    return web.Response(status=204, headers={"Cache-Control": "no-store"})
