"""Terms of DCAT-AP: themes by code or IRI, agents, licences and texts."""

import doctest

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
    assert dcat.make_licence("urn:cc") == {"@id": "urn:cc", "@type": "dct:LicenseDocument"}
    assert dcat.make_licence("frei") == {"@type": "dct:LicenseDocument", dcat.LABEL: "frei"}


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(dcat).failed == 0


@pytest.mark.parametrize(
    ("key", "area", "level"),
    [
        ("08", "stateKey/08", "state"),
        ("095", "governmentDistrictKey/095", None),
        ("08128", "districtKey/08128", "administrativeDistrict"),
        ("08212000", "municipalityKey/08212000", "municipality"),
        ("010605024", "municipalAssociationKey/010605024", "municipality"),
        ("082120000000", "regionalKey/082120000000", "municipality"),
    ],
)
def test_the_key_of_an_area_names_its_list_and_its_level(key: str, area: str, level: str | None) -> None:
    base = "http://dcat-ap.de/def/politicalGeocoding/"
    members = dcat.make_geocoding(key)
    assert dcat.is_area_key(key)
    assert members[dcat.GEOCODING] == {"@id": base + area}
    assert members.get(dcat.GEOCODING_LEVEL) == ({"@id": f"{base}Level/{level}"} if level else None)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("2026", "gYear"), ("2026-05", "gYearMonth"), ("2026-05-01", "date"), ("2026-05-01T08:00:00Z", "dateTime")],
)
def test_a_date_has_the_type_of_its_form(text: str, kind: str) -> None:
    assert dcat.make_date(text) == {"@type": f"http://www.w3.org/2001/XMLSchema#{kind}", "@value": text}


def test_a_catalogue_has_a_title_a_description_and_a_publisher() -> None:
    members = dcat.make_catalog_members("urn:city", "Stadt")
    assert members["dct:title"] == [
        {"@language": "de", "@value": "Datenangebote: Stadt"},
        {"@language": "en", "@value": "Datasets: Stadt"},
    ]
    assert members["dct:publisher"] == {"@id": "urn:city", "@type": dcat.AGENT, dcat.AGENT_NAME: "Stadt"}
    assert "dct:description" in members
