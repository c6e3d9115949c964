"""Datasets in RDF as JSON in the names of DCAT-AP: what is kept, what is nobody's to say, and bounds."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.broker.harvesting.parts import Described
from connector.broker.harvesting.references import read_reference
from connector.broker.harvesting.resources import RdfGraph, add_statements, find_datasets, read_dataset
from connector.broker.normalise import Unusable
from connector.broker.reading.namespaces import ADMS, DCAT, DCT, FOAF, ODRL
from connector.semantic.parsing import parse_statements
from connector.semantic.statements import TYPE, BlankTerm, IriTerm, LiteralTerm, Statement
from connector.semantic.writing import RdfForm
from tests.broker.portals import PREFIXES, make_source

EU = "http://publications.europa.eu/resource/authority/"
ROADS = f"""{PREFIXES}
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix locn: <http://www.w3.org/ns/locn#> .
@prefix gsp: <http://www.opengis.net/ont/geosparql#> . @prefix odrl: <http://www.w3.org/ns/odrl/2/> .
@prefix schema: <http://schema.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://data.example/1> a dcat:Dataset ; dct:title "Baustellen"@de, "Roadworks"@en ; dct:description "x" ;
  dcat:keyword "verkehr"@de ; dcat:theme <{EU}data-theme/TRAN> ; dct:publisher <https://amt.example/> ;
  dct:language <{EU}language/DEU> ; dct:accrualPeriodicity <{EU}frequency/DAILY> ;
  dcat:landingPage <https://p.example/1> ;
  dct:issued "2026-01-01"^^xsd:date ; odrl:hasPolicy [ a odrl:Offer ] ; dcat:contactPoint [ vcard:fn "Amt" ] ;
  dct:temporal [ a dct:PeriodOfTime ; schema:startDate "2026-01-01" ; schema:endDate "2026-12-31" ] ;
  dct:spatial [ locn:geometry "POLYGON ((7 51, 7.5 51, 7.5 51.6, 7 51))"^^gsp:wktLiteral ] ;
  dcat:distribution <https://data.example/1#csv>, [ dcat:accessURL <javascript:alert(1)> ] .
<https://amt.example/> a foaf:Agent ; foaf:name "Tiefbauamt" .
<https://data.example/1#csv> a dcat:Distribution ; dcat:accessURL <https://f.example/1> ;
  dct:format <{EU}file-type/CSV> ;
  dct:license <http://dcat-ap.de/def/licenses/cc-by/4.0> .
"""


def read_all(turtle: str) -> list[dict[str, Any]]:
    graph: RdfGraph = {}
    for part in parse_statements(turtle.encode(), RdfForm.TURTLE, "https://p.example/catalog.ttl"):
        add_statements(graph, part)
    return [read_dataset(graph, node) for node in find_datasets(graph)]


def test_a_dataset_is_read_into_the_same_statements_as_one_of_a_participant() -> None:
    (members,) = read_all(ROADS)
    entry = read_reference(Described(members), make_source(), 1)
    found = entry.statements
    assert (entry.titles, entry.publisher) == ({"de": "Baustellen", "en": "Roadworks"}, "Tiefbauamt")
    assert (entry.themes, entry.via) == ((f"{EU}data-theme/TRAN",), "https://p.example/1")
    assert (found.licences, found.formats) == (("http://dcat-ap.de/def/licenses/cc-by/4.0",), ("CSV",))
    assert (found.frequency, found.languages, found.boxes) == ("DAILY", ("de",), ((7.0, 51.0, 7.5, 51.6),))
    assert None not in (found.begins, found.ends, found.issued)
    assert found.offers == 0


def test_names_in_nodes_and_the_area_of_german_catalogues_are_read() -> None:
    (members,) = read_all(f"""{PREFIXES}
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dcatde: <http://dcat-ap.de/def/dcatde/> .
<https://data.example/1> a dcat:Dataset ; dct:title "A" ;
  dcatde:politicalGeocodingURI <http://dcat-ap.de/def/politicalGeocoding/municipalityKey/05911000> ;
  dcat:distribution [ dcat:accessURL "https://f.example/a b.shp" ;
    dct:format [ a dct:IMT ; rdf:value "application/vnd.shp" ] ;
    dct:license [ rdfs:label "CC BY 4.0"@en ] ; dcatde:licenseAttributionByText "Stadt Bochum" ] .""")
    found = read_reference(Described(members), make_source(), 1).statements
    assert (found.formats, found.licences) == (("SHP",), ("http://dcat-ap.de/def/licenses/cc-by/4.0",))
    assert found.places == ("http://dcat-ap.de/def/politicalGeocoding/municipalityKey/05911000", "Bochum")
    assert members["dcat:distribution"]["dcat:accessURL"] == {"@id": "https://f.example/a%20b.shp"}
    assert members["dcat:distribution"]["dcatde:licenseAttributionByText"] == "Stadt Bochum"


GEO = f"""{PREFIXES}
@prefix geo: <http://www.opengis.net/ont/geosparql#> . @prefix locn: <http://www.w3.org/ns/locn#> .
@prefix time: <http://www.w3.org/2006/time#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://data.example/1> a dcat:Dataset ; """


