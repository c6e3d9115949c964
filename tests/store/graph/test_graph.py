"""The graph on disk: what was published is asked, whatever breaks is built anew, and no query holds up the next."""

import asyncio
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from connector.ports.graph import GraphDamaged, GraphPart, GraphQuestion, SparqlRefused
from connector.semantic.statements import BlankTerm, IriTerm, LiteralTerm, Statement
from connector.store.graph import graph as store_graph
from connector.store.graph import pool
from connector.store.graph.graph import OxigraphStore, open_graph
from connector.store.graph.pool import WORKERS, WorkerPool, _RunningWorker
from connector.store.graph.wire import UNOPENED
from tests.broker.crawling import until

EX = "https://ex.example/"
ALL, SOME = EX + "all", EX + "some"
JSON = "application/sparql-results+json"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o . ?p ?q ?r }"
GREEDY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } ORDER BY DESC(?f) ?c"


def part(name: str, count: int = 1) -> GraphPart:
    texts = [LiteralTerm(f'{name}\t"{number}"\n', language="de") for number in range(count)]
    lines = [Statement(IriTerm(EX + name), f"{EX}p{number}", text) for number, text in enumerate(texts)]
    return GraphPart(ALL, EX + "g/" + name, (*lines, Statement(IriTerm(EX + name), EX + "q", BlankTerm(f"b{name}"))))


async def ask(
    graph: OxigraphStore,
    text: str,
    table: str = JSON,
    described: str = "text/turtle",
    graphs: tuple[str, ...] = ("https://ex.example/all",),
) -> bytes:
    return (await graph.ask(GraphQuestion(text, table, described, graphs))).body


async def count(graph: OxigraphStore) -> int:
    found = msgspec.json.decode(await ask(graph, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c }"))
    return int(found["results"]["bindings"][0]["n"]["value"])


@pytest.fixture
async def graph(tmp_path: Path) -> AsyncIterator[OxigraphStore]:
    opened = open_graph(tmp_path / "record.graph", "1")
    assert await opened.read_position() == 0
    await opened.put([part("a", 60), part("b")])
    await opened.publish(2)
    yield opened
    await opened.close()


async def test_changes_go_to_the_disk_before_they_fill_the_memory(
    graph: OxigraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_graph, "_FLUSHED", 50)
    files = tmp_path / "record.graph" / "written"
    # With each flush, the log of what is in memory alone begins anew.
    before = {file.name for file in files.glob("*.log")}
    await graph.put([part("a", 20)])
    assert {file.name for file in files.glob("*.log")} - before


async def test_readers_see_what_was_published_as_a_whole(graph: OxigraphStore) -> None:
    assert await count(graph) == 63
    await graph.put([part("b", 3), GraphPart(ALL, part("a").name)])
    assert await count(graph) == 63
    await graph.publish(4)
    assert await count(graph) == 4


async def test_a_graph_that_is_built_is_as_one_that_was_put_bit_by_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_graph, "_PIECE", 2)
    opened = open_graph(tmp_path / "built.graph", "1")
    assert await opened.read_position() == 0
    # An entry changes while it is gathered, and after it was loaded; another one is removed.
    await opened.put([say(ALL, "a", "x", "y"), say(ALL, "a", "z")])
    await opened.put([say(ALL, "b", "x"), say(ALL, "c", "x", "w"), say(ALL, "d", "v")])
    await opened.put([say(ALL, "c", "x"), say(ALL, "b"), say(ALL, "d")])
    await opened.publish(9)
    query = "SELECT ?o { ?s ?p ?o } ORDER BY ?o"
    assert await ask(opened, query, "text/csv", graphs=(ALL,)) == b"o\r\nx\r\nz\r\n"
    await opened.put([say(ALL, "c")])
    await opened.publish(10)
    assert await ask(opened, query, "text/csv", graphs=(ALL,)) == b"o\r\nz\r\n"
    await opened.close()


def say(graph: str, name: str, *texts: str) -> GraphPart:
    """Return what an entry says of one thing."""
    return GraphPart(
        graph, EX + name, tuple(Statement(IriTerm(EX + "it"), EX + "p", LiteralTerm(text)) for text in texts)
    )


