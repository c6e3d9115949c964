"""The catalogue over HTTP: forms, pages, changes since a time, single datasets, search engines, and who may read."""

import re
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import httpx
import msgspec
import pytest
from rdflib import DCAT, FOAF, RDF, Graph, URIRef
from rdflib.compare import isomorphic

from connector.broker.describing.catalog import HYDRA
from connector.broker.describing.subject import make_path
from tests.api.portals.conftest import SiteWorld
from tests.broker.crawling import many
from tests.broker.describing.published import SITE
from tests.broker.world import CITY, Catalogue, titled

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ROADS = make_path(CITY + "tiefbauamt", "roads")
PATHS = (
    *("/catalog.ttl", "/catalog", ROADS, f"{ROADS}.schema.json", "/feed", "/feed.atom", "/sitemap.xml"),
    *("/sitemap-0.xml", "/api/3/action/package_list", "/v1/search", "/v1/changes"),
)


async def walk(world: SiteWorld, path: str) -> list[str]:
    """Return the datasets of all pages, as a harvester finds them."""
    found: list[str] = []
    following: str | None = path
    for _ in range(50):
        if following is None:
            return found
        graph = Graph().parse(data=(await world.get(following)).text, format="turtle")
        found += map(str, graph.objects(URIRef(SITE.catalog), DCAT.dataset))
        addresses = list(graph.objects(predicate=URIRef(HYDRA + "next")))
        following = str(addresses[0]) if addresses else None
    raise AssertionError("The pages do not end.")


async def test_all_forms_of_the_catalogue_are_one_graph(world: SiteWorld) -> None:
    graphs = {}
    for suffix, form in (("ttl", "turtle"), ("jsonld", "json-ld"), ("rdf", "xml")):
        answer = await world.get(f"/catalog.{suffix}")
        text = answer.text.replace(f"catalog.{suffix}", "catalog.x")
        graphs[suffix] = Graph().parse(data=text, format=form)
    assert len(set(graphs["ttl"].subjects(RDF.type, DCAT.Dataset))) == 3
    assert isomorphic(graphs["ttl"], graphs["jsonld"])
    assert isomorphic(graphs["ttl"], graphs["rdf"])


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "text/turtle"),
        ("*/*", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("text/html, application/rdf+xml;q=0.8, text/turtle;q=0.5", "application/rdf+xml"),
        ("text/*;q=0.1, application/*;q=0.9", "application/ld+json"),
        ("*/*, text/turtle;q=0", "application/ld+json"),
    ],
)
async def test_the_accepted_form_is_answered(world: SiteWorld, accept: str, expected: str) -> None:
    answer = await world.get("/catalog", Accept=accept)
    assert answer.headers["content-type"].startswith(expected)
    assert answer.headers["vary"] == "Accept"


