"""The usage of an agreement: bytes, booked in batches, and uses, counted when they begin.

If the process is killed, at most one batch of bytes (64 MiB or 5 s of a stream) is not booked. A use is never lost: it
is durable before the first byte leaves.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

_BATCH_BYTES = 64 * 1024 * 1024
_BATCH_SECONDS = 5.0


class Meter:
    """The bytes of one stream, `total` in all. `book` stores a number; if it raises, the bytes are booked later."""

    def __init__(self, book: Callable[[int], Awaitable[None]]) -> None:
        self._book = book
        self._open = 0
        self.total = 0
        self._since = time.monotonic()

    async def add(self, count: int) -> None:
        """Count bytes that moved, and book them if a batch is full."""
        self.note(count)
        await self.book_if_due()

    def note(self, count: int) -> None:
        """Count bytes that moved, without booking them."""
        self.total += count
        self._open += count

    async def book_if_due(self) -> None:
        """Book the open bytes if a batch is full."""
        if self._open >= _BATCH_BYTES or time.monotonic() - self._since >= _BATCH_SECONDS:
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


class Uses:
    """Distinguishes a new use of one flow from the continuation of an earlier one.

    A delivery (a file, or each member of a folder once) is one use. A request that resumes an unfinished delivery
    continues it; one that begins at the first byte again, or after the last byte was sent, is a new use.
    """

    def __init__(self) -> None:
        self._finished: dict[str, bool] = {}
        self._counting = 0

    def is_new(self, part: str, offset: int) -> bool:
        """Return whether a request for `part` from `offset` on begins a new use."""
        if not self._finished:
            return True
        if part not in self._finished:
            return part == "" or "" in self._finished
        return self._finished[part] or offset == 0

    @property
    def open(self) -> bool:
        """True if a delivery was begun and not finished, so that it can be continued."""
        return self._counting > 0 or not all(self._finished.values())

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Mark a use as open while it is being stored, so that it does not look finished before it began."""
        self._counting += 1
        try:
            yield
        finally:
            self._counting -= 1

    def begin(self, part: str, *, new: bool) -> None:
        """Record that a delivery of `part` begins, as the first of a new use or within the current one."""
        if new:
            self._finished.clear()
        self._finished[part] = False

    def finish(self, part: str) -> None:
        """Record that the last byte of `part` was sent."""
        if part in self._finished:
            self._finished[part] = True
