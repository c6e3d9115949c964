"""The CKAN API as harvesters use it: the client `ckanapi`, and the way of CKAN's own harvester, page by page."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
from ckanapi import NotFound, RemoteCKAN, ValidationError

from connector.api.portals import ckan
from connector.api.portals.ckan import ACTIONS
from connector.app.listeners import Listeners
from connector.broker.describing.ckan import hash_participant, read_identifier, render_package
from tests.api.portals.conftest import SiteWorld
from tests.broker.crawling import many
from tests.broker.describing.published import SITE, subject_of
from tests.broker.world import CITY, Catalogue, dataset, titled

# What CKAN itself accepts as a name and as a tag.
NAME, TAG = re.compile(r"[a-z0-9_-]{2,100}"), re.compile(r"[\w .-]{2,100}")


async def ask(world: SiteWorld, work: Callable[[RemoteCKAN], Any]) -> Any:
    """Serve the public site, and let the blocking client work on it."""
    listeners = Listeners()
    await listeners.open_asgi("broker", world.app, "127.0.0.1", 0, public=False)
    try:
        with RemoteCKAN(listeners.addresses["broker"]) as ckan:
            return await asyncio.to_thread(work, ckan)
    finally:
        await listeners.close()


async def harvest(world: SiteWorld, **more: Any) -> list[dict[str, Any]]:
    """Read all packages as CKAN's harvester does: a hundred rows from each start, until a page is empty."""
    found: list[dict[str, Any]] = []
    while True:
        page = await world.act("package_search", rows="100", start=str(len(found)), sort="id asc", **more)
        if not page["results"]:
            return found
        found += page["results"]


async def test_a_client_of_ckan_reads_packages_and_organisations() -> None:
    world = SiteWorld(is_open=True)
    await world.crawl()

    def work(ckan: RemoteCKAN) -> None:
        assert ckan.action.status_show()["site_url"] == SITE.base
        names = ckan.action.package_list()
        assert len(names) == 3
        for name in names:
            package = ckan.action.package_show(id=name)
            assert package == ckan.action.package_show(id=package["id"])
            assert package["name"] == name
        organizations = ckan.action.organization_list(all_fields=True)
        assert sorted((shown["title"], shown["package_count"]) for shown in organizations) == [
            ("Tiefbauamt", 2),
            ("Umweltamt", 1),
        ]
        assert ckan.action.organization_show(id=organizations[0]["name"]) == organizations[0]
        found = ckan.action.package_search(fq=f"organization:{organizations[0]['name']}", rows=5)
        assert {shown["owner_org"] for shown in found["results"]} == {organizations[0]["id"]}
        with pytest.raises(NotFound):
            ckan.action.package_show(id="nothing")
        with pytest.raises(ValidationError):
            ckan.action.package_search(fq="groups:x")

    await ask(world, work)


async def test_ckan_s_harvester_gets_every_package_once_with_names_that_ckan_accepts() -> None:
    world = SiteWorld(a=Catalogue(*many(230)), b=Catalogue(titled("x", "Über Bäume & Straßen (2024)")))
    await world.crawl()
    packages = await harvest(world, fq="+dataset_type:dataset")
    assert len(packages) == len({package["id"] for package in packages}) == 231
    for package in packages:
        assert NAME.fullmatch(package["name"])
        assert NAME.fullmatch(package["id"])
        assert NAME.fullmatch(package["organization"]["name"])
        assert package["resources"][0]["url"].startswith("https://")
    assert [package["name"] for package in packages if package["name"].startswith("ueber-baeume-strassen-2024-")]


async def test_only_what_changed_since_a_time_is_harvested_in_its_order(world: SiteWorld) -> None:
    world.space.now += 86_400_000
    world.space.catalogues[CITY + "tiefbauamt"].offers = [titled("roads", "Changed")]
    await world.crawl()
    changed = await world.act("package_search", fq="metadata_modified:[2027-01-16T00:00:00Z TO *]")
    assert (changed["count"], changed["results"][0]["title"]) == (1, "Changed")
    newest = await world.act("package_search", sort="metadata_modified desc")
    assert [package["title"] for package in newest["results"]] == ["Changed", "Luftqualität"]
    oldest = await world.act("package_search", sort="metadata_modified asc", rows=1)
    assert (oldest["count"], oldest["results"][0]["title"]) == (2, "Luftqualität")
    assert (await world.act("package_search", fq='organization:"nobody"'))["count"] == 0
    assert len(await world.act("package_list")) == 2


