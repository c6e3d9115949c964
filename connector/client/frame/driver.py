"""The drivers, which run flows over HTTP: blocking, or asynchronous. Only this module of the client imports httpx."""

import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Self, TypeVar

import httpx

from connector.client.frame.errors import ClientError, Damaged, InvalidRequest, NotReachable
from connector.client.frame.flow import ApiCall, ClientFlow, DriverAction, Fetch, Follow, parse_failure, read
from connector.client.frame.paging import PageTrail
from connector.views.common import Page

T = TypeVar("T")

_CONNECT_S = 5.0
_SILENCE_S = 40.0


def options(url: str, key: str, ca: Path | None, transport: Any) -> dict[str, Any]:
    """Return the options of both HTTP clients. Raises ClientError if `ca` cannot be read."""
    headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
    made: dict[str, Any] = {"base_url": url, "headers": headers, "transport": transport, "trust_env": False}
    if url.startswith("https:"):
        try:
            made["verify"] = ssl.create_default_context(cafile=ca)
        except OSError as error:
            raise ClientError("ca", f"The trust anchors {ca} cannot be read: {error.strerror}.") from None
    return made


class Driver:
    """A driver that runs flows one request after the other, blocking."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def run(self, flow: ClientFlow[T]) -> T:
        """Run a flow and return its result. Raises ClientError."""
        step: Callable[[Any], DriverAction] = flow.send
        given: Any = None
        with closing(flow):  # also after an interruption: a flow may hold a place
            while True:
                try:
                    action = step(given)
                except StopIteration as end:
                    result: T = end.value
                    return result
                try:
                    given, step = self._perform(action), flow.send
                except ClientError as error:
                    given, step = error, flow.throw

    def every(self, first: Callable[[str | None], ApiCall[Page[T]]]) -> Iterator[T]:
        """Yield all entries of a listing, page by page."""
        after: str | None = None
        trail = PageTrail()
        while True:
            page: Page[T] = self._perform(first(after))
            yield from page.items
            after = trail.follow(page)
            if after is None:
                return

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _perform(self, action: DriverAction) -> Any:
        with _translate_errors():
            if isinstance(action, ApiCall):
                answer = self._client.send(_request(self._client, action))
                return read(action, answer.status_code, answer.content)
            if isinstance(action, Follow):
                return self._follow(action)
            with self._client.stream("GET", action.path, **_ranged(action)) as answer, _Part(action) as part:
                if part.begins(answer.status_code):
                    for chunk in answer.iter_raw():
                        part.take(chunk)
                    return None
                raise parse_failure(answer.status_code, answer.read())

    def _follow(self, action: Follow) -> None:
        with self._client.stream("GET", action.path, **_endless(action)) as answer:
            if answer.status_code != 200:
                raise parse_failure(answer.status_code, answer.read())
            for chunk in answer.iter_raw():
                if not action.take(chunk):
                    return


class AsyncDriver:
    """A driver that runs flows one request after the other, asynchronously."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def run(self, flow: ClientFlow[T]) -> T:
        """Run a flow and return its result. Raises ClientError."""
        step: Callable[[Any], DriverAction] = flow.send
        given: Any = None
        with closing(flow):
            while True:
                try:
                    action = step(given)
                except StopIteration as end:
                    result: T = end.value
                    return result
                try:
                    given, step = await self._perform(action), flow.send
                except ClientError as error:
                    given, step = error, flow.throw

    async def every(self, first: Callable[[str | None], ApiCall[Page[T]]]) -> AsyncIterator[T]:
        """Yield all entries of a listing, page by page."""
        after: str | None = None
        trail = PageTrail()
        while True:
            page: Page[T] = await self._perform(first(after))
            for entry in page.items:
                yield entry
            after = trail.follow(page)
            if after is None:
                return

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _perform(self, action: DriverAction) -> Any:
        with _translate_errors():
            if isinstance(action, ApiCall):
                answer = await self._client.send(_request(self._client, action))
                return read(action, answer.status_code, answer.content)
            if isinstance(action, Follow):
                return await self._follow(action)
            async with self._client.stream("GET", action.path, **_ranged(action)) as answer:
                with _Part(action) as part:
                    if part.begins(answer.status_code):
                        async for chunk in answer.aiter_raw():
                            part.take(chunk)
                        return None
                    raise parse_failure(answer.status_code, await answer.aread())

    async def _follow(self, action: Follow) -> None:
        async with self._client.stream("GET", action.path, **_endless(action)) as answer:
            if answer.status_code != 200:
                raise parse_failure(answer.status_code, await answer.aread())
            async for chunk in answer.aiter_raw():
                if not action.take(chunk):
                    return


def _request(client: httpx.Client | httpx.AsyncClient, call: ApiCall[Any]) -> httpx.Request:
    content = call.content()
    return client.build_request(
        call.method,
        call.path,
        params=call.parameters(),
        content=content,
        headers={"Content-Type": "application/json"} if content is not None else {},
        timeout=httpx.Timeout(call.timeout_s, connect=_CONNECT_S),
    )


def _ranged(action: Fetch) -> dict[str, Any]:
    # Without encoding the bytes on the wire are those of the file: their number is the offset to continue from.
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    if action.offset:
        headers["Range"] = f"bytes={action.offset}-"
    return {"params": action.query, "headers": headers, "timeout": httpx.Timeout(60.0, connect=_CONNECT_S)}


def _endless(action: Follow) -> dict[str, Any]:
    headers = {"Accept": "application/x-ndjson", "Accept-Encoding": "identity"}
    return {"params": action.query, "headers": headers, "timeout": httpx.Timeout(_SILENCE_S, connect=_CONNECT_S)}


class _Part:
    """The partial file of a download, open while bytes arrive."""

    def __init__(self, action: Fetch) -> None:
        self._action = action
        self._size = action.offset
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def begins(self, status: int) -> bool:
        """Open the file if the answer contains bytes: append to it, or replace it if the answer is the whole file."""
        if status not in {200, 206}:
            return False
        if status == 200:
            self._size = 0
        self._file = self._action.part.open("ab" if status == 206 else "wb")
        return True

    def take(self, chunk: bytes) -> None:
        """Write the bytes that arrived."""
        assert self._file is not None
        self._file.write(chunk)
        self._size += len(chunk)
        self._action.moved(self._size)


@contextmanager
def _translate_errors() -> Iterator[None]:
    """Turn errors of httpx and of the disk into errors of the client."""
    try:
        yield
    except httpx.TimeoutException:
        raise NotReachable("timeout", "The connector did not answer in time: check its load and its log.") from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise InvalidRequest("url", "Unknown form of the connector address: write it as http://host:port.") from None
    except httpx.HTTPError:
        raise NotReachable(
            "not-reachable", "The connector cannot be reached: check that it runs at this address."
        ) from None
    except OSError as error:
        raise Damaged("disk", f"The file cannot be written: {error.strerror or 'the disk failed'}.") from None
