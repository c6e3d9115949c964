"""The pages of a listing: their bounds from the query, and a cursor that nobody handed out."""

from collections.abc import Awaitable, Sequence
from typing import TypeVar

from connector.ports.entities import PageBounds
from connector.web.frame.forms import FormFault
from connector.web.frame.visit import Visit, read_query

V = TypeVar("V")


def read_bounds(visit: Visit, limit: int) -> PageBounds:
    """Return the bounds of the page that the query asks for (`nach`)."""
    return PageBounds(limit=limit, after=read_query(visit, "nach"))


async def read_rows(rows: Awaitable[tuple[Sequence[V], str | None]]) -> tuple[Sequence[V], str | None]:
    """Return the rows of a listing and the next cursor. Raises FormFault if the cursor is unknown."""
    try:
        return await rows
    except ValueError:
        raise FormFault("cursor-unknown") from None