async def test_organisations_are_chosen_and_left_out_as_harvesters_ask_for_them() -> None:
    world = SiteWorld(a=Catalogue(titled("a", "A")), b=Catalogue(titled("b", "B")), c=Catalogue(titled("c", "C")))
    await world.crawl()
    names = {one["organization"]["title"]: one["organization"]["name"] for one in await harvest(world)}
    a, b = (next(name for title, name in names.items() if title.lower().endswith(end)) for end in "ab")

    async def titles(**asked: str) -> str:
        found = await world.act("package_search", rows="1000", **asked)
        assert found["count"] == len(found["results"])
        return "".join(sorted(one["title"] for one in found["results"]))

    since = "metadata_modified:[2020-01-01T00:00:00Z TO *]"
    # ckanext-harvest: organizations_filter_include and organizations_filter_exclude.
    assert await titles(fq=f"organization:{a} OR organization:{b} {since}") == "AB"
    assert await titles(fq=f"-organization:{a} -organization:{b}") == "C"
    assert await titles(fq=f"-organization:{a} -organization:nobody") == "BC"
    # udata: in q, joined by AND.
    assert await titles(q=f"organization:{a} AND -organization:{b}") == "A"
    assert await titles(q=f"-organization:{a}", fq=f"organization:({a} OR {b})") == "B"
    assert await titles(fq=f"organization:{a} AND organization:{b}") == ""


async def test_all_names_are_listed_without_a_limit_and_written_as_they_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = SiteWorld(a=Catalogue(*many(230)))
    await world.crawl()
    monkeypatch.setattr(ckan, "MOST_NAMES", 50)
    names = await world.act("package_list")
    assert len(names) == len(set(names)) == 230
    assert await world.act("package_list", offset="210") == names[210:]
    assert await world.act("package_list", limit="20", offset="100") == names[100:120]
    assert await world.act("package_list", offset="230") == []
    answer = await world.http.get("/api/3/action/package_list")
    assert "content-length" not in answer.headers, "nobody holds the whole list"
    monkeypatch.setattr(ckan, "MOST_STREAMED", 229)
    refused = await world.http.get("/api/3/action/package_list")
    assert (refused.status_code, "limit and offset" in refused.text) == (409, True)


async def test_a_page_of_a_thousand_has_a_thousand() -> None:
    world = SiteWorld(a=Catalogue(*many(230)))
    await world.crawl()
    found = await world.act("package_search", rows="1000")
    assert (found["count"], len(found["results"])) == (230, 230)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("package_show?id=" + "x" * 5000, 404),
        ("package_show", 404),
        ("package_delete?id=x", 404),
        ("organization_show?id=x", 404),
        ("package_search?rows=-1", 409),
        ("package_search?start=99999999999", 409),
        ("package_search?q=luft", 409),
        ("package_search?fq=metadata_modified:[soon TO *]", 409),
        ("package_search?fq=organization:a OR groups:b", 409),
        ("package_search?fq=-groups:b", 409),
        ("package_search?q=organization:a AND tags:b", 409),
        ("package_search?fq=((((", 409),
    ],
)
async def test_what_is_not_understood_is_refused_in_the_form_of_ckan(world: SiteWorld, path: str, status: int) -> None:
    answer = await world.http.get(f"/api/3/action/{path}")
    found = answer.json()
    assert (answer.status_code, found["success"]) == (status, False)
    assert found["error"]["__type"].endswith("Error")
    assert found["error"]["message"].endswith(".")


@pytest.mark.parametrize("body", [b"[]", b"{", b"[" * 5000, b"{" + b" " * 70_000])
async def test_a_body_that_is_no_object_is_refused(world: SiteWorld, body: bytes) -> None:
    answer = await world.http.post("/api/3/action/package_list", content=body)
    assert (answer.status_code, answer.json()["error"]["__type"]) == (409, "Validation Error")


async def test_identifiers_of_participants_that_begin_alike_are_told_apart(world: SiteWorld) -> None:
    (first, *_) = await harvest(world)
    other = first["id"][:-1] + ("0" if first["id"][-1] != "0" else "1")
    assert (await world.http.get(f"/api/3/action/package_show?id={other}")).status_code == 404
    hashes = read_identifier(first["id"])
    assert hashes is not None
    assert hash_participant(CITY + "tiefbauamt").startswith(hashes.participant)


def test_a_package_has_what_the_dataset_states() -> None:
    licence = "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
    document = dataset(
        "urn:uuid:1",
        **{
            "dct:title": "Luft",
            "dct:license": {"@id": licence},
            "dcat:keyword": ["Luft & Lärm", "x", "a/b"],
            "dcat:theme": "ENVI",
            "dcat:contactPoint": {"vcard:fn": "Amt"},
        },
    )
    document["distribution"][0] |= {"dcat:mediaType": "text/csv", "dcat:byteSize": 12}
    package = render_package(subject_of(document))
    assert (package["license_url"], package["maintainer"]) == (licence, "Amt")
    assert [tag["name"] for tag in package["tags"]] == ["Luft Lärm", "a b"]
    assert all(TAG.fullmatch(tag["name"]) for tag in package["tags"])
    (resource,) = package["resources"]
    assert (resource["format"], resource["mimetype"], resource["size"]) == ("CSV", "text/csv", 12)
    extras = {extra["key"]: extra["value"] for extra in package["extras"]}
    assert (extras["uri"], extras["identifier"], extras["publisher_name"]) == ("urn:uuid:1", "urn:uuid:1", "Umweltamt")


def test_only_reading_actions_are_offered() -> None:
    assert all(name.rpartition("_")[2] in {"list", "show", "search"} for name in ACTIONS)
