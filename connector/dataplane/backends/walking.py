"""From page to page of a backend, within bounds: a number of pages, one server, no circle.

A page that was there before or that is at another server is an error: what was sent until then never looks complete.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import urljoin

from connector.dataplane.backends.asking import name_server
from connector.net.aside import work_aside
from connector.net.client import Response
from connector.ports.flow import Cause, SourceError

LARGEST_PAGE = 8 * 1024 * 1024
LONGEST_LINK = 2000

T = TypeVar("T")

FetchPage = Callable[[str], Awaitable[Response]]
"""Fetches one page by its URL. Raises SourceError for anything but an answer with data."""


class WalkedPage(NamedTuple, Generic[T]):
    """The items of a page, and the URL of the page that follows, None at the end."""

    items: Sequence[T]
    following: str | None


ReadPage = Callable[[Response, str, int], WalkedPage[T]]
"""Reads a page, given its URL and the number of items before it. Raises SourceError."""


async def open_walk(
    url: str, fetch: FetchPage, read: ReadPage[T], most_pages: int
) -> tuple[Sequence[T], AsyncIterator[Sequence[T]]]:
    """Fetch the first page; return its items, and the items of each page from the first one on. Raises SourceError."""
    page = await _read_aside(await fetch(url), url, 0, read)
    return page.items, _walk(url, page, fetch, read, most_pages)


async def _walk(
    first: str, page: WalkedPage[T], fetch: FetchPage, read: ReadPage[T], most_pages: int
) -> AsyncIterator[Sequence[T]]:
    seen, count = {first}, 0
    while True:
        if page.items:
            yield page.items
        count += len(page.items)
        following = page.following
        if following is None:
            return
        if following in seen:
            raise SourceError("The backend leads from a page to one that was there before: check its paging.")
        if len(seen) >= most_pages:
            raise SourceError(
                f"The backend has more than {most_pages} pages: raise `most_pages`, or narrow the request.",
                Cause.UNAVAILABLE,
            )
        if name_server(following) != name_server(first) or following.partition(":")[0] != first.partition(":")[0]:
            raise SourceError("The backend leads to a page at another server, which is not followed.")
        seen.add(following)
        page = await _read_aside(await fetch(following), following, count, read)


async def _read_aside(answer: Response, at: str, count: int, read: ReadPage[T]) -> WalkedPage[T]:
    return await work_aside(len(answer.body), partial(read, answer, at, count))


def resolve_link(at: str, target: str) -> str:
    """Return the URL of a page that the page at `at` names. Raises SourceError if it cannot be requested."""
    try:
        following: str = urljoin(at, target).partition("#")[0]
    except ValueError:
        following = ""
    fits = following.isascii() and following.isprintable() and " " not in following
    if not following or len(following) > LONGEST_LINK or not fits:
        raise SourceError("The backend leads to a page whose address cannot be requested.")
    return following
