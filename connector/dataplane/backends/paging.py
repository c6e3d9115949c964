"""A backend that answers in pages of JSON, as one stream of its items: a JSON array, or one item a line.

The next page is found by the header field `Link` (RFC 8288, `rel="next"`), by a member of the page with its URL, or by
counting an offset up. `backends.walking` bounds the way.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from connector.dataplane.address.members import read_members
from connector.dataplane.backends.asking import add_query
from connector.dataplane.backends.walking import FetchPage, WalkedPage, open_walk, resolve_link
from connector.net.client import Response
from connector.ports.flow import SourceError

_LINK = re.compile(r"<([^<>\x00-\x20]{1,2000})>((?:\s*;\s*[A-Za-z*]+\s*=\s*(?:\"[^\"]{0,200}\"|[^\s;,\"]{0,200}))*)")
_NEXT = re.compile(r";\s*rel\s*=\s*(?:\"(?:[^\"]*\s)?next(?:\s[^\"]*)?\"|next(?=[\s;,]|$))", re.IGNORECASE)
_LONGEST_LINK = 16 * 1024
_COUNTED = {"only": ("offset",)}
_Path = Annotated[str, msgspec.Meta(max_length=200)]


class Paging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How pages follow each other.

    `items` is the way to the array in a page, as `data.items`; empty if the page is the array. `member` is the way to
    the URL of the next page, for `next`. `offset` and `limit` are names in the query, for `offset`, and `size` the
    number of items of a page. `form` is the form of the stream.
    """

    kind: Literal["link", "next", "offset"]
    items: _Path = ""
    member: Annotated[_Path, msgspec.Meta(extra={"only": ("next",)})] = "next"
    offset: Annotated[str, msgspec.Meta(min_length=1, max_length=100, extra=_COUNTED)] = "offset"
    limit: Annotated[str, msgspec.Meta(max_length=100, extra=_COUNTED)] = "limit"
    size: Annotated[int, msgspec.Meta(ge=1, le=100_000, extra=_COUNTED)] = 100
    most_pages: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1000
    form: Literal["json", "ndjson"] = "json"


class _Paged(msgspec.Struct, frozen=True):
    paging: Paging | None = None


def read_paging(address: Mapping[str, Any]) -> Paging | None:
    """Return how an address is paged, or None. Raises SourceError."""
    return read_members(address, _Paged, "http").paging


async def open_pages(url: str, paging: Paging, fetch: FetchPage) -> AsyncIterator[bytes]:
    """Fetch the first page; return the stream of the items of all pages. Raises SourceError."""

    def read(page: Response, at: str, count: int) -> WalkedPage[msgspec.Raw]:
        items = _read_items(page, paging)
        return WalkedPage(items, _find_next(at, url, page, len(items), count + len(items), paging))

    first = add_query(url, _count(paging, 0)) if paging.kind == "offset" else url
    _, pages = await open_walk(first, fetch, read, paging.most_pages)
    return _join(pages, paging)


async def _join(pages: AsyncIterator[Sequence[msgspec.Raw]], paging: Paging) -> AsyncIterator[bytes]:
    is_first = True
    if paging.form == "json":
        yield b"["
    async for items in pages:
        yield _write(items, paging, is_first=is_first)
        is_first = False
    if paging.form == "json":
        yield b"]\n" if is_first else b"\n]\n"


def _write(items: Sequence[msgspec.Raw], paging: Paging, *, is_first: bool) -> bytes:
    if paging.form == "ndjson":
        return b"".join(bytes(item).replace(b"\n", b" ").replace(b"\r", b" ") + b"\n" for item in items)
    return (b"\n" if is_first else b",\n") + b",\n".join(map(bytes, items))


def _find_next(at: str, url: str, page: Response, found: int, count: int, paging: Paging) -> str | None:
    """Return the URL of the page that follows, or None at the end."""
    if paging.kind == "offset":
        return add_query(url, _count(paging, count)) if found else None
    if paging.kind == "link":
        target = find_next_link(page)
    else:
        raw = _walk(page.body, paging.member)
        stated: str | None = None if raw is None else _decode(raw, str | None)
        target = stated
    return resolve_link(at, target) if target else None


def find_next_link(page: Response) -> str | None:
    """Return the target of the header field `Link` with the relation `next` (RFC 8288), or None."""
    field = page.headers.get("Link", "")[:_LONGEST_LINK]
    return next((link[1] for link in _LINK.finditer(field) if _NEXT.search(link[2])), None)


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
