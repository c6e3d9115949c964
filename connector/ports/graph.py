"""The port of the graph: the statements about all datasets, as a projection of the record that SPARQL is asked of."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from connector.semantic.statements import Statement


class GraphPart(msgspec.Struct, frozen=True):
    """All statements about one entry, in place of those put before under its name; none remove it.

    `graph` is the IRI of the graph that has them together with those of other entries, `name` an IRI of the entry.
    """

    graph: str
    name: str
    statements: tuple[Statement, ...] = ()


class GraphQuestion(msgspec.Struct, frozen=True):
    """A query in SPARQL 1.1, and the media types of its answer: of a table or a yes and no, and of a graph.

    An empty media type is one that the caller does not accept. `graphs` are all that the query can see, as named graphs
    and together as the default graph, whatever it states itself.
    """

    text: str
    table: str
    graph: str
    graphs: tuple[str, ...]


class GraphAnswer(msgspec.Struct, frozen=True):
    """An answer in one of the media types of the question."""

    media_type: str
    body: bytes


class SparqlRefused(Exception):
    """A query is not answered: a status of HTTP, a short code for programs, and a sentence."""

    def __init__(self, status: int, code: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.code, self.reason = status, code, reason


class GraphDamaged(Exception):
    """The graph cannot be read: it is opened again, or built anew, with the next `read_position`."""


class GraphStore(Protocol):
    """The graph. Readers see what was published last, as a whole."""

    async def read_position(self) -> int:
        """Return the change number of the record up to which the graph is published; 0 for one to be built anew.

        Opens the graph, if it is not open or was damaged. Raises GraphDamaged or OSError.
        """

    async def clear(self) -> None:
        """Remove everything, so that the graph is built anew."""

    async def put(self, parts: Sequence[GraphPart]) -> None:
        """Replace what is said of entries. Readers see it after `publish`. Raises GraphDamaged or OSError."""

    async def publish(self, position: int) -> None:
        """Show readers what was put, and keep it with the change number up to which it is complete.

        Raises GraphDamaged or OSError.
        """

    async def ask(self, question: GraphQuestion) -> GraphAnswer:
        """Answer a query within its limits. Raises SparqlRefused."""

    async def close(self) -> None:
        """Stop the queries that run, and close."""
