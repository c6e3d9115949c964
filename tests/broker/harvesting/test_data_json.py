"""A portal by its `data.json`: what ArcGIS Hub writes, in the names of DCAT-AP, and documents that are no such one."""

import gzip
import json
from typing import Any

import pytest

from connector.broker.harvesting.data_json import find_listed, read_listed
from connector.ports.broker_store import Liveness
from connector.views.portals import PortalKind
from tests.broker.portals import FakePortal, PortalWorld

SCHEMA = "https://project-open-data.cio.gov/v1.1/schema"
ITEM = "https://www.arcgis.example/home/item.html?id=7f0c&sublayer=0"
LISTED: dict[str, Any] = {
    "@type": "dcat:Dataset",
    "identifier": ITEM,
    "landingPage": "https://data.example/maps/7f0c",
    "title": "Street trees",
    "description": "<p>All trees of the city.</p>",
    "keyword": ["trees", "green"],
    "theme": ["Environment"],
    "issued": "2021-05-01T10:00:00.000Z",
    "modified": "2024-06-01",
    "publisher": {"name": "City of Example"},
    "contactPoint": {"@type": "vcard:Contact", "fn": "Parks", "hasEmail": "mailto:parks@city.example"},
    "accessLevel": "public",
    "accrualPeriodicity": "R/P1W",
    "spatial": "8.2,48.9,8.6,49.1",
    "temporal": "2020-01-01/2021-01-01",
    "license": "https://creativecommons.org/licenses/by/4.0",
    "distribution": [
        {"@type": "dcat:Distribution", "title": "CSV", "format": "CSV", "mediaType": "text/csv",
         "accessURL": "https://data.example/7f0c.csv"},
        "no object",
    ],
}  # fmt: skip


def write(*datasets: Any, **members: Any) -> bytes:
    document = {"@context": f"{SCHEMA}/catalog.jsonld", "conformsTo": SCHEMA, "dataset": list(datasets), **members}
    return json.dumps(document).encode()


def world_of(body: bytes, media: str = "application/json", path: str = "/data.json") -> PortalWorld:
    portal = FakePortal()
    portal.pages[path] = (200, {"Content-Type": media}, body)
    return PortalWorld(portal, PortalKind.DCAT, address=f"https://portal.example{path}")


async def test_the_datasets_of_a_hub_are_found_with_all_that_they_state() -> None:
    world = world_of(write(LISTED))
    source = await world.crawl()
    assert (source.liveness, source.error) == (Liveness.ONLINE, None)
    entry = await world.entry(ITEM)
    assert entry.via == "https://data.example/maps/7f0c"
    assert (list(entry.titles.values()), list(entry.descriptions.values())) == (
        ["Street trees"],
        ["All trees of the city."],
    )
    assert (entry.keywords, entry.themes, entry.publisher) == (("trees", "green"), ("Environment",), "City of Example")
    said = entry.statements
    assert said.licences == ("http://dcat-ap.de/def/licenses/cc-by/4.0",)
    assert (said.frequency, said.access_rights, said.formats) == ("WEEKLY", "PUBLIC", ("CSV",))
    assert said.boxes == ((8.2, 48.9, 8.6, 49.1),)
    assert said.begins is not None
    assert said.begins < (said.ends or 0)


async def test_what_a_hub_lists_no_more_is_gone_and_what_has_no_identifier_is_told() -> None:
    others = [{**LISTED, "identifier": f"urn:{number}"} for number in range(3)]
    world = world_of(write(LISTED, *others, {"title": "nameless"}, "no object"))
    source = await world.crawl()
    assert (len(await world.ids()), source.error is not None) == (4, True)
    assert source.error is not None
    assert source.error.startswith("Not indexed: 2.")
    world.portal.pages["/data.json"] = (200, {"Content-Type": "application/json"}, write(*others))
    await world.crawl()
    assert await world.ids() == ["urn:0", "urn:1", "urn:2"]


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", b'"project-open-data.cio.gov"', b'{"project-open-data.cio.gov', b"\xff project-open-data.cio.gov"],
)
def test_another_document_is_no_data_json(body: bytes) -> None:
    assert find_listed(body) is None


def test_a_catalogue_of_another_schema_is_no_data_json() -> None:
    assert find_listed(write(conformsTo="https://other.example", **{"@context": {"x": f"{SCHEMA}#"}})) is None
    assert find_listed(write(dataset={"a": 1})) is None


@pytest.mark.parametrize("value", [None, 7, [], {}, "", "\x00", [[]], {"name": 3}, "8,9", "-200,1,2,3", "a" * 70_000])
def test_values_of_other_kinds_are_left_out(value: Any) -> None:
    for member in LISTED:
        read = read_listed({**LISTED, member: value})
        assert read["@type"] == "Dataset"
        assert len(json.dumps(read)) < 20_000
    odd = read_listed({**LISTED, "distribution": [{"accessURL": value, "format": value}]})
    assert odd["dcat:distribution"][0]["dcat:accessURL"] == {"@id": "https://data.example/maps/7f0c"}


async def test_a_compressed_export_is_expanded_whatever_the_server_calls_it() -> None:
    packed = gzip.compress(write(LISTED)[:50]) + gzip.compress(write(LISTED)[50:])
    for media in ("application/gzip", "application/octet-stream"):
        world = world_of(packed, media, "/data.json.gz")
        assert (await world.crawl()).error is None
        assert await world.ids() == [ITEM]


SQUARE = {"type": "Polygon", "coordinates": [[[8.3, 48.9], [8.5, 48.9], [8.5, 49.1], [8.3, 49.1], [8.3, 48.9]]]}


@pytest.mark.parametrize(
    ("spatial", "boxes"),
    [
        (SQUARE, ((8.3, 48.9, 8.5, 49.1),)),
        ({"type": "Feature", "properties": {}, "geometry": SQUARE}, ((8.3, 48.9, 8.5, 49.1),)),
        (json.dumps(SQUARE), ((8.3, 48.9, 8.5, 49.1),)),
        ({"type": "envelope", "coordinates": [[8.3, 49.1], [8.5, 48.9]]}, ()),
        ({"type": ["Polygon"], "coordinates": SQUARE["coordinates"]}, ()),
        ({"type": "Polygon", "coordinates": [[["NaN", None]]]}, ()),
        ({"type": "Polygon", "coordinates": [[[8.3, 48.9]] * 20_000]}, ()),
    ],
)
async def test_a_geometry_has_its_box_as_a_text_or_as_an_object(spatial: Any, boxes: Any) -> None:
    world = world_of(write({**LISTED, "spatial": spatial}))
    source = await world.crawl()
    assert (source.datasets, source.error) == (1, None)
    assert (await world.entry(ITEM)).statements.boxes == boxes
