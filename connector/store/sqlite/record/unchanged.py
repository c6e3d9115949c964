"""Crawls that found nothing new, many in one transaction.

While one transaction waits for the disk, those of other sources gather for the next one. Each is on the disk before its
crawl ends, as any other crawl is.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from connector.ports.broker_store import CrawlSource, Delta

_MOST = 256


class Unchanged(NamedTuple):
    """The outcome of a crawl that found all as it was, and when, in ms."""

    delta: Delta
    now: int


WriteUnchanged = Callable[[sqlite3.Connection, Sequence[Unchanged]], int]
"""Writes several within a transaction; returns the last change number."""


class UnchangedWrites:
    """Gathers crawls without changes, and writes them together, at most 256 at a time.

    `write` carries out a job as one transaction, `rows` writes the rows of several. `note` is told of each source that
    was written.
    """

    def __init__(
        self,
        write: Callable[[Callable[[sqlite3.Connection], int]], Awaitable[int]],
        rows: WriteUnchanged,
        note: Callable[[CrawlSource], None],
    ) -> None:
        self._write = write
        self._rows = rows
        self._note = note
        self._waiting: list[tuple[Unchanged, asyncio.Future[int]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def put(self, delta: Delta, now: int) -> int:
        """Return the last change number when the crawl is on the disk; raises what the transaction raises."""
        written: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((Unchanged(delta, now), written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all(), name="unchanged crawls")
        return await written

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                taken, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                await self._write_some([(one, written) for one, written in taken if not written.cancelled()])
        finally:
            self._writing = None

    async def _write_some(self, taken: list[tuple[Unchanged, asyncio.Future[int]]]) -> None:
        try:
            crawls = [one for one, _ in taken]
            last = await self._write(lambda connection: self._rows(connection, crawls))
        except Exception as fault:  # noqa: BLE001 - whatever it is, each crawl is told
            for _, written in taken:
                if not written.done():
                    written.set_exception(fault)
            return
        for one, written in taken:
            self._note(one.delta.source)
            if not written.done():
                written.set_result(last)
