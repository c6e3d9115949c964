"""The sources of a broker, as its operator lists, registers, suspends, removes and crawls them."""

import asyncio

import pytest

from connector.broker import projector
from connector.broker.schedule import make_portal
from connector.desk.operating import sources
from connector.ports.broker_store import PORTALS, Liveness
from connector.views.portals import PortalKind
from tests.api.operating.conftest import AIR, ROADS, OperatorWorld, running
from tests.api.operating.outputs import list_showing
from tests.broker.crawling import crawler_of
from tests.broker.portals import iri, package
from tests.broker.world import CITY, Catalogue, titled

NEW = CITY + "archiv"
BROKEN = b'{"@id": "broken", "@type": "Dataset", "distribution": []}'
ORDER = {"participant": NEW, "name": "Archiv", "address": "https://archiv.example/dsp/2025-1"}

PORTAL = {"kind": "ckan", "participant": "city", "name": "Open Data City", "address": "https://portal.example/"}


async def names(world: OperatorWorld, **query: object) -> list[str]:
    return [item["participant"] for item in (await world.read("/v1/sources", **query))["items"]]


async def test_sources_are_listed_by_state_mark_and_words_in_pages(world: OperatorWorld) -> None:
    world.space.catalogues[AIR].refusing = "Nicht heute."
    world.space.now += 700_000
    await world.crawl()
    await world.do(f"/v1/sources/{ROADS}/suspend")
    assert await names(world) == [ROADS, AIR]
    assert await names(world, state="SUSPECT") == await names(world, failing=True) == [AIR]
    assert await names(world, mark="suspended") == await names(world, q="TIEFBAU") == [ROADS]
    first = await world.read("/v1/sources", limit=1)
    assert (first["next"], await names(world, after=first["next"])) == (ROADS, [AIR])
    (shown,) = (await world.read("/v1/sources", q="umwelt"))["items"]
    assert (shown["state"], shown["failures"], "Nicht heute." in shown["error"]) == ("SUSPECT", 1, True)
    assert (await world.read("/v1/sources", q="tiefbau"))["items"][0]["next_at"] is None


async def test_a_source_is_shown_with_its_crawls_and_what_could_not_be_read(world: OperatorWorld) -> None:
    world.space.catalogues[AIR].offers.append(BROKEN)
    world.space.now += 700_000
    await world.crawl()
    world.space.catalogues[AIR].refusing = "Nicht heute."
    world.space.now += 900_000
    await world.crawl()
    found = await world.read(f"/v1/sources/{AIR}")
    assert (found["crawls_succeeded"], found["crawls_failed"], found["source"]["datasets"]) == (2, 1, 1)
    (unreadable,) = found["unreadable"]
    assert unreadable["dataset"] == "broken"
    assert unreadable["reason"]
    assert (await world.read("/v1/sources/urn:x", status=404))["error"]["code"] == "no-source"


async def test_a_suspended_source_is_not_crawled_and_is_after_it_was_resumed(world: OperatorWorld) -> None:
    await world.do(f"/v1/sources/{ROADS}/suspend")
    world.space.now += 700_000
    world.space.order.clear()
    world.crawler.nudge(ROADS)
    await world.crawl()
    assert world.space.order == ["umweltamt"]
    refused = await world.do("/v1/crawls", {"participants": [ROADS, AIR]}, status=202)
    assert (refused["asked"], refused["refused"]) == ([AIR], [ROADS])
    await world.do(f"/v1/sources/{ROADS}/resume")
    await world.crawl()
    assert "tiefbauamt" in world.space.order


async def test_a_removed_source_leaves_tombstones_and_comes_back_by_a_crawl_only(world: OperatorWorld) -> None:
    before = await list_showing(world)
    await world.do(f"/v1/sources/{ROADS}/remove", {"reason": "Ausgetreten."})
    await world.crawl()
    assert await list_showing(world) == set()
    gone = await world.record.stored(ROADS, "roads")
    assert gone is not None
    assert (gone.document, gone.removed_at) == (b"", world.space.now)
    source = await world.record.source(ROADS)
    assert source is not None
    assert (source.liveness, source.datasets) == (Liveness.DEAD, 0)
    world.space.now += 700_000
    await world.crawl()
    assert await world.found() == ["air"]
    await world.do("/v1/sources", ORDER | {"participant": ROADS}, status=201)
    await world.crawl()
    assert await list_showing(world) == before


