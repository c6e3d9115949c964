"""A request body that remembers why it ended: the HTTP client reports a failed body only as a broken connection."""

from collections.abc import AsyncIterator

from connector.dataplane.control.gate import LeaseEnded
from connector.net.errors import NetError
from connector.ports.flow import SourceError
from connector.ports.store_errors import StoreError

Ending = SourceError | NetError | LeaseEnded | StoreError


class WatchedBody:
    """Passes on chunks and remembers their end: `ended` regularly, or by `failure`.

    With `expected`, a body of another size is a failure: its length was already announced.
    """

    def __init__(self, chunks: AsyncIterator[bytes], expected: int | None = None) -> None:
        self._chunks = pass_exactly(chunks, expected)
        self.size = 0
        self.ended = False
        self.failure: Ending | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body, once."""
        try:
            async for chunk in self._chunks:
                self.size += len(chunk)
                yield chunk
            self.ended = True
        except (SourceError, NetError, LeaseEnded, StoreError) as error:
            self.failure = error
            raise


async def pass_exactly(chunks: AsyncIterator[bytes], count: int | None) -> AsyncIterator[bytes]:
    """Pass on chunks. Raises SourceError if they have more or fewer bytes than the head of the answer states."""
    passed = 0
    async for chunk in chunks:
        passed += len(chunk)
        if count is not None and passed > count:
            break
        yield chunk
    if count not in {None, passed}:
        raise SourceError(f"The source did not return the {count} bytes that it announced.")


async def yield_once(body: bytes) -> AsyncIterator[bytes]:
    """Yield the bytes as one chunk, and no chunk without any."""
    if body:
        yield body


async def yield_nothing() -> AsyncIterator[bytes]:
    """Yield no chunk."""
    for chunk in tuple[bytes, ...]():
        yield chunk
