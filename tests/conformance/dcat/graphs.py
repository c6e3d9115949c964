"""Catalogues as graphs, and what SHACL shapes find in them.

The Dataspace Protocol itself prescribes two forms that the official shapes refuse: a format is a plain name without a
class, and the URL of an endpoint is a text. No other finding is accepted.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pyld
import pyshacl
from pyld import jsonld
from rdflib import Graph, Namespace

from connector import resources
from tests.support.data import data_folder

SHACL = Namespace("http://www.w3.org/ns/shacl#")
CONTEXTS = {
    "https://w3id.org/dspace/2025/1/context.jsonld": "dspace.jsonld",
    "https://w3id.org/dspace/2025/1/odrl-profile.jsonld": "odrl.jsonld",
}
PRESCRIBED = {
    ("http://purl.org/dc/terms/format", "ClassConstraintComponent"),
    ("http://www.w3.org/ns/dcat#endpointURL", "NodeKindConstraintComponent"),
}
ShapesName = Literal["official", "own", "hvd"]
OFFICIAL: ShapesName = "official"
OWN: ShapesName = "own"
HVD: ShapesName = "hvd"
NOT_INFERRED = "http://www.w3.org/2000/01/rdf-schema#Resource"
"""A class that everything has by definition of RDF Schema, and that nobody states."""


CREDENTIALS = "https://www.w3.org/ns/credentials/v2"


def _load(url: str, _: object) -> dict[str, Any]:
    if url == CREDENTIALS:
        # The library has the official context, word for word.
        path = Path(pyld.__file__).parent / "documentloader/frozen/bundled/credentials-v2.jsonld"
    else:
        path = data_folder("standards", "dsp-2025-1-err1", "context") / CONTEXTS[url]
    return {"contextUrl": None, "documentUrl": url, "document": json.loads(path.read_text(encoding="utf-8"))}


@cache
def read_shapes(name: ShapesName) -> Graph:
    """Read shapes without the references to property shapes that an official file does not contain."""
    if name == "own":
        return Graph().parse(resources.find_path("vocab", "shapes", "offers.ttl"))
    folder, file = (
        ("dcat-ap-3.0.1", "dcat-ap-SHACL.ttl") if name == "official" else ("dcat-ap-3.0.0-hvd", "hvd-SHACL.ttl")
    )
    shapes = Graph().parse(data_folder("standards", folder, file))
    for shape, part in list(shapes.subject_objects(SHACL.property)):
        resource = str(shapes.value(part, SHACL["class"])) == NOT_INFERRED
        if (part, SHACL.path, None) not in shapes or resource:
            shapes.remove((shape, SHACL.property, part))
    return shapes


def read_graph(document: bytes) -> Graph:
    """Return a document of the Dataspace Protocol as a graph, with the official contexts."""
    quads = jsonld.to_rdf(json.loads(document), {"documentLoader": _load, "format": "application/n-quads"})
    graph = Graph().parse(data=quads, format="nquads")
    assert len(graph) > 10
    return graph


def find_faults(graph: Graph, name: ShapesName) -> set[tuple[str, str]]:
    """Return the path and the constraint of every violation that the protocol does not prescribe."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=read_shapes(name))
    assert isinstance(report, Graph)
    found = {
        (str(report.value(result, SHACL.resultPath)), str(component).removeprefix(SHACL))
        for result, component in report.subject_objects(SHACL.sourceConstraintComponent)
        if (result, SHACL.resultSeverity, SHACL.Violation) in report
    }
    return found - PRESCRIBED
