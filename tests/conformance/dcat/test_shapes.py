"""The catalogues of a connector and of a broker against the official SHACL shapes of DCAT-AP 3.0.1, and our own."""

import json
from typing import Any

import pytest

from connector.broker import federated
from connector.controlplane.usecases.offering import datasets
from connector.ports.entities import DataClass, DataFacts
from connector.protocol.dsp.common import add_context
from connector.store.memory.record import MemoryBrokerStore
from connector.views.assets import AssetStatement
from connector.views.descriptions import Contact, CoveredPlace, CoveredTime, Organisation
from tests.broker.crawling import crawler_of
from tests.broker.world import BROKER, CITY, Catalogue, Space
from tests.conformance.dcat.graphs import HVD, OFFICIAL, OWN, find_faults, read_graph
from tests.interop.ours import HOME, ME, OWNER, Ours, call, play
from tests.support.transport import InProcess

# pyshacl still uses a name that rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")

CATEGORY = {"hvd": ("mobility",), "contact": Contact(email="amt@stadt.example"), "licence": "cc-by/4.0"}
ASSETS: tuple[dict[str, Any], ...] = (
    {},
    {"description": {"de": "Feinstaub je Stunde"}, "keywords": ("Luft", "air quality")},
    {"themes": ("ENVI", "urn:theme:1", "https://themes.example/umwelt")},
    {"licence": "http://dcat-ap.de/def/licenses/dl-by-de/2.0"},
    {"licence": "https://licences.example/frei"},
    {"live": True, "synthetic": True},
    {"data_class": DataClass.CONFIDENTIAL, "licence": None},
    {
        "description": {"de": "Zählung"},
        "publisher": Organisation(name="Tiefbauamt", id="https://stadt.example/amt/66"),
        "contact": Contact(name="Amt", email="amt@stadt.example", url="https://stadt.example", telephone="0721 133-0"),
        "place": CoveredPlace(
            name="Karlsruhe", key="08212000", id="https://sws.geonames.org/2892794/", box=(8.28, 48.94, 8.54, 49.09)
        ),
        "period": CoveredTime(start="2025", end="2026-05-01T08:00:00+02:00"),
        "frequency": "monthly",
        "format": "GTFS",
        "media_type": "application/zip",
        "issued": "2026-05",
        "modified": "2026-05-01",
        "landing_page": "https://stadt.example/daten/1",
        "documentation": ("https://stadt.example/doku",),
        "conforms_to": ("https://gtfs.org/",),
        "legislation": ("http://data.europa.eu/eli/dir/2010/40/oj",),
        "stated": AssetStatement(languages=("de", "en-GB", "gsw"), release="2"),
    },
    CATEGORY,
)


async def offer(**more: Any) -> bytes:
    us = Ours(InProcess())
    await us.offers("urn:asset:1", **more)
    answer = await call(us.app, "POST", f"{HOME}/catalog/request", REQUEST)
    return bytes(answer.content)


REQUEST = {"@context": ["https://w3id.org/dspace/2025/1/context.jsonld"], "@type": "CatalogRequestMessage"}


@pytest.mark.parametrize("asset", ASSETS, ids=range(len(ASSETS)))
def test_the_catalogue_of_a_connector_conforms_to_dcat_ap(asset: dict[str, Any]) -> None:
    graph = read_graph(play(offer(**asset)))
    assert find_faults(graph, OFFICIAL) == find_faults(graph, OWN) == set()


def test_the_catalogue_of_high_value_datasets_conforms_to_dcat_ap_hvd() -> None:
    assert find_faults(read_graph(play(offer(**CATEGORY))), HVD) == set()


def test_a_dataset_with_what_is_known_of_its_data_conforms() -> None:
    facts = DataFacts(size=12, sha256="ab" * 32, changed_at=1_764_000_000_000, name="air.csv")

    async def described() -> bytes:
        us = Ours(InProcess())
        await us.offers("urn:asset:1", media_type="text/csv; charset=utf-8")
        asset = await us.store.asset(OWNER, "urn:asset:1")
        assert asset
        return add_context(datasets.add_facts(asset, facts, whole=True))

    graph = read_graph(play(described()))
    assert find_faults(graph, OFFICIAL) == find_faults(graph, OWN) == set()


def test_the_catalogue_of_a_broker_conforms_to_dcat_ap() -> None:
    (dataset,) = json.loads(play(offer(**ASSETS[1])))["dataset"]
    text = json.dumps(dataset)
    first, second = (
        text.replace(f'"{ME}', f'"{CITY}{name}').replace("urn:asset:1", f"urn:asset:{name}").encode() for name in "ab"
    )

    async def crawled() -> bytes:
        space = Space(a=Catalogue(first), b=Catalogue(second))
        record = MemoryBrokerStore()
        crawler = crawler_of(space, record)
        await crawler.take_turn()
        await crawler.wait_settled()
        address = "https://broker.example/dsp/2025-1"
        return (await federated.provide(record.view(), participant=BROKER, address=address, name="Broker")).body

    graph = read_graph(play(crawled()))
    assert find_faults(graph, OFFICIAL) == find_faults(graph, OWN) == set()
