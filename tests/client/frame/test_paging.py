from typing import Any

import httpx
import pytest

from connector.client.frame.driver import AsyncDriver, Driver, options
from connector.client.frame.errors import PagesRepeat
from connector.client.frame.flow import ApiCall
from connector.client.frame.paging import MOST_EMPTY, PageTrail
from connector.views.common import Page

ENDS = {None: ("a", "1"), "1": ("b", "2"), "2": ("c", None)}
CIRCLE = {None: ("a", "1"), "1": ("b", "2"), "2": ("c", "1")}
ITSELF = {None: ("a", "1"), "1": ("b", "1")}


def _listing(after: str | None) -> ApiCall[Page[dict[str, Any]]]:
    query = {"after": after} if after else {}
    return ApiCall(method="GET", path="/v1/things", query=query, answer=Page[dict[str, Any]])


def _transport(pages: dict[str | None, tuple[str, str | None]]) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        item, following = pages[request.url.params.get("after")]
        return httpx.Response(200, json={"items": [{"id": item}], "next": following})

    return httpx.MockTransport(answer)


def test_a_listing_that_ends_is_read_to_its_end() -> None:
    driver = Driver(httpx.Client(**options("http://connector", "key", None, _transport(ENDS))))
    assert [item["id"] for item in driver.every(_listing)] == ["a", "b", "c"]


@pytest.mark.parametrize("pages", [CIRCLE, ITSELF])
async def test_pages_that_form_a_circle_end_with_an_error_in_both_drivers(
    pages: dict[str | None, tuple[str, str | None]],
) -> None:
    driver = Driver(httpx.Client(**options("http://connector", "key", None, _transport(pages))))
    with pytest.raises(PagesRepeat, match="the same page was returned twice"):
        list(driver.every(_listing))
    other = AsyncDriver(httpx.AsyncClient(**options("http://connector", "key", None, _transport(pages))))
    with pytest.raises(PagesRepeat, match="the same page was returned twice"):
        [item async for item in other.every(_listing)]


def test_empty_pages_without_end_are_a_circle() -> None:
    trail = PageTrail()
    for number in range(MOST_EMPTY):
        assert trail.follow(Page(items=(), next=str(number))) == str(number)
    with pytest.raises(PagesRepeat):
        trail.follow(Page(items=(), next="more"))


def test_a_page_that_comes_again_under_another_cursor_is_a_circle_unless_it_is_empty() -> None:
    trail = PageTrail()
    assert trail.follow(Page(items=(), next="1")) == "1"
    assert trail.follow(Page(items=(), next="2")) == "2"
    assert trail.follow(Page(items=("a",), next="3")) == "3"
    assert trail.follow(Page(items=("b",), next="4")) == "4"
    with pytest.raises(PagesRepeat):
        trail.follow(Page(items=("b",), next="5"))
    assert trail.follow(Page(items=("b",), next=None)) is None
