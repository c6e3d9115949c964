"""Distributions: where the data is, in which form, under which licence."""

from typing import Any

import pytest
from rdflib import DCAT, DCTERMS, RDF, RDFS, Graph, Namespace, URIRef

from connector.broker.describing.file_types import FILE_TYPE, MEDIA_TYPE, find_file_type, find_media_type
from connector.protocol import dcat
from tests.broker.describing.published import OWN, describe
from tests.broker.world import dataset

SPDX = Namespace("http://spdx.org/rdf/terms#")
THERE = URIRef("https://there.example/dsp/2025-1")


def distributed(*parts: dict[str, Any], **members: Any) -> tuple[Graph, list[Any]]:
    (plain,) = dataset("urn:uuid:1")["distribution"]
    graph = describe(distribution=[plain | part for part in parts], **members)
    return graph, list(graph.objects(URIRef("urn:uuid:1"), DCAT.distribution))


def test_access_is_at_the_service_of_the_provider() -> None:
    graph, (node,) = distributed({})
    service = graph.value(node, DCAT.accessService)
    assert graph.value(node, DCAT.accessURL) == graph.value(service, DCAT.endpointURL) == THERE
    assert str(graph.value(service, DCTERMS.title)) == "Umweltamt"
    assert graph.value(service, DCTERMS.publisher) == URIRef(OWN)


def test_a_service_that_is_named_alone_is_at_the_address_for_negotiations() -> None:
    graph, (node,) = distributed({"accessService": f"{OWN}#connector"})
    assert graph.value(node, DCAT.accessService) == URIRef(f"{OWN}#connector")
    assert graph.value(node, DCAT.accessURL) == URIRef("https://umweltamt.example/dsp/2025-1")


@pytest.mark.parametrize(
    ("part", "code", "media"),
    [
        ({"dcat:mediaType": "text/csv"}, "CSV", "text/csv"),
        ({"dcat:mediaType": {"@id": MEDIA_TYPE + "application/geo+json"}}, "GEOJSON", "application/geo+json"),
        ({"dct:format": {"@id": FILE_TYPE + "XLSX"}}, "XLSX", None),
        ({"dct:format": "ttl"}, "RDF_TURTLE", None),
    ],
)
def test_a_form_is_named_by_eu_vocabularies_and_iana(part: dict[str, Any], code: str, media: str | None) -> None:
    graph, (node,) = distributed(part)
    assert graph.value(node, DCTERMS["format"]) == URIRef(FILE_TYPE + code)
    assert graph.value(node, DCAT.mediaType) == (URIRef(MEDIA_TYPE + media) if media else None)


@pytest.mark.parametrize("name", ["dcat:mediaType", "http://www.w3.org/ns/dcat#mediaType", "contenttype"])
def test_a_media_type_of_the_dataset_is_that_of_its_distributions(name: str) -> None:
    graph, (first, second) = distributed({}, {"dcat:mediaType": "text/csv"}, **{name: "application/geo+json"})
    found = {str(graph.value(node, DCAT.mediaType)).removeprefix(MEDIA_TYPE) for node in (first, second)}
    assert found == {"application/geo+json", "text/csv"}


def test_the_format_of_a_transfer_keeps_its_name() -> None:
    graph, (node,) = distributed({})
    assert str(graph.value(graph.value(node, DCTERMS["format"]), RDFS.label)) == "HttpData-PULL"


def test_a_licence_of_the_dataset_is_that_of_its_distributions() -> None:
    licence = "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
    graph, (first, second) = distributed(
        {"dct:license": {"rdfs:label": "Own terms"}}, {}, **{"dct:license": {"@id": licence}}
    )
    labels = {str(graph.value(graph.value(node, DCTERMS.license), RDFS.label)) for node in (first, second)}
    assert labels == {"Own terms", "None"}
    assert URIRef(licence) in {graph.value(node, DCTERMS.license) for node in (first, second)}


def test_size_and_digest_are_typed_and_nonsense_is_left_out() -> None:
    graph, (node,) = distributed({"dcat:byteSize": 12, dcat.CHECKSUM: dcat.make_checksum("ab" * 32)})
    assert str(graph.value(node, DCAT.byteSize)) == "12"
    assert str(graph.value(graph.value(node, SPDX.checksum), SPDX.checksumValue)) == "ab" * 32
    graph, (node,) = distributed({"dcat:byteSize": -1, dcat.CHECKSUM: dcat.make_checksum("xyz")})
    assert graph.value(node, DCAT.byteSize) is None
    assert graph.value(node, SPDX.checksum) is None


def test_two_distributions_of_one_name_are_two() -> None:
    graph, nodes = distributed({"@id": "urn:uuid:1#csv"}, {"@id": "urn:uuid:1#csv"}, {"@id": "urn:uuid:2#csv"})
    assert len(set(nodes)) == len(set(graph.subjects(RDF.type, DCAT.Distribution))) == 3
    assert URIRef("urn:uuid:1#csv") in nodes
    assert URIRef("urn:uuid:2#csv") not in nodes


@pytest.mark.parametrize("text", ["", "HttpData-PULL", "../../x", "word", "\x00", "application/" + "x" * 300])
def test_what_is_no_form_is_none(text: str) -> None:
    assert (find_file_type(text), find_media_type(text)) == (None, None)
