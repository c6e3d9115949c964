"""RDF statements in the serialisations of the W3C: Turtle, TriG, JSON-LD and RDF/XML, written by pyoxigraph.

pyoxigraph loads on first use. The statements are values of `statements`, which every form can contain.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import chain
from typing import Any

from connector.semantic.statements import BlankTerm, IriTerm, LiteralTerm, RdfNode, RdfTerm, Statement

# What no XML 1.0 document can contain, also not as a reference (section 2.2).
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class RdfForm(StrEnum):
    """A serialisation by its media type."""

    TURTLE = "text/turtle"
    JSON_LD = "application/ld+json"
    RDF_XML = "application/rdf+xml"
    TRIG = "application/trig"


SUFFIXES: Mapping[str, RdfForm] = {
    "ttl": RdfForm.TURTLE,
    "jsonld": RdfForm.JSON_LD,
    "rdf": RdfForm.RDF_XML,
    "trig": RdfForm.TRIG,
}
"""The endings of names of files, as the specifications suggest them."""


def write_statements(statements: Iterable[Statement], form: RdfForm, prefixes: Mapping[str, str]) -> bytes:
    """Return statements as a document in one of the forms; each is written once, beside those of its subject."""
    import pyoxigraph as ox

    triples = [to_triple(statement) for statement in _gather(statements)]
    return ox.serialize(triples, format=_find_format(form), prefixes=dict(prefixes)) or b""


def write_graphs(
    graphs: Iterable[tuple[str | None, Iterable[Statement]]], form: RdfForm, prefixes: Mapping[str, str]
) -> bytes:
    """Return named graphs as a document in TriG or JSON-LD; the graph None is the default graph."""
    import pyoxigraph as ox

    quads = [to_quad(statement, name) for name, statements in graphs for statement in _gather(statements)]
    return ox.serialize(quads, format=_find_format(form), prefixes=dict(prefixes)) or b""


def _gather(statements: Iterable[Statement]) -> Iterator[Statement]:
    about: dict[RdfNode, dict[Statement, None]] = {}
    for statement in statements:
        about.setdefault(statement.subject, {})[statement] = None
    return chain.from_iterable(about.values())


def to_quad(statement: Statement, graph: str | None) -> Any:
    """Return a statement as a quad of pyoxigraph, in the graph of this name or in the default graph."""
    import pyoxigraph as ox

    triple = to_triple(statement)
    where = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
    return ox.Quad(triple.subject, triple.predicate, triple.object, where)


def to_triple(statement: Statement) -> Any:
    """Return a statement as a triple of pyoxigraph."""
    import pyoxigraph as ox

    return ox.Triple(_to_term(statement.subject), ox.NamedNode(statement.predicate), _to_term(statement.value))


def _to_term(term: RdfTerm) -> Any:
    import pyoxigraph as ox

    match term:
        case IriTerm(iri):
            return ox.NamedNode(iri)
        case BlankTerm(label):
            return ox.BlankNode(label)
        case LiteralTerm(text, language="", datatype=""):
            return ox.Literal(_write_text(text))
        case LiteralTerm(text, language="", datatype=datatype):
            return ox.Literal(_write_text(text), datatype=ox.NamedNode(datatype))
        case LiteralTerm(text, language=language):
            return ox.Literal(_write_text(text), language=language)


def _write_text(text: str) -> str:
    """Return a text as every form can contain it: one sign that XML cannot would make a whole document unreadable."""
    return _NOT_IN_XML.sub("\ufffd", text)


def _find_format(form: RdfForm) -> Any:
    import pyoxigraph as ox

    found = ox.RdfFormat.from_media_type(form.value)
    assert found is not None
    return found
