"""A portal by its catalogue in RDF: pages, validators, the kinds of document, and what is refused."""

import gzip
import json
from typing import Any

import pytest

from connector.broker.harvesting import catalogs, references
from connector.ports.broker_store import Liveness
from connector.views.portals import PortalKind
from tests.broker.portals import (
    CATALOG,
    PORTAL,
    PREFIXES,
    FakePortal,
    PortalWorld,
    say_turtle,
    write_dataset,
    write_page,
)

XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"
xmlns:dct="http://purl.org/dc/terms/"><dcat:Dataset rdf:about="https://data.example/1">
<dct:title xml:lang="en">Dataset 1</dct:title></dcat:Dataset></rdf:RDF>"""
JSON = """{"@context": {"dct": "http://purl.org/dc/terms/"}, "@graph": [{"@id": "https://data.example/1",
"@type": "http://www.w3.org/ns/dcat#Dataset", "dct:title": {"@value": "Dataset 1", "@language": "en"}}]}"""


def write_nt() -> bytes:
    return (
        b"<https://data.example/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
        b"<http://www.w3.org/ns/dcat#Dataset> .\n"
        b'<https://data.example/1> <http://purl.org/dc/terms/title> "Dataset 1"@en .\n'
    )


def world_of(**pages: Any) -> PortalWorld:
    portal = FakePortal()
    portal.pages = {f"/catalog.ttl{'?page=' + name[1:] if name != 'p1' else ''}": page for name, page in pages.items()}
    return PortalWorld(portal, PortalKind.DCAT)


async def test_all_pages_of_hydra_are_read_also_by_relative_names_and_texts() -> None:
    led = write_page(1, following=f"{CATALOG}?page=2").replace(f"<{CATALOG}?page=2>", f'"{CATALOG}?page=2"')
    world = world_of(
        p1=say_turtle(led), p2=say_turtle(write_page(2, following="?page=3")), p3=say_turtle(write_page(3))
    )
    source = await world.crawl()
    assert (source.liveness, await world.ids()) == (
        Liveness.ONLINE,
        [f"https://data.example/{number}" for number in (1, 2, 3)],
    )


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("text/turtle", write_page(1)),
        ("application/rdf+xml; charset=utf-8", XML),
        ("text/xml", XML),
        ("application/ld+json", JSON),
        ("application/json", JSON),
    ],
)
async def test_the_kind_of_document_is_its_media_type(media: str, body: str) -> None:
    world = world_of(p1=(200, {"Content-Type": media}, body.encode()))
    await world.crawl()
    assert (await world.entry("https://data.example/1")).titles == {"en": "Dataset 1"}


@pytest.mark.parametrize(
    ("ending", "media", "body"),
    [
        ("ttl", "text/plain; charset=utf-8", write_page(1).encode()),
        ("TTL", "application/octet-stream", b"\xef\xbb\xbf" + write_page(1).encode()),
        ("nt", "binary/octet-stream", write_nt()),
        ("nt", "application/n-triples", write_nt()),
        ("n3", "text/n3", write_page(1).encode()),
        ("rdf", "text/plain", XML.encode()),
        ("xml", "", XML.encode()),
        ("rdf", "application/rdf+xml", f'<?xml version="1.0" encoding="UTF-16"?>{XML}'.encode("utf-16")),
        ("jsonld", "text/plain", b"\xef\xbb\xbf" + JSON.encode()),
        ("json", "application/octet-stream", JSON.encode()),
        ("ttl", "text/turtle; charset=ISO-8859-1", write_page(1).replace("Dataset 1", "Dataset 1 é").encode("latin-1")),
    ],
)
async def test_where_a_server_does_not_say_the_kind_the_ending_does(ending: str, media: str, body: bytes) -> None:
    portal = FakePortal()
    portal.pages[f"/catalog.{ending}"] = (200, {"Content-Type": media} if media else {}, body)
    world = PortalWorld(portal, PortalKind.DCAT, address=f"https://portal.example/catalog.{ending}")
    assert (await world.crawl()).error is None
    title = (await world.entry("https://data.example/1")).titles["en"]
    assert title in {"Dataset 1", "Dataset 1 é"}


async def test_a_page_that_names_itself_is_the_last_one() -> None:
    led = write_page(1, following=f"{CATALOG}?page=2")
    world = world_of(p1=say_turtle(led), p2=say_turtle(write_page(2, following=f"{CATALOG}?page=2")))
    source = await world.crawl()
    assert (source.liveness, source.error, len(await world.ids())) == (Liveness.ONLINE, None, 2)


async def test_one_document_is_asked_for_with_its_validators() -> None:
    world = world_of(p1=say_turtle(write_page(1), ETag='"v1"', **{"Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}))
    await world.crawl()
    world.portal.pages["/catalog.ttl"] = (304, {}, b"")
    source = await world.crawl()
    sent = world.portal.headers[-1]
    assert (sent["If-None-Match"], sent["If-Modified-Since"]) == ('"v1"', "Thu, 01 Jan 2026 00:00:00 GMT")
    assert (source.liveness, source.datasets) == (Liveness.ONLINE, 1)


async def test_with_other_readers_an_unchanged_document_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = world_of(p1=say_turtle(write_page(1), ETag='"v1"'))
    await world.crawl()
    before = await world.record.digests(PORTAL)
    monkeypatch.setattr(references, "READING", "other")
    await world.crawl()
    assert "If-None-Match" not in world.portal.headers[-1]
    assert (await world.record.digests(PORTAL)).keys() == before.keys()
    assert await world.record.digests(PORTAL) != before
    await world.crawl()
    assert world.portal.headers[-1]["If-None-Match"] == '"v1"'


async def test_the_first_of_several_pages_says_nothing_of_the_others() -> None:
    led = say_turtle(write_page(1, following=f"{CATALOG}?page=2"), ETag='"v1"')
    world = world_of(p1=led, p2=say_turtle(write_page(2)))
    await world.crawl()
    world.portal.pages["/catalog.ttl?page=2"] = say_turtle(write_page(2, 3))
    await world.crawl()
    assert "If-None-Match" not in world.portal.headers[-2]
    assert len(await world.ids()) == 3


async def test_pages_without_an_end_are_ended_with_the_reason() -> None:
    same = write_page(1, following=f"{CATALOG}?page=2")
    source = await world_of(p1=say_turtle(same), p2=say_turtle(same)).crawl()
    assert source.error == "The pages of the catalogue form a cycle: the portal returned one page twice."
    back = say_turtle(write_page(2, following=CATALOG))
    source = await world_of(p1=say_turtle(same), p2=back).crawl()
    assert source.error == "The pages of the catalogue form a cycle: a page leads to an earlier one."


@pytest.mark.parametrize("following", ["https://other.example/2", "http://portal.example/2", "//other.example/", "a:b"])
async def test_a_page_of_another_origin_is_not_asked_for(following: str) -> None:
    world = world_of(p1=say_turtle(write_page(1, following=following)))
    source = await world.crawl()
    assert source.error is not None
    assert "another origin" in source.error
    assert len(world.portal.asked) == 1


@pytest.mark.parametrize(
    ("media", "body", "reason"),
    [
        ("text/html", "<html/>", "answered with text/html: give the address of its Turtle, RDF/XML or JSON-LD"),
        ("image/png", "", "answered with image/png"),
        ("text/turtle", "<a> <b", "is not text/turtle"),
        ("application/rdf+xml", '<!DOCTYPE a [<!ENTITY b "c">]>' + XML, "has a document type that does more"),
        ("application/ld+json", '{"@context": "https://other.example/context"}', "needs a context"),
        ("application/ld+json", "[" * 200 + "]" * 200, "is not JSON-LD"),
    ],
)
async def test_a_document_that_is_refused_fails_with_the_reason(media: str, body: str, reason: str) -> None:
    world = world_of(p1=(200, {"Content-Type": media}, body.encode()))
    source = await world.crawl()
    assert source.liveness is Liveness.SUSPECT
    assert source.error is not None
    assert reason in source.error
    assert len(world.portal.asked) == 1


async def test_a_dataset_without_an_iri_is_named_by_its_identifier_or_left_out() -> None:
    nameless = '[] a dcat:Dataset ; dct:identifier "urn:of:city" ; dct:title "A" . [] a dcat:Dataset .'
    world = world_of(p1=say_turtle(PREFIXES + write_dataset(1) + nameless))
    source = await world.crawl()
    assert await world.ids() == ["https://data.example/1", "urn:of:city"]
    assert source.error is not None
    assert source.error.startswith("Not indexed: 1.")


async def test_a_compressed_catalogue_is_read_by_the_ending_within_the_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    portal = FakePortal()
    packed = gzip.compress(write_page(1).encode())
    portal.pages["/catalog.ttl.gz"] = (200, {"Content-Type": "application/gzip"}, packed)
    world = PortalWorld(portal, PortalKind.DCAT, address="https://portal.example/catalog.ttl.gz")
    assert (await world.crawl()).error is None
    assert await world.ids() == ["https://data.example/1"]
    monkeypatch.setattr(catalogs, "LARGEST", 1000)
    for body, reason in (
        (gzip.compress(b"\n" * 1_000_000), "more than 1000 bytes when it is expanded"),
        (gzip.compress(b"\n" * 500) * 3, "more than 1000 bytes when it is expanded"),
        (packed[:-9], "gzip that ends too early"),
        (packed + b"x" * 20, "broken gzip"),
        (b"\x1f\x8b" + b"x" * 20, "broken gzip"),
    ):
        portal.pages["/catalog.ttl.gz"] = (200, {"Content-Type": "application/gzip"}, body)
        source = await world.crawl()
        assert source.error is not None
        assert reason in source.error
        assert await world.ids() == ["https://data.example/1"]


async def test_a_document_type_that_names_namespaces_is_read() -> None:
    named = '<!DOCTYPE rdf:RDF [<!ENTITY dct "http://purl.org/dc/terms/">]>' + XML.replace(
        '"http://purl.org/dc/terms/"', '"&dct;"'
    )
    world = world_of(p1=(200, {"Content-Type": "application/rdf+xml"}, named.encode()))
    assert (await world.crawl()).error is None
    assert (await world.entry("https://data.example/1")).titles == {"en": "Dataset 1"}


async def test_a_foreign_theme_has_the_name_that_the_catalogue_states_and_the_holder_of_rights_is_kept() -> None:
    said = """<https://data.example/1> dcat:theme <https://v.example/7>, <https://v.example/8> ;
        dct:rightsHolder [ foaf:name "Tiefbauamt" ] .
        <https://v.example/7> <http://www.w3.org/2004/02/skos/core#prefLabel> "Urban climate"@en, "Stadtklima"@de .
        <https://data.example/1> dcat:theme <http://publications.europa.eu/resource/authority/data-theme/ENVI> .
        <http://publications.europa.eu/resource/authority/data-theme/ENVI>
        <http://www.w3.org/2004/02/skos/core#prefLabel> "Something else"@de .
    """
    world = world_of(p1=say_turtle(write_page(1) + said))
    await world.crawl()
    entry = await world.entry("https://data.example/1")
    environment = "http://publications.europa.eu/resource/authority/data-theme/ENVI"
    assert set(entry.themes) == {"Stadtklima", "https://v.example/8", environment}
    assert json.loads(entry.document)["dct:rightsHolder"] == {"foaf:name": "Tiefbauamt"}
