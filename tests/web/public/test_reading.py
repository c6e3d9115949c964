"""The search of this process answers as the API does, and refuses what the API refuses."""

import pytest
from starlette.requests import Request

from connector.broker.query import QueryRefused
from connector.web.frame.visit import begin_visit
from connector.web.public.reading import search_here
from connector.web.showing.results import read_search, write_query
from tests.web.public.square import Square


async def _search(square: Square, *given: tuple[str, str]) -> list[str]:
    request = Request({"type": "http", "state": {"pages": square.build()._pages}, "headers": []})
    found = await search_here(begin_visit(request), write_query(read_search(given)))
    return [hit.id for hit in found.items]


async def test_words_and_filters_find_what_has_them(square: Square) -> None:
    assert await _search(square, ("q", "luft")) == ["air"]
    assert await _search(square, ("anbieter", "Stadt")) == ["roads"]
    assert sorted(await _search(square)) == ["air", "roads", "trees"]


@pytest.mark.parametrize("given", [("ausschnitt", "1,2"), ("von", "gestern"), ("preis", "billig")])
async def test_a_query_that_is_none_is_refused(square: Square, given: tuple[str, str]) -> None:
    with pytest.raises(QueryRefused):
        await _search(square, given)
