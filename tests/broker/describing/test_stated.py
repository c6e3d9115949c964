"""What a portal states is passed on: every term that is read of its graph is in the exports.

The values have the traits of deployed catalogues: texts for IRIs, codes of other lists, nodes with a label, e-mail
addresses without a scheme, instants without seconds, geometries without a type.
"""

from collections.abc import Mapping

import pytest
from rdflib import DCAT, DCTERMS, Graph, Literal, URIRef

from connector.broker.describing.catalog import CATALOG_PREFIXES, describe_catalog
from connector.broker.describing.ckan import render_package
from connector.broker.describing.subject import Subject
from connector.broker.harvesting import resources
from connector.broker.harvesting.parts import Described
from connector.broker.harvesting.references import read_reference
from connector.semantic.writing import RdfForm, write_statements
from tests.broker.describing.published import SITE
from tests.broker.harvesting.test_resources import EU, read_all
from tests.broker.portals import PREFIXES, make_source

ONE = URIRef("https://data.example/1")
MORE = f"""{PREFIXES}
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix locn: <http://www.w3.org/ns/locn#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix adms: <http://www.w3.org/ns/adms#> .
@prefix dcatap: <http://data.europa.eu/r5r/> . @prefix dcatde: <http://dcat-ap.de/def/dcatde/> .
@prefix spdx: <http://spdx.org/rdf/terms#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix schema: <http://schema.org/> .
"""


def describe(turtle: str) -> Graph:
    (members,) = read_all(MORE + turtle)
    statements = describe_catalog(SITE, [subject_of(members)])
    return Graph().parse(data=write_statements(statements, RdfForm.TURTLE, CATALOG_PREFIXES), format="turtle")


def subject_of(members: Mapping[str, object]) -> Subject:
    entry = read_reference(Described(dict(members)), make_source(), 5)
    return Subject(entry=entry, provider="Open Data City", is_claimed=True, site=SITE)


