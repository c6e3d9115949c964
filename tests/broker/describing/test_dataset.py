"""A Dataset as DCAT-AP: what is said, in which form, and what no provider can say."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import DCAT, DCTERMS, FOAF, RDF, SKOS, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from connector.broker.describing.catalog import CATALOG_PREFIXES, describe_catalog
from connector.broker.describing.subject import Subject
from connector.broker.reading.members import MOST_NODES, find_text, find_values, read_text
from connector.protocol import dcat
from connector.semantic.statements import Statement
from connector.semantic.writing import RdfForm, write_statements
from tests.broker.describing.published import OWN, SITE, describe, graph_of, subject_of
from tests.broker.test_normalise import JSON
from tests.broker.world import CITY, dataset

SPDX, ADMS = Namespace("http://spdx.org/rdf/terms#"), Namespace("http://www.w3.org/ns/adms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
ONE = URIRef("urn:uuid:1")
EVIL = {"@id": CITY + "tiefbauamt", "foaf:name": "Evil", "skos:prefLabel": "Evil", "rdfs:label": "Evil"}


def test_texts_keep_their_languages_and_a_missing_description_is_the_title() -> None:
    titles = [{"@language": "de", "@value": "Bäume"}, {"@language": "en", "@value": "Trees"}, "Plain <b>"]
    graph = describe(**{"dct:title": titles})
    expected = {Literal("Bäume", lang="de"), Literal("Trees", lang="en"), Literal("Plain <b>")}
    assert set(graph.objects(ONE, DCTERMS.title)) == set(graph.objects(ONE, DCTERMS.description)) == expected
    assert graph.value(ONE, DCTERMS.identifier) == Literal("urn:uuid:1")


def test_a_theme_has_the_label_of_the_vocabulary_whatever_the_provider_calls_it() -> None:
    environment = URIRef("http://publications.europa.eu/resource/authority/data-theme/ENVI")
    graph = describe(**{"dcat:theme": [{"@id": str(environment), "skos:prefLabel": "Evil"}, "Radwege"]})
    assert Literal("Umwelt", lang="de") in set(graph.objects(environment, SKOS.prefLabel))
    assert {str(graph.value(theme, SKOS.prefLabel)) for theme in graph.objects(ONE, DCAT.theme)} >= {"Radwege"}
    assert "Evil" not in graph.serialize()


def test_dates_places_contacts_and_references_have_their_classes() -> None:
    box = {"@value": "POLYGON((0 0,1 1,0 1,0 0))", "@type": "http://www.opengis.net/ont/geosparql#wktLiteral"}
    graph = describe(
        **{
            "dct:issued": {"@value": "2024-01-01", "@type": "xsd:date"},
            "dct:modified": "yesterday",
            "dct:spatial": [{"@id": "https://place.example/1"}, {"dcat:bbox": box, "skos:prefLabel": "Altstadt"}],
            "dct:temporal": {"dcat:startDate": "2020-01-01", "dcat:endDate": {"@value": "2020-12-31"}},
            "dcat:contactPoint": {
                "vcard:fn": "Amt",
                "vcard:hasEmail": "amt@stadt.example",
                "vcard:hasTelephone": "+49 1",
            },
            "dct:language": {"@id": "http://publications.europa.eu/resource/authority/language/DEU"},
            "dcat:landingPage": ["https://stadt.example/", "javascript:alert(1)"],
        }
    )
    assert str(graph.value(ONE, DCTERMS.issued)) == "2024-01-01"
    assert graph.value(ONE, DCTERMS.modified) is None
    assert len(set(graph.objects(ONE, DCTERMS.spatial))) == 2
    assert len(set(graph.subjects(RDF.type, DCTERMS.Location))) == 2
    assert str(graph.value(graph.value(ONE, DCTERMS.temporal), DCAT.endDate)) == "2020-12-31"
    contact = graph.value(ONE, DCAT.contactPoint)
    assert graph.value(contact, VCARD.hasEmail) == URIRef("mailto:amt@stadt.example")
    assert graph.value(contact, VCARD.hasTelephone) == URIRef("tel:+491")
    assert list(graph.objects(ONE, DCAT.landingPage)) == [URIRef("https://stadt.example/")]


def test_a_record_says_since_when_by_whom_and_how_it_changed() -> None:
    subject = subject_of(dataset("urn:uuid:1"))
    record = URIRef(subject.record)
    graph = graph_of(subject)
    assert graph.value(record, FOAF.primaryTopic) == ONE
    assert str(graph.value(record, DCTERMS.issued)).startswith("2027-01-15T08:00:00")
    assert str(graph.value(record, ADMS.status)).endswith("changetype/created")
    source = graph.value(record, DCTERMS.source)
    assert (source, RDF.type, DCAT.CatalogRecord) in graph
    assert graph.value(source, DCTERMS.publisher) == URIRef(OWN)


@pytest.mark.parametrize("member", ["dct:publisher", "dcat:theme", "dct:license", "dct:spatial", "dct:conformsTo"])
def test_nothing_that_a_provider_says_of_another_ones_iri_is_repeated(member: str) -> None:
    graph = describe(**{member: EVIL})
    others = URIRef(EVIL["@id"])
    said = {(predicate, value) for predicate, value in graph.predicate_objects(others) if predicate != RDF.type}
    assert {str(value) for _, value in said} <= {EVIL["@id"]}


def test_a_publisher_beside_the_provider_is_an_agent_of_this_dataset_alone() -> None:
    graph = describe(**{"dct:publisher": EVIL})
    publisher = graph.value(ONE, DCTERMS.publisher)
    assert publisher != URIRef(EVIL["@id"])
    assert str(graph.value(publisher, FOAF.name)) == "Evil"
    assert str(graph.value(URIRef(OWN), FOAF.name)) == "Umweltamt"


def test_two_datasets_of_one_identifier_stay_apart() -> None:
    first = subject_of(dataset("urn:uuid:1", **{"dct:title": "Ours"}))
    other = subject_of(dataset("urn:uuid:1", **{"dct:title": "Theirs"}), is_claimed=False)
    graph = graph_of(first, other)
    assert [str(title) for title in graph.objects(ONE, DCTERMS.title)] == ["Ours"]
    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == 2


NAMES = [
    *("dct:title", "dct:description", "dct:publisher", "dct:license", "dct:spatial", "dct:temporal", "dcat:theme"),
    *("dcat:contactPoint", "dct:language", "dct:issued", "dcat:landingPage", "dct:accessRights", "dcat:version"),
    *("dct:provenance", "dcatap:hvdCategory", "dcat:keyword", "dcatap:applicableLegislation", "foaf:page"),
]
HOSTILE = st.sampled_from(
    [
        *(
            "<script>alert(1)</script>",
            "]]>",
            "\u0000\ufffe\u202e",
            "urn:uuid:1",
            "https://a.example/<b>",
            '"""',
            "mailto:@",
        ),
        *(CITY + "umweltamt", SITE.catalog, "2024-01-01", "2024-13-01", "https://a.example/#b", "x" * 9000, "😀 ä"),
        *(
            {"@id": "urn:x"},
            {"@id": "_:b0"},
            {"@value": "x", "@language": "de-<b>"},
            {"@id": ["urn:x"]},
            [[[[]]]],
            10**40,
        ),
    ]
)
MEMBERS = st.dictionaries(st.sampled_from(NAMES), JSON | HOSTILE | st.lists(JSON | HOSTILE, max_size=5), max_size=8)
PARTS = st.dictionaries(
    st.sampled_from(
        ["@id", "dct:format", "dcat:mediaType", "dct:license", "dcat:byteSize", "dcat:accessURL", dcat.CHECKSUM]
    ),
    JSON | HOSTILE,
    max_size=5,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["urn:uuid:1", "roads", "a <b>", "https://x.example/ä#1"]), MEMBERS, PARTS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_whatever_a_provider_sends_all_forms_are_well_formed_and_the_same(
    id: str, members: dict[str, Any], part: dict[str, Any]
) -> None:
    document = dataset(id, **members)
    document["distribution"] = [document["distribution"][0] | part, document["distribution"][0]]
    subject = subject_of(document)
    statements = describe_catalog(SITE, [subject])
    assert len(statements) < 5_000
    turtle, jsonld, xml = (_parse(statements, form) for form in (RdfForm.TURTLE, RdfForm.JSON_LD, RdfForm.RDF_XML))
    assert isomorphic(turtle, jsonld)
    assert isomorphic(turtle, xml)
    assert _list_own(subject, statements)


def _parse(statements: tuple[Statement, ...], form: RdfForm) -> Any:
    from rdflib import Graph

    return Graph().parse(data=write_statements(statements, form, CATALOG_PREFIXES), format=form.value)


def _list_own(subject: Subject, statements: tuple[Statement, ...]) -> list[Statement]:
    return [statement for statement in statements if getattr(statement.subject, "iri", "") == subject.iri]


def test_members_are_found_under_each_of_their_names_and_read_within_bounds() -> None:
    many = {"http://purl.org/dc/terms/license": ["a"] * 99}
    assert find_values(many, "dct:license", MOST_NODES) == ["a"] * MOST_NODES
    assert find_text({"dcterms:title": [{"@value": ""}, {"@value": "b"}]}, "dct:title") == "b"
    assert [read_text(value) for value in (None, True, [], {"rdfs:label": {"@value": "c"}}, 7)] == [
        "",
        "",
        "",
        "c",
        "7",
    ]
