"""One crawl: complete or not at all, and nothing that a source sends stops it."""

import asyncio
import json
from typing import Any

import pytest

from connector.broker.crawl import Bounds
from connector.broker.schedule import DAY, MINUTE
from connector.ports.broker_store import Liveness
from connector.ports.peer import Nested
from connector.store.rules import VERIFIED_WITHIN_MS
from tests.broker.crawling import A, World, crawler_of, many
from tests.broker.world import CITY, Catalogue, dataset, titled


async def test_all_pages_are_read_and_the_answers_random_parts_are_no_change() -> None:
    world = World(a=Catalogue(*many(120)))
    first = await world.crawl()
    assert (first.liveness, first.datasets, len(await world.ids())) == (Liveness.ONLINE, 120, 120)
    second = await world.crawl()
    assert second.interval == 15 * MINUTE
    assert [entry.seq for entry in await world.record.changes(0, 1000)] == list(range(1, 121))


async def test_only_what_changed_gets_a_new_change_number() -> None:
    world = World(a=Catalogue(titled("x", "Bäume"), titled("y", "Parken")))
    await world.crawl()
    world.catalogue.offers = [titled("x", "Bäume"), titled("y", "Parken am Dom"), titled("z", "Neu")]
    source = await world.crawl()
    assert [(entry.id, entry.seq) for entry in await world.record.changes(2, 9)] == [("y", 3), ("z", 4)]
    assert source.interval == 5 * MINUTE
    world.space.now += VERIFIED_WITHIN_MS
    await world.crawl()
    kept = await world.record.entry(A, "x")
    assert kept is not None
    assert kept.verified_at == world.space.now


async def test_a_page_that_fails_in_the_middle_deletes_and_adds_nothing() -> None:
    world = World(a=Catalogue(*many(60)))
    await world.crawl()
    world.catalogue.offers = [*many(70)[20:], dataset("new")]
    world.catalogue.failing_from = 1
    source = await world.crawl()
    assert (source.liveness, source.failures, source.error) == (
        Liveness.SUSPECT,
        1,
        "The source did not answer: 503: busy",
    )
    assert await world.ids() == [f"d{number:04}" for number in range(60)]


async def test_a_few_datasets_may_go_at_once_and_most_only_after_a_second_look() -> None:
    world = World(a=Catalogue(*many(10)))
    await world.crawl()
    world.catalogue.offers = many(8)
    assert (await world.crawl()).datasets == 8
    world.catalogue.offers = many(2)
    doubted = await world.crawl()
    assert (len(await world.ids()), doubted.datasets, doubted.shrink_seen) == (8, 8, True)
    assert "6 datasets" in (doubted.error or "")
    assert doubted.next_at - world.space.now == MINUTE
    believed = await world.crawl()
    assert (await world.ids(), believed.shrink_seen, believed.error) == (["d0000", "d0001"], False, None)


async def test_a_catalogue_that_recovers_loses_nothing() -> None:
    world = World(a=Catalogue(*many(10)))
    await world.crawl()
    world.catalogue.offers = []
    await world.crawl()
    world.catalogue.offers = many(10)
    source = await world.crawl()
    assert (len(await world.ids()), source.shrink_seen) == (10, False)
    assert len(await world.record.changes(0, 99)) == 10


@pytest.mark.parametrize(
    ("catalogue", "bounds", "expected"),
    [
        ({"circle": True}, Bounds(), "form a cycle"),
        ({"same": True}, Bounds(), "form a cycle"),
        ({"endless": True}, Bounds(pages=5), "more than 5 pages"),
        ({"offers": many(70)}, Bounds(datasets=60), "larger than 60 datasets"),
        ({"offers": [dataset("a", x="y" * 9000)]}, Bounds(bytes=5000), "5000 bytes"),
        ({"endless": True, "weighs": (1000, 0)}, Bounds(bytes=5000), "5000 bytes"),
        ({"endless": True, "weighs": (1000, 700)}, Bounds(elements=5000), "more than 5000 values"),
        ({"says": CITY + "somebody"}, Bounds(), "belongs to"),
        ({"refusing": "Go\u202eaway"}, Bounds(), "refused the catalogue request: Go away"),
    ],
)
async def test_what_has_no_end_or_no_right_is_a_failure_with_a_sentence(
    catalogue: dict[str, Any], bounds: Bounds, expected: str
) -> None:
    world = World(a=Catalogue(dataset("kept")))
    for name, value in catalogue.items():
        setattr(world.catalogue, name, value)
    world.crawler = crawler_of(world.space, world.record, bounds=bounds)
    source = await world.crawl()
    assert source.failures == 1
    assert expected in (source.error or "")
    assert await world.ids() == []


async def test_what_our_own_settings_refuse_to_ask_is_not_said_of_the_source() -> None:
    world = World(a=Catalogue(dataset("kept")))
    world.catalogue.refusing = "Port 28200 is not allowed here by the setting `net.ports`."
    world.catalogue.refusing_with = 0
    source = await world.crawl()
    assert source.error == "The source was not asked: Port 28200 is not allowed here by the setting `net.ports`."


