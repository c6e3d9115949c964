"""Readers from outside ask the broker of the demonstration by HTTP: each knows its standard, nothing of this code.

rdflib reads all pages in each form, the official shapes of DCAT-AP check them, a client of the Dataspace Protocol reads
nested catalogues, and feeds are followed by what they say themselves.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from rdflib import DCAT, DCTERMS, RDF, Dataset, Graph, Namespace, URIRef

from connector.app.checking import build_anchors
from connector.app.identities import Wiring, make_identity
from connector.app.parts import OWNER, build_policy, read_clock
from connector.cli.demo import opening
from connector.cli.demo.samples import LiveSource
from connector.cli.demo.show import Show
from connector.cli.demo.stage import Actor, Stage
from connector.cli.frame.output import Output
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.ports.identity import Intent
from connector.settings import load
from tests.conformance.dcat.test_exports import list_findings
from tests.e2e.live import WAIT_S, free_base

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

HYDRA_NEXT = URIRef("http://www.w3.org/ns/hydra/core#next")
TREE = Namespace("https://w3id.org/tree#")
AS = Namespace("https://www.w3.org/ns/activitystreams#")
ATOM = "{http://www.w3.org/2005/Atom}"
FORMS = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml"}
MOST_PAGES = 50


class Outside:
    """Somebody with a token of a member, who asks the broker by HTTP; every page has at most two datasets."""

    def __init__(self, show: Show) -> None:
        self.broker, self.member = show.stage.actors["broker"], show.stage.actors["firm"]
        self.provider = show.stage.actors["city"]
        self.offered = {asset.id for asset in (*show.assets, show.live_asset)}
        self.search = f"http://127.0.0.1:{self.broker.ports['broker']}"
        self.protocol = f"http://127.0.0.1:{self.broker.ports['protocol']}"

    def ask(self, url: str, body: Any = None, intent: Intent = Intent.SEARCH) -> httpx.Response:
        """Return the answer to a GET, or to a POST of a body in JSON."""
        headers = {"Authorization": asyncio.run(issue_token(self.member, self.broker.id, intent))}
        method = "GET" if body is None else "POST"
        return httpx.request(method, url, json=body, headers=headers, timeout=30).raise_for_status()

    def read_pages(self, suffix: str) -> Iterator[Graph]:
        """Yield the graph of each page of the catalogue, by the address of the next one that it states."""
        url: str | None = f"{self.search}/catalog.{suffix}?limit=2"
        for _ in range(MOST_PAGES):
            if url is None:
                return
            page = Graph().parse(data=self.ask(url).text, format=FORMS[suffix])
            yield page
            url = next(map(str, page.objects(None, HYDRA_NEXT)), None)
        raise AssertionError("The pages do not end.")


async def issue_token(member: Actor, audience: str, intent: Intent) -> str:
    """Return the token with which a member asks the broker: the one thing that a reader gets from its connector."""
    settings = load(member.settings)
    policy = build_policy(settings)
    transport = SocketTransport(policy, tls=build_anchors(settings))
    try:
        wiring = Wiring(owner=OWNER, settings=settings, client=GuardedClient(policy, transport), clock=read_clock)
        return await make_identity(wiring).issue_token(audience, intent)
    finally:
        await transport.close()


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """The demonstration up to the moment at which the broker has all offers."""
    stage = Stage(tmp_path_factory.mktemp("demonstration"))
    show = Show(output=Output(json=True, lang="en"), stage=stage, data=None, port_base=free_base(40))
    source = LiveSource()
    try:
        opening.set_up(show)
        opening.start(show)
        opening.publish(show, source.url)
        opening.index(show)
        yield Outside(show)
    finally:
        for client in show.clients.values():
            client.close()
        stage.stop()
        source.close()


def test_rdflib_reads_all_pages_in_each_form_and_the_official_shapes_find_nothing(outside: Outside) -> None:
    read: dict[str, Graph] = {}
    for suffix in FORMS:
        pages = list(outside.read_pages(suffix))
        assert len(pages) > 1
        read[suffix] = Graph()
        for page in pages:
            read[suffix] += page
    datasets = {suffix: set(graph.subjects(RDF.type, DCAT.Dataset)) for suffix, graph in read.items()}
    assert datasets["ttl"] == datasets["jsonld"] == datasets["rdf"]
    identifiers = {str(value) for node in datasets["ttl"] for value in read["ttl"].objects(node, DCTERMS.identifier)}
    assert identifiers >= outside.offered or {str(node) for node in datasets["ttl"]} >= outside.offered
    assert {suffix: list_findings(graph) for suffix, graph in read.items()} == {suffix: set() for suffix in FORMS}


def test_a_client_of_the_dataspace_protocol_reads_the_nested_catalogues(outside: Outside) -> None:
    versions = httpx.get(f"{outside.protocol}/.well-known/dspace-version", timeout=WAIT_S).raise_for_status().json()
    path = next(one["path"] for one in versions["protocolVersions"] if one["version"] == "2025-1")
    message = {"@context": ["https://w3id.org/dspace/2025/1/context.jsonld"], "@type": "CatalogRequestMessage"}
    url: str | None = f"{outside.protocol}{path}/catalog/request"
    found: dict[str, dict[str, Any]] = {}
    for _ in range(MOST_PAGES):
        if url is None:
            break
        answer = outside.ask(url, message, Intent.CATALOG)
        catalog = answer.json()
        assert (catalog["@type"], catalog["participantId"]) == ("Catalog", outside.broker.id)
        # Catalog Protocol, Catalog: an array is absent or has a member.
        assert all(catalog[name] for name in ("dataset", "catalog", "service") if name in catalog)
        for nested in catalog.get("catalog", []):
            services = {service["@id"]: service["endpointURL"] for service in nested["service"]}
            for dataset in nested["dataset"]:
                for distribution in dataset["distribution"]:
                    service = distribution["accessService"]
                    address = services[service] if isinstance(service, str) else service["endpointURL"]
                    assert address.startswith("http://127.0.0.1:")
                assert all(offer["@type"] == "Offer" and offer["permission"] for offer in dataset["hasPolicy"])
                found[dataset["@id"]] = nested
        link = re.search(r'<([^>]+)>;\s*rel="?next"?', answer.headers.get("Link", ""))
        url = link and str(httpx.URL(url).join(link[1]))
    assert found.keys() == outside.offered
    assert {nested["participantId"] for nested in found.values()} == {outside.provider.id}


def test_the_feeds_are_followed_by_what_they_say_themselves(outside: Outside) -> None:
    url: str | None = f"{outside.search}/feed.trig?limit=2"
    members, pages = set(), 0
    while url is not None:
        data = Dataset()
        data.parse(data=outside.ask(url).text, format="trig")
        stated = data.default_graph
        for member in stated.objects(None, TREE.member):
            assert stated.value(member, RDF.type) in {AS.Create, AS.Update, AS.Delete}
            assert (stated.value(member, AS.object), RDF.type, DCAT.Dataset) in data.graph(member)
            members.add(member)
        url, pages = next(map(str, stated.objects(None, TREE.node)), None), pages + 1
        assert pages < MOST_PAGES, "the pages do not end"
    assert (len(members), pages > 1) == (len(outside.offered), True)
    feed = ET.fromstring(outside.ask(f"{outside.search}/feed.atom").content)
    entries = feed.findall(f"{ATOM}entry")
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries) == len(outside.offered)
    for entry in entries:
        links = {link.get("type"): str(link.get("href")) for link in entry.findall(f"{ATOM}link")}
        assert "<h1" in outside.ask(links["text/html"]).text
        page = Graph().parse(data=outside.ask(links["application/ld+json"]).text, format="json-ld")
        assert set(page.subjects(RDF.type, DCAT.Dataset))


def test_search_engines_find_each_dataset_by_the_sitemap(outside: Outside) -> None:
    site = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    index = ET.fromstring(outside.ask(f"{outside.search}/sitemap.xml").content)
    parts = [loc.text or "" for loc in index.iter(f"{site}loc")]
    pages = [loc.text or "" for part in parts for loc in ET.fromstring(outside.ask(part).content).iter(f"{site}loc")]
    assert len(set(pages)) == len(outside.offered)
    for page in pages:
        described = json.loads(outside.ask(f"{page}.schema.json").text)
        assert "Dataset" in json.dumps(described)
