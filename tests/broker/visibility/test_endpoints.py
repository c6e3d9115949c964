"""Every endpoint of a broker is among those that are compared, and the pages and SPARQL tell nothing either.

Two brokers that differ in one hidden offer are asked: `test_outputs` has the API, this module what is beside it.
"""

import inspect
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from msgspec.structs import replace

from connector.api.portals.mounting import add_portals
from connector.app.broker import build_broker
from connector.broker.graphing import catch_up, name_layout
from connector.broker.visibility.callers import Visibility
from connector.store.graph.graph import open_graph
from connector.web.public.site import PUBLIC_PAGES
from tests.api.portals.conftest import SiteWorld
from tests.app.conftest import listening, space  # noqa: F401 - the fixture
from tests.broker.describing.published import SITE
from tests.broker.visibility.test_outputs import (
    HIDDEN,
    IDS,
    INSIDER,
    OUTSIDER,
    OWNERS,
    WORDS,
    Write,
    hide,
    list_routes,
    open_broker,
)
from tests.broker.world import CITY
from tests.pair.space import Space
from tests.web.public.square import Square

HISTORIES: list[list[Write]] = [
    [("umweltamt", "x", "wälder am fluss", HIDDEN, False)],
    [("tiefbauamt", "y", "wald", "", False), ("tiefbauamt", "y", "straßenbäume", HIDDEN, False)],
    [("umweltamt", "x", "wald", HIDDEN, False), ("umweltamt", "x", "wald", "", False)],
]
BEFORE: list[Write] = [("tiefbauamt", "x", "straße", "", False), ("umweltamt", "y", "wald", "a", True)]
SPARQL = "/sparql"
# What is asked for by another method than GET answers with what its caller has, or with nothing at all.
CHANGING = {
    ("POST", SPARQL),
    ("POST", "/api/action/{name}"),
    ("POST", "/api/3/action/{name}"),
    ("POST", "/v1/nudge"),
    ("POST", "/v1/reindex"),
    ("PUT", "/v1/self-descriptions/{name}"),
    ("DELETE", "/v1/self-descriptions/{name}"),
}
BOARD = ("/v1/searches", "/v1/needs", "/v1/notices")
QUERIES = (
    "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
    "ASK { ?s ?p ?o FILTER(CONTAINS(LCASE(STR(?o)), 'fluss')) }",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "DESCRIBE <x>",
    "SELECT ?p { <x> (<urn:none>|!<urn:none>)* ?p } ORDER BY ?p",
)


def list_other(app: FastAPI) -> set[tuple[str, str]]:
    """Return the routes of an application that answer other methods than GET."""
    found: list[APIRoute] = []
    for route in app.routes:
        inner = getattr(getattr(route, "original_router", None), "routes", [route])
        found += [one for one in inner if isinstance(one, APIRoute)]
    return {(method, one.path) for one in found for method in (one.methods or ()) if method not in {"GET", "HEAD"}}


async def test_every_endpoint_of_a_broker_is_compared(space: Space) -> None:  # noqa: F811 - the fixture
    settings = listening(space, "broker")
    settings = replace(settings, broker=replace(settings.broker, open=True, sparql=True))
    broker = await build_broker(settings, transport=space.wire)
    served = broker.api
    assert isinstance(served, FastAPI)
    async with open_broker([]) as world:
        compared = {route.path for route in list_routes(world)}
    world.app = served
    assert {route.path for route in list_routes(world)} - compared == {SPARQL}
    assert {row for row in list_other(served) if not row[1].startswith(BOARD)} == CHANGING
    await broker.stop()


async def test_no_endpoint_has_a_part_that_runs_on_a_thread() -> None:
    async with open_broker([]) as world:
        parts = [part for route in list_routes(world) for part in list_parts(route.dependant)]
    assert len(parts) > 100
    plain = {part for part in parts if not inspect.iscoroutinefunction(part)}
    assert {part for part in plain if not inspect.iscoroutinefunction(part.__call__)} == set()


def list_parts(dependant: Dependant) -> list[Any]:
    """Return the function of an endpoint, and those that it depends on."""
    return [dependant.call, *(part for inner in dependant.dependencies for part in list_parts(inner))]


@pytest.mark.parametrize("history", HISTORIES, ids=["added", "hidden", "shown"])
async def test_no_page_tells_of_a_hidden_offer(history: list[Write]) -> None:
    async with open_broker(BEFORE + history) as with_it, open_broker([*BEFORE, *map(hide, history)]) as without:
        one, other = await read_pages(with_it), await read_pages(without)
    assert one.keys() >= {path for path, _ in PUBLIC_PAGES if "{" not in path}
    assert one == other
    assert any(b"stra" in body for _, body in one.values())


async def read_pages(world: SiteWorld) -> dict[str, tuple[int, bytes]]:
    """Return each page for everybody as a reader without an account sees it."""
    square = Square()
    square.space, square.record, square.searching = world.space, world.record, world.searching  # type: ignore[assignment]  # as the pages read it
    operator: dict[str, Any] = {
        "record": world.record,
        "index": world.searching.index,
        "projector": world.searching.projector,
        "crawler": world.crawler,
    }
    square.operator = replace(square.operator, **operator)
    found: dict[str, tuple[int, bytes]] = {}
    async with square.browser(visibility=Visibility(world.record, lambda: world.space.now)) as browser:
        for address in list_addresses():
            answer = await browser.get(address)
            found[address] = (answer.status_code, answer.content)
    await square.searching.index.close()
    return found


def list_addresses() -> list[str]:
    plain = [path for path, _ in PUBLIC_PAGES if "{" not in path]
    names = [quote(CITY + owner, safe="") for owner in OWNERS]
    offers = [f"/suche/angebot?teilnehmer={name}&id={quote(one, safe='')}" for name in names for one in IDS]
    sources = [f"/organisationen/organisation?id={name}" for name in names]
    searches = [f"/suche?q={quote(word)}{more}" for word in (*WORDS, "walt") for more in ("", "&sort=title", "&ab=1")]
    return [*plain, "/sitemap-0.xml", *offers, *sources, *searches]


@pytest.mark.parametrize("history", HISTORIES, ids=["added", "hidden", "shown"])
async def test_no_query_of_sparql_tells_of_a_hidden_offer(history: list[Write], tmp_path: Path) -> None:
    async with open_broker(BEFORE + history) as with_it, open_broker([*BEFORE, *map(hide, history)]) as without:
        one = await ask_graph(with_it, tmp_path / "one", OUTSIDER)
        assert one == await ask_graph(without, tmp_path / "other", OUTSIDER)
        seen = await ask_graph(with_it, tmp_path / "insider", INSIDER)
        assert (seen != one) is (history[-1][3] == HIDDEN)


async def ask_graph(world: SiteWorld, folder: Path, caller: str) -> dict[str, tuple[int, bytes]]:
    """Return the answers of a graph that is built from the record."""
    graph = open_graph(folder, name_layout(SITE))
    try:
        await catch_up(world.record, graph, SITE, await graph.read_position())
        if not hasattr(world.app.state, "sparql"):
            add_portals(world.app, SITE, graph)
        world.app.state.sparql = replace(world.app.state.sparql, graph=graph)
        found: dict[str, tuple[int, bytes]] = {}
        for query in QUERIES:
            headers = {"Authorization": f"Bearer {CITY}{caller}"}
            answer = await world.http.get(SPARQL, params={"query": query}, headers=headers)
            found[query] = (answer.status_code, answer.content)
        return found
    finally:
        await graph.close()
