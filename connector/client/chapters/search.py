"""Search for the offers of all participants at the broker."""

from connector.client.frame.flow import ApiCall, path_of
from connector.views.search import HitsView


def search(
    text: str = "",
    *,
    publisher: str | None = None,
    theme: str | None = None,
    keyword: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> ApiCall[HitsView]:
    """Search for offers that contain all words of `text`.

    >>> connector.search("Luft", limit=5).items[0].id
    'urn:dataset:air'
    """
    query = {
        "q": text,
        "publisher": publisher,
        "theme": theme,
        "keyword": keyword,
        "limit": limit,
        "offset": offset,
    }
    return ApiCall(method="GET", path=path_of("search"), answer=HitsView, query=query)
