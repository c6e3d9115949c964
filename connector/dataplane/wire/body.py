"""A request body that remembers why it ended: the HTTP client reports a failed body only as a broken connection."""

from collections.abc import AsyncIterator

from connector.dataplane.control.gate import LeaseEnded
from connector.net.errors import NetError
from connector.ports.changes import StoreError
from connector.ports.flow import SourceError

Ending = SourceError | NetError | LeaseEnded | StoreError


class WatchedBody:
    """Passes on chunks and remembers their end: `ended` regularly, or by `failure`."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
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


async def yield_nothing() -> AsyncIterator[bytes]:
    """Yield no chunk."""
    for chunk in tuple[bytes, ...]():
        yield chunk
