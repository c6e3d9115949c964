"""Walks over the rows of a listing: page by page, and the event loop runs other tasks between the pages."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

from connector.ports.entities import PageBounds

R = TypeVar("R")

# About a millisecond of reading.
ROWS = 100


async def walk(listing: Callable[[PageBounds], Awaitable[tuple[Sequence[R], str | None]]]) -> AsyncIterator[R]:
    """Yield the rows that `listing` returns for each page; a row may change while it is the present one."""
    after: str | None = None
    while True:
        rows, after = await listing(PageBounds(limit=ROWS, after=after))
        for row in rows:
            yield row
        if after is None:
            return
        # Reads do not wait, so nothing else would run before the last page.
        await asyncio.sleep(0)
