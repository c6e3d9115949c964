"""Search, at the broker: the question goes there as it is, and its answer comes back as it is."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from connector.api.frame.desk import AtSearch
from connector.api.frame.errors import ApiError

router = APIRouter(tags=["search"])

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
    q: Annotated[str, Query(max_length=1000, description="Words that must all occur.")] = "",
    publisher: SearchQuery = None,
    theme: SearchQuery = None,
    keyword: SearchQuery = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 20,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """Search the offers of the whole data space at the broker."""
    if search is None:
        raise ApiError(409, "no-broker", "No broker is set to search at: set broker.api in the settings.")
    given = {"q": q, "publisher": publisher, "theme": theme, "keyword": keyword, "limit": limit, "offset": offset}
    found = await search({name: str(value) for name, value in given.items() if value not in (None, "")})
    return Response(found, media_type="application/json")
