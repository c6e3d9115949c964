"""A backend of the operator, read: one answer as it is, in any range, or its pages one by one.

The silence and the duration of an answer are limited. An answer that ends early is an error, never a short success.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from connector.dataplane.address.secrets import SecretReader, refuse_secret
from connector.dataplane.backends.asking import Asker
from connector.dataplane.backends.walking import LARGEST_PAGE, FetchPage
from connector.dataplane.wire.body import yield_nothing
from connector.dataplane.wire.fields import (
    REPR_DIGEST,
    read_content_range,
    read_http_date,
    read_number,
    read_repr_digest,
    strong_etag,
)
from connector.net.client import GuardedClient, Response, Stream
from connector.net.errors import Blocked, NetError
from connector.ports.flow import Cause, Content, SourceError

_HEAD_S = 5.0
_CAUSES = {401: Cause.NOT_ALLOWED, 403: Cause.NOT_ALLOWED, 404: Cause.NOT_FOUND, 410: Cause.NOT_FOUND}
# 203 is 200 behind a proxy that changed something (RFC 9110, section 15.3.4).
_WHOLE = frozenset({200, 203})
_FILE_NAME = re.compile(r".*\.[A-Za-z][A-Za-z0-9]{0,9}")
_MEDIA_TYPE = re.compile(r"[\x20-\x7e]{1,255}")


class BackendReader:
    """Reads from backends, with `secrets` of the operator.

    `idle_s` limits a silence of the backend, `longest_s` a complete answer (seconds).
    """

    def __init__(
        self,
        client: GuardedClient,
        secrets: SecretReader = refuse_secret,
        *,
        idle_s: float = 30.0,
        longest_s: float = 6 * 3600.0,
    ) -> None:
        self._client = client
        self._idle_s = idle_s
        self._longest_s = longest_s
        self.asker = Asker(client, secrets)

    @asynccontextmanager
    async def open(self, address: Mapping[str, Any], offset: int = 0, end: int | None = None) -> AsyncIterator[Content]:
        """Fetch the URL; a range is passed on, and `Content.offset` shows whether the backend applied it."""
        ranged = bool(offset) or end is not None
        span = {"Range": f"bytes={offset}-{'' if end is None else end - 1}"} if ranged else {}
        async with AsyncExitStack() as stack:
            answer = await self._ask(stack, address, span)
            if answer.status == 206 and not ranged:
                raise SourceError(
                    "The backend answered with a part of the data, though all of it was requested: check the backend."
                )
            yield self._content(answer, offset, address)  # an error of who reads it is none of the backend

    async def find_date(self, address: Mapping[str, Any]) -> int | None:
        """Return the time in `Last-Modified` of the backend (ms); None without this header. Raises SourceError."""
        url = self.asker.add_key(address, self.asker.make_url(address))
        try:
            async with asyncio.timeout(_HEAD_S), AsyncExitStack() as stack:
                headers = await self.asker.make_headers(address)
                answer = await stack.enter_async_context(self._client.stream("HEAD", url, headers=headers))
                return read_http_date(answer.headers.get("Last-Modified")) if answer.status in _WHOLE else None
        except (NetError, TimeoutError) as error:
            raise SourceError(f"The backend cannot be reached: {error}") from error

    def make_fetch(self, address: Mapping[str, Any]) -> FetchPage:
        """Return the function that fetches pages of the address, each within its time and all within one."""
        deadline = asyncio.get_running_loop().time() + self._longest_s

        async def fetch(url: str) -> Response:
            if asyncio.get_running_loop().time() > deadline:
                raise SourceError(f"The backend did not finish within {self._longest_s:g} s: check the backend.")
            answer, headers = await self._fetch_page(url, address)
            if answer.status == 401 and self.asker.forget_token(address, headers):
                answer, _ = await self._fetch_page(url, address)
            if answer.status not in _WHOLE:
                raise _refuse_status(answer.status)
            return answer

        return fetch

    async def _ask(self, stack: AsyncExitStack, address: Mapping[str, Any], span: dict[str, str]) -> Stream:
        """Open the answer to a request; a token that the backend refuses is renewed once. Raises SourceError."""
        first = AsyncExitStack()
        answer, headers = await self._send(first, address, span)
        if answer.status == 401 and self.asker.forget_token(address, headers):
            await first.aclose()
            answer, _ = await self._send(stack, address, span)
        else:
            stack.push_async_exit(first)
        return answer

    async def _send(
        self, stack: AsyncExitStack, address: Mapping[str, Any], span: dict[str, str]
    ) -> tuple[Stream, dict[str, str]]:
        url = self.asker.add_key(address, self.asker.make_url(address))
        headers = await self.asker.make_headers(address)
        with _explain():
            asked = self._client.stream("GET", url, headers=headers | span, idle_s=self._idle_s)
            return await stack.enter_async_context(asked), headers

    async def _fetch_page(self, url: str, address: Mapping[str, Any]) -> tuple[Response, dict[str, str]]:
        headers, url = await self.asker.make_headers(address), self.asker.add_key(address, url)
        with _explain():
            page = self._client.request("GET", url, headers=headers, timeout_s=self._idle_s, max_bytes=LARGEST_PAGE)
            return await page, headers

    def _content(self, answer: Stream, offset: int, address: Mapping[str, Any]) -> Content:
        fields = answer.headers
        size, first, chunks = read_number(fields.get("Content-Length")), 0, self._chunks(answer)
        if answer.status in {206, 416}:
            given = read_content_range(fields.get("Content-Range"))
            if given is None or given[2] is None or (answer.status == 206 and given[0] != offset):
                raise SourceError("The backend returned another range than requested.")
            size, first = given[2], offset
        elif answer.status not in _WHOLE:
            raise _refuse_status(answer.status)
        if answer.status == 416:
            chunks = yield_nothing()
        media_type = address.get("media_type") or fields.get("Content-Type", "")
        return Content(
            chunks=chunks,
            media_type=media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream",
            size=size,
            etag=strong_etag(fields.get("ETag")),
            sha256=read_repr_digest(fields.get(REPR_DIGEST)),
            offset=first,
            name=_find_name(address["url"]),
        )

    async def _chunks(self, answer: Stream) -> AsyncIterator[bytes]:
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._longest_s
        try:
            async for chunk in answer.chunks():
                yield chunk
                if clock() > deadline:
                    raise SourceError(f"The backend did not finish within {self._longest_s:g} s: check the backend.")
        except NetError as error:
            raise SourceError(f"The backend closed the connection early: {error}") from error


@contextmanager
def _explain() -> Iterator[None]:
    try:
        yield
    except Blocked as error:
        raise SourceError(f"The backend cannot be read: {error}", Cause.NOT_ALLOWED) from error
    except NetError as error:
        raise SourceError(f"The backend cannot be read: {error}", Cause.UNAVAILABLE) from error


def _refuse_status(status: int) -> SourceError:
    cause = _CAUSES.get(status, Cause.UNAVAILABLE)
    return SourceError(f"The backend answered with status {status} instead of data.", cause)


def _find_name(url: str) -> str | None:
    """Return the last part of the path of a URL if it is a file name, such as `air.csv`."""
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    return name if _FILE_NAME.fullmatch(name) else None
