"""Deliveries that are taken whole: their bytes, checked against what was announced, and what their sinks share."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

from connector.ports.flow import Arrival, SourceError


class CheckedArrival:
    """Passes on the bytes of an arrival that begins at its first byte; `size` and `sha256` are of what has passed.

    Each method raises SourceError if the bytes differ from what was announced. `most` limits them.
    """

    def __init__(self, arrival: Arrival, chunks: AsyncIterator[bytes], most: int | None = None) -> None:
        self._arrival = arrival
        self._chunks = chunks
        self._most = most
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """The digest (hex) of what has passed."""
        return self._digest.hexdigest()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the bytes; the last step checks that they are whole, and raises before the iteration ends."""
        announced = self._arrival.size
        if self._arrival.offset:
            raise SourceError("A delivery to this sink cannot be continued: start the transfer again.")
        if announced is not None and self._most is not None and announced > self._most:
            raise self._refuse_size()
        async for chunk in self._chunks:
            self.size += len(chunk)
            if self._most is not None and self.size > self._most:
                raise self._refuse_size()
            if announced is not None and self.size > announced:
                raise SourceError(f"The delivery has more than the {announced} bytes that were announced.")
            self._digest.update(chunk)
            yield chunk
        if announced not in {None, self.size}:
            raise SourceError(f"The delivery ended after {self.size} of {announced} bytes: start the transfer again.")
        if self._arrival.sha256 not in {None, self.sha256}:
            raise SourceError("The received data differs from the announced SHA-256: start the transfer again.")

    def _refuse_size(self) -> SourceError:
        return SourceError(f"The delivery is larger than {self._most} bytes, the limit of this sink: request less.")


class WholeSink:
    """What sinks share that take a delivery whole or not at all: of an unfinished one, they have nothing."""

    async def count_received(self, address: dict[str, Any], flow_id: str) -> int:  # noqa: ARG002 - the port's signature
        """Return 0: nothing is continued."""
        return 0

    async def find_version(self, address: dict[str, Any], flow_id: str) -> str | None:  # noqa: ARG002 - the port's
        """Return None: there are no bytes to continue."""
        return None

    async def check_space(self, address: dict[str, Any], flow_id: str, size: int | None) -> None:
        """Allow every size: the space is that of another system."""
