"""Functions become methods of both clients, with the same name, docstring and signature."""

import inspect
from dataclasses import dataclass

from connector.client import Connector
from connector.client.frame.flow import ApiCall, ClientFlow, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking, every, every_async
from connector.views.assets import AssetView
from connector.views.common import Page
from tests.client.calls import awaited, draft
from tests.support.plane import Desk


def _list(status: str | None = None, *, limit: int = 2, after: str | None = None) -> ApiCall[Page[AssetView]]:
    """List one page."""
    query = {"status": status, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("assets"), answer=Page[AssetView], query=query)


def _count() -> ClientFlow[int]:
    """Count the drafts with two requests."""
    first = yield _list("draft")
    second = yield _list("draft", after=first.next)
    return len(first.items) + len(second.items)


@dataclass(frozen=True)
class Drafts:
    """A chapter of the blocking client."""

    driver: Runs

    list = blocking(_list)
    all = every(_list)
    count = blocking(_count)


@dataclass(frozen=True)
class AsyncDrafts:
    """The same chapter of the asynchronous client."""

    driver: AsyncRuns

    list = asynchronous(_list)
    all = every_async(_list)
    count = asynchronous(_count)


def test_a_method_has_the_name_the_docstring_and_the_signature_of_its_function() -> None:
    for method in (Drafts.list, Drafts.all, AsyncDrafts.list, AsyncDrafts.all):
        assert (method.__name__, method.__doc__) == ("list", "List one page.")
        known = list(inspect.signature(method).parameters.values())[1:]
        assert known == list(inspect.signature(_list).parameters.values())


def test_a_blocking_method_runs_a_request_a_flow_or_a_whole_listing(connector: Connector) -> None:
    for number in range(3):
        connector.assets.add(draft(id=f"urn:a:{number}"))
    drafts = Drafts(connector.driver)
    assert [asset.id for asset in drafts.list("draft").items] == ["urn:a:2", "urn:a:1"]
    assert drafts.count() == 3
    assert [asset.id for asset in drafts.all("draft")] == ["urn:a:2", "urn:a:1", "urn:a:0"]
    assert list(drafts.all("published")) == []


async def test_an_asynchronous_method_does_the_same(desk: Desk) -> None:
    async with awaited(desk) as connector:
        for number in range(3):
            await connector.assets.add(draft(id=f"urn:a:{number}"))
        drafts = AsyncDrafts(connector.driver)
        assert [asset.id for asset in (await drafts.list("draft")).items] == ["urn:a:2", "urn:a:1"]
        assert await drafts.count() == 3
        assert [asset.id async for asset in drafts.all("draft")] == ["urn:a:2", "urn:a:1", "urn:a:0"]
