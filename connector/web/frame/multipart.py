"""The one file of a form, as it arrives: `multipart/form-data` (RFC 7578), read piece by piece.

A form with a file has no other field: all else is in the address of the form. The bytes of the file are passed on and
never held.
"""

import re
from collections.abc import AsyncIterator
from urllib.parse import unquote

from connector.web.frame.forms import FormFault

LONGEST_HEAD = 16 * 1024
_BOUNDARY = re.compile(r'multipart/form-data\s*;.*\bboundary=(?:"([^"]{1,70})"|([^;\s"]{1,70}))', re.IGNORECASE)
_NAME = re.compile(rb'content-disposition:[^\r\n]*\bfilename="([^"\r\n]*)"', re.IGNORECASE)


async def open_file(content_type: str, body: AsyncIterator[bytes]) -> tuple[str, AsyncIterator[bytes]]:
    """Return the name of the file as the browser sends it, and its bytes, which end with the file.

    Raises FormFault: the body is no such form, has no file, or ends too early; the latter while the bytes are read.
    """
    found = _BOUNDARY.match(content_type)
    if not found:
        raise FormFault("form-unreadable")
    mark = b"\r\n--" + (found[1] or found[2]).encode("latin-1", "replace")
    held = b"\r\n"
    async for piece in body:
        held += piece
        start = held.find(mark)
        end = held.find(b"\r\n\r\n", start + len(mark)) if start >= 0 else -1
        if end >= 0:
            name = _NAME.search(held[start:end])
            if name is None or not name[1]:
                raise FormFault("offering.upload-none")
            # Browsers write quotes and line ends of a name as %22, %0D and %0A, and nothing else so.
            written = re.sub(rb"%(?:22|0[AaDd])", lambda match: unquote(match[0]).encode(), name[1])
            return written.decode("utf-8", "replace"), _read_until(mark, held[end + 4 :], body)
        if len(held) > LONGEST_HEAD:
            break
    raise FormFault("form-unreadable")


async def _read_until(mark: bytes, held: bytes, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while (end := held.find(mark)) < 0:
        # What may be the beginning of the mark is held back.
        ready = len(held) - len(mark) + 1
        if ready > 0:
            yield held[:ready]
            held = held[ready:]
        try:
            held += await anext(body)
        except StopAsyncIteration:
            raise FormFault("form-unreadable") from None
    if end:
        yield held[:end]
