"""What the operator does to offers and sources: each act, its undo, and what everybody sees of it."""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from connector.broker import projector
from connector.broker.reading.likeness import Likeness
from connector.ports.broker_store import Delta
from connector.store.sqlite.record.record import open_record
from tests.api.operating.conftest import AIR, ROADS, OperatorWorld, running
from tests.api.operating.outputs import list_showing

ROAD = {"participant": ROADS, "dataset": "roads"}
ALL = {"participant": ROADS}
ACTS = [
    ("moderation/hide", ROAD, "moderation/unhide", ROAD),
    ("moderation/hide", ALL, "moderation/unhide", ALL),
    ("moderation/test", ROAD, "moderation/untest", ROAD),
    ("moderation/test", ALL, "moderation/untest", ALL),
    (f"sources/{ROADS}/suspend", {"reason": "Störung."}, f"sources/{ROADS}/resume", {}),
]


@pytest.mark.parametrize(("act", "body", "back", "taken"), ACTS)
async def test_an_offer_that_is_moderated_is_in_no_output_until_it_is_not(
    world: OperatorWorld, act: str, body: dict[str, str], back: str, taken: dict[str, str]
) -> None:
    before = await list_showing(world)
    assert len(before) > 10
    asked = len(world.space.order)
    done = await world.do(f"/v1/{act}", body)
    assert (done["followed"], done["act"]["by"]) == (True, "admin")
    assert await list_showing(world) == set()
    assert (await world.do(f"/v1/{act}", body))["act"] is None
    await world.do(f"/v1/{back}", taken)
    assert await list_showing(world) == before
    assert len(world.space.order) == asked, "nothing was crawled"


@pytest.mark.parametrize(("act", "body", "back", "taken"), ACTS)
async def test_each_act_is_undone_by_its_number_and_its_undo_too(
    world: OperatorWorld, act: str, body: dict[str, str], back: str, taken: dict[str, str]
) -> None:
    done = await world.do(f"/v1/{act}", body)
    undone = await world.do(f"/v1/acts/{done['act']['number']}/undo")
    assert undone["act"]["undoes"] == done["act"]["number"]
    assert "roads" in await world.found()
    again = await world.do(f"/v1/acts/{undone['act']['number']}/undo")
    assert again["act"]["act"] == done["act"]["act"]
    assert "roads" not in await world.found()
    late = await world.do(f"/v1/acts/{done['act']['number']}/undo", status=200)
    assert late["act"]["undoes"] == done["act"]["number"]
    assert "roads" in await world.found()
    refused = await world.do(f"/v1/acts/{done['act']['number']}/undo", status=409)
    assert refused["error"]["code"] == "changed-since"


async def test_tests_are_found_by_who_asks_for_them(world: OperatorWorld) -> None:
    await world.do("/v1/moderation/test", ROAD)
    assert await world.found() == ["air", "trees"]
    assert await world.found(tests=True) == ["air", "roads", "trees"]
    counted = (await world.http.get("/v1/search", params={"facets": True})).json()
    assert counted["total"] == sum(value["count"] for value in counted["facets"]["participant"]) == 2
    asked = (await world.http.get("/v1/search", params={"tests": True, "q": "strassenbaustellen"})).json()
    assert [item["test"] for item in asked["items"]] == [True]
    query = {"participant": ROADS, "dataset": "roads"}
    assert (await world.http.get("/v1/datasets", params=query)).status_code == 404
    assert (await world.http.get("/v1/datasets", params=query | {"tests": "true"})).status_code == 200
    await world.do("/v1/moderation/test", {"participant": AIR})
    assert await world.found(tests=True) == ["air", "roads", "trees"]
    assert await world.found() == ["trees"]


async def test_a_feed_tells_what_was_hidden_and_what_came_back(world: OperatorWorld) -> None:
    last = (await world.record.view().changes(None, 100))[1]

    async def list_told(after: str) -> list[tuple[str, bool]]:
        told = (await world.http.get("/v1/changes", params={"after": after})).json()["items"]
        return [(item["id"], item["removed"]) for item in told]

    await world.do("/v1/moderation/hide", ROAD)
    assert await list_told(last) == [("roads", True)]
    await world.do("/v1/moderation/unhide", ROAD)
    assert await list_told(last) == [("roads", False)]


