"""Endpoint for the search at the broker: query and answer pass unchanged."""

from typing import Annotated

from fastapi import Query, Response

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AtSearch
from connector.api.frame.errors import ApiError

router = ChapterRouter(tags=["search"])

SearchQuery = Annotated[str | None, Query(max_length=1000)]

_EXAMPLE = {
    "items": [
        {
            "participant": "https://city.example/participants/environment",
            "id": "urn:uuid:7f…",
            "title": {"de": "Luftqualität am Marktplatz"},
            "publisher": "Umweltamt",
            "liveness": "ONLINE",
        }
    ],
    "total": 1,
    "next": None,
}


@router.get("/search", responses={200: {"content": {"application/json": {"example": _EXAMPLE}}}})
async def search(
    search: AtSearch,
    q: Annotated[str, Query(max_length=1000, description="Words that a result contains, all of them.")] = "",
    publisher: SearchQuery = None,
    theme: SearchQuery = None,
    keyword: SearchQuery = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 20,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """Search the offers of all participants at the broker."""
    if search is None:
        raise ApiError(409, "no-broker", "The search needs a broker: set broker.api in the settings.")
    given = {"q": q, "publisher": publisher, "theme": theme, "keyword": keyword, "limit": limit, "offset": offset}
    found = await search({name: str(value) for name, value in given.items() if value not in (None, "")})
    return Response(found, media_type="application/json")