async def test_what_is_not_offered_is_refused_with_a_sentence(world: SiteWorld) -> None:
    refused = await world.http.get("/catalog", headers={"Accept": "text/html"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (406, "not-acceptable")
    for path, status in (
        ("/catalog.xlsx", 404),
        ("/catalog.ttl?after=zz", 400),
        ("/catalog.ttl?modified_since=2026-01-01&after=zz", 400),
        ("/catalog.ttl?modified_since=soon", 422),
        ("/catalog.ttl?modified_since=1700000000", 422),
        ("/catalog.ttl?limit=0", 422),
        (f"{ROADS}.exe", 404),
        ("/datasets/a.b/c", 404),
        ("/sitemap-9999999.xml", 404),
    ):
        assert (await world.http.get(path)).status_code == status, path


async def test_pages_list_each_dataset_once_and_never_one_that_was_removed() -> None:
    world = SiteWorld(a=Catalogue(*many(130)), b=Catalogue(*many(5)))
    await world.crawl()
    first = Graph().parse(data=(await world.get("/catalog.ttl?limit=20")).text, format="turtle")
    (following,) = first.objects(predicate=URIRef(HYDRA + "next"))
    seen = {str(name) for name in first.objects(URIRef(SITE.catalog), DCAT.dataset)}
    assert len(seen) == 20
    # Between two pages one of those to come goes, one that was listed changes, and one is added.
    catalogue = world.space.catalogues[CITY + "a"]
    catalogue.offers = [titled("d0000", "Changed"), *many(129)[1:], titled("new", "New")]
    await world.crawl()
    rest = await walk(world, str(following))
    assert len(rest) == len(set(rest)) == 135 - 20 - 1 + 1
    assert not seen & set(rest)
    assert not [name for name in rest if "d0129" in name]


async def test_only_what_changed_since_a_time_is_listed(world: SiteWorld) -> None:
    assert len(await walk(world, "/catalog.ttl?modified_since=2020-01-01T00:00:00Z&limit=2")) == 3
    assert await walk(world, "/catalog.ttl?modified_since=2100-01-01T00:00:00Z") == []
    world.space.now += 2 * 86_400_000
    catalogue = world.space.catalogues[CITY + "tiefbauamt"]
    catalogue.offers = [titled("roads", "Changed", **{"dcat:keyword": ["verkehr"]})]
    await world.crawl()
    assert await walk(world, "/catalog.ttl?modified_since=2027-01-16") == [f"{SITE.base}{ROADS}#dataset"]
    assert len(await walk(world, "/catalog.ttl?modified_since=2020-01-01")) == 2


async def test_a_dataset_has_a_page_of_its_own_in_every_form(world: SiteWorld) -> None:
    graphs = [
        Graph().parse(data=(await world.get(f"{ROADS}.{suffix}")).text, format=form)
        for suffix, form in (("ttl", "turtle"), ("jsonld", "json-ld"), ("rdf", "xml"))
    ]
    record, dataset = URIRef(SITE.base + ROADS), URIRef(f"{SITE.base}{ROADS}#dataset")
    assert all(graph.value(record, FOAF.primaryTopic) == dataset for graph in graphs)
    assert isomorphic(graphs[0], graphs[1])
    assert isomorphic(graphs[0], graphs[2])
    assert (await world.get(ROADS, Accept="application/ld+json")).headers["content-type"] == "application/ld+json"


@pytest.mark.parametrize("profile", ["schema.org", "https://schema.org/", "http://schema.org"])
async def test_a_search_engine_gets_schema_org_whatever_the_title_is(world: SiteWorld, profile: str) -> None:
    world.space.catalogues[CITY + "tiefbauamt"].offers = [titled("roads", "</script><b>&")]
    await world.crawl()
    answer = await world.get(ROADS, Accept=f'application/ld+json;profile="{profile}"')
    found = answer.json()
    assert (found["@type"], found["name"], found["url"]) == ("Dataset", "</script><b>&", SITE.base + ROADS)
    assert found["provider"]["name"] == "Tiefbauamt"
    assert not re.search(r"[<>&]", answer.text)
    assert (await world.get(f"{ROADS}.schema.json")).json() == found


async def test_the_sitemap_leads_to_every_dataset(world: SiteWorld) -> None:
    def read(answer: httpx.Response) -> list[str]:
        return [element.text or "" for element in ET.fromstring(answer.content).iter() if element.tag.endswith("loc")]

    (inner,) = read(await world.get("/sitemap.xml"))
    pages = read(await world.get(inner))
    assert len(pages) == 3
    for page in pages:
        await world.get(f"{urlsplit(page).path}.ttl")


@pytest.mark.parametrize("path", PATHS)
async def test_a_member_reads_with_a_token_and_a_stranger_reads_nothing(world: SiteWorld, path: str) -> None:
    await world.get(path)
    refused = await world.http.get(path, headers={"Authorization": "Bearer stranger"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("path", PATHS)
async def test_an_open_broker_answers_everybody_within_a_rate(path: str) -> None:
    world = SiteWorld(is_open=True)
    await world.crawl()
    await world.get(path)
    wrong = await world.http.get(path, headers={"Authorization": "Bearer stranger"})
    assert wrong.status_code == 401
    statuses = [(await world.http.get(f"{ROADS}.exe")).status_code for _ in range(210)]
    assert (statuses[0], statuses[-1]) == (404, 429)
    nudged = await world.http.post("/v1/nudge")
    assert nudged.status_code in {401, 429}


@pytest.mark.parametrize("path", PATHS[:-2])
async def test_what_can_be_read_can_be_asked_for_its_head(world: SiteWorld, path: str) -> None:
    read, head = await world.http.get(path), await world.http.head(path)
    assert (head.status_code, head.headers["content-type"]) == (200, read.headers["content-type"])


@pytest.mark.parametrize("path", [*PATHS[:6], "/catalog.rdf", "/feed.jsonld"])
async def test_who_has_the_same_bytes_is_told_so(world: SiteWorld, path: str) -> None:
    first = await world.get(path)
    for known in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
        again = await world.http.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = await world.get(path, **{"If-None-Match": '"x"'})
    assert other.content == first.content


async def test_a_browser_is_led_to_the_page_for_people(world: SiteWorld) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert (await world.get(ROADS, Accept=browser)).headers["content-type"].startswith("text/turtle")
    world.app.state.site = msgspec.structs.replace(SITE, pages="https://daten.example")
    led = await world.http.get(ROADS, headers={"Accept": browser})
    query = parse_qs(urlsplit(led.headers["location"]).query)
    assert led.status_code == 303
    assert led.headers["location"].startswith("https://daten.example/suche/angebot?")
    assert query == {"teilnehmer": [CITY + "tiefbauamt"], "id": ["roads"]}
    catalogue = await world.http.get("/catalog", headers={"Accept": "text/html"})
    assert catalogue.headers["location"] == "https://daten.example/"
    assert (await world.http.get(f"{ROADS}x", headers={"Accept": browser})).status_code == 404
    for accept in ("*/*", "application/rdf+xml", ""):
        assert (await world.http.get(ROADS, headers={"Accept": accept})).status_code == 200
    atom = (await world.get("/feed.atom")).text
    assert f'href="{led.headers["location"].replace("&", "&amp;")}"' in atom


async def test_a_script_of_any_site_reads_an_open_broker_and_sends_no_token() -> None:
    world, site = SiteWorld(is_open=True), {"Origin": "https://map.example"}
    await world.crawl()
    read = await world.get("/v1/search?q=luft", **site)
    assert read.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in read.headers
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    assert (await world.http.options("/sparql", headers=site | asked)).status_code == 200
    asked["Access-Control-Request-Headers"] = "authorization"
    assert (await world.http.options("/v1/search", headers=site | asked)).status_code == 400
    closed = SiteWorld()
    await closed.crawl()
    assert "access-control-allow-origin" not in (await closed.get("/v1/search?q=luft", **site)).headers