# One statement for each term, and a sign by which the exports show that it was passed on.
DATASET: Mapping[str, tuple[str, str]] = {
    "dct:accessRights": ('"public"', f"{EU}access-right/PUBLIC"),
    "dct:accrualPeriodicity": ("<http://purl.org/cld/freq/daily>", f"{EU}frequency/DAILY"),
    "dct:conformsTo": ("<https://norm.example/1>", "https://norm.example/1"),
    "dct:description": ('"Beschreibung 4711"@de', "Beschreibung 4711"),
    "dct:identifier": ('"kennung-4711"', "kennung-4711"),
    "dct:issued": ('"2012-05-10T21:04"', "2012-05-10T21:04:00"),
    "dct:language": ("<http://id.loc.gov/vocabulary/iso639-2/ger>", f"{EU}language/DEU"),
    "dct:license": ("<http://dcat-ap.de/def/licenses/cc-by/4.0>", "licenses/cc-by/4.0"),
    "dct:modified": ('"2013-06"', "2013-06"),
    "dct:provenance": ('[ rdfs:label "Herkunft 4711" ]', "Herkunft 4711"),
    "dct:publisher": ('[ skos:prefLabel "Amt 4711"@de ]', "Amt 4711"),
    "dct:rightsHolder": ('[ foaf:name "Halter 4711" ]', "Halter 4711"),
    "dct:spatial": ('[ locn:geometry "POLYGON ((7 51, 7.5 51, 7.5 51.6, 7 51))" ]', "POLYGON((7 51"),
    "dct:temporal": ('"2009-09-01/2010-05-31"', "2010-05-31"),
    "dct:title": ('"Titel 4711"', "Titel 4711"),
    "dcat:contactPoint": ("[ vcard:hasEmail <amt@stadt.example> ]", "mailto:amt@stadt.example"),
    "dcat:distribution": ("[ dcat:accessURL <https://f.example/4711> ]", "https://f.example/4711"),
    "dcat:keyword": ('"laerm"@de', '"laerm"@de'),
    "dcat:landingPage": ("<https://p.example/4711>", "https://p.example/4711"),
    "dcat:spatialResolutionInMeters": ('"1.5"^^xsd:decimal', "1.5"),
    "dcat:temporalResolution": ('"PT15M"^^xsd:duration', "PT15M"),
    "dcat:theme": (f"<{EU}data-theme/TRAN>", "data-theme/TRAN"),
    "dcat:version": ('"2.3 beta"', "2.3 beta"),
    "dcatap:applicableLegislation": ("<http://data.europa.eu/eli/reg_impl/2023/138/oj>", "2023/138/oj"),
    "dcatap:hvdCategory": ("<http://data.europa.eu/bna/c_b79e35eb>", "c_b79e35eb"),
    "dcatde:contributorID": ("<http://dcat-ap.de/def/contributors/stadt>", "contributors/stadt"),
    "dcatde:geocodingDescription": ('"Rathausviertel"@de', "Rathausviertel"),
    "dcatde:legalBasis": ('"Satzung 4711"', "Satzung 4711"),
    "dcatde:politicalGeocodingLevelURI": ("<http://dcat-ap.de/def/politicalGeocoding/Level/state>", "Level/state"),
    "dcatde:politicalGeocodingURI": ("<http://dcat-ap.de/def/politicalGeocoding/stateKey/08>", "stateKey/08"),
    "foaf:page": ("<https://doc.example/4711>", "https://doc.example/4711"),
    "adms:versionNotes": ('"Fehler behoben"@de', '"Fehler behoben"@de'),
}
DISTRIBUTION: Mapping[str, tuple[str, str]] = {
    "dcat:accessService": ("[ dcat:endpointURL <https://api.example/4711> ]", "https://api.example/4711"),
    "dcat:accessURL": ("<https://f.example/4711>", "https://f.example/4711"),
    "dcat:byteSize": ('"147253.0"^^xsd:decimal', "147253"),
    "dcat:compressFormat": ("<http://www.iana.org/assignments/media-types/application/gzip>", "application/gzip"),
    "dcat:downloadURL": ('"https://f.example/a b.csv"', "https://f.example/a%20b.csv"),
    "dcat:mediaType": ('"text/csv"', "media-types/text/csv"),
    "dcat:packageFormat": ("<http://www.iana.org/assignments/media-types/application/zip>", "application/zip"),
    "dcat:spatialResolutionInMeters": ('"30"', '"30"'),
    "dcat:temporalResolution": ('"P1D"', "P1D"),
    "dcatap:applicableLegislation": ("<http://data.europa.eu/eli/reg_impl/2023/138/oj>", "2023/138/oj"),
    "dcatap:availability": (f"<{EU}planned-availability/STABLE>", "planned-availability/STABLE"),
    "dcatde:licenseAttributionByText": ('"Stadt Muster, dl-de/by-2-0"', "Stadt Muster, dl-de/by-2-0"),
    "dct:conformsTo": ("<https://norm.example/1>", "https://norm.example/1"),
    "dct:description": ('"Eine Datei 4711"@de', '"Eine Datei 4711"@de'),
    "dct:format": ('[ a dct:MediaTypeOrExtent ; rdfs:label "GeoJSON" ]', "file-type/GEOJSON"),
    "dct:issued": ('"1.2.2020"', "2020-02-01"),
    "dct:language": ('"deu"', f"{EU}language/DEU"),
    "dct:license": ('"Nur mit Nachfrage"', "Nur mit Nachfrage"),
    "dct:modified": ('"2020-02-03 04:05:06"', "2020-02-03T04:05:06"),
    "dct:rights": ('[ rdfs:label "Rechte 4711"@de ]', '"Rechte 4711"@de'),
    "dct:title": ('"Datei 4711"@de', '"Datei 4711"@de'),
    "foaf:page": ("<https://doc.example/4711>", "https://doc.example/4711"),
    "spdx:checksum": (
        f'[ spdx:algorithm <http://dcat-ap.de/def/hashAlgorithms/sha/256> ; spdx:checksumValue "{"ab" * 32}" ]',
        "ab" * 32,
    ),
}
# These stand in nodes of other terms, which the statements above contain or name.
WITHIN = frozenset(
    {
        *("dcat:bbox", "dcat:centroid", "dcat:startDate", "dcat:endDate", "locn:geometry", "locn:geographicName"),
        *("dcat:endpointURL", "dcat:endpointDescription", "foaf:name", "skos:prefLabel", "rdfs:label"),
        *("spdx:algorithm", "spdx:checksumValue"),
        *("vcard:fn", "vcard:hasEmail", "vcard:hasTelephone", "vcard:hasURL", "vcard:organization-name"),
    }
)


