"""A package of CKAN as a Dataset: what it states under the names of DCAT-AP, whatever a portal writes."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.broker.describing.subject import Subject
from connector.broker.harvesting.packages import is_public_dataset, read_package
from connector.broker.harvesting.parts import Described
from connector.broker.harvesting.references import read_reference
from connector.broker.normalise import Unusable
from tests.broker.describing.published import SITE, graph_of
from tests.broker.portals import HOME, make_source, package

EU = "http://publications.europa.eu/resource/authority/"
GEOMETRY = {"type": "Polygon", "coordinates": [[[7, 51], [7.5, 51], [7.5, 51.6], [7, 51]]]}


def extras(**values: str) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in values.items()]


def test_what_a_package_states_is_found_by_the_search() -> None:
    stated = package(
        1,
        title="Baustellen",
        notes="Täglich <b>neu</b>\x00",
        tags=[{"name": "verkehr", "display_name": "Verkehr"}],
        license_id="cc-by/4.0",
        maintainer="Amt",
        maintainer_email="amt@stadt.example",
        extras=extras(
            uri="https://data.example/1",
            theme=f'["{EU}data-theme/TRAN"]',
            language='["de"]',
            frequency="DAILY",
            access_rights="PUBLIC",
            spatial=json.dumps(GEOMETRY),
            temporal_start="2026-01-01",
            temporal_end="2026-12-31",
        ),
        resources=[{"url": "https://files.example/1", "format": "GeoJSON", "mimetype": "application/geo+json"}],
    )
    entry = read_reference(Described(read_package(stated, HOME)), make_source(), 1)
    found = entry.statements
    assert entry.id == "https://data.example/1"
    assert (entry.titles, entry.descriptions) == ({"und": "Baustellen"}, {"und": "Täglich neu"})
    assert (entry.keywords, entry.themes) == (("Verkehr",), (f"{EU}data-theme/TRAN",))
    assert found.licences == ("http://dcat-ap.de/def/licenses/cc-by/4.0",)
    assert (found.frequency, found.access_rights, found.languages) == ("DAILY", "PUBLIC", ("de",))
    assert (found.formats, found.media_types) == (("GEOJSON",), ("application/geo+json",))
    assert found.boxes == ((7.0, 51.0, 7.5, 51.6),)
    assert None not in (found.begins, found.ends, found.issued, found.modified)
    contact = json.loads(entry.document)["dcat:contactPoint"]
    assert contact["http://www.w3.org/2006/vcard/ns#hasEmail"] == {"@id": "mailto:amt@stadt.example"}


def test_what_the_german_extension_and_files_state_is_passed_on() -> None:
    stated = package(
        1,
        extras=extras(
            politicalGeocodingURI='["http://dcat-ap.de/def/politicalGeocoding/municipalityKey/08212000"]',
            contributorID='["http://dcat-ap.de/def/contributors/stadt"]',
            geocodingText="Weststadt",
            legalbasisText="Satzung",
            conforms_to='["https://norm.example/1"]',
            version_notes="neu vermessen",
        ),
        resources=[
            {
                "url": "https://files.example/1",
                "licenseAttributionByText": "Stadt Muster",
                "rights": "Nur nachts",
                "language": ["ger"],
                "availability": f"{EU}planned-availability/STABLE",
                "hash": "AB" * 32,
                "documentation": "https://doc.example/1",
                "issued": "2026-01-01",
            },
            {"url": "https://files.example/2", "hash": "ab" * 32, "hash_algorithm": "http://x.example/sha3-512"},
        ],
    )
    entry = read_reference(Described(read_package(stated, HOME)), make_source(), 1)
    assert entry.statements.places == ("http://dcat-ap.de/def/politicalGeocoding/municipalityKey/08212000", "Karlsruhe")
    assert "de" in entry.statements.languages
    said = graph_of(Subject(entry=entry, provider="P", is_claimed=True, site=SITE)).serialize(format="nt")
    for sign in ("contributors/stadt", "Weststadt", "Satzung", "norm.example", "neu vermessen", "Stadt Muster"):
        assert sign in said
    for sign in ("Nur nachts", "planned-availability/STABLE", "doc.example/1", "language/DEU", "2026-01-01"):
        assert sign in said
    assert said.count("ab" * 32) == 1


def test_addresses_that_a_browser_would_run_are_left_out() -> None:
    stated = package(
        1, url="javascript:alert(1)", resources=[{"url": "javascript:alert(2)", "download_url": "data:,x"}]
    )
    members = read_package(stated, HOME)
    assert "foaf:page" not in members
    assert members["dcat:distribution"] == [
        {"@type": "Distribution", "dcat:accessURL": {"@id": f"{HOME}/dataset/package-1"}}
    ]


def test_translated_texts_keep_their_languages() -> None:
    members = read_package(package(1, title_translated={"de": "Bäume", "en": "Trees", "fr": ""}), HOME)
    assert members["dct:title"] == [{"@value": "Bäume", "@language": "de"}, {"@value": "Trees", "@language": "en"}]


def test_the_objects_of_a_schema_say_what_extras_say() -> None:
    stated = package(
        1,
        organization=None,
        theme=[f"{EU}data-theme/TRAN"],
        language=[f"{EU}language/DEU"],
        publisher=[{"name": "Stadtwerke", "uri": "https://sw.example/"}],
        contact=[{"name": "Team Daten", "email": "daten@stadt.example"}],
        spatial_coverage=[{"text": "Herne", "geom": json.dumps(GEOMETRY)}],
        temporal_coverage=[{"start": "2025-01-01", "end": "31.12.2025"}],
        hvd_category=["http://data.europa.eu/bna/c_b79e35eb"],
        applicable_legislation=["http://data.europa.eu/eli/reg_impl/2023/138/oj"],
        resources=[{"url": "https://f.example/a b.csv", "format": "csv ", "size": "12345", "license": "CC BY 4.0"}],
    )
    members = read_package(stated, HOME)
    entry = read_reference(Described(members), make_source(), 1)
    found = entry.statements
    assert (entry.publisher, entry.themes, found.languages) == ("Stadtwerke", (f"{EU}data-theme/TRAN",), ("de",))
    assert (found.places, found.boxes) == (("Herne",), ((7.0, 51.0, 7.5, 51.6),))
    assert (found.begins, found.ends) == (1735689600000, 1767225599999)
    assert (found.hvd_categories, found.formats) == (("c_b79e35eb",), ("CSV",))
    assert found.licences == ("http://dcat-ap.de/def/licenses/cc-by/4.0",)
    assert "dcatap:applicableLegislation" in members
    (file,) = members["dcat:distribution"]
    assert (file["dcat:byteSize"]["@value"], file["dcat:accessURL"]["@id"]) == ("12345", "https://f.example/a%20b.csv")
    assert b"daten@stadt.example" in entry.document


def test_texts_and_words_by_language_are_read() -> None:
    stated = package(1, title={"de": "Bäume", "fr": "Arbres", "it": ""}, keywords={"de": ["baum"], "fr": ["arbre"]})
    entry = read_reference(Described(read_package(stated, HOME)), make_source(), 1)
    assert (entry.titles, entry.keywords) == ({"de": "Bäume", "fr": "Arbres"}, ("baum", "arbre"))


def test_what_other_makers_of_the_api_write_is_read() -> None:
    stated = package(
        1,
        tags=[{"id": "1", "name": "radverkehr"}],
        groups=[{"name": "tran", "title": "Verkehr"}, {"name": "sommer"}],
        extras={"spatial": "Bochum, Deutschland"},
        license_url="https://www.govdata.de/dl-de/by-2-0",
        date_released="2020-01-01",
    )
    entry = read_reference(Described(read_package(stated, HOME)), make_source(), 1)
    assert (entry.keywords, entry.themes) == (("radverkehr",), (f"{EU}data-theme/TRAN",))
    assert entry.statements.places == ("Bochum, Deutschland",)
    assert entry.statements.licences == ("http://dcat-ap.de/def/licenses/dl-by-de/2.0",)
    assert entry.statements.issued == 1577836800000


@pytest.mark.parametrize(
    ("modified", "at"),
    [
        ("2024-01-01T10:00:00.123456", 1704103200123),
        ("2024-01-01T10:00:00-05:00", 1704121200000),
        ("2024-01-01T10:00:00+01:00", 1704099600000),
        ("2024-01-01T10:00:00Z", 1704103200000),
        ("01.01.2024", 1704067200000),
    ],
)
def test_an_instant_without_a_zone_is_one_of_utc(modified: str, at: int) -> None:
    entry = read_reference(Described(read_package(package(1, metadata_modified=modified), HOME)), make_source(), 1)
    assert entry.statements.modified == at


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    [
        *package(1),
        *("extras", "tags", "notes", "url", "license_id", "version", "title_translated", "keywords", "groups"),
        *("publisher", "contact", "spatial_coverage", "temporal_coverage", "theme"),
    ]
)


@given(st.dictionaries(NAMES, VALUES), st.lists(st.tuples(st.sampled_from(["theme", "spatial", "uri"]), VALUES)))
def test_whatever_a_package_is_it_becomes_a_reference_or_is_unusable(
    changed: dict[str, Any], given_extras: list[tuple[str, Any]]
) -> None:
    stated = package(1, **changed)
    stated.setdefault("extras", [{"key": key, "value": value} for key, value in given_extras])
    assert is_public_dataset(stated) in {True, False}
    try:
        entry = read_reference(Described(read_package(stated, HOME)), make_source(), 1)
    except Unusable:
        return
    texts = [*entry.titles.values(), *entry.descriptions.values(), *entry.keywords, entry.publisher]
    assert all(text.isprintable() for text in texts)
    assert b"hasPolicy" not in msgspec.json.encode(list(json.loads(entry.document)))
