"""Search over the offers of the whole data space, answered by the broker."""

from datetime import datetime
from typing import Any

import msgspec

from connector.client.frame.flow import ApiCall, place


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One search result: whose dataset it is, what it is, and how fresh the broker's knowledge is."""

    participant: str
    id: str
    title: dict[str, str] = {}
    description: dict[str, str] = {}
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    publisher: str | None = None
    address: str | None = None
    liveness: str | None = None
    verified_at: datetime | None = None
    score: float | None = None
    dataset: dict[str, Any] | None = None


class Hits(msgspec.Struct, frozen=True, kw_only=True):
    """A page of hits, best first, and how many there are in all."""

    items: tuple[Hit, ...]
    total: int = 0


def search(
    text: str = "",
    *,
    publisher: str | None = None,
    theme: str | None = None,
    keyword: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> ApiCall[Hits]:
    """Search for offers; all words of `text` must occur."""
    query = {
        "q": text,
        "publisher": publisher,
        "theme": theme,
        "keyword": keyword,
        "limit": limit,
        "offset": offset,
    }
    return ApiCall(method="GET", path=place("search"), answer=Hits, query=query)
