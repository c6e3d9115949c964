"""Messages between the client of a broker and who stores them: bounded, and what is lost is counted in its place."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

from connector.ports.flow import Cause, SourceError

MOST = 1_024
MOST_BYTES = 64 * 1024 * 1024
_BATCH = 256
_BATCH_BYTES = 4 * 1024 * 1024

T = TypeVar("T")


class Arrivals(Generic[T]):
    """Messages of the type T that wait, or, in their place, the number of those for which there was no room."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[T | int, int]] = deque()
        self._size = 0
        self._some = asyncio.Event()
        self._broken: SourceError | None = None

    def put(self, message: T, size: int) -> None:
        """Add a message of a size in bytes; without room for it, it is counted as lost."""
        if len(self._waiting) < MOST and self._size + size <= MOST_BYTES:
            self._waiting.append((message, size))
            self._size += size
        else:
            last = self._waiting[-1] if self._waiting else (0, 0)
            if isinstance(last[0], int) and self._waiting:
                self._waiting[-1] = (last[0] + 1, 0)
            else:
                self._waiting.append((1, 0))
        self._some.set()

    def break_off(self, reason: str) -> None:
        """Let `take` raise SourceError once nothing waits any more: the connection is gone."""
        self._broken = self._broken or SourceError(reason, Cause.UNAVAILABLE)
        self._some.set()

    async def take(self) -> list[T | int]:
        """Wait for messages, and return those that are there, up to a number and a size. Raises SourceError."""
        while not self._waiting:
            if self._broken is not None:
                raise self._broken
            self._some.clear()
            await self._some.wait()
        taken, size = list[T | int](), 0
        while self._waiting and len(taken) < _BATCH and size < _BATCH_BYTES:
            message, length = self._waiting.popleft()
            taken.append(message)
            size += length
        self._size -= size
        return taken
