"""Search for the offers of all participants at the broker."""

from collections.abc import Sequence

from connector.client.frame.flow import ApiCall, ClientFlow, path_of
from connector.views.search import HitsView, HitView

_AT_ONCE = 100
"""The most results that a broker gives at once."""


def search(
    text: str = "",
    *,
    limit: int = 20,
    offset: int = 0,
    facets: bool = False,
    **filters: str | Sequence[str] | None,
) -> ClientFlow[HitsView]:
    """Search for offers that contain all words of `text`; more results than the broker gives at once are several calls.

    `facets` counts the results. `filters` are the other parameters of the API: `publisher`, `theme`, `keyword`,
    `licence`, `purpose`, `format`, `language`, `frequency`, `access`, `data_class`, `place`, `price`, `freshness`,
    `changed`, `bbox`, `near`, `since`, `until`, `like`, `like_of`, `sort`; several values of one are alternatives.

    >>> connector.search("Luft", limit=5).items[0].id
    'urn:dataset:air'
    """
    found: list[HitView] = []
    first: HitsView | None = None
    while True:
        asked = min(limit - len(found), _AT_ONCE)
        page: HitsView = yield ApiCall(
            method="GET",
            path=path_of("search"),
            answer=HitsView,
            query={
                "q": text,
                **filters,
                "facets": True if facets and first is None else None,
                "limit": asked,
                "offset": offset + len(found),
            },
        )
        first = first or page
        found.extend(page.items)
        if len(page.items) < asked or len(found) >= limit:
            return HitsView(
                items=tuple(found), total=page.total, corrected=page.corrected, apart=page.apart, facets=first.facets
            )