async def test_marks_and_acts_are_listed_with_who_and_when(world: OperatorWorld) -> None:
    await world.do("/v1/moderation/hide", ROAD | {"reason": "Doppelt."}, key="write")
    await world.do("/v1/moderation/test", ALL)
    (hidden, test) = (await world.read("/v1/marks"))["items"]
    assert (hidden["kind"], hidden["dataset"], hidden["reason"], hidden["by"]) == (
        "hidden",
        "roads",
        "Doppelt.",
        "write",
    )
    assert (test["kind"], test["dataset"]) == ("test", None)
    newest = await world.read("/v1/acts", limit=1)
    assert (newest["items"][0]["act"], newest["items"][0]["at"]) == ("test", "2027-01-15T08:00:00Z")
    (older,) = (await world.read("/v1/acts", after=newest["next"]))["items"]
    assert (older["act"], older["number"]) == ("hide", 1)
    assert (await world.read("/v1/acts", participant=AIR))["items"] == []
    assert (await world.read("/v1/marks", after="x", status=400))["error"]["code"] == "cursor"


async def test_what_does_not_exist_cannot_be_moderated(world: OperatorWorld) -> None:
    assert (await world.do("/v1/moderation/hide", {"participant": "urn:x"}, status=404))["error"]["code"] == "no-source"
    unknown = {"participant": ROADS, "dataset": "x"}
    assert (await world.do("/v1/moderation/hide", unknown, status=404))["error"]["code"] == "no-dataset"
    assert (await world.do("/v1/acts/9/undo", status=404))["error"]["code"] == "no-act"
    assert (await world.do("/v1/moderation/hide", ALL | {"reason": ""}, status=422))["error"]["code"] == "invalid"


async def test_only_a_key_with_the_scope_acts(world: OperatorWorld) -> None:
    await world.do("/v1/moderation/hide", ROAD, status=403, key="read")
    await world.do("/v1/moderation/hide", ROAD, status=401, key="guessed")
    await world.do(f"/v1/sources/{ROADS}/remove", status=403, key="write")
    assert (await world.read("/v1/acts"))["items"] == []


async def test_an_act_is_there_after_a_restart_and_can_be_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "_APART_S", 0.0)
    record = await open_record(tmp_path / "record.db")
    async with running(OperatorWorld(record)) as first:
        await first.crawl()
        await first.do("/v1/moderation/hide", ROAD)
        await first.do(f"/v1/sources/{AIR}/suspend")
        await record.close()
    record = await open_record(tmp_path / "record.db")
    async with running(OperatorWorld(record, first.space)) as second:
        await second.crawl()
        assert await second.found() == ["trees"]
        await second.do("/v1/acts/2/undo")
        await second.do("/v1/acts/1/undo")
        assert await second.found() == ["air", "roads", "trees"]
        await record.close()


async def test_possible_duplicates_are_listed_with_what_they_have_in_common(world: OperatorWorld) -> None:
    assert (await world.read("/v1/duplicates"))["items"] == []
    url = "https://data.example/roads.csv"
    stated = {"@id": url, "@type": "Distribution"}
    for participant, title in ((ROADS, "Straßen"), (AIR, "Luft")):
        shown = next(one for one in (await world.record.changes(0, 99)) if one.participant == participant)
        likenesses = (Likeness("distribution", url).key,)
        document = msgspec.json.encode({"@id": shown.id, "distribution": [{"dcat:downloadURL": stated}]})
        changed = replace(shown, titles={"de": title}, document=document, likenesses=likenesses)
        source = await world.record.source(participant)
        assert source is not None
        await world.record.apply(Delta(source=source, upserts=(changed,)), 1)
    (found,) = (await world.read("/v1/duplicates"))["items"]
    assert (found["kind"], found["value"], found["agrees"]) == ("distribution", url, False)
    assert {one["participant"] for one in found["datasets"]} == {ROADS, AIR}
