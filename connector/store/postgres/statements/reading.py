"""Reads of one text that come while all connections are busy are sent together, in one round trip.

A read alone is sent at once, as it is. Each read of a group has a number as one more parameter, which its rows bear, so
that they find back to who asked. Each still sees every commit that has returned before it was asked.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

from connector.store.postgres.statements.connection import FAULTS, REFUSALS

_TOGETHER = 64

Read = tuple[Sequence[Any], "asyncio.Future[list[Any]]"]


class GatheredReads:
    """Runs reads on at most `connections` connections of a pool, on one event loop."""

    def __init__(self, pool: Any, connections: int, wait_s: float) -> None:
        self._pool = pool
        self._free = connections
        self._wait_s = wait_s
        self._waiting: dict[str, deque[Read]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def fetch(self, text: str, *values: Any) -> Sequence[Any]:
        """Return the rows of a statement, as a connection does. Raises the errors of the driver."""
        if self._free and not self._waiting:
            self._free -= 1
            try:
                async with self._pool.acquire(timeout=self._wait_s) as connection:
                    rows: Sequence[Any] = await connection.fetch(text, *values)
                    return rows
            finally:
                self._free += 1
                self._begin()
        asked: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(text, deque()).append((values, asked))
        self._begin()
        return await asked

    def _begin(self) -> None:
        """Let a free connection see to what waits."""
        if self._free and self._waiting:
            self._free -= 1
            task = asyncio.create_task(self._work(), name="store-reader")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self) -> None:
        group: Sequence[Read] = ()
        try:
            async with self._pool.acquire(timeout=self._wait_s) as connection:
                while self._waiting:
                    text, group = self._take()
                    await _answer(connection, text, group)
                    group = ()
        except FAULTS as fault:
            # Without a connection nobody is answered; one that breaks fails those whom it was serving.
            _refuse(group or [read for waiting in self._waiting.values() for read in waiting], fault)
            if not group:
                self._waiting.clear()
        finally:
            self._free += 1
            self._begin()

    def _take(self) -> tuple[str, Sequence[Read]]:
        """Take what waits longest, and what waits with the same text."""
        text = next(iter(self._waiting))
        waiting = self._waiting.pop(text)
        group = [waiting.popleft() for _ in range(min(_TOGETHER, len(waiting)))]
        if waiting:
            self._waiting[text] = waiting
        return text, [(values, asked) for values, asked in group if not asked.done()]


async def _answer(connection: Any, text: str, group: Sequence[Read]) -> None:
    """Send reads and hand out their rows. Raises the errors of the driver if the connection is of no use."""
    try:
        found = await _read_all(connection, text, [values for values, _ in group])
    except REFUSALS as fault:
        if connection.is_closed():
            raise
        if len(group) == 1:
            _refuse(group, fault)
            return
        # One of them has a value that the server refuses: the others have done nothing wrong.
        for read in group:
            await _answer(connection, text, [read])
        return
    for (_, asked), rows in zip(group, found, strict=True):
        if not asked.done():
            asked.set_result(rows)


async def _read_all(connection: Any, text: str, asked: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return the rows of each. One alone is sent as it is; a query inside of another one keeps its order."""
    if len(asked) < 2:
        return [await connection.fetch(text, *values) for values in asked]
    number = f"CAST(${len(asked[0]) + 1} AS integer)"
    numbered = f"SELECT {number}, t.* FROM ({text}) AS t"  # noqa: S608 - a text of the chapters
    found: list[list[Any]] = [[] for _ in asked]
    for at, *row in await connection.fetchmany(numbered, [(*values, at) for at, values in enumerate(asked)]):
        found[at].append(row)
    return found


def _refuse(group: Sequence[Read], fault: BaseException) -> None:
    for _, asked in group:
        if not asked.done():
            asked.set_exception(fault)
