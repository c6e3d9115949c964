"""A source whose data is looked at before it leaves: what the media type excludes is refused as when an asset is added.

A backend whose session has expired answers with a page to log in. Nobody gets that for the data, and it costs no use.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from connector.dataplane.files.folder import FOLDER_TYPE
from connector.dataplane.formats.signatures import check_type
from connector.ports.flow import Content, Source
from connector.views.assets import DEFAULT_MEDIA_TYPE

_ENOUGH = 64
_MOST = 4096


class TypedSource:
    """A source of data of a media type."""

    def __init__(self, source: Source, media_type: str) -> None:
        self._source = source
        self._media_type = media_type

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is not allowed."""
        self._source.check(address)

    async def changed_at(self, address: dict[str, Any]) -> int | None:
        """Return when the data last changed."""
        return await self._source.changed_at(address)

    @asynccontextmanager
    async def open(
        self, address: dict[str, Any], *, part: str | None = None, offset: int = 0, end: int | None = None
    ) -> AsyncIterator[Content]:
        """Open the data. Raises SourceError if its first bytes are not of the media type, as far as they are known."""
        async with self._source.open(address, part=part, offset=offset, end=end) as content:
            if part is not None or content.media_type == FOLDER_TYPE:
                yield content  # the members of a folder have the type of their names, which promises nothing
                return
            head: list[bytes] = []
            if content.file is not None:
                head = [chunk async for chunk in content.file.read(0, min(_MOST, content.size or 0))]
            elif content.offset == 0:
                head = await _take(content.chunks)
                content = msgspec.structs.replace(content, chunks=_join(head, content.chunks))
            stated = self._media_type if self._media_type != DEFAULT_MEDIA_TYPE else content.media_type
            check_type(b"".join(head), stated, content.media_type)
            yield content


async def _take(chunks: AsyncIterator[bytes]) -> list[bytes]:
    """Take as few chunks as show of which kind data is: a slow source is not waited for longer.

    What begins with a comment shows it only behind it.
    """
    taken: list[bytes] = []
    while (size := sum(map(len, taken))) < _ENOUGH or (size < _MOST and _is_aside(b"".join(taken))):
        try:
            taken.append(await anext(chunks))
        except StopAsyncIteration:
            break
    return taken


def _is_aside(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<!--", b"<?xml"))


async def _join(head: list[bytes], rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in head:
        yield chunk
    async for chunk in rest:
        yield chunk
