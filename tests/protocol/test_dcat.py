"""Terms of DCAT-AP: themes by code or IRI, agents, licences and texts."""

import pytest

from connector.protocol import dcat

TRAN = "http://publications.europa.eu/resource/authority/data-theme/TRAN"


@pytest.mark.parametrize(
    ("given", "expected"), [("TRAN", TRAN), ("tran", TRAN), (TRAN, TRAN), ("urn:t", "urn:t"), ("Verkehr", "Verkehr")]
)
def test_a_theme_is_named_by_its_code_or_its_iri(given: str, expected: str) -> None:
    assert dcat.to_theme(given) == expected


def test_a_text_that_is_no_iri_is_the_label_of_a_theme_or_licence() -> None:
    labels = [{"@language": "de", "@value": "Verkehr"}, {"@language": "en", "@value": "Transport"}]
    assert dcat.make_theme("TRAN") == {"@id": TRAN, "@type": dcat.CONCEPT, dcat.PREF_LABEL: labels}
    assert dcat.make_theme("urn:t") == {"@id": "urn:t", "@type": dcat.CONCEPT, dcat.PREF_LABEL: "urn:t"}
    assert dcat.make_theme("Verkehr") == {"@type": dcat.CONCEPT, dcat.PREF_LABEL: "Verkehr"}
    assert dcat.make_licence("urn:cc") == {"@id": "urn:cc"}
    assert dcat.make_licence("frei") == {"@type": "dct:LicenseDocument", dcat.LABEL: "frei"}


def test_a_catalogue_has_a_title_a_description_and_a_publisher() -> None:
    members = dcat.make_catalog_members("urn:city", "Stadt")
    assert members["dct:title"] == [
        {"@language": "de", "@value": "Datenangebote: Stadt"},
        {"@language": "en", "@value": "Datasets: Stadt"},
    ]
    assert members["dct:publisher"] == {"@id": "urn:city", "@type": dcat.AGENT, dcat.AGENT_NAME: "Stadt"}
    assert "dct:description" in members
