"""Everything that the broker publishes against the official SHACL shapes of DCAT-AP 3.0.1: without any finding."""

import asyncio
import json
from typing import Any

import pyshacl
import pytest
from rdflib import DCAT, PROV, RDF, BNode, Graph

from connector.broker import federated
from connector.broker.describing.catalog import CATALOG_PREFIXES, describe_catalog, describe_page
from connector.broker.publishing import gather_subjects, list_page
from connector.ports.broker_store import BrokerStore
from connector.semantic.writing import RdfForm, write_statements
from connector.store.memory.record import MemoryBrokerStore
from connector.views.portals import PortalKind
from tests.broker.crawling import crawler_of
from tests.broker.describing.published import SITE
from tests.broker.harvesting.test_resources import ROADS
from tests.broker.portals import HOME, FakePortal, PortalWorld, iri, package, say_turtle
from tests.broker.test_api import offers
from tests.broker.test_city_data import cities
from tests.broker.world import CITY, Catalogue, Space, dataset, titled
from tests.conformance.dcat.graphs import OFFICIAL, SHACL, read_shapes
from tests.conformance.dcat.test_shapes import ASSETS, offer
from tests.interop.ours import play

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


async def crawl(**catalogues: Catalogue) -> BrokerStore:
    space = Space(**catalogues)
    record = MemoryBrokerStore()
    crawler = crawler_of(space, record)
    await crawler.take_turn()
    await crawler.wait_settled()
    return record


async def publish(record: BrokerStore) -> Graph:
    """Return the graph of all pages, as a harvester adds them up."""
    graph, after, pages, view = Graph(), None, 0, record.view()
    while pages == 0 or after is not None:
        entries, following = await list_page(view, after)
        page = f"{SITE.catalog}?after={after}"
        statements = (
            *describe_catalog(SITE, await gather_subjects(view, SITE, entries)),
            *describe_page(SITE, page, SITE.catalog, following and f"{SITE.catalog}?after={following}", 100),
        )
        graph.parse(data=write_statements(statements, RdfForm.TURTLE, CATALOG_PREFIXES), format="turtle")
        after, pages = following, pages + 1
    return graph


def list_findings(graph: Graph) -> set[tuple[str, str]]:
    shapes = read_shapes(OFFICIAL)
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes)
    assert isinstance(report, Graph)
    return {
        (str(report.value(result, SHACL.resultPath)), str(component).removeprefix(SHACL))
        for result, component in report.subject_objects(SHACL.sourceConstraintComponent)
    }


def test_what_connectors_offer_conforms() -> None:
    documents = [json.loads(play(offer(**asset)))["dataset"][0] | {"@id": f"urn:{n}"} for n, asset in enumerate(ASSETS)]
    catalogue = Catalogue(*(json.dumps(document).encode() for document in documents))
    graph = asyncio.run(_crawl_and_publish(kontor=catalogue, **offers()))
    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == len(ASSETS) + 3
    assert list_findings(graph) == set()


def test_real_city_data_conforms() -> None:
    catalogues = cities()
    count = sum(len(catalogue.offers) for catalogue in catalogues.values())
    for catalogue in catalogues.values():
        catalogue.offers = catalogue.offers[:120]
    graph = asyncio.run(_crawl_and_publish(**catalogues))
    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == min(count, 240)
    assert list_findings(graph) == set()


def test_references_to_portals_conform_and_name_their_place() -> None:
    async def harvest_both() -> tuple[Graph, BrokerStore]:
        portal = FakePortal(package(0, notes="x", license_id="cc-by/4.0"), package(1, resources=[]))
        portal.pages["/catalog.ttl"] = say_turtle(ROADS)
        first = PortalWorld(portal)
        await first.crawl()
        second = PortalWorld(portal, PortalKind.DCAT)
        await second.crawl()
        graph = await publish(first.record)
        return graph + await publish(second.record), first.record

    graph, record = asyncio.run(harvest_both())
    datasets = {str(node) for node in graph.subjects(RDF.type, DCAT.Dataset)}
    assert datasets == {iri(0), iri(1), "https://data.example/1"}
    assert {str(place) for place in graph.objects(None, PROV.atLocation)} >= {f"{HOME}/dataset/package-0"}
    assert list_findings(graph) == set()
    part = asyncio.run(federated.provide(record.view(), participant=SITE.participant, address="https://b.example"))
    assert b'"dataset"' not in part.body


def test_hostile_datasets_conform_and_change_nothing_of_others() -> None:
    good = titled("urn:uuid:1", "Luft", **{"dct:publisher": {"@id": CITY + "a"}})
    two = [{"@value": "A"}, {"@value": "B"}]
    bad: list[dict[str, Any] | bytes] = [
        titled("urn:uuid:1", "Evil", **{"dct:issued": "2020-01-01"}),
        titled("urn:uuid:1#distribution-1", "Evil"),
        titled(CITY + "a", "Evil"),
        titled(CITY + "a#connector", "Evil"),
        titled(f"{SITE.base}/catalog", "Evil"),
        titled(
            "x", "Evil", **{"dct:publisher": {"@id": CITY + "a", "foaf:name": two}, "dct:license": ["urn:1", "urn:2"]}
        ),
        titled("y", "Evil", **{"dcat:version": two, "dct:issued": ["2020-01-01", "2021-01-01"], "dct:modified": "<b>"}),
        titled("z", "Evil", **{"dct:accessRights": ["urn:uuid:1", "urn:r"], "dcat:theme": ["urn:uuid:1", CITY + "a"]}),
        dataset("w", distribution=[{"@type": "Distribution", "format": "x", "accessService": "urn:uuid:1"}] * 3),
    ]
    graph = asyncio.run(_crawl_and_publish(a=Catalogue(good), m=Catalogue(*bad)))
    assert list_findings(graph) == set()
    alone = asyncio.run(_crawl_and_publish(a=Catalogue(good)))
    of_others = [statement for statement in alone if "urn:uuid:1" in statement[0] or statement[0].endswith("/a")]
    assert of_others
    added = {
        (str(subject), str(value))
        for subject, predicate, value in graph - alone
        if str(subject) in {"urn:uuid:1", CITY + "a"} and predicate != RDF.type and not isinstance(value, BNode)
    }
    # A reference to anything makes it a concept with the label that is its own IRI; nothing else is added.
    assert added == {("urn:uuid:1", "urn:uuid:1"), (CITY + "a", CITY + "a")}


async def _crawl_and_publish(**catalogues: Catalogue) -> Graph:
    return await publish(await crawl(**catalogues))
