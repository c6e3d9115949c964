"""The pages of a listing: their bounds from the query, and a cursor that nobody handed out."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from connector.ports.entities import PageBounds
from connector.web.frame.forms import FormFault
from connector.web.frame.visit import Visit, read_query

V = TypeVar("V")
MOST_READ = 10
"""The most pages that are read for one page of a listing."""


def read_bounds(visit: Visit, limit: int) -> PageBounds:
    """Return the bounds of the page that the query asks for (`nach`)."""
    return PageBounds(limit=limit, after=read_query(visit, "nach"))


async def read_rows(rows: Awaitable[tuple[Sequence[V], str | None]]) -> tuple[Sequence[V], str | None]:
    """Return the rows of a listing and the next cursor. Raises FormFault if the cursor is unknown."""
    try:
        return await rows
    except ValueError:
        raise FormFault("cursor-unknown") from None


async def read_matching(
    read: Callable[[PageBounds], Awaitable[tuple[Sequence[V], str | None]]],
    bounds: PageBounds,
    keep: Callable[[V], bool],
) -> tuple[Sequence[V], str | None]:
    """Return the rows of a listing that match, about a page of them, and the next cursor.

    A page can have fewer or more rows than its limit: at most `MOST_READ` pages are read for it. Raises FormFault.
    """
    found: list[V] = []
    after = bounds.after
    for _ in range(MOST_READ):
        rows, after = await read_rows(read(PageBounds(limit=bounds.limit, after=after)))
        found += filter(keep, rows)
        if after is None or len(found) >= bounds.limit:
            break
    return found, after
