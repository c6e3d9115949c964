"""What a Dataset states is read once, in the spellings of deployed connectors; hostile values are left out."""

import doctest
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.broker.reading import statements
from connector.broker.reading.statements import read_moment, read_statements
from connector.ports.broker_store import BOXES, Statements
from connector.protocol import dcat

NOW = 1_800_000_000_000
EU = "http://publications.europa.eu/resource/authority/"
FULL: dict[str, Any] = {
    "dct:license": {"@id": "http://dcat-ap.de/def/licenses/dl-by-de/2.0"},
    "dct:language": [{"@id": EU + "language/DEU"}, "en-GB"],
    "dct:accrualPeriodicity": {"@id": EU + "frequency/DAILY", "@type": "dct:Frequency"},
    "dct:accessRights": {"@id": EU + "access-right/PUBLIC"},
    "http://data.europa.eu/r5r/hvdCategory": [{"@id": "http://data.europa.eu/bna/c_b79e35eb"}],
    "dct:spatial": {
        "@id": "http://dcat-ap.de/def/politicalGeocoding/municipalityKey/05911000",
        "http://www.w3.org/2004/02/skos/core#prefLabel": {"@language": "de", "@value": "Bochum"},
        "dcat:bbox": {"@type": "geo:wktLiteral", "@value": "POLYGON((7.1 51.4, 7.3 51.5))"},
    },
    "dct:temporal": {"@type": "dct:PeriodOfTime", "dcat:startDate": {"@value": "2025"}, "dcat:endDate": "2025-07-31"},
    "dct:issued": "2025-08-01",
    "dct:modified": {"@type": "xsd:dateTime", "@value": "2026-01-01T00:00:00+01:00"},
    "distribution": [
        {
            "format": "HttpData-PULL",
            "dct:format": {"@id": EU + "file-type/GEOJSON"},
            "dcat:mediaType": "https://www.iana.org/assignments/media-types/application/geo+json",
            "dct:modified": "2026-02-01",
        },
        {"format": "HttpData-PUSH", "dct:license": "cc-by"},
    ],
    "hasPolicy": [
        {"@id": "o", "@type": "Offer", "permission": [{"action": "use"}]},
        {"@id": "p", "@type": "Offer", "permission": [{"action": "use", "duty": [{"action": "compensate"}]}]},
    ],
}


def test_everything_that_is_stated_is_known() -> None:
    found = read_statements(FULL, NOW)
    assert msgspec.structs.replace(found, purposes=()) == Statements(
        licences=("http://dcat-ap.de/def/licenses/dl-by-de/2.0", "http://dcat-ap.de/def/licenses/cc-by"),
        languages=("de", "en"),
        formats=("GEOJSON",),
        media_types=("application/geo+json",),
        frequency="DAILY",
        access_rights="PUBLIC",
        hvd_categories=("c_b79e35eb",),
        places=("http://dcat-ap.de/def/politicalGeocoding/municipalityKey/05911000", "Bochum"),
        boxes=((7.1, 51.4, 7.3, 51.5),),
        begins=1_735_689_600_000,
        ends=1_754_006_399_999,
        issued=1_754_006_400_000,
        modified=1_769_904_000_000,
        prices=("free", "paid"),
        offers=2,
    )
    assert "https://w3id.org/dpv#PublicBenefit" in found.purposes


def test_without_statements_nothing_is_known() -> None:
    assert read_statements({}, NOW) == Statements()


