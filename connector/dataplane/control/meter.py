"""What is used under an agreement: bytes, booked in batches, and accesses, counted when they begin.

At most one batch of bytes (64 MiB or five seconds of a stream) is lost from the books when the process is killed; the
count of uses never is, because it is durable before the first byte leaves.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

_BATCH_BYTES = 64 * 1024 * 1024
_BATCH_SECONDS = 5.0


class Meter:
    """The bytes of one stream, `total` in all. `book` makes a number durable and may raise; it is kept open then."""

    def __init__(self, book: Callable[[int], Awaitable[None]]) -> None:
        self._book = book
        self._open = 0
        self.total = 0
        self._since = time.monotonic()

    async def add(self, count: int) -> None:
        """Note bytes that moved; booked when a batch is full."""
        self.note(count)
        await self.book_if_due()

    def note(self, count: int) -> None:
        """Note bytes that moved, and nothing more: for where nothing may be waited for."""
        self.total += count
        self._open += count

    async def book_if_due(self) -> None:
        """Book what is open if a batch is full."""
        if self._open >= _BATCH_BYTES or time.monotonic() - self._since >= _BATCH_SECONDS:
            await self.flush()

    async def flush(self) -> None:
        """Book what is open; to be called at the end of every stream, however it ended."""
        count, self._open = self._open, 0
        self._since = time.monotonic()
        if not count:
            return
        booking = asyncio.ensure_future(self._book(count))
        try:
            await asyncio.shield(booking)
        finally:
            if not booking.done():
                await asyncio.wait([booking])  # a stream that is cut off here must not be booked twice or never
            if booking.cancelled() or booking.exception():
                self._open += count


class Uses:
    """Tells a new access from the continuation of one, for one flow.

    A delivery (a file, or every member of a folder once) is one use. A request that resumes an unfinished delivery
    continues it; one that begins at the first byte again, or after the last byte was handed over, is a new use.
    """

    def __init__(self) -> None:
        self._finished: dict[str, bool] = {}
        self._counting = 0

    def is_new(self, part: str, offset: int) -> bool:
        """Tell whether a request for `part` from `offset` on begins a new use."""
        if not self._finished:
            return True
        if part not in self._finished:
            return part == "" or "" in self._finished
        return self._finished[part] or offset == 0

    @property
    def open(self) -> bool:
        """Tell whether a delivery was begun and not finished: it may still be continued."""
        return self._counting > 0 or not all(self._finished.values())

    @contextmanager
    def counting(self) -> Iterator[None]:
        """A use is being counted: it goes on from before it stands in the books, so that nobody takes it for over."""
        self._counting += 1
        try:
            yield
        finally:
            self._counting -= 1

    def begin(self, part: str, *, new: bool) -> None:
        """Note that a delivery of `part` begins, as the first of a new use or within the present one."""
        if new:
            self._finished.clear()
        self._finished[part] = False

    def finish(self, part: str) -> None:
        """Note that the last byte of `part` was handed over."""
        if part in self._finished:
            self._finished[part] = True
