"""Statements are checked against the SHACL shapes of this project, `vocab/shapes`.

SHACL, W3C Recommendation 2017. rdflib and pyshacl load on first use: they take two seconds. Neither fetches anything:
the shapes import none, and what is checked is made from values.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec

from connector import resources
from connector.semantic.statements import BlankTerm, IriTerm, LiteralTerm, RdfTerm, Statement

_SHACL = "http://www.w3.org/ns/shacl#"


class ShapeFault(msgspec.Struct, frozen=True):
    """What a shape finds: the node that it looks at, the property, and the constraint that the node breaks.

    `node` is an IRI or the label of a blank node, `rule` the name of a constraint component, such as `MinCount`.
    """

    node: str
    path: str
    rule: str


def find_shape_faults(statements: Iterable[Statement]) -> tuple[ShapeFault, ...]:
    """Return what the shapes find in statements. The cost grows with their number: about 2 ms a dataset in a batch."""
    import pyshacl
    import rdflib

    graph = rdflib.Graph()
    for statement in statements:
        predicate = rdflib.URIRef(statement.predicate)
        graph.add((_to_term(statement.subject), predicate, _to_term(statement.value)))
    _, report, _ = pyshacl.validate(graph, shacl_graph=_read_shapes(), inference="none", advanced=False)
    return tuple(sorted(_read_report(report), key=lambda fault: (fault.node, fault.path, fault.rule)))


@cache
def _read_shapes() -> Any:
    import rdflib

    return rdflib.Graph().parse(resources.find_path("vocab", "shapes", "offers.ttl"))


def _to_term(term: RdfTerm) -> Any:
    import rdflib

    if isinstance(term, IriTerm):
        return rdflib.URIRef(term.iri)
    if isinstance(term, BlankTerm):
        return rdflib.BNode(term.label)
    assert isinstance(term, LiteralTerm)
    datatype = rdflib.URIRef(term.datatype) if term.datatype else None
    # Not normalised: what was sent is checked, and no value is parsed for it.
    return rdflib.Literal(term.text, lang=term.language or None, datatype=datatype, normalize=False)


def _read_report(report: Any) -> Iterable[ShapeFault]:
    import rdflib

    shacl = rdflib.Namespace(_SHACL)
    for result in report.subjects(rdflib.RDF.type, shacl.ValidationResult):
        component = str(report.value(result, shacl.sourceConstraintComponent)).removeprefix(_SHACL)
        yield ShapeFault(
            node=str(report.value(result, shacl.focusNode)),
            path=str(report.value(result, shacl.resultPath) or ""),
            rule=component.removesuffix("ConstraintComponent"),
        )
