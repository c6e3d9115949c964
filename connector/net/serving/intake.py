"""One request on a connection: its head, and its body as it arrives."""

import asyncio

from connector.net.serving.door import Door
from connector.net.serving.messages import BodyFault, PeerRequest


class Intake:
    """A request whose head is complete. The body is held up to a small size until the application asks for it."""

    __slots__ = ("_charged", "_door", "_fault", "_parts", "_size", "_waiter", "complete", "keep", "request", "wanted")

    def __init__(self, request: PeerRequest, door: Door, *, keep: bool) -> None:
        self.request = request
        self.keep = keep
        self.complete = self.wanted = False
        self._door = door
        self._parts: list[bytes] = []
        self._size = self._charged = 0
        self._fault: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    @property
    def empty(self) -> bool:
        """Whether no byte of the body has arrived."""
        return not self._size

    @property
    def full(self) -> bool:
        """Whether no more may be read before the application asks for the body."""
        return not self.wanted and not self.complete and self._size >= self._door.bounds.small

    def add(self, part: bytes) -> None:
        """Add a part of the body; beyond the bounds, the body fails."""
        if self._fault is not None:
            return
        bounds = self._door.bounds
        self._size += len(part)
        if bounds.body is not None and self._size > bounds.body:
            self.fail(BodyFault(413))
            return
        # A small body never waits for those of others.
        large = self._size - bounds.small
        if large > self._charged:
            if not self._door.hold(large - self._charged):
                self.fail(BodyFault(503))
                return
            self._charged = large
        self._parts.append(part)

    def end(self) -> None:
        """End the body."""
        self.complete = True
        self._wake()

    def fail(self, fault: Exception) -> None:
        """Let the reader of the body fail, unless the body is complete; the held bytes are given up."""
        if self._fault is None and not self.complete:
            self._fault = fault
            self.release()
            self._wake()

    def release(self) -> None:
        """Give up what is held."""
        self._parts.clear()
        self._door.release(self._charged)
        self._charged = 0

    async def wait(self) -> bytes:
        """Return the body once it is complete. Raises BodyFault and Disconnected."""
        if not self.complete and self._fault is None:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        if self._fault is not None:
            raise self._fault
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
