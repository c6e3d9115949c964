"""The catalogues of a connector and of a broker against the official SHACL shapes of DCAT-AP 3.0.1.

The Dataspace Protocol itself prescribes two forms that the shapes refuse: a format is a plain name without a class, and
the URL of an endpoint is a text. No other finding is accepted.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from pyld import jsonld
from rdflib import Graph, Namespace

from connector.broker import federated
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.crawling import crawler_of
from tests.broker.world import BROKER, CITY, Catalogue, Space
from tests.interop.ours import Ours, call, play
from tests.support.data import data_folder
from tests.support.transport import InProcess

# pyshacl still uses a name that rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")

SHACL = Namespace("http://www.w3.org/ns/shacl#")
CONTEXTS = {
    "https://w3id.org/dspace/2025/1/context.jsonld": "dspace.jsonld",
    "https://w3id.org/dspace/2025/1/odrl-profile.jsonld": "odrl.jsonld",
}
PRESCRIBED = {
    ("http://purl.org/dc/terms/format", "ClassConstraintComponent"),
    ("http://www.w3.org/ns/dcat#endpointURL", "NodeKindConstraintComponent"),
}
ASSETS: tuple[dict[str, Any], ...] = (
    {},
    {"description": {"de": "Feinstaub je Stunde"}, "keywords": ("Luft", "air quality")},
    {"themes": ("ENVI", "urn:theme:1", "https://themes.example/umwelt")},
    {"licence": "http://dcat-ap.de/def/licenses/dl-by-de/2.0"},
    {"licence": "https://licences.example/frei"},
    {"live": True, "synthetic": True},
)


def load(url: str, _: object) -> dict[str, Any]:
    path = data_folder("standards", "dsp-2025-1-err1", "context") / CONTEXTS[url]
    return {"contextUrl": None, "documentUrl": url, "document": json.loads(path.read_text(encoding="utf-8"))}


@cache
def read_shapes(path: Path) -> Graph:
    """Read the shapes without the references to property shapes that the file does not contain."""
    shapes = Graph().parse(path)
    for shape, part in list(shapes.subject_objects(SHACL.property)):
        if (part, SHACL.path, None) not in shapes:
            shapes.remove((shape, SHACL.property, part))
    return shapes


def find_faults(document: bytes) -> set[tuple[str, str]]:
    """Return the path and the constraint of every finding that the protocol does not prescribe."""
    shapes = read_shapes(data_folder("standards", "dcat-ap-3.0.1", "dcat-ap-SHACL.ttl"))
    quads = jsonld.to_rdf(json.loads(document), {"documentLoader": load, "format": "application/n-quads"})
    graph = Graph().parse(data=quads, format="nquads")
    assert len(graph) > 10
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes)
    assert isinstance(report, Graph)
    found = {
        (str(report.value(result, SHACL.resultPath)), str(component).removeprefix(SHACL))
        for result, component in report.subject_objects(SHACL.sourceConstraintComponent)
        if (result, SHACL.resultSeverity, SHACL.Violation) in report
    }
    return found - PRESCRIBED


async def offer(**more: Any) -> bytes:
    us = Ours(InProcess())
    await us.offers("urn:asset:1", **more)
    answer = await call(us.app, "POST", "https://kontor.example/dsp/2025-1/catalog/request", REQUEST)
    return bytes(answer.content)


REQUEST = {"@context": list(CONTEXTS)[:1], "@type": "CatalogRequestMessage"}


@pytest.mark.parametrize("asset", ASSETS, ids=range(len(ASSETS)))
def test_the_catalogue_of_a_connector_conforms_to_dcat_ap(asset: dict[str, Any]) -> None:
    assert find_faults(play(offer(**asset))) == set()


def test_the_catalogue_of_a_broker_conforms_to_dcat_ap() -> None:
    (dataset,) = json.loads(play(offer(**ASSETS[1])))["dataset"]
    first, second = (json.dumps(dataset).replace("kontor#", f"{CITY}{name}#").encode() for name in "ab")

    async def crawled() -> bytes:
        space = Space(a=Catalogue(first), b=Catalogue(second))
        record = MemoryBrokerStore(lambda: space.now)
        crawler = crawler_of(space, record)
        await crawler.take_turn()
        await crawler.wait_settled()
        address = "https://broker.example/dsp/2025-1"
        return (await federated.provide(record, participant=BROKER, address=address, name="Broker")).body

    assert find_faults(play(crawled())) == set()
