"""A walk over many rows reads page by page, and lets other tasks run between the pages."""

import asyncio
from collections.abc import Sequence

from connector.controlplane.core.pages import ROWS, walk
from connector.ports.entities import PageBounds


async def _list_numbers(page: PageBounds) -> tuple[Sequence[int], str | None]:
    start = int(page.after or 0)
    end = min(start + page.limit, 5 * ROWS)
    return range(start, end), str(end) if end < 5 * ROWS else None


async def test_a_walk_yields_every_row_in_order() -> None:
    assert [row async for row in walk(_list_numbers)] == list(range(5 * ROWS))


async def test_other_tasks_run_between_the_pages_of_a_walk() -> None:
    turns: list[int] = []

    async def other() -> None:
        for turn in range(4):
            turns.append(turn)
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    seen = [len(turns) async for _ in walk(_list_numbers)]
    assert [seen[at * ROWS] for at in range(5)] == [0, 1, 2, 3, 4]
    await task
