"""The bytes of a stream, booked in batches for the usage of an agreement.

If the process is killed, at most one batch of bytes is not booked: 64 MiB or 1 s of a stream, or 1 MiB if the agreement
limits its bytes.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

_BATCH_BYTES = 64 * 1024 * 1024
_LIMITED_BYTES = 1024 * 1024
_BATCH_SECONDS = 1.0


class Meter:
    """The bytes of one stream, `total` in all. `book` stores a number; if it raises, the bytes are booked later.

    `limited` is true if the agreement limits its bytes: then smaller batches are booked.
    """

    def __init__(self, book: Callable[[int], Awaitable[None]], *, limited: bool = False) -> None:
        self._book = book
        self._batch = _LIMITED_BYTES if limited else _BATCH_BYTES
        self._open = 0
        self.total = 0
        self._since = time.monotonic()

    @property
    def booked(self) -> int:
        """The bytes that are stored."""
        return self.total - self._open

    async def add(self, count: int) -> None:
        """Count bytes that moved, and book them if a batch is full."""
        self.note(count)
        await self.book_if_due()

    def note(self, count: int) -> None:
        """Count bytes that moved, without booking them; a negative number takes back bytes that did not arrive."""
        self.total += count
        self._open += count

    async def book_if_due(self) -> None:
        """Book the open bytes if a batch is full."""
        if self._open >= self._batch or time.monotonic() - self._since >= _BATCH_SECONDS:
            await self.flush()

    async def flush(self) -> None:
        """Book the open bytes; call it at the end of every stream, also of a failed one."""
        count, self._open = self._open, 0
        self._since = time.monotonic()
        if not count:
            return
        booking = asyncio.ensure_future(self._book(count))
        try:
            await asyncio.shield(booking)
        finally:
            if not booking.done():
                await asyncio.wait([booking])  # a stream that is cancelled here must be booked exactly once
            if booking.cancelled() or booking.exception():
                self._open += count
