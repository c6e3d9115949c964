"""Why an offer is shown or not: the first step that it does not pass, for its operator and its provider."""

from typing import Any

import pytest

from connector.broker.schedule import DAY
from tests.api.operating.conftest import AIR, ROADS, OperatorWorld
from tests.api.operating.test_sources import BROKEN
from tests.broker.world import BROKER, CITY

ROAD = {"participant": ROADS, "dataset": "roads", "reason": "Doppelt."}


async def ask(world: OperatorWorld, caller: str, **query: Any) -> Any:
    return await world.http.get("/v1/why", params=query, headers={"Authorization": f"Bearer {caller}"})


async def test_an_offer_that_is_shown_has_passed_every_step(world: OperatorWorld) -> None:
    told = await world.read("/v1/why", participant=ROADS, dataset="roads", q="strassenbaustellen")
    assert [step["code"] for step in told["steps"]] == [
        *("source", "not-removed", "not-suspended", "crawled", "offered", "readable", "not-hidden", "alive"),
        *("not-test", "indexed", "matches"),
    ]
    assert told["shown"] is True


async def test_the_first_step_that_fails_is_the_answer(world: OperatorWorld) -> None:
    assert (await world.why("roads", "urn:x"))[0] == "source-unknown"
    assert (await world.why("nothing"))[0] == "not-offered"
    assert (await world.why("roads", q="wald"))[0] == "matches-not"
    await world.do("/v1/moderation/test", ROAD)
    assert await world.why("roads") == (
        "test-alone",
        "Der Betrieb hat das Angebot am 15. Januar 2027, 08:00 Uhr UTC (admin) als Test gekennzeichnet: Doppelt.",
    )
    await world.do("/v1/moderation/hide", ROAD)
    assert (await world.why("roads"))[0] == "hidden-alone"
    await world.do(f"/v1/sources/{ROADS}/suspend", {"reason": "Störung."})
    assert (await world.why("roads"))[1].endswith("ausgesetzt: Störung.")
    await world.do(f"/v1/sources/{ROADS}/remove")
    assert (await world.why("roads"))[0] == "removed"


async def test_what_is_wrong_with_the_source_is_told(world: OperatorWorld) -> None:
    catalogue = world.space.catalogues[ROADS]
    catalogue.offers[:] = [catalogue.offers[0], BROKEN]
    world.space.now += 700_000
    await world.crawl()
    assert (await world.why("roads"))[0] == "indexed"
    assert (await world.why("broken"))[0] == "unreadable"
    assert (await world.why("trees"))[0] == "withdrawn"
    catalogue.refusing = "Nicht heute."
    for _ in range(4):
        world.space.now += DAY
        await world.crawl()
    code, sentence = await world.why("roads")
    assert (code, "antwortet seit" in sentence) == ("stale", True)


async def test_a_catalogue_that_was_never_read_says_why() -> None:
    from tests.api.operating.conftest import running
    from tests.broker.world import Catalogue

    catalogue = Catalogue()
    catalogue.refusing = "Nicht heute."
    async with running(OperatorWorld(tiefbauamt=catalogue)) as world:
        await world.crawler.take_turn()
        await world.crawler.wait_settled()
        code, sentence = await world.why("roads")
    assert (code, "Nicht heute." in sentence) == ("crawl-failed", True)


async def test_a_provider_asks_about_its_own_offers_and_reads_no_key(world: OperatorWorld) -> None:
    await world.do("/v1/moderation/hide", ROAD)
    own = (await ask(world, ROADS, dataset="roads")).json()
    assert own["steps"][-1]["texts"]["en"] == "The operator hid the offer on 15 January 2027, 08:00 UTC: Doppelt."
    assert (await ask(world, AIR, dataset="roads", participant=ROADS)).status_code == 403
    assert (await ask(world, AIR, dataset="roads")).json()["shown"] is False
    everything = (await ask(world, BROKER, dataset="roads", participant=ROADS)).json()
    assert "(admin)" in everything["steps"][-1]["texts"]["en"]
    assert (await ask(world, CITY + "nobody", dataset="roads")).status_code == 401


@pytest.mark.parametrize("query", [{}, {"dataset": ""}, {"dataset": "x" * 1601}])
async def test_a_question_needs_a_dataset(world: OperatorWorld, query: dict[str, str]) -> None:
    assert (await ask(world, ROADS, **query)).status_code == 422


async def test_the_operator_names_no_provider_if_there_is_one(world: OperatorWorld) -> None:
    found = (await ask(world, BROKER, dataset="roads")).json()
    assert (found["participant"], found["shown"]) == (ROADS, True)
    nobody = await ask(world, BROKER, dataset="urn:unknown")
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (404, "no-dataset")
