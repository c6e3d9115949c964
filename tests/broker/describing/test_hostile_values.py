"""Whatever one offer states, the page that it is on can be written and read, in every form and with all others."""

import copy
import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from connector.broker import search
from connector.broker.describing.catalog import CATALOG_PREFIXES, describe_catalog
from connector.broker.describing.ckan import render_package
from connector.broker.describing.feed import FEED_PREFIXES, describe_feed, render_atom
from connector.broker.describing.schema_org import render_schema
from connector.broker.describing.subject import Subject
from connector.broker.finding import Hit
from connector.broker.normalise import Unusable
from connector.ports.broker_store import Liveness
from connector.semantic.writing import RdfForm, write_graphs, write_statements
from connector.store.index import matching
from connector.store.index.documents import make_document
from tests.broker.describing.published import SITE, graph_of, subject_of
from tests.broker.world import titled

IRI = {"@id": "https://there.example/x"}
RICH: dict[str, Any] = {
    "dct:description": [{"@language": "de", "@value": "Text"}],
    "dcat:keyword": [{"@language": "de", "@value": "Wort"}],
    "dcat:theme": [{"@id": "http://publications.europa.eu/resource/authority/data-theme/TRAN"}],
    "dct:publisher": {**IRI, "foaf:name": "Amt", "foaf:homepage": IRI},
    "dcat:contactPoint": {"vcard:fn": "Amt", "vcard:hasEmail": IRI, "vcard:hasURL": IRI, "vcard:hasTelephone": "+49 1"},
    "dct:spatial": {
        "rdfs:label": "Ort",
        "dct:identifier": "05315000",
        "dcat:bbox": {
            "@type": "http://www.opengis.net/ont/geosparql#wktLiteral",
            "@value": "POLYGON((7 51,8 51,8 52,7 51))",
        },
        "locn:geometry": '{"type": "Point", "coordinates": [7, 51]}',
        "dcat:centroid": "POINT(7 51)",
    },
    "dct:temporal": {"dcat:startDate": {"@value": "2026-01-01", "@type": "xsd:date"}, "dcat:endDate": "2026-12-31"},
    "dct:issued": {"@value": "2026-01-01T00:00:00Z", "@type": "xsd:dateTime"},
    "dct:modified": "2026-02-01",
    "dct:accrualPeriodicity": IRI,
    "dct:language": [IRI],
    "dct:accessRights": IRI,
    "dct:license": IRI,
    "dcat:landingPage": IRI,
    "foaf:page": [IRI],
    "dct:conformsTo": [IRI],
    "dcat:version": "1",
    "adms:versionNotes": "neu",
    "dcatap:hvdCategory": IRI,
    "dcatap:applicableLegislation": IRI,
    "dct:provenance": {"rdfs:label": "gezählt"},
    "dcat:spatialResolutionInMeters": 5,
}
OF_DISTRIBUTION: dict[str, Any] = {
    "dcat:mediaType": IRI,
    "dct:format": IRI,
    "dcat:byteSize": {"@value": "5", "@type": "xsd:decimal"},
    "dcat:accessURL": IRI,
    "dcat:downloadURL": IRI,
    "spdx:checksum": {"spdx:algorithm": IRI, "spdx:checksumValue": "ab"},
    "dct:license": IRI,
}
CONSTRAINT = {
    "leftOperand": "dateTime",
    "operator": "lteq",
    "rightOperand": {"@value": "2027-01-01T00:00:00Z", "@type": "xsd:dateTime"},
}
RULES = {
    "permission": [{"action": "use", "constraint": [CONSTRAINT], "duty": [{"action": "compensate"}]}],
    "prohibition": [{"action": "distribute"}],
}
HOSTILE: dict[str, Any] = {
    "an object": {"@id": 5},
    "a list": [[{}]],
    "a number": 10**30,
    "signs": "\ufffe\uffff\u202e<]]>&\x85",
    "a lie": {"@value": [1], "@type": {}, "@language": 5},
    "length": "9" * 5000,
}


def make_rich() -> dict[str, Any]:
    rich = titled("urn:uuid:evil", "Böse", **copy.deepcopy(RICH))
    rich["distribution"][0] |= copy.deepcopy(OF_DISTRIBUTION)
    rich["hasPolicy"][0] |= copy.deepcopy(RULES)
    return rich


def list_places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield from list_places(inner, (*path, name))


def make_changed(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    changed: Any = make_rich()
    holder = changed
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = value
    return dict(changed)


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_value_of_an_offer_spoils_a_page_in_any_form(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    written = 0
    for path in list_places(make_rich()):
        try:
            subject = subject_of(make_changed(path, HOSTILE[kind]))
        except Unusable:
            continue
        written += 1
        ET.fromstring(write_statements(describe_catalog(SITE, [subject]), RdfForm.RDF_XML, CATALOG_PREFIXES))
        ET.fromstring(render_atom(SITE, [subject], "de"))
        json.loads(render_schema(subject))
        msgspec.json.encode(render_package(subject))
        hit = Hit(entry=subject.entry, liveness=Liveness.ONLINE, score=1.0)
        matches = matching.explain("text", subject.entry, corrected=False, apart=())
        msgspec.json.encode(search.render_result(hit, matches, lang=None, now=0))
        make_document(subject.entry)
        assert not caplog.records, (path, caplog.text)
    assert written > 50
    feed = describe_feed(SITE, [subject_of(make_rich())], f"{SITE.base}/feed", None)
    assert write_graphs(feed, RdfForm.TRIG, FEED_PREFIXES)


def test_one_offer_that_cannot_be_described_leaves_the_others_on_the_page(caplog: pytest.LogCaptureFixture) -> None:
    good = subject_of(titled("urn:uuid:good", "Gut"))
    damaged = Subject(
        entry=msgspec.structs.replace(subject_of(titled("urn:uuid:bad", "Kaputt")).entry, document=b"{"),
        provider=good.provider,
        is_claimed=True,
        site=SITE,
    )
    page = graph_of(damaged, good).serialize()
    assert '"Gut"@de' in page
    assert "urn:uuid:bad" in page
    assert "only the name of a dataset is published" in caplog.text
