"""The feeds: every change once, in order, in named graphs; and Atom that every reader can parse."""

from xml.etree import ElementTree as ET

import pytest
from rdflib import DCAT, RDF, Dataset, Namespace, URIRef

from tests.api.portals.conftest import SiteWorld
from tests.broker.crawling import many
from tests.broker.describing.published import SITE
from tests.broker.world import CITY, Catalogue, titled

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

AS = Namespace("https://www.w3.org/ns/activitystreams#")
TREE, LDES = Namespace("https://w3id.org/tree#"), Namespace("https://w3id.org/ldes#")
ATOM = "{http://www.w3.org/2005/Atom}"


async def replicate(world: SiteWorld, path: str, form: str) -> list[tuple[str, str, int]]:
    """Follow the pages of a feed; return each activity: its kind, its dataset, and the size of its graph."""
    found: list[tuple[str, str, int]] = []
    following: str | None = path
    while following is not None:
        data = Dataset()
        data.parse(data=(await world.get(following)).text, format=form)
        stated = data.default_graph
        for member in stated.objects(URIRef(f"{SITE.base}/feed#stream"), TREE.member):
            kind = stated.value(member, RDF.type).rpartition("#")[2]
            graph = data.graph(member)
            about = stated.value(member, AS.object)
            assert bool(len(graph)) is (kind != "Delete")
            assert kind == "Delete" or (about, RDF.type, DCAT.Dataset) in graph
            found.append((kind, str(about), len(graph)))
        (policy,) = stated.subjects(RDF.type, LDES.LatestVersionSubset)
        assert str(stated.value(policy, LDES.amount)) == "1"
        nodes = list(stated.objects(predicate=TREE.node))
        following = str(nodes[0]) if nodes else None
    return found


@pytest.mark.parametrize(("suffix", "form"), [("trig", "trig"), ("jsonld", "json-ld")])
async def test_a_copy_follows_what_is_created_updated_and_deleted(suffix: str, form: str) -> None:
    world = SiteWorld(a=Catalogue(*many(7)))
    await world.crawl()
    first = await replicate(world, f"/feed.{suffix}?limit=3", form)
    assert {kind for kind, _, _ in first} == {"Create"}
    assert len({about for _, about, _ in first}) == len(first) == 7
    world.space.catalogues[CITY + "a"].offers = [titled("d0000", "Changed"), *many(6)[1:]]
    await world.crawl()
    later = {
        (kind, about.partition("/datasets/")[2][-13:-8])
        for kind, about, _ in await replicate(world, f"/feed.{suffix}?after=7", form)
    }
    assert later == {("Update", "d0000"), ("Delete", "d0006")}
    assert len(await replicate(world, f"/feed.{suffix}", form)) == 7


async def test_the_accepted_form_of_the_feed_is_answered(world: SiteWorld) -> None:
    assert (await world.get("/feed")).headers["content-type"] == "application/trig"
    assert (await world.get("/feed", Accept="application/ld+json")).headers["content-type"] == "application/ld+json"
    assert (await world.http.get("/feed.ttl")).status_code == 404
    assert (await world.http.get("/feed?after=-1")).status_code == 400


@pytest.mark.parametrize(("language", "word"), [("", "Geändert"), ("en-GB,en;q=0.9", "Changed"), ("fr", "Geändert")])
async def test_the_newest_changes_are_an_atom_feed_in_the_language_of_the_reader(
    world: SiteWorld, language: str, word: str
) -> None:
    world.space.catalogues[CITY + "tiefbauamt"].offers = [titled("roads", "A <b> & ]]>")]
    await world.crawl()
    feed = ET.fromstring((await world.get("/feed.atom", **{"Accept-Language": language})).content)
    titles = [entry.findtext(f"{ATOM}title") or "" for entry in feed.findall(f"{ATOM}entry")]
    assert len(titles) == 3
    assert f"{word}: A <b> & ]]>" in titles[:2]
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(set(ids)) == 3
    links = feed.findall(f"{ATOM}entry/{ATOM}link")
    # Without pages there is nothing for people; each form for machines has an address of its own.
    assert [link.get("type") for link in links] == ["application/ld+json", "text/turtle", "application/rdf+xml"] * 2
    for link in links:
        answer = await world.get(str(link.get("href")))
        assert answer.headers["content-type"].partition(";")[0] == link.get("type")


async def test_an_empty_record_has_an_empty_feed() -> None:
    world = SiteWorld(a=Catalogue())
    assert await replicate(world, "/feed", "trig") == []
    assert ET.fromstring((await world.get("/feed.atom")).content).findall(f"{ATOM}entry") == []
