"""SPARQL over HTTP: the protocol, a plain client, what is refused, and that one caller does not hold everything."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from msgspec.structs import replace
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from connector.api.frame.errors import ApiError
from connector.api.portals import sparql
from connector.api.portals.mounting import add_portals
from connector.api.portals.sparql import LONGEST_QUERY, WAITING_PER_CALLER, check_query
from connector.app.listeners import Listeners
from connector.broker.graphing import catch_up, name_layout
from connector.broker.visibility.audience import read_audience
from connector.ports.broker_store import Delta
from connector.ports.graph import GraphAnswer, GraphPart, GraphQuestion, SparqlRefused
from connector.store.graph.graph import open_graph
from tests.api.portals.conftest import SiteWorld
from tests.broker.describing.published import SITE
from tests.broker.world import CITY

TITLES = "PREFIX dct: <http://purl.org/dc/terms/> SELECT ?t { ?d a <http://www.w3.org/ns/dcat#Dataset> ; dct:title ?t }"
JSON = "application/sparql-results+json"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[SiteWorld]:
    world = SiteWorld(is_open=True)
    await world.crawl()
    graph = open_graph(tmp_path / "record.graph", name_layout(SITE))
    await catch_up(world.record, graph, SITE, await graph.read_position())
    add_portals(world.app, SITE, graph)
    yield world
    await graph.close()
    await world.http.aclose()


async def test_a_query_is_answered_in_every_way_of_the_protocol(world: SiteWorld) -> None:
    got = await world.get(f"/sparql?query={quote(TITLES)}")
    assert got.headers["content-type"] == JSON
    titles = {row["t"]["value"] for row in got.json()["results"]["bindings"]}
    assert titles == {"Straßenbaustellen", "BÄUME an Wegen", "Luftqualität", "Air quality"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    posted = await world.http.post("/sparql", content=urlencode({"query": TITLES}), headers=form)
    plain = {"Content-Type": "application/sparql-query; charset=utf-8"}
    direct = await world.http.post("/sparql", content=TITLES.encode(), headers=plain)
    assert sorted(map(str, posted.json()["results"]["bindings"])) == sorted(
        map(str, direct.json()["results"]["bindings"])
    )


@pytest.mark.parametrize(
    ("accept", "query", "expected"),
    [
        ("text/csv", TITLES, "text/csv"),
        ("application/sparql-results+xml", TITLES, "application/sparql-results+xml"),
        ("text/tab-separated-values", TITLES, "text/tab-separated-values"),
        ("application/json", "ASK {}", JSON),
        ("application/rdf+xml, */*;q=0.1", "CONSTRUCT WHERE { ?a ?b ?c }", "application/rdf+xml"),
        ("", "DESCRIBE <urn:nothing>", "text/turtle"),
    ],
)
async def test_the_accepted_form_is_answered(world: SiteWorld, accept: str, query: str, expected: str) -> None:
    answer = await world.get(f"/sparql?query={quote(query)}", Accept=accept)
    assert answer.headers["content-type"].startswith(expected)


async def test_a_plain_client_of_sparql_works(world: SiteWorld) -> None:
    listeners = Listeners()
    await listeners.open_asgi("broker", world.app, "127.0.0.1", 0, public=False)
    try:
        store = SPARQLStore(f"{listeners.addresses['broker']}/sparql", returnFormat="json")
        rows = await asyncio.to_thread(lambda: list(store.query(TITLES)))
        assert len(rows) == 4
    finally:
        await listeners.close()


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("", 400, "no-query"),
        ("?query=", 400, "no-query"),
        ("?query=SELECT", 400, "syntax"),
        ("?query=DROP%20ALL", 400, "syntax"),
        ("?update=DROP%20ALL", 403, "update"),
        ("?query=ASK%7B%7D&default-graph-uri=urn:a", 400, "dataset"),
        ("?query=" + quote("SELECT * { SERVICE <http://127.0.0.1/> { ?a ?b ?c } }"), 403, "service"),
        ("?query=" + quote("SELECT * FROM <urn:a> { ?a ?b ?c }"), 400, "dataset"),
        ("?query=" + quote("SELECT * from named a:b { ?a ?b ?c }"), 400, "dataset"),
        ("?query=" + "x" * 10_001, 413, "too-large"),
        ("?" + "a=b&" * 50, 400, "no-query"),
    ],
)
async def test_what_is_no_query_is_refused_with_a_sentence(world: SiteWorld, path: str, status: int, code: str) -> None:
    answer = await world.http.get(f"/sparql{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["reason"].endswith(".")


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/sparql-update", b"DROP ALL", 403),
        ("application/json", b"{}", 415),
        ("application/sparql-query", b"\xff", 400),
        ("application/sparql-query", b"x" * 50_000, 413),
        ("application/x-www-form-urlencoded", b"update=DROP+ALL", 403),
    ],
)
async def test_a_body_that_is_no_query_is_refused(world: SiteWorld, kind: str, body: bytes, status: int) -> None:
    answer = await world.http.post("/sparql", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s dcat:accessService ?x . ?x a dcat:DataService }",
        "SELECT * { ?service <http://www.w3.org/ns/dcat#accessService> $Service }",
        "SELECT * { ?s dcat:service ?o }",
        "SELECT ?from { ?from dct:from :from . FILTER(?from != 'from here') }",
    ],
)
def test_the_terms_of_dcat_are_no_query_to_another_server(query: str) -> None:
    check_query(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://a/> {} }",
        "SELECT * { SERVICESILENT<http://a/>{} }",
        "SELECT * { service a:b {} }",
        "SELECT * { SERVICEa:b {} }",
        "SELECT * { ?s ?p 5SERVICE <http://a/> {} }",
        "SELECT * { ?s ?p ?a-SERVICE <http://a/> {} }",
        "SELECT * { ?s ?p a:b.SERVICE <http://a/> {} }",
        'SELECT * { FILTER(?a<?b#>"""\n) SERVICE <http://a/> {} #"""\n }',
        "SELECT * { FILTER(?a<b:c#>\n) SERVICE ?x {} }",
        "SELECT * { ?s ?p 'x'SERVICE <http://a/> {} }",
    ],
)
def test_no_spelling_hides_a_query_to_another_server(query: str) -> None:
    with pytest.raises(ApiError, match="another server"):
        check_query(query)