async def test_a_source_is_registered_by_hand_and_outlives_the_participant_list(world: OperatorWorld) -> None:
    world.space.catalogues[NEW] = Catalogue(titled("plans", "Stadtpläne"))
    await world.do("/v1/sources", ORDER, status=201)
    await world.crawl()
    assert "plans" in await world.found()
    world.crawler.relist()
    await world.crawl()
    assert (await world.read(f"/v1/sources/{NEW}"))["marks"][0]["kind"] == "registered"
    removed = await world.do(f"/v1/sources/{NEW}/remove")
    await world.crawl()
    assert "plans" not in await world.found()
    world.space.now += 10_000
    await world.do(f"/v1/acts/{removed['act']['number']}/undo")
    await world.crawl()
    assert "plans" in await world.found()
    await world.do("/v1/acts/1/undo")
    await world.crawl()
    assert "plans" not in await world.found()


async def test_a_member_needs_no_registration(world: OperatorWorld) -> None:
    refused = await world.do("/v1/sources", ORDER | {"participant": ROADS}, status=409)
    assert refused["error"]["code"] == "listed"
    for wrong in ({"address": "ftp://x"}, {"name": ""}, {"more": 1}):
        await world.do("/v1/sources", ORDER | wrong, status=422)


async def test_a_portal_is_registered_harvested_found_removed_and_restored(world: OperatorWorld) -> None:
    done = await world.do("/v1/sources", PORTAL, status=201)
    assert (done["act"]["act"], done["act"]["participant"]) == ("register", PORTALS + "city")
    await world.crawl()
    shown = await world.read("/v1/sources/city")
    assert (shown["source"]["kind"], shown["source"]["address"]) == ("ckan", "https://portal.example")
    assert (shown["source"]["state"], shown["source"]["datasets"], shown["source"]["configured"]) == (
        "ONLINE",
        2,
        False,
    )
    assert await names(world, kind="ckan") == [PORTALS + "city"]
    assert await names(world, kind="participant") == [ROADS, AIR]
    assert {iri(0), iri(1)} < {*await world.found()}
    removed = await world.do("/v1/sources/city/remove", {"reason": "Abgeschaltet."})
    assert iri(0) not in await world.found()
    await world.crawl()
    assert (await world.read("/v1/sources/city"))["source"]["state"] == "DEAD"
    world.space.now += 10_000
    await world.do(f"/v1/acts/{removed['act']['number']}/undo")
    await world.crawl()
    assert iri(0) in await world.found()
    await world.do(f"/v1/acts/{done['act']['number']}/undo")
    await world.crawl()
    assert iri(0) not in await world.found()


async def test_a_portal_is_moderated_by_its_short_name_and_read_when_the_operator_wants_it(
    world: OperatorWorld,
) -> None:
    await world.do("/v1/sources", PORTAL, status=201)
    await world.crawl()
    world.portal.packages.append(package(2))
    await world.crawl()
    assert (await world.do("/v1/crawls", {"participants": ["city"]}, status=202))["asked"] == [PORTALS + "city"]
    await world.crawl()
    assert (await world.read("/v1/sources/city"))["source"]["datasets"] == 3
    await world.do("/v1/moderation/hide", {"participant": "city", "dataset": iri(2)})
    assert iri(2) not in await world.found()
    assert (await world.why(iri(2), "city"))[0] == "hidden-alone"
    await world.do("/v1/sources/city/suspend")
    assert iri(0) not in await world.found()
    await world.do("/v1/sources/city/resume")
    assert iri(0) in await world.found()


