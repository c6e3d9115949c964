"""Publishers and contacts are read in each form of deployed catalogues, and nothing else is taken for one."""

import pytest
from rdflib import DCAT, DCTERMS, FOAF, Literal, Namespace, URIRef

from connector.broker.reading.agents import ContactPoint, read_contacts, read_publisher
from tests.broker.describing.test_stated import MORE, ONE, describe, subject_of
from tests.broker.harvesting.test_resources import read_all

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")


@pytest.mark.parametrize(
    "card",
    [
        '[ vcard:fn "Amt"@de, "Office"@en ; vcard:hasEmail "amt@stadt.example" ]',
        '[ vcard:organization-name "Amt"@de ; vcard:email <mailto:amt@stadt.example> ]',
        '[ vcard:fn "Amt"@de ; vcard:hasEmail [ vcard:hasValue <mailto:amt@stadt.example> ] ]',
        '[ rdfs:label "Amt"@de ; schema:email "amt@stadt.example" ]',
        '[ vcard:fn "Amt"@de ; foaf:mbox <amt@stadt.example> ]',
    ],
)
@pytest.mark.parametrize("term", ["dcat:contactPoint", "adms:contactPoint"])
def test_a_contact_is_read_in_each_form_of_deployed_catalogues(card: str, term: str) -> None:
    graph = describe(f"<{ONE}> a dcat:Dataset ; {term} {card} .")
    contact = graph.value(ONE, DCAT.contactPoint)
    assert list(graph.objects(contact, VCARD.hasEmail)) == [URIRef("mailto:amt@stadt.example")]
    assert Literal("Amt", lang="de") in set(graph.objects(contact, VCARD.fn))


@pytest.mark.parametrize("name", ["foaf:name", "skos:prefLabel", "rdfs:label", "schema:name", "vcard:fn"])
def test_a_publisher_has_its_own_name_in_each_form_of_deployed_catalogues(name: str) -> None:
    said = f"<{ONE}> a dcat:Dataset ; dct:publisher <https://o.example/> ."
    turtle = f'{said} <https://o.example/> {name} "Uni"@en, "Ø"@da .'
    graph = describe(turtle)
    publisher = graph.value(ONE, DCTERMS.publisher)
    assert set(graph.objects(publisher, FOAF.name)) == {Literal("Uni", lang="en"), Literal("Ø", lang="da")}
    (members,) = read_all(MORE + turtle)
    assert subject_of(members).entry.publisher == "Uni"


@pytest.mark.parametrize(
    ("stated", "email"),
    [
        ({"@id": "mailto:amt@stadt.example"}, "amt@stadt.example"),
        ({"@id": "https://portal.example/folder/amt@stadt.example"}, "amt@stadt.example"),
        ({"@id": "https://user@portal.example/"}, ""),
        ("Amt <amt@stadt.example>", ""),
        ("amt", ""),
    ],
)
def test_an_email_address_is_one_or_none(stated: object, email: str) -> None:
    found = list(read_contacts({"dcat:contactPoint": {"vcard:hasEmail": stated}}))
    assert found == ([ContactPoint(email=email)] if email else [])


def test_a_telephone_number_is_an_iri_and_a_text_is_no_name_of_a_card() -> None:
    card = {"vcard:fn": "Amt", "vcard:hasTelephone": {"vcard:hasValue": "x", "rdfs:label": "+49 (721) 133-0"}}
    assert list(read_contacts({"dcat:contactPoint": card})) == [
        ContactPoint(names={"und": "Amt"}, telephone="tel:+497211330")
    ]
    assert read_publisher({"dct:publisher": [{"@id": "urn:a"}, "Stadt"]}) == {"und": "Stadt"}
    assert read_publisher({}) == {}
