"""The process that answers queries of one published graph: `python -m connector.store.graph.worker FOLDER`.

A query of SPARQL cannot be interrupted, so it runs where it can be killed. The process opens the graph, gives up the
right to open sockets, bounds its memory, and reads questions from its standard input. The alarm clock of the system
ends it if a query takes too long, also if the process that started it is gone.
"""

import signal
import sys
from itertools import islice
from typing import Any, BinaryIO

import msgspec
import pyoxigraph as ox

from connector.net.apart.confining import give_up_rights
from connector.store.graph.wire import ANSWER_BYTES, HEAD, MEMORY, ROWS, SECONDS, UNOPENED, WorkerAnswer, WorkerQuestion


def answer(store: Any, question: WorkerQuestion) -> WorkerAnswer:
    """Return the answer of a store to a query, or why there is none."""
    try:
        # What the query states itself with FROM does not count.
        seen = [ox.NamedNode(name) for name in question.graphs]
        result = store.query(question.text, default_graph=seen, named_graphs=seen)
        if isinstance(result, ox.QueryTriples):
            return _write_graph(result, question.graph)
        if not question.table:
            return WorkerAnswer(refusal="not-acceptable")
        form = ox.QueryResultsFormat.from_media_type(question.table)
        assert form is not None
        if isinstance(result, ox.QuerySolutions):
            return _write_table(result, form)
        return WorkerAnswer(body=result.serialize(format=form) or b"", media_type=form.media_type)
    except SyntaxError as error:
        return WorkerAnswer(refusal="syntax", detail=str(error)[:300])
    except (OSError, ValueError, RuntimeError) as error:
        return WorkerAnswer(refusal="failed", detail=str(error)[:300])


def _write_table(solutions: Any, form: Any) -> WorkerAnswer:
    """Write at most `ROWS` rows: first as TSV, in which a term is written as in Turtle, then in the wanted form."""
    lines = ["\t".join(f"?{variable.value}" for variable in solutions.variables)]
    size = 0
    for solution in islice(solutions, ROWS + 1):
        line = "\t".join("" if term is None else str(term) for term in solution)
        size += len(line)
        if len(lines) > ROWS or size > ANSWER_BYTES:
            return WorkerAnswer(refusal="too-large")
        lines.append(line)
    table = "\n".join((*lines, "")).encode()
    if form != ox.QueryResultsFormat.TSV:
        table = ox.parse_query_results(table, format=ox.QueryResultsFormat.TSV).serialize(format=form) or b""
    return WorkerAnswer(body=table, media_type=form.media_type)


def _write_graph(triples: Any, media_type: str) -> WorkerAnswer:
    if not media_type:
        return WorkerAnswer(refusal="not-acceptable")
    found: list[Any] = []
    size = 0
    for triple in islice(triples, ROWS + 1):
        size += len(str(triple))
        if len(found) == ROWS or size > ANSWER_BYTES:
            return WorkerAnswer(refusal="too-large")
        found.append(triple)
    form = ox.RdfFormat.from_media_type(media_type)
    return WorkerAnswer(body=ox.serialize(found, format=form) or b"", media_type=media_type)


def serve(store: Any, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer questions until there are no more."""
    while head := questions.read(HEAD.size):
        question = msgspec.msgpack.decode(questions.read(HEAD.unpack(head)[0]), type=WorkerQuestion)
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        found = msgspec.msgpack.encode(answer(store, question))
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(HEAD.pack(len(found)) + found)
        answers.flush()


if __name__ == "__main__":
    try:
        opened = ox.Store.read_only(sys.argv[1])
    except (OSError, RuntimeError):
        sys.exit(UNOPENED)
    give_up_rights(MEMORY)
    serve(opened, sys.stdin.buffer, sys.stdout.buffer)