async def test_a_portal_of_the_settings_is_removed_by_a_mark_and_not_registered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(projector, "_APART_S", 0.0)
    configured = make_portal("set", PortalKind.CKAN, "https://portal.example", "Set", configured=True)
    monkeypatch.setattr(OperatorWorld, "configured", (configured,))
    async with running(OperatorWorld()) as world:
        await world.crawl()
        assert iri(0) in await world.found()
        refused = await world.do("/v1/sources", PORTAL | {"participant": "set"}, status=409)
        assert refused["error"]["code"] == "configured"
        await world.do("/v1/sources/set/remove")
        await world.crawl()
        assert iri(0) not in await world.found()
        world.space.now += 10_000
        again = await world.do("/v1/sources", PORTAL | {"participant": "set"}, status=201)
        assert again["act"]["act"] == "restore"
        await world.crawl()
        assert iri(0) in await world.found()
        world.crawler = crawler_of(world.space, world.record)
        await world.crawl()
        source = await world.record.source(PORTALS + "set")
        assert source is not None
        assert (source.liveness, source.error) == (Liveness.DEAD, "The portal was removed.")


@pytest.mark.parametrize(
    "wrong",
    [{"participant": "A B"}, {"kind": "ftp"}, {"address": "file:///etc/passwd"}, {"name": ""}, {"kind": "participant"}],
)
async def test_a_source_that_cannot_be_read_is_not_registered(world: OperatorWorld, wrong: dict[str, str]) -> None:
    order = PORTAL | {"address": "https://portal.example/?a=b"} | wrong
    assert (await world.do("/v1/sources", order, status=422))["error"]["code"] == "invalid"
    assert (await world.read("/v1/acts"))["items"] == []


async def test_the_sources_that_are_registered_are_bounded(
    world: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MOST_REGISTERED", 1)
    await world.do("/v1/sources", PORTAL, status=201)
    await world.do("/v1/sources", PORTAL | {"name": "Stadt"}, status=201)
    refused = await world.do("/v1/sources", PORTAL | {"participant": "other"}, status=409)
    assert refused["error"]["code"] == "too-many"


async def test_a_crawl_is_asked_for_and_its_end_awaited(world: OperatorWorld) -> None:
    world.space.now += 60_000
    world.space.gate = asyncio.Event()
    order = await world.do("/v1/crawls", {"participants": [ROADS]}, status=202)
    at = world.space.now
    assert order["asked"] == [ROADS]
    await world.crawler.take_turn()
    waiting = asyncio.create_task(world.read(f"/v1/sources/{ROADS}/crawl", since=at, timeout=60))
    early = await world.read(f"/v1/sources/{ROADS}/crawl", since=at)
    assert early["done"] is False
    world.space.gate.set()
    done = await waiting
    assert (done["done"], done["source"]["state"]) == (True, "ONLINE")
    assert (await world.do("/v1/crawls", {"participants": ["urn:x"]}, status=404))["error"]["code"] == "no-source"


async def test_all_that_failed_are_crawled_at_once(world: OperatorWorld) -> None:
    world.space.catalogues[AIR].refusing = "Nicht heute."
    world.space.now += 700_000
    await world.crawl()
    world.space.catalogues[AIR].refusing = None
    world.space.now += 3_000
    assert (await world.do("/v1/crawls", {"failing": True}, status=202))["asked"] == [AIR]
    await world.crawl()
    assert (await world.read("/v1/sources", failing=True))["items"] == []


async def test_the_status_shows_all_on_one_screen(world: OperatorWorld) -> None:
    await world.do("/v1/moderation/test", {"participant": ROADS, "dataset": "roads"})
    await world.do(f"/v1/sources/{AIR}/suspend")
    found = await world.read("/v1/status")
    assert (found["entries"], found["tests"], found["withheld"]) == (1, 1, 1)
    assert (found["sources"], found["marks"]) == ({"ONLINE": 2}, {"suspended": 1})
    assert found["index_at"] == found["last_change"] == 5
    assert (found["active"], found["due"], found["building_at"]) == (0, 0, None)
    assert (await world.do("/v1/reindex", status=202))["last_change"] == 5


@pytest.mark.parametrize(
    "path", ["/v1/sources", "/v1/status", "/v1/marks", "/v1/acts", "/v1/why?dataset=a&participant=b"]
)
async def test_no_endpoint_answers_without_a_key(world: OperatorWorld, path: str) -> None:
    answer = await world.api.get(path, headers={"Authorization": ""})
    assert answer.status_code == 401