async def test_what_two_entries_say_stays_until_none_says_it(graph: OxigraphStore) -> None:
    await graph.put([say(SOME, "c", "x", "y"), say(SOME, "d", "x"), say(ALL, "e", "x")])
    await graph.publish(3)
    query = "SELECT ?o { ?s ?p ?o } ORDER BY ?o"
    assert await ask(graph, query, "text/csv", graphs=(SOME,)) == b"o\r\nx\r\ny\r\n"
    for position, parts, said in (
        (4, [say(SOME, "c", "z")], b"o\r\nx\r\nz\r\n"),
        (5, [say(SOME, "d")], b"o\r\nz\r\n"),
        (6, [say(SOME, "c")], b"o\r\n"),
    ):
        await graph.put(parts)
        await graph.publish(position)
        assert await ask(graph, query, "text/csv", graphs=(SOME,)) == said


async def test_what_a_crash_left_half_removed_is_whole_again(graph: OxigraphStore, tmp_path: Path) -> None:
    import pyoxigraph as ox

    await graph.put([say(SOME, "c", "x", "y")])
    await graph.publish(3)
    await graph.close()
    written = ox.Store(str(tmp_path / "record.graph" / "written"))
    for quad in list(written.quads_for_pattern(None, None, ox.Literal("x"), ox.NamedNode(SOME))):
        written.remove(quad)
    written.flush()
    del written
    again = open_graph(tmp_path / "record.graph", "1")
    assert await again.read_position() == 3
    # The same change again, as after a crash: it says everything, and so it is written.
    await again.put([say(SOME, "c", "x", "y")])
    await again.publish(4)
    assert await ask(again, "SELECT ?o { ?s ?p ?o } ORDER BY ?o", "text/csv", graphs=(SOME,)) == b"o\r\nx\r\ny\r\n"
    await again.close()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?o { ?s ?p ?o FILTER(STR(?o) = 'secret') }",
        f"SELECT ?o FROM <{SOME}> {{ ?s ?p ?o FILTER(STR(?o) = 'secret') }}",
        f"SELECT ?o FROM NAMED <{SOME}> {{ GRAPH ?g {{ ?s ?p ?o FILTER(STR(?o) = 'secret') }} }}",
        f"SELECT ?o {{ GRAPH <{SOME}> {{ ?s ?p ?o }} }}",
        f"SELECT ?g {{ GRAPH ?g {{}} FILTER(?g != <{ALL}>) }}",
        f"SELECT ?o {{ <{EX}it> (<{EX}p>|!<{EX}q>)* ?o FILTER(ISLITERAL(?o)) }}",
        f"SELECT ?o {{ GRAPH <{SOME}?entry={EX}c> {{ ?s ?p ?o }} }}",
    ],
)
async def test_a_query_sees_its_graphs_alone_whatever_it_states(graph: OxigraphStore, query: str) -> None:
    await graph.put([say(SOME, "c", "secret")])
    await graph.publish(3)
    assert (await ask(graph, query, "text/csv")).count(b"\r\n") == 1
    assert (await ask(graph, query, "text/csv", graphs=(ALL, SOME))).count(b"\r\n") == (1 if "?entry=" in query else 2)


async def test_every_form_of_an_answer_has_every_row(graph: OxigraphStore) -> None:
    query = "SELECT ?s ?o ?none { ?s ?p ?o FILTER(ISLITERAL(?o)) } ORDER BY ?s ?o LIMIT 2"
    found = msgspec.json.decode(await ask(graph, query))["results"]["bindings"]
    assert [row["o"] for row in found] == [
        {"type": "literal", "value": f'a\t"{n}"\n', "xml:lang": "de"} for n in (0, 1)
    ]
    assert (await ask(graph, query, "text/csv")).count(b"\r\n") == 3
    assert (await ask(graph, query, "text/tab-separated-values")).count(b"\n") == 3
    assert b"<sparql" in await ask(graph, query, "application/sparql-results+xml")
    assert msgspec.json.decode(await ask(graph, "ASK { ?a ?b ?c }"))["boolean"] is True
    assert (await ask(graph, "CONSTRUCT WHERE { ?a ?b ?c }", described="application/n-triples")).count(b"\n") == 63


async def test_an_opened_graph_goes_on_from_its_number(graph: OxigraphStore, tmp_path: Path) -> None:
    await graph.put([part("c")])
    await graph.close()
    again = open_graph(tmp_path / "record.graph", "1")
    # What was put and not published may be there already: it is put again.
    assert await again.read_position() == 2
    assert await count(again) == 63
    await again.put([part("c")])
    await again.publish(3)
    assert await count(again) == 65
    assert sorted(path.name for path in (tmp_path / "record.graph").iterdir()) == ["2", "3", "layout", "written"]
    await again.close()