async def test_a_query_is_about_what_its_caller_sees(tmp_path: Path) -> None:
    world = SiteWorld(is_open=True)
    await world.crawl()
    kept = await world.record.entry(CITY + "tiefbauamt", "roads")
    assert kept is not None
    policy = b'{"@type":"Offer","permission":[{"action":"use","assignee":"%s"}]}' % (CITY + "umweltamt").encode()
    hidden = replace(kept, id="hidden", titles={"de": "Leitungsplan"}, audience=read_audience(policy, "hidden"))
    source = await world.record.source(kept.participant)
    assert source is not None
    await world.record.apply(Delta(source=source, upserts=(hidden,)), world.space.now)
    graph = open_graph(tmp_path / "record.graph", name_layout(SITE))
    await catch_up(world.record, graph, SITE, await graph.read_position())
    add_portals(world.app, SITE, graph)

    async def ask(**headers: str) -> str:
        return (await world.get(f"/sparql?query={quote(TITLES)}", Accept="text/csv", **headers)).text

    assert "Leitungsplan" not in await ask()
    assert "Leitungsplan" not in await ask(Authorization=f"Bearer {CITY}tiefbauamt")
    assert "Leitungsplan" in await ask(Authorization=f"Bearer {CITY}umweltamt")
    await graph.close()
    await world.http.aclose()


