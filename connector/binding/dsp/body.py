"""Read the body of a request: its media type, its size and its time are limited."""

import asyncio

from starlette.requests import Request

from connector.protocol.dsp.errors import RemoteProtocolError

BODY_LIMIT = 1024 * 1024
BODY_S = 15.0
JSON = "application/json"


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """Return the body of a request, at most `limit` bytes. Raises RemoteProtocolError (408, 413, 415)."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in {JSON, "application/ld+json"}:
        reason = f"The media type is not {JSON}: send the message as {JSON}."
        raise RemoteProtocolError(reason, code="media-type", status=415)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RemoteProtocolError(
            "The body is compressed: send it without Content-Encoding.", code="encoding", status=415
        )
    too_large = RemoteProtocolError(
        f"The body is larger than {limit} bytes: send a smaller message.", code="too-large", status=413
    )
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 12 or int(announced) > limit):
        raise too_large
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                size += len(part)
                if size > limit:
                    raise too_large
                parts.append(part)
    except TimeoutError:
        reason = f"The body did not arrive within {BODY_S:g} s: send the message again."
        raise RemoteProtocolError(reason, code="slow", status=408) from None
    return b"".join(parts)
