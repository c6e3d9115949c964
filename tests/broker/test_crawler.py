"""Crawling: complete or not at all, whoever is due or asks first, and nothing a source sends stops it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from connector.broker.crawl import Bounds
from connector.broker.crawler import Crawler
from connector.broker.schedule import DAY, MINUTE, Rhythm
from connector.ports.broker_store import CrawlSource, Delta, Liveness, Query
from connector.ports.changes import Unavailable
from connector.ports.peer import Nested
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.world import BROKER, CITY, PAGE, Catalogue, Space, dataset, member, titled

A = CITY + "a"


def crawler_of(space: Space, record: MemoryBrokerStore, **changed: Any) -> Crawler:
    chosen: dict[str, Any] = {"participant": BROKER, "now": lambda: space.now, "jitter": lambda: 0.0, **changed}
    return Crawler(record, space, space, **chosen)


class World:
    """A space with its broker; `crawl` lets time pass until member `a` is due, and crawls what is."""

    def __init__(self, **catalogues: Catalogue) -> None:
        self.space = Space(**catalogues)
        self.record = MemoryBrokerStore(lambda: self.space.now)
        self.crawler = crawler_of(self.space, self.record)

    @property
    def catalogue(self) -> Catalogue:
        return self.space.catalogues[A]

    async def crawl(self) -> CrawlSource:
        source = await self.record.source(A)
        self.space.now = max(self.space.now, source.next_at if source else 0)
        await self.crawler.turn()
        await self.crawler.wait_settled()
        return await self.source()

    async def source(self) -> CrawlSource:
        source = await self.record.source(A)
        assert source is not None
        return source

    async def ids(self) -> list[str]:
        return sorted(await self.record.digests(A))


async def until(happened: Callable[[], bool]) -> None:
    """Let the tasks run until something happened."""
    for _ in range(10_000):
        if happened():
            return
        await asyncio.sleep(0)
    raise AssertionError("It did not happen.")


def many(count: int) -> list[dict[str, Any] | bytes]:
    return [dataset(f"d{number:04}") for number in range(count)]


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
        "The catalogue was not answered: 503: busy",
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
        ({"circle": True}, Bounds(), "circle"),
        ({"same": True}, Bounds(), "circle"),
        ({"endless": True}, Bounds(pages=5), "more than 5 pages"),
        ({"offers": many(70)}, Bounds(datasets=60), "larger than 60 datasets"),
        ({"offers": [dataset("a", x="y" * 9000)]}, Bounds(bytes=5000), "5000 bytes"),
        ({"says": CITY + "somebody"}, Bounds(), "not that of"),
        ({"refusing": "Go\u202eaway"}, Bounds(), "refused to us: Go away"),
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


async def test_a_source_that_never_ends_its_answer_gives_its_place_back() -> None:
    world = World(a=Catalogue(dataset("x")))
    world.space.gate = asyncio.Event()
    world.crawler = crawler_of(world.space, world.record, bounds=Bounds(seconds=0), concurrency=1)
    async with asyncio.timeout(10):
        source = await world.crawl()
    assert (source.liveness, source.error) == (
        Liveness.SUSPECT,
        "The catalogue was not read to its end within 0 seconds.",
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


async def test_of_datasets_with_one_identifier_the_first_counts() -> None:
    world = World(a=Catalogue(titled("x", "Erster"), titled("x", "Erster"), titled("x", "Zweiter")))
    source = await world.crawl()
    found = await world.record.entry(A, "x")
    assert found is not None
    assert found.titles == {"de": "Erster"}
    assert source.error == "Identifiers that came again with other content: 1; the first counts."


async def test_a_source_that_fails_for_days_dies_with_tombstones_and_can_come_back() -> None:
    world = World(a=Catalogue(dataset("x")))
    await world.crawl()
    world.catalogue.failing_from = 0
    seen = []
    for _ in range(4):
        seen.append((await world.crawl()).liveness)
        assert await world.ids() == ["x"]
    world.space.now += 5 * DAY
    assert (await world.crawl()).liveness is Liveness.DEAD
    assert seen == [Liveness.SUSPECT, Liveness.SUSPECT, Liveness.OFFLINE, Liveness.OFFLINE]
    assert [(entry.id, entry.removed_at) for entry in await world.record.changes(1, 9)] == [("x", world.space.now)]
    world.catalogue.failing_from = None
    assert (await world.crawl()).liveness is Liveness.ONLINE
    assert await world.ids() == ["x"]


async def test_members_come_and_go_and_move() -> None:
    world = World(a=Catalogue(dataset("x")), b=Catalogue(dataset("y")))
    world.space.members.append(member("wallet", address=None))
    await world.crawl()
    assert sorted(world.space.order) == ["a", "b"]
    left = world.space.members.pop(1)
    world.crawler.relist()
    await world.crawler.turn()
    assert ((await world.source()).liveness, await world.ids()) == (Liveness.DEAD, [])
    assert (await world.record.search(Query()))[1] == 1
    world.space.now += Rhythm().apart
    world.space.members.append(member(left.name.lower(), address="https://moved.example/dsp"))
    world.crawler.relist()
    await world.crawler.turn()
    await world.crawler.wait_settled()
    entry = await world.record.entry(A, "x")
    assert entry is not None
    assert entry.address == "https://moved.example/dsp"


async def test_an_empty_participant_list_retires_nobody() -> None:
    world = World(a=Catalogue(dataset("x")))
    await world.crawl()
    world.space.members.clear()
    world.crawler.relist()
    await world.crawler.turn()
    assert await world.ids() == ["x"]


async def test_a_member_that_moves_has_its_new_address_on_every_entry() -> None:
    world = World(a=Catalogue(dataset("x")))
    await world.crawl()
    world.space.members[1] = member("a", address="https://moved.example/dsp")
    world.crawler.relist()
    await world.crawl()
    entry = await world.record.entry(A, "x")
    assert entry is not None
    assert entry.address == "https://moved.example/dsp"


async def test_as_many_sources_at_once_as_allowed_and_each_only_once() -> None:
    world = World(**{f"m{number}": Catalogue() for number in range(7)})
    world.crawler = crawler_of(world.space, world.record, concurrency=3)
    world.space.gate = asyncio.Event()
    running = asyncio.create_task(world.crawler.run())
    await until(lambda: world.space.under_way == 3)
    assert world.crawler.nudge(CITY + "m0")
    await asyncio.sleep(0)
    assert world.space.most == 3
    world.space.gate.set()
    await until(lambda: len(world.space.order) == 7 and not world.space.under_way)
    assert world.space.most == 3
    assert sorted(world.space.order) == [f"m{number}" for number in range(7)]
    await world.crawler.stop()
    await running


async def test_who_nudges_is_crawled_before_those_who_wait_and_not_more_often_than_is_decent() -> None:
    world = World(**{name: Catalogue() for name in "abc"})
    await world.crawl()
    world.crawler = crawler_of(world.space, world.record, concurrency=1)
    world.space.now += 10 * MINUTE
    world.space.order.clear()
    world.crawler.nudge(CITY + "c")
    await world.crawler.turn()
    await world.crawler.wait_settled()
    assert world.space.order == ["c"]
    for _ in range(9):
        world.crawler.nudge(CITY + "c")
        await world.crawler.turn()
        await world.crawler.wait_settled()
    assert sorted(world.space.order) == ["a", "b", "c"]
    world.space.now += Rhythm().apart
    await world.crawler.turn()
    await world.crawler.wait_settled()
    assert world.space.order.count("c") == 2


@pytest.mark.parametrize("stranger", ["stranger", "broker", "wallet"])
async def test_who_is_no_source_cannot_nudge(stranger: str) -> None:
    world = World(a=Catalogue())
    world.space.members.append(member("wallet", address=None))
    assert not world.crawler.nudge(CITY + stranger)


async def test_the_running_crawler_sleeps_until_it_is_nudged() -> None:
    world = World(a=Catalogue(dataset("x")))
    running = asyncio.create_task(world.crawler.run())
    await until(lambda: world.catalogue.asked == 1)
    await world.crawler.wait_settled()
    world.catalogue.offers.append(dataset("y"))
    world.space.now += Rhythm().apart
    world.crawler.nudge(A)
    await until(lambda: world.catalogue.asked == 2)
    await world.crawler.wait_settled()
    assert await world.ids() == ["x", "y"]
    await world.crawler.stop()
    await running
    assert world.catalogue.asked == 2


async def test_a_restart_crawls_nothing_before_its_date() -> None:
    world = World(a=Catalogue(dataset("x")))
    source = await world.crawl()
    world.crawler = crawler_of(world.space, world.record)
    assert await world.crawler.turn() == source.next_at
    await world.crawler.wait_settled()
    assert world.catalogue.asked == 1


async def test_a_crawl_that_is_cut_off_leaves_nothing_behind() -> None:
    world = World(a=Catalogue(*many(PAGE + 1)))
    world.space.gate = asyncio.Event()
    await world.crawler.turn()
    await asyncio.sleep(0)
    await world.crawler.stop()
    assert await world.ids() == []
    assert (await world.source()).liveness is Liveness.NEW


class FullDisk(MemoryBrokerStore):
    """A record that takes sources and, while it is full, no crawl."""

    full = True

    async def apply(self, delta: Delta, now: int) -> int:
        if self.full:
            raise Unavailable("The disk is full.")
        return await super().apply(delta, now)


async def test_a_record_that_cannot_be_written_is_not_the_source_s_fault() -> None:
    world = World(a=Catalogue(dataset("x")))
    world.record = full = FullDisk(lambda: world.space.now)
    world.crawler = crawler_of(world.space, full)
    source = await world.crawl()
    assert (source.liveness, source.failures) == (Liveness.NEW, 0)
    await world.crawler.turn()
    await world.crawler.wait_settled()
    assert world.catalogue.asked == 1
    full.full = False
    world.space.now += 10 * MINUTE
    assert (await world.crawl()).liveness is Liveness.ONLINE
