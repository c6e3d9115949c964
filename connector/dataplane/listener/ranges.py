"""Ranges of a pull: the content that a request asks for, the head of the answer, without its body.

RFC 9110, section 14; RFC 9530 (`Repr-Digest`).
"""

from contextlib import AsyncExitStack
from typing import Any

from aiohttp import web

from connector.dataplane.files.folder import FOLDER_TYPE
from connector.dataplane.listener.admission import Refusal
from connector.dataplane.wire.fields import REPR_DIGEST, UNREAD_VALUES, attachment, read_range, repr_digest
from connector.ports.entities import Flow
from connector.ports.flow import Content, Source, SourceError

_UNTYPED = "application/octet-stream"


async def open_range(
    stack: AsyncExitStack, source: Source, address: dict[str, Any], part: str | None, request: web.Request
) -> tuple[Content, tuple[int, int] | None]:
    """Open the requested content; return it with the range [first, end) of the answer, None for all of it.

    A range is applied if the source supports it and `If-Range` matches the current entity tag. Raises Refusal (416).
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
            "The requested range is outside the data: request a range below its size.",
            {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"},
        )
    return content, (first, end)


async def _reopen(
    stack: AsyncExitStack, source: Source, address: dict[str, Any], part: str | None, offset: int
) -> Content:
    await stack.aclose()
    content = await stack.enter_async_context(source.open(address, part=part, offset=offset))
    if content.offset != offset:
        raise SourceError("The source did not start at the requested byte.")
    return content


def build_headers(flow: Flow, content: Content, part: str | None) -> dict[str, str]:
    """Return the header fields of an answer, without its length."""
    own = content.converted or content.media_type == FOLDER_TYPE
    typed = part is None and flow.media_type != _UNTYPED and not own
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
    if content.unread:
        headers[UNREAD_VALUES] = content.unread
    if content.etag:
        headers["ETag"] = content.etag
    if content.sha256:
        headers[REPR_DIGEST] = repr_digest(content.sha256)
    return headers