class WaitingGraph:
    """A graph whose answers wait until they are let go."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = asyncio.Event()

    async def ask(self, question: GraphQuestion) -> GraphAnswer:
        self.asked.append(question.text)
        await self.gate.wait()
        return GraphAnswer(JSON, b"{}")

    async def read_position(self) -> int:
        return 0

    async def clear(self) -> None:
        """Nothing is kept."""

    async def put(self, parts: Sequence[GraphPart]) -> None:
        """Nothing is kept."""

    async def publish(self, position: int) -> None:
        """Nothing is kept."""

    async def close(self) -> None:
        """Nothing is open."""


async def wait_for(happened: Callable[[], bool]) -> None:
    """Wait for requests, whose dependencies are resolved on threads."""
    async with asyncio.timeout(60):
        while not happened():  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0)


async def test_one_caller_does_not_hold_all_workers_nor_the_queue() -> None:
    world, graph = SiteWorld(), WaitingGraph()
    add_portals(world.app, SITE, graph)

    def ask(name: str, number: int) -> asyncio.Task[httpx.Response]:
        headers = {"Authorization": f"Bearer {CITY}{name}"}
        return asyncio.create_task(world.http.get(f"/sparql?query={name}{number}", headers=headers))

    greedy = [ask("tiefbauamt", number) for number in range(WAITING_PER_CALLER + 3)]
    await wait_for(lambda: sum(task.done() for task in greedy) == 3)
    assert {task.result().status_code for task in greedy if task.done()} == {429}
    other = ask("umweltamt", 0)
    await wait_for(lambda: len(graph.asked) == 2)
    assert {text.rstrip("0123456789") for text in graph.asked} == {"tiefbauamt", "umweltamt"}
    graph.gate.set()
    assert (await other).status_code == 200
    statuses = sorted([(await task).status_code for task in greedy])
    assert statuses == [200] * WAITING_PER_CALLER + [429] * 3


async def test_a_graph_that_is_built_is_asked_again_later() -> None:
    class Building(WaitingGraph):
        async def ask(self, question: GraphQuestion) -> GraphAnswer:
            raise SparqlRefused(503, "building", "The graph is being built: try again later.")

    world = SiteWorld(is_open=True)
    add_portals(world.app, SITE, Building())
    answer = await world.http.get("/sparql?query=ASK%7B%7D")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, str(sparql.RETRY_S))


async def test_without_a_graph_there_is_no_sparql_and_a_stranger_asks_nothing() -> None:
    world = SiteWorld()
    assert (await world.http.get("/sparql?query=ASK%7B%7D")).status_code == 404
    add_portals(world.app, SITE, WaitingGraph())
    refused = await world.http.get("/sparql?query=ASK%7B%7D", headers={"Authorization": "Bearer stranger"})
    assert refused.status_code == 401


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * " + "{" * 101 + "}" * 101,
        "ASK { ?s ?p ?o FILTER(" + "(" * 1000 + "1" + ")" * 1000 + ") }",
        "ASK { ?s ?p ?o FILTER(" + "! " * 1000 + "true) }",
        "ASK { ?s " + "(" * 1000 + "<urn:a>" + ")*" * 1000 + " ?o }",
    ],
)
def test_a_query_that_is_nested_deeply_is_told_what_it_is(text: str) -> None:
    with pytest.raises(ApiError) as refused:
        check_query(text)
    assert (refused.value.status, refused.value.code) == (400, "nested")


@pytest.mark.parametrize("mark", ["'", '"', "'''", '"' * 3, "#", "<"])
def test_brackets_in_texts_and_whatever_is_left_open_cost_little(mark: str) -> None:
    check_query('ASK { ?s ?p "' + "(" * 500 + '" # ' + "{" * 500 + "\n}")
    for inside in ("", "a", "\\\\", "(", "\n"):
        with contextlib.suppress(ApiError):
            check_query((mark + inside) * (LONGEST_QUERY // (len(mark) + len(inside))))