@pytest.mark.parametrize("broken", ["written", "2", "layout", ""])
async def test_what_is_damaged_or_missing_is_built_anew(graph: OxigraphStore, tmp_path: Path, broken: str) -> None:
    await graph.close()
    place = tmp_path / "record.graph" / broken
    if broken == "layout":
        place.unlink()
    elif broken:
        for file in place.iterdir():
            file.write_bytes(b"broken")
    else:
        shutil.rmtree(place)
    again = open_graph(tmp_path / "record.graph", "1")
    assert await again.read_position() == 0
    with pytest.raises(SparqlRefused, match="being built"):
        await count(again)
    await again.put([part("d")])
    await again.publish(7)
    assert await count(again) == 2
    await again.close()


async def test_a_graph_of_another_layout_is_built_anew(graph: OxigraphStore, tmp_path: Path) -> None:
    await graph.close()
    other = open_graph(tmp_path / "record.graph", "2")
    assert await other.read_position() == 0
    await other.close()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("nonsense", "syntax"),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", "syntax"),
        ("LOAD <http://127.0.0.1:1/>", "syntax"),
        ("DROP ALL", "syntax"),
    ],
)
async def test_what_is_no_query_is_refused_and_the_next_one_answered(
    graph: OxigraphStore, query: str, code: str
) -> None:
    with pytest.raises(SparqlRefused, match=r"\.$") as refused:
        await ask(graph, query)
    assert refused.value.code == code
    assert await count(graph) > 0


async def test_an_answer_that_is_not_accepted_is_refused(graph: OxigraphStore) -> None:
    for query, table, described in (("ASK {}", "", "text/turtle"), ("CONSTRUCT WHERE { ?a ?b ?c }", JSON, "")):
        with pytest.raises(SparqlRefused) as refused:
            await ask(graph, query, table, described)
        assert refused.value.code == "not-acceptable"


async def test_a_query_that_never_ends_is_killed_and_the_next_one_is_answered(
    graph: OxigraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "SECONDS", 0.5)
    monkeypatch.setattr(pool, "_GRACE_S", 0.0)
    endless = [asyncio.create_task(ask(graph, ENDLESS)) for _ in range(WORKERS)]
    results = await asyncio.gather(*endless, return_exceptions=True)
    assert [result.code for result in results if isinstance(result, SparqlRefused)] == ["too-long"] * WORKERS
    monkeypatch.undo()
    assert await count(graph) == 63


async def test_a_caller_that_leaves_takes_its_query_along(graph: OxigraphStore) -> None:
    asked = asyncio.create_task(ask(graph, ENDLESS))
    await until(lambda: bool(graph._pool._busy))
    (worker,) = graph._pool._busy
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert worker.process.returncode is not None
    assert await count(graph) == 63


async def test_a_worker_opens_no_connection_and_no_file(graph: OxigraphStore) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(SparqlRefused) as refused:
            await ask(graph, f"SELECT * {{ SERVICE <{address}> {{ ?a ?b ?c }} }}")
        assert refused.value.code == "failed"
        with pytest.raises(TimeoutError):
            listener.accept()


async def test_nothing_is_left_running_after_the_end(graph: OxigraphStore) -> None:
    assert await count(graph) == 63
    (worker,) = graph._pool._idle
    await graph.close()
    assert worker.process.returncode is not None


async def test_a_published_copy_that_is_gone_is_found_out_and_opened_again(
    graph: OxigraphStore, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "record.graph" / "2")
    with pytest.raises(SparqlRefused, match="built anew"):
        await count(graph)
    assert await graph.read_position() == 0
    await graph.put([part("e")])
    await graph.publish(5)
    assert await count(graph) == 2


@pytest.mark.parametrize(("status", "fault"), [(UNOPENED, GraphDamaged), (1, SparqlRefused)])
async def test_only_a_process_that_could_not_open_its_graph_has_it_built_anew(
    tmp_path: Path, status: int, fault: type[Exception]
) -> None:
    slow = f"import os, sys, time; os.close(1); time.sleep(0.3); sys.exit({status})"
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", slow, stdin=pipe, stdout=pipe)
    with pytest.raises(fault):
        await WorkerPool(lambda: tmp_path)._ask(_RunningWorker(process, tmp_path), GraphQuestion("ASK {}", "", "", ()))
