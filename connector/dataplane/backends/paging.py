"""A backend that answers in pages of JSON, as one stream of its items: a JSON array, or one item a line.

The next page is found by the header field `Link` (RFC 8288, `rel="next"`), by a member of the page with its URL, or by
counting an offset up. Each page is bounded in size, the pages in number, and all of them are of one server. A page that
was there before, or that cannot be read, is an error: what was sent until then never looks complete.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urljoin

import msgspec

from connector.dataplane.address.members import read_members
from connector.dataplane.backends.asking import add_query, name_server
from connector.net.client import Response
from connector.ports.flow import Cause, SourceError

LARGEST_PAGE = 8 * 1024 * 1024
_LINK = re.compile(r"<([^<>\x00-\x20]{1,2000})>((?:\s*;\s*[A-Za-z*]+\s*=\s*(?:\"[^\"]{0,200}\"|[^\s;,\"]{0,200}))*)")
_NEXT = re.compile(r";\s*rel\s*=\s*(?:\"(?:[^\"]*\s)?next(?:\s[^\"]*)?\"|next(?=[\s;,]|$))", re.IGNORECASE)
_LONGEST_LINK = 16 * 1024
_Path = Annotated[str, msgspec.Meta(max_length=200)]


class Paging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How pages follow each other.

    `items` is the way to the array in a page, as `data.items`; empty if the page is the array. `member` is the way to
    the URL of the next page, for `next`. `offset` and `limit` are names in the query, for `offset`, and `size` the
    number of items of a page. `form` is the form of the stream.
    """

    kind: Literal["link", "next", "offset"]
    items: _Path = ""
    member: _Path = "next"
    offset: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] = "offset"
    limit: Annotated[str, msgspec.Meta(max_length=100)] = "limit"
    size: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 100
    most_pages: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1000
    form: Literal["json", "ndjson"] = "json"


class _Paged(msgspec.Struct, frozen=True):
    paging: Paging | None = None


FetchPage = Callable[[str], Awaitable[Response]]
"""Fetches one page by its URL. Raises SourceError for anything but an answer with data."""


def read_paging(address: Mapping[str, Any]) -> Paging | None:
    """Return how an address is paged, or None. Raises SourceError."""
    return read_members(address, _Paged, "http").paging


async def open_pages(url: str, paging: Paging, fetch: FetchPage) -> AsyncIterator[bytes]:
    """Fetch the first page; return the stream of the items of all pages. Raises SourceError."""
    first = add_query(url, _count(paging, 0)) if paging.kind == "offset" else url
    page = await fetch(first)
    items = _read_items(page, paging)
    return _join(first, url, page, items, paging, fetch)


async def _join(
    at: str, url: str, page: Response, items: list[msgspec.Raw], paging: Paging, fetch: FetchPage
) -> AsyncIterator[bytes]:
    seen, count = {at}, 0
    if paging.form == "json":
        yield b"["
    while True:
        if items:
            yield _write(items, paging, is_first=count == 0)
        count += len(items)
        following = _find_next(at, url, page, len(items), count, paging)
        if following is None:
            break
        if following in seen:
            raise SourceError("The backend leads from a page to one that was there before: check `paging`.")
        if len(seen) >= paging.most_pages:
            raise SourceError(
                f"The backend has more than {paging.most_pages} pages: raise `most_pages`, or narrow the request.",
                Cause.UNAVAILABLE,
            )
        if name_server(following) != name_server(url) or following.partition(":")[0] != url.partition(":")[0]:
            raise SourceError("The backend leads to a page at another server, which is not followed.")
        seen.add(following)
        at, page = following, await fetch(following)
        items = _read_items(page, paging)
    if paging.form == "json":
        yield b"\n]\n" if count else b"]\n"


def _write(items: list[msgspec.Raw], paging: Paging, *, is_first: bool) -> bytes:
    if paging.form == "ndjson":
        return b"".join(bytes(item).replace(b"\n", b" ").replace(b"\r", b" ") + b"\n" for item in items)
    return (b"\n" if is_first else b",\n") + b",\n".join(map(bytes, items))


def _find_next(at: str, url: str, page: Response, found: int, count: int, paging: Paging) -> str | None:
    """Return the URL of the page that follows, or None at the end."""
    if paging.kind == "offset":
        return add_query(url, _count(paging, count)) if found else None
    if paging.kind == "link":
        field = page.headers.get("Link", "")[:_LONGEST_LINK]
        target = next((link[1] for link in _LINK.finditer(field) if _NEXT.search(link[2])), None)
    else:
        raw = _walk(page.body, paging.member)
        stated: str | None = None if raw is None else _decode(raw, str | None)
        target = stated
    if not target:
        return None
    try:
        following: str = urljoin(at, target).partition("#")[0]
    except ValueError:
        following = ""
    if (
        not following
        or len(following) > 2000
        or not following.isascii()
        or not following.isprintable()
        or " " in following
    ):
        raise SourceError("The backend leads to a page whose address cannot be requested.")
    return following


def _count(paging: Paging, offset: int) -> dict[str, str]:
    limit = {paging.limit: str(paging.size)} if paging.limit else {}
    return {paging.offset: str(offset), **limit}


def _read_items(page: Response, paging: Paging) -> list[msgspec.Raw]:
    raw = _walk(page.body, paging.items)
    if raw is None:
        raise SourceError(f"A page of the backend has no `{paging.items}`: correct `items` of `paging`.")
    items: list[msgspec.Raw] = _decode(raw, list[msgspec.Raw])
    return items


def _walk(body: bytes, path: str) -> bytes | None:
    """Return the JSON at a path of members, or None if it is not there."""
    for name in filter(None, path.split(".")):
        members: dict[str, msgspec.Raw] = _decode(body, dict[str, msgspec.Raw])
        if name not in members:
            return None
        body = bytes(members[name])
    return body


def _decode(body: bytes, form: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise SourceError("A page of the backend is not the JSON that `paging` describes.") from None
