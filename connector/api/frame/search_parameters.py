"""The parameters of a search at the broker: those of its own API, and of the management API that passes them on."""

from typing import Annotated, Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError

from connector.ports.search_index import LIMIT, OFFSET, VALUES, Facet, Order
from connector.views.common import LONGEST_IDENTIFIER

FilterValues = Annotated[list[Annotated[str, Field(max_length=1000)]], Field(max_length=VALUES)]
TextFilter = Annotated[str | None, Field(max_length=200)]


class SearchParameters(BaseModel):
    """The words, filters and order of a search. A filter that is repeated takes any of its values."""

    q: str = Field("", max_length=1000, description='Words that all occur; "a phrase"; -word is excluded.')
    publisher: FilterValues = []
    theme: FilterValues = Field([], description="Code, IRI or label of an EU data theme, or another theme.")
    keyword: FilterValues = []
    participant: FilterValues = []
    licence: FilterValues = []
    purpose: FilterValues = Field([], description="Term or label of a purpose that an offer allows.")
    format: FilterValues = []
    language: FilterValues = []
    frequency: FilterValues = Field([], description="Code or label of an EU frequency, such as DAILY.")
    access: FilterValues = []
    data_class: FilterValues = Field([], description="open, internal, confidential or personal")
    place: FilterValues = Field([], description="Name, IRI or official key of a place, such as a municipality.")
    price: FilterValues = Field([], description="free or paid")
    freshness: FilterValues = Field([], description="current or stale")
    changed: FilterValues = Field([], description="day, week, month or year")
    bbox: TextFilter = Field(None, description="west,south,east,north in degrees")
    near: TextFilter = Field(None, description="longitude,latitude,km")
    since: TextFilter = Field(None, description="The data covers a time from this date on.")
    until: TextFilter = Field(None, description="The data covers a time up to this date.")
    like: str | None = Field(None, max_length=LONGEST_IDENTIFIER, description="A dataset that results resemble.")
    like_of: str | None = Field(
        None,
        max_length=LONGEST_IDENTIFIER,
        description="The participant of `like`; without it, who listed that dataset first.",
    )
    sort: str = Field(Order.RELEVANCE.value, max_length=40, description=f"One of {', '.join(Order)}.")
    limit: int = Field(20, ge=1, le=500, description=f"Maximum number of results, at most {LIMIT}.")
    offset: int = Field(0, ge=0, le=OFFSET)
    stale: bool = Field(default=False, description="Include offers whose source has been offline for a day.")
    tests: bool = Field(default=False, description="Include offers that the operator has marked as tests.")
    facets: bool = Field(default=False, description="Count the results by the values of each facet.")


async def read_parameters(request: Request) -> SearchParameters:
    """Return the parameters of a request, read at once. Raises RequestValidationError.

    FastAPI, which reads them one by one, takes longer for that than for all else that it does for a search.
    """
    query = request.query_params
    given = {name: query.getlist(name) if name in _FILTERS else query[name] for name in _NAMES & query.keys()}
    try:
        return SearchParameters.model_validate(given)
    except ValidationError as fault:
        errors = [{**error, "loc": ("query", *error["loc"])} for error in fault.errors()]
        raise RequestValidationError(errors) from None


def describe_parameters() -> list[dict[str, Any]]:
    """Return the parameters as the OpenAPI document of a route has them that reads them with `read_parameters`."""
    described = SearchParameters.model_json_schema()["properties"]
    return [
        {"name": name, "in": "query", "required": False, "schema": schema}
        | ({"description": schema["description"]} if "description" in schema else {})
        for name, schema in described.items()
    ]


_FILTERS = frozenset(facet.value for facet in Facet)
_NAMES = SearchParameters.model_fields.keys()
