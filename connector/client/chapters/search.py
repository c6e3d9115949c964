"""Search for the offers of all participants at the broker."""

from connector.client.frame.flow import ApiCall, ClientFlow, path_of
from connector.views.search import HitsView, HitView

_AT_ONCE = 100
"""The most results that a broker gives at once."""


def search(
    text: str = "",
    *,
    publisher: str | None = None,
    theme: str | None = None,
    keyword: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> ClientFlow[HitsView]:
    """Search for offers that contain all words of `text`; more results than the broker gives at once are several calls.

    >>> connector.search("Luft", limit=5).items[0].id
    'urn:dataset:air'
    """
    query = {"q": text, "publisher": publisher, "theme": theme, "keyword": keyword}
    found: list[HitView] = []
    while True:
        asked = min(limit - len(found), _AT_ONCE)
        page: HitsView = yield ApiCall(
            method="GET",
            path=path_of("search"),
            answer=HitsView,
            query={**query, "limit": asked, "offset": offset + len(found)},
        )
        found.extend(page.items)
        if len(page.items) < asked or len(found) >= limit:
            return HitsView(items=tuple(found), total=page.total)
