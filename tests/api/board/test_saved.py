"""Saved searches at the broker: the owner's alone, bounded, and what is new in them."""

from typing import Any

import pytest

from connector.api.board.saved import SEARCHES, name_feed
from tests.api.board.conftest import AIR, BoardWorld
from tests.broker.world import titled

ORDER = {"name": "Fahrräder", "parameters": {"q": "fahrräder", "theme": ["TRAN"], "stale": True}}
WORDS = {"name": "Fahrräder", "parameters": {"q": "fahrräder"}}


async def offer(broker: BoardWorld, *names: str, title: str = "Fahrräder") -> None:
    """Let the department of the environment offer more."""
    broker.space.catalogues[AIR].offers += [titled(name, f"{title} {name}") for name in names]
    await broker.crawl()


async def test_a_search_is_saved_listed_changed_and_removed(broker: BoardWorld) -> None:
    saved = await broker.said("POST", "searches", ORDER)
    assert saved["parameters"] == ORDER["parameters"]
    assert saved["feed"].endswith(f"/v1/feeds/secret-{saved['id'][3:]}") or "/v1/feeds/secret-" in saved["feed"]
    path = f"searches/{saved['id']}"
    shown = await broker.said("GET", path)
    assert shown == saved | {"feed": None}
    assert await broker.said("GET", "searches") == [shown]
    changed = await broker.said("PUT", path, {"name": "Bäume"})
    assert (changed["name"], changed["parameters"], changed["seen"]) == ("Bäume", {}, saved["seen"])
    assert await broker.said("DELETE", path) == changed
    assert await broker.said("GET", "searches") == []
    assert await broker.refused("GET", path) == (404, "no-search")


@pytest.mark.parametrize(
    ("method", "ending", "body"),
    [
        ("GET", "", None),
        ("PUT", "", WORDS),
        ("DELETE", "", None),
        ("POST", "/feed", {}),
        ("POST", "/seen", {"seen": 1}),
        ("GET", "/new", None),
        ("GET", "/events", None),
        ("PUT", "/webhook", {"url": "https://hooks.example/x"}),
        ("POST", "/webhook/resume", {}),
        ("DELETE", "/webhook", None),
    ],
)
async def test_nobody_else_knows_of_a_saved_search(broker: BoardWorld, method: str, ending: str, body: Any) -> None:
    saved = await broker.said("POST", "searches", WORDS)
    assert await broker.refused(method, f"searches/{saved['id']}{ending}", body, by=AIR) == (404, "no-search")


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"name": "\u202e\u200b"}, "name"),
        ({"name": "x", "parameters": {"limit": 5}}, "query"),
        ({"name": "x", "parameters": {"theme": "TRAN", "q": 5}}, "query"),
        ({"name": "x", "parameters": {"q": "x" * 2000}}, "query"),
        ({"name": "x", "parameters": {"bbox": "8,51,7,52"}}, "query"),
        ({"name": "x", "parameters": {"price": ["cheap"]}}, "query"),
    ],
)
async def test_what_is_no_search_is_refused(broker: BoardWorld, order: dict[str, Any], code: str) -> None:
    assert await broker.refused("POST", "searches", order) == (422, code)


async def test_a_participant_saves_so_many_searches(broker: BoardWorld) -> None:
    for _ in range(SEARCHES):
        saved = await broker.said("POST", "searches", WORDS)
    assert await broker.refused("POST", "searches", WORDS) == (409, "limit")
    await broker.said("PUT", f"searches/{saved['id']}", WORDS)
    await broker.said("POST", "searches", WORDS, by=AIR)


async def test_what_is_new_since_the_last_look_is_told(broker: BoardWorld) -> None:
    saved = await broker.said("POST", "searches", WORDS)
    path = f"searches/{saved['id']}"
    assert (await broker.said("GET", f"{path}/new"))["items"] == []
    await offer(broker, "x", "y")
    await offer(broker, "z", title="Parkplätze")
    first = await broker.said("GET", f"{path}/new", limit=1)
    assert ([item["id"] for item in first["items"]], first["more"]) == (["x"], True)
    assert first["items"][0]["matches"][0]["field"] == "title"
    second = await broker.said("GET", f"{path}/new", after=first["next"], lang="de")
    assert ([item["id"] for item in second["items"]], second["more"]) == (["y"], False)
    seen = await broker.said("POST", f"{path}/seen", {"seen": second["next"]})
    assert seen["seen"] == second["next"]
    assert (await broker.said("GET", f"{path}/new"))["items"] == []


def test_the_secret_of_a_feed_is_not_stored() -> None:
    assert name_feed("secret") != "secret"
    assert len(name_feed("\ud800")) == 64