async def test_a_source_that_never_ends_its_answer_gives_its_place_back() -> None:
    world = World(a=Catalogue(dataset("x")))
    world.space.gate = asyncio.Event()
    world.crawler = crawler_of(world.space, world.record, bounds=Bounds(seconds=0), concurrency=1)
    async with asyncio.timeout(10):
        source = await world.crawl()
    assert (source.liveness, source.error) == (
        Liveness.SUSPECT,
        "The catalogue was not read completely within 0 s.",
    )
    world.space.gate.set()
    world.crawler = crawler_of(world.space, world.record, concurrency=1)
    assert (await world.crawl()).liveness is Liveness.ONLINE


async def test_datasets_of_its_own_nested_catalogues_are_a_source_s_and_others_are_not() -> None:
    world = World(a=Catalogue(dataset("x")))
    raw = {name: json.dumps(dataset(name)).encode() for name in ("own", "unnamed", "foreign")}
    world.catalogue.nested = (Nested(A, raw["own"]), Nested(None, raw["unnamed"]), Nested(CITY + "b", raw["foreign"]))
    assert (await world.crawl()).datasets == 3
    assert await world.ids() == ["own", "unnamed", "x"]


async def test_a_dataset_that_cannot_be_read_spoils_no_other_and_is_not_deleted() -> None:
    world = World(a=Catalogue(dataset("good"), dataset("turns")))
    await world.crawl()
    broken = json.dumps({"@id": "turns"}).encode()
    world.catalogue.offers = [b"[[", broken, dataset("good"), dataset("huge", x="y" * 200_000)]
    source = await world.crawl()
    assert source.liveness is Liveness.ONLINE
    assert (source.error or "").startswith("Not indexed: 3. ")
    assert await world.ids() == ["good", "turns"]


async def test_an_offer_that_cannot_be_read_is_told_and_hides_no_other() -> None:
    good = dataset("x")["hasPolicy"]
    half = json.dumps(dataset("x", hasPolicy=[{"@id": "broken", "@type": "Offer"}, *good])).encode()
    world = World(a=Catalogue(half, dataset("y")))
    source = await world.crawl()
    assert await world.ids() == ["x", "y"]
    assert (source.error or "").startswith("Offers left out: 1. An offer of x cannot be read: ")


async def test_of_datasets_with_one_identifier_the_first_counts() -> None:
    world = World(a=Catalogue(titled("x", "Erster"), titled("x", "Erster"), titled("x", "Zweiter")))
    source = await world.crawl()
    found = await world.record.entry(A, "x")
    assert found is not None
    assert found.titles == {"de": "Erster"}
    assert source.error == "Identifiers that occur twice with different content: 1; the first counts."


async def test_a_dataset_is_negotiated_at_its_service_and_a_moved_service_is_a_change() -> None:
    offered = dataset("x")
    offered["distribution"][0]["accessService"] = "urn:service:1"
    world = World(a=Catalogue(offered, services={"urn:service:1": "https://a.example/first"}))
    await world.crawl()
    world.catalogue.services = {"urn:service:1": "https://a.example/second"}
    await world.crawl()
    entry = await world.record.entry(A, "x")
    assert entry is not None
    assert (entry.address, entry.seq) == ("https://a.example/second", 2)


async def test_a_catalogue_whose_pages_are_as_they_were_is_not_read() -> None:
    world = World(a=Catalogue(*many(60)))
    world.catalogue.steady = True
    first = await world.crawl()
    world.space.now += VERIFIED_WITHIN_MS
    second = await world.crawl()
    assert (world.catalogue.asked, world.catalogue.unread) == (4, 2)
    assert (second.datasets, second.digest, second.interval) == (60, first.digest, 15 * MINUTE)
    kept = await world.record.entry(A, "d0059")
    assert kept is not None
    assert (kept.seq, kept.verified_at) == (60, world.space.now)


async def test_a_catalogue_that_changed_behind_its_first_page_is_read_from_its_start() -> None:
    world = World(a=Catalogue(*many(60)))
    world.catalogue.steady = True
    await world.crawl()
    world.catalogue.offers = [*world.catalogue.offers[:59], titled("new", "Neu")]
    source = await world.crawl()
    assert (world.catalogue.asked, world.catalogue.unread) == (2 + 2 + 2, 1)
    assert [entry.id for entry in await world.record.changes(60, 9)] == ["new", "d0059"]
    assert source.datasets == 60


async def test_a_catalogue_is_read_whatever_its_pages_say_if_something_is_open() -> None:
    world = World(a=Catalogue(*many(10)))
    world.catalogue.steady = True
    await world.crawl()
    world.catalogue.failing_from = 0
    await world.crawl()
    world.catalogue.failing_from = None
    assert (await world.crawl()).liveness is Liveness.ONLINE
    assert world.catalogue.unread == 0
    world.catalogue.offers = many(2)
    assert (await world.crawl()).shrink_seen
    assert len(await world.ids()) == 10
    await world.crawl()
    assert (len(await world.ids()), world.catalogue.unread) == (2, 0)
    world.space.now += DAY
    await world.crawl()
    assert world.catalogue.unread == 0
    await world.crawl()
    assert world.catalogue.unread == 1


async def test_remarks_of_the_last_crawl_stay_while_nothing_changes() -> None:
    world = World(a=Catalogue(dataset("x"), b'{"@id": "y"}'))
    world.catalogue.steady = True
    first = await world.crawl()
    second = await world.crawl()
    assert world.catalogue.unread == 1
    assert first.error
    assert (second.error, second.unreadable) == (first.error, first.unreadable)
