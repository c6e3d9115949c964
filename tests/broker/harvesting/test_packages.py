"""A package of CKAN as a Dataset: what it states under the names of DCAT-AP, whatever a portal writes."""

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from connector.broker.harvesting.packages import is_public_dataset, read_package
from connector.broker.harvesting.parts import Described
from connector.broker.harvesting.references import read_reference
from connector.broker.normalise import Unusable
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
    assert (entry.titles, entry.descriptions) == ({"und": "Baustellen"}, {"und": "Täglich <b>neu</b>"})
    assert (entry.keywords, entry.themes) == (("Verkehr",), (f"{EU}data-theme/TRAN",))
    assert found.licences == ("http://dcat-ap.de/def/licenses/cc-by/4.0",)
    assert (found.frequency, found.access_rights, found.languages) == ("DAILY", "PUBLIC", ("de",))
    assert (found.formats, found.media_types) == (("GEOJSON",), ("application/geo+json",))
    assert found.boxes == ((7.0, 51.0, 7.5, 51.6),)
    assert None not in (found.begins, found.ends, found.issued, found.modified)
    contact = json.loads(entry.document)["dcat:contactPoint"]
    assert contact["http://www.w3.org/2006/vcard/ns#hasEmail"] == {"@id": "mailto:amt@stadt.example"}


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


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from([*package(1), "extras", "tags", "notes", "url", "license_id", "version", "title_translated"])


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
