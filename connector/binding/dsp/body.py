"""Read the body of a request: its media type, its size, its time and the number of its values are limited."""

from functools import partial
from typing import TypeVar

import msgspec

from connector.net.aside import SMALL, work_aside
from connector.net.serving.messages import BodyFault, PeerRequest
from connector.protocol.dsp.codec import Received, decode
from connector.protocol.dsp.errors import RemoteProtocolError

BODY_LIMIT = 1024 * 1024
VALUES_LIMIT = 5_000
JSON = "application/json"

M = TypeVar("M", bound=msgspec.Struct)

_FAULTS = {
    400: ("malformed", "The body is not framed as HTTP requires: send the message again."),
    408: ("slow", "The body did not arrive in time: send the message again."),
    431: ("malformed", "The fields behind the body are too large: send the message without them."),
    503: ("busy", "Too many large bodies are arriving: send the message again later."),
}


async def read_body(request: PeerRequest, limit: int = BODY_LIMIT) -> bytes:
    """Return the body of a request, at most `limit` bytes. Raises RemoteProtocolError (400, 408, 413, 415, 503)."""
    stated = request.headers.get("content-type", "")
    if stated != JSON and stated.partition(";")[0].strip().lower() not in {JSON, "application/ld+json"}:
        reason = f"The media type is not {JSON}: send the message as {JSON}."
        raise RemoteProtocolError(reason, code="media-type", status=415)
    if "content-encoding" in request.headers and request.headers["content-encoding"].lower() != "identity":
        raise RemoteProtocolError(
            "The body is compressed: send it without Content-Encoding.", code="encoding", status=415
        )
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 12 or int(announced) > limit):
        raise _too_large(limit)
    try:
        body = await request.read()
    except BodyFault as fault:
        code, reason = _FAULTS.get(fault.status, ("", ""))
        raise RemoteProtocolError(reason, code=code, status=fault.status) if code else _too_large(limit) from None
    if len(body) > limit:
        raise _too_large(limit)
    _check_values(body)
    return body


async def read_message(kind: type[M], body: bytes) -> Received[M]:
    """Return the message in a body, a large one parsed beside the event loop. Raises the errors of `decode`."""
    return decode(kind, body) if len(body) <= SMALL else await work_aside(len(body), partial(decode, kind, body))


def _too_large(limit: int) -> RemoteProtocolError:
    reason = f"The body is larger than {limit} bytes: send a smaller message."
    return RemoteProtocolError(reason, code="too-large", status=413)


def _check_values(body: bytes) -> None:
    """Refuse a body with too many values before anything is built of it: a few bytes each become a hundred.

    Characters in texts are counted too, which only matters for texts without measure.
    """
    if len(body) > VALUES_LIMIT and sum(body.count(mark) for mark in (b",", b"[", b"{")) > VALUES_LIMIT:
        reason = f"The body has more than {VALUES_LIMIT} values: send a smaller message."
        raise RemoteProtocolError(reason, code="too-large", status=413)
