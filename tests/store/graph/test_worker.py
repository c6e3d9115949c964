"""The process that answers: its limits hold by themselves, also if nobody watches it."""

import io
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pyoxigraph as ox
import pytest

from connector.store.graph import worker
from connector.store.graph.wire import HEAD, ROWS, WorkerAnswer, WorkerQuestion
from connector.store.graph.worker import answer, serve

CROSS = "SELECT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r . ?s ?t ?u }"


def fill(path: Path | None = None, size: int = 40) -> ox.Store:
    store = ox.Store(str(path)) if path else ox.Store()
    name = ox.NamedNode("urn:g")
    store.extend(
        ox.Quad(ox.NamedNode(f"urn:{n}"), ox.NamedNode("urn:p"), ox.Literal("x" * 2000), name) for n in range(size)
    )
    return store


def ask(text: str, table: str = "application/json", graph: str = "text/turtle", size: int = 40) -> WorkerAnswer:
    return answer(fill(size=size), WorkerQuestion(text, table, graph, ("urn:g",)))


def test_rows_are_counted_and_sizes_too() -> None:
    assert ask("SELECT ?a { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }").refusal == "too-large"
    assert ask("SELECT ?a { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT " + str(ROWS)).refusal == ""
    assert ask("CONSTRUCT { ?a ?d ?g } { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }").refusal == "too-large"
    assert ask("SELECT ?c ?f ?i { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 9999").refusal == "too-large"
    # A few rows can be long too.
    for made in ("SELECT ?y", "CONSTRUCT { <urn:a> <urn:b> ?y }"):
        long = f'REPLACE("{"a" * 2000}", "a", "{"b" * 3000}")'
        assert ask(f'{made} {{ BIND({long} AS ?x) BIND(REPLACE(?x, "b", "ccc") AS ?y) }}').refusal == "too-large", made


def test_questions_are_answered_in_turn() -> None:
    questions = [msgspec.msgpack.encode(WorkerQuestion(text, "text/csv", "", ("urn:g",))) for text in ("ASK {}", "no")]
    written = io.BytesIO()
    serve(fill(), io.BytesIO(b"".join(HEAD.pack(len(asked)) + asked for asked in questions)), written)
    written.seek(0)
    found = []
    while head := written.read(HEAD.size):
        found.append(msgspec.msgpack.decode(written.read(HEAD.unpack(head)[0]), type=WorkerAnswer))
    assert [(one.body, one.refusal) for one in found] == [(b"true", ""), (b"", "syntax")]


@pytest.mark.parametrize(
    ("setting", "query", "status"),
    [
        ("SECONDS = 0.3", "SELECT (COUNT(*) AS ?x) {" + CROSS.partition("{")[2], -signal.SIGALRM),
        ("MEMORY = 48 * 1024 * 1024", "SELECT * {" + CROSS.partition("{")[2] + " ORDER BY ?u", -signal.SIGABRT),
    ],
)
def test_a_limit_ends_the_process_by_itself(tmp_path: Path, setting: str, query: str, status: int) -> None:
    store = fill(tmp_path / "graph")
    store.flush()
    del store
    script = (
        f"import pyoxigraph as ox, sys\nfrom connector.store.graph import worker\nworker.{setting}\n"
        f"store = ox.Store.read_only({str(tmp_path / 'graph')!r})\nworker.give_up_rights(worker.MEMORY)\n"
        "worker.serve(store, sys.stdin.buffer, sys.stdout.buffer)\n"
    )
    asked = msgspec.msgpack.encode(WorkerQuestion(query, "text/csv", "", ("urn:g",)))
    given = HEAD.pack(len(asked)) + asked
    run = subprocess.run([sys.executable, "-c", script], input=given, capture_output=True, check=False, timeout=30)
    assert (run.returncode, run.stdout) == (status, b"")


def test_the_limits_are_those_of_the_broker() -> None:
    assert 0 < worker.SECONDS <= 10
    assert worker.MEMORY <= 1024**3