@pytest.mark.parametrize(
    "place",
    [
        '[ dcat:bbox """POLYGON((\\n7 51,\\n 7.5 51.6))"""^^geo:wktLiteral ]',
        '[ dcat:bbox """POLYGON((7 51,\n\t7.5 51.6))"""^^geo:wktLiteral ]',
        '[ geo:asWKT "Polygon((7 51, 7.5 51.6))"^^geo:wktLiteral ]',
        '[ locn:geometry [ a geo:Geometry ; geo:asWKT "LINESTRING(7 51, 7.5 51.6)"^^geo:wktLiteral ] ]',
        '[ locn:geometry [ geo:asWKT "LINESTRING(7 51, 7.5 51.6)" ; geo:asGML "<gml:Envelope/>" , "x" ], "x" ]',
        '[ locn:geometry """{\n "type": "LineString",\n "coordinates": [[7, 51], [7.5, 51.6]]\n}""" ]',
        '"7,51,7.5,51.6"',
    ],
)
def test_the_area_is_read_in_each_form_of_deployed_catalogues(place: str) -> None:
    (members,) = read_all(f"{GEO} dct:spatial {place} .")
    found = read_reference(Described(members), make_source(), 1).statements
    assert (found.boxes, found.places) == (((7.0, 51.0, 7.5, 51.6),), ())


@pytest.mark.parametrize(
    "period",
    [
        '[ time:hasBeginning [ time:inXSDDateTime "2025-01-01T00:00:00Z"^^xsd:dateTime ] ; '
        'time:hasEnd [ time:inXSDDate "2025-12-31"^^xsd:date ] ]',
        '"2025-01-01/2025-12-31"',
        '"start=2025-01-01; end=2025-12-31; scheme=W3C-DTF;"',
        '[ dcat:startDate "01.01.2025" ; dcat:endDate "2025"^^xsd:gYear ]',
        '[ dcat:startDate "2025-01-01Z"^^xsd:date ; dcat:endDate "2025-12-31Z"^^xsd:date ]',
    ],
)
def test_the_period_is_read_in_each_form_of_deployed_catalogues(period: str) -> None:
    (members,) = read_all(f"{GEO} dct:temporal {period} .")
    found = read_reference(Described(members), make_source(), 1).statements
    assert (found.begins, found.ends) == (1735689600000, 1767225599999)


def test_texts_have_no_mark_up() -> None:
    (members,) = read_all(f'{GEO} dct:title "<b>A</b> &amp; B" ; dct:description "<p>C</p><p>D</p>"@de .')
    entry = read_reference(Described(members), make_source(), 1)
    assert (entry.titles, entry.descriptions) == ({"und": "A & B"}, {"de": "C D"})


def test_policies_and_addresses_that_a_browser_would_run_are_not_read() -> None:
    text = json.dumps(read_all(ROADS))
    assert "odrl" not in text
    assert "hasPolicy" not in text
    assert "javascript" not in text


def test_a_graph_in_circles_makes_a_bounded_dataset() -> None:
    circle = "".join(
        f"<urn:d> dct:spatial <urn:p{n}> . <urn:p{n}> dct:spatial <urn:d>, <urn:p1>, <urn:p2> .\n" for n in range(500)
    )
    (members,) = read_all(f"{PREFIXES}<urn:d> a dcat:Dataset .\n{circle}")
    assert len(members["dct:spatial"]) == 64
    assert len(msgspec.json.encode(members)) < 300_000


NODES = st.sampled_from([IriTerm("https://a.example/"), IriTerm("urn:b"), BlankTerm("c"), BlankTerm("d")])
PREDICATES = st.sampled_from(
    [
        *(DCT + name for name in ("title", "spatial", "format", "publisher", "identifier")),
        *(DCAT + name for name in ("distribution", "accessURL", "landingPage")),
        *(TYPE, FOAF + "name", ADMS + "versionNotes", ODRL + "hasPolicy"),
    ]
)
TERMS = (
    NODES
    | st.builds(LiteralTerm, st.text(max_size=30), st.sampled_from(["", "de"]))
    | st.just(IriTerm(DCAT + "Dataset"))
)


@settings(max_examples=200)
@given(st.lists(st.builds(Statement, NODES, PREDICATES, TERMS), max_size=40))
def test_whatever_a_graph_says_its_datasets_are_references_or_unusable(statements: list[Statement]) -> None:
    graph: RdfGraph = {}
    add_statements(graph, statements)
    for node in find_datasets(graph):
        try:
            entry = read_reference(Described(read_dataset(graph, node)), make_source(), 1)
        except Unusable:
            continue
        texts = [*entry.titles.values(), entry.publisher]
        assert all(text.isprintable() for text in texts)
        assert b"hasPolicy" not in entry.document


def test_what_nobody_reads_of_a_catalogue_takes_no_memory() -> None:
    # As a parser does: a new text for each statement.
    title = [(DCT + name) for name in ("title", "title")]
    graph: RdfGraph = {}
    node, other = IriTerm("https://data.example/1"), IriTerm("https://data.example/2")
    read = [
        Statement(node, TYPE, IriTerm(DCAT + "Dataset")),
        Statement(node, title[0], LiteralTerm("A")),
    ]
    foreign = [Statement(other, f"urn:foreign:{number}", LiteralTerm("x")) for number in range(100)]
    add_statements(graph, [*read, *foreign, Statement(other, TYPE, IriTerm(FOAF + "Agent"))])
    add_statements(graph, [Statement(other, title[1], LiteralTerm("B"))])
    assert graph == {
        node: {TYPE: [read[0].value], DCT + "title": [read[1].value]},
        other: {DCT + "title": [LiteralTerm("B")]},
    }
    assert title[0] is not title[1]
    first, second = (next(name for name in graph[at] if name != TYPE) for at in (node, other))
    assert first is second, "each statement keeps a text of its own"
