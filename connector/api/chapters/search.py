"""Endpoint for the search at the broker: query and answer pass unchanged."""

from typing import Annotated

from fastapi import Query, Response

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AtSearch
from connector.api.frame.errors import ApiError
from connector.api.frame.search_parameters import SearchParameters

router = ChapterRouter(tags=["search"])

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
async def search(search: AtSearch, given: Annotated[SearchParameters, Query()]) -> Response:
    """Search the offers of all participants at the broker."""
    if search is None:
        raise ApiError(409, "no-broker", "The search needs a broker: set broker.api in the settings.")
    found = await search(_write_query(given))
    return Response(found, media_type="application/json")


def _write_query(given: SearchParameters) -> dict[str, str | list[str]]:
    """Return the parameters that differ from their defaults, and the page."""
    stated = given.model_dump(exclude_defaults=True) | {"limit": given.limit, "offset": given.offset}
    return {name: value if isinstance(value, list) else str(value) for name, value in stated.items()}