@pytest.mark.parametrize(
    ("distribution", "formats"),
    [
        ({"dct:format": {"@id": "HttpData-PULL"}}, ()),
        ({"dct:format": {"@id": "AmazonS3-PUSH"}, "dcat:mediaType": "text/csv"}, ("CSV",)),
        ({"dct:format": "HttpData-PULL-HttpData"}, ()),
        ({"format": "HttpData-PULL", dcat.FILE_TYPE: {"@id": EU + "file-type/GTFS"}}, ("GTFS",)),
        ({"dct:format": {"rdfs:label": "ESRI Shapefile"}}, ("SHP",)),
        ({"dct:format": {"skos:prefLabel": [{"@value": "CSV", "@language": "de"}]}}, ("CSV",)),
        ({"dct:format": [".csv", "text/csv", "CSV-Datei", "application/csv"]}, ("CSV",)),
        ({"dct:format": ["application/vnd.geo+json", "geojson"]}, ("GEOJSON",)),
        ({"dct:format": ["OGC WFS", "wms", "Excel", ".dgn"]}, ("WFS_SRVC", "WMS_SRVC", "XLS", "DGN")),
        (
            {"dcat:mediaType": {"@id": "https://www.iana.org/assignments/media-types/application/geo+json"}},
            ("GEOJSON",),
        ),
        ({"dcat:mediaType": "application/x-unheard"}, ("X-UNHEARD",)),
    ],
)
def test_a_format_is_a_file_type_however_it_is_named(distribution: dict[str, Any], formats: tuple[str, ...]) -> None:
    assert read_statements({"distribution": [distribution]}, NOW).formats == formats


@pytest.mark.parametrize(
    "stated",
    [
        "cc-by/4.0",
        "CC BY 4.0",
        "http://creativecommons.org/licenses/by/4.0",
        "https://creativecommons.org/licenses/by/4.0/",
        "https://creativecommons.org/licenses/by/4.0/deed.de",
        "https://creativecommons.org/licenses/by/4.0/legalcode",
        {"@id": "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0"},
        {"@id": "https://www.dcat-ap.de/def/licenses/cc-by/4.0"},
        {"rdfs:label": "Creative Commons Namensnennung 4.0 (CC BY 4.0)"},
    ],
)
def test_one_licence_is_one_value_however_it_is_named(stated: Any) -> None:
    found = read_statements({"dct:license": stated}, NOW).licences
    assert found == ("http://dcat-ap.de/def/licenses/cc-by/4.0",)


def test_a_licence_that_is_not_listed_keeps_its_name() -> None:
    other = ["https://creativecommons.org/licenses/by/2.0/", "Hausordnung"]
    assert read_statements({"dct:license": other}, NOW).licences == tuple(other)


def test_the_way_of_transfer_is_no_format_and_a_media_type_is_one() -> None:
    found = read_statements(
        {"distribution": [{"format": "HttpData-PULL", "dcat:mediaType": "text/csv; header=present"}]}, NOW
    )
    assert (found.formats, found.media_types) == (("CSV",), ("text/csv; header=present",))


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ({"dcat:startDate": "1970-01-02"}, (86_400_000, None)),
        ({"dcat:endDate": "1970-01"}, (None, 31 * 86_400_000 - 1)),
        ({"dcat:startDate": "1971", "dcat:endDate": "1970-06-01"}, (None, None)),
        ({"dcat:startDate": "soon"}, (None, None)),
        ([{"dcat:startDate": "1970"}, {"dcat:startDate": "1971", "dcat:endDate": "1972"}], (0, None)),
        ("1970", (None, None)),
    ],
)
def test_periods_have_a_begin_and_an_end(period: Any, expected: tuple[int | None, int | None]) -> None:
    found = read_statements({"dct:temporal": period}, NOW)
    assert (found.begins, found.ends) == expected


@pytest.mark.parametrize("text", ["", "0000", "10000", "2025-13", "9999-12-31T23:59:59-14:00", "2025-01-01T25:00:00"])
def test_an_instant_that_is_none_is_not_known(text: str) -> None:
    assert read_moment(text) is None
    assert read_moment(text, last=True) is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=30) | st.sampled_from(["2025", "POINT(7 51)", EU]),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(
            st.sampled_from(["@id", "@value", "dcat:bbox", "dcat:startDate", "dcat:endDate"]), inner, max_size=5
        )
    ),
    max_leaves=15,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from([*FULL, "dk:dataClass"]), VALUES))
def test_whatever_is_stated_can_be_kept_and_shown(members: dict[str, Any]) -> None:
    found = read_statements(members, NOW)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Statements) == found
    assert len(found.boxes) <= BOXES
    assert len(found.places) <= 16


def test_the_examples_are_true() -> None:
    assert doctest.testmod(statements).failed == 0