def test_every_term_that_is_read_of_a_graph_is_tried_here() -> None:
    assert set(resources._NAMES.values()) == {*DATASET, *DISTRIBUTION, *WITHIN}


@pytest.mark.parametrize("term", DATASET)
def test_what_a_portal_says_of_a_dataset_is_passed_on(term: str) -> None:
    value, sign = DATASET[term]
    licensed = "; dcat:distribution [ dcat:accessURL <https://f.example/1> ]" if term == "dct:license" else ""
    assert sign in describe(f"<{ONE}> a dcat:Dataset ; {term} {value}{licensed} .").serialize(format="nt")


@pytest.mark.parametrize("term", DISTRIBUTION)
def test_what_a_portal_says_of_a_distribution_is_passed_on(term: str) -> None:
    value, sign = DISTRIBUTION[term]
    graph = describe(f"<{ONE}> a dcat:Dataset ; dcat:distribution [ a dcat:Distribution ; {term} {value} ] .")
    assert sign in graph.serialize(format="nt")


def test_older_names_of_terms_are_passed_on_under_the_present_ones() -> None:
    owl = "<http://www.w3.org/2002/07/owl#versionInfo>"
    graph = describe(f'<{ONE}> a dcat:Dataset ; dct:abstract "Kurz <b>gesagt</b>"@de ; {owl} "1.0" .')
    assert list(graph.objects(ONE, DCTERMS.description)) == [Literal("Kurz gesagt", lang="de")]
    assert list(graph.objects(ONE, URIRef("http://www.w3.org/ns/dcat#version"))) == [Literal("1.0")]


def test_only_a_download_is_the_access_and_people_are_led_to_the_dataset_and_not_to_the_catalogue() -> None:
    turtle = f"<{ONE}> a dcat:Dataset ; dcat:distribution [ dcat:downloadURL <https://f.example/1.csv> ] ."
    graph = describe(turtle)
    (part,) = graph.objects(ONE, DCAT.distribution)
    assert list(graph.objects(part, DCAT.accessURL)) == [URIRef("https://f.example/1.csv")]
    (members,) = read_all(MORE + turtle)
    assert subject_of(members).entry.via == str(ONE)
    assert subject_of({**members, "@id": "https://portal.example/c.ttl#1"}).entry.via == make_source().address


def test_a_package_of_ckan_has_the_contact_the_licence_in_words_and_the_formats_of_services() -> None:
    (members,) = read_all(
        MORE
        + f"""<{ONE}> a dcat:Dataset ; dct:license <http://dcat-ap.de/def/licenses/cc-zero> ; dct:identifier "4711" ;
        dcat:contactPoint [ vcard:fn "Office"@en, "Amt"@de ; vcard:hasEmail <amt@stadt.example> ] ;
        dcat:distribution [ dcat:accessURL <https://f.example/wms> ; dct:format <{EU}file-type/WMS_SRVC> ],
          [ dcat:accessURL <https://f.example/x> ; dct:format <https://l.example/9> ],
          [ dcat:accessURL <https://f.example/y> ; dct:format <https://l.example/8> ] .
        <https://l.example/8> rdfs:label "XLS" ."""
    )
    package = render_package(subject_of(members))
    assert (package["maintainer"], package["maintainer_email"]) == ("Amt", "amt@stadt.example")
    assert package["license_title"] == "Creative Commons Zero (CC0)"
    assert {"key": "identifier", "value": "4711"} in package["extras"]
    assert [resource["format"] for resource in package["resources"]][::2] == ["WMS_SRVC", "XLS"]
