"""The crawler: the source that is due or asks first, and members that come, go and move."""

import asyncio
import json
from itertools import pairwise

import pytest

from connector.broker import schedule
from connector.broker.schedule import DAY, MINUTE, SECOND, Rhythm
from connector.ports.broker_store import Delta, Liveness
from connector.ports.identity import Exclusion
from connector.ports.peer import Nested
from connector.ports.store_errors import Unavailable
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.crawling import A, World, crawler_of, many, until
from tests.broker.world import CITY, PAGE, Catalogue, dataset, member


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
    await world.crawler.take_turn()
    assert ((await world.source()).liveness, await world.ids()) == (Liveness.DEAD, [])
    assert [entry.removed_at is None for entry in await world.record.changes(0, 9)] == [True, False]
    world.space.now += Rhythm().apart
    world.space.members.append(member(left.name.lower(), address="https://moved.example/dsp"))
    world.crawler.relist()
    await world.crawler.take_turn()
    await world.crawler.wait_settled()
    entry = await world.record.entry(A, "x")
    assert entry is not None
    assert entry.address == "https://moved.example/dsp"


async def test_a_member_that_leaves_while_its_catalogue_is_read_is_gone_at_once_and_can_return() -> None:
    world = World(a=Catalogue(dataset("x")), b=Catalogue(dataset("z")))
    await world.crawl()
    world.catalogue.offers.append(dataset("y"))
    world.space.gate = asyncio.Event()
    world.space.now += 20 * MINUTE
    await world.crawler.take_turn()
    await until(lambda: world.space.under_way == 2)
    left = world.space.members.pop(1)
    world.crawler.relist()
    await world.crawler.take_turn()
    assert ((await world.source()).liveness, await world.ids()) == (Liveness.DEAD, [])
    assert world.space.under_way == 1
    world.space.gate.set()
    await world.crawler.wait_settled()
    assert await world.ids() == []
    world.space.now += Rhythm().apart
    world.space.members.append(left)
    world.crawler.relist()
    await world.crawler.take_turn()
    await world.crawler.wait_settled()
    assert await world.ids() == ["x", "y"]


async def test_an_empty_participant_list_retires_nobody() -> None:
    world = World(a=Catalogue(dataset("x")))
    await world.crawl()
    world.space.members.clear()
    world.crawler.relist()
    await world.crawler.take_turn()
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
    await world.crawler.take_turn()
    await world.crawler.wait_settled()
    assert world.space.order == ["c"]
    for _ in range(9):
        world.crawler.nudge(CITY + "c")
        await world.crawler.take_turn()
        await world.crawler.wait_settled()
    assert sorted(world.space.order) == ["a", "b", "c"]
    world.space.now += Rhythm().apart
    await world.crawler.take_turn()
    await world.crawler.wait_settled()
    assert world.space.order.count("c") == 2


async def test_a_nudge_whose_crawl_fails_is_followed_soon_and_not_for_ever() -> None:
    world = World(a=Catalogue(dataset("x")))
    await world.crawl()
    world.catalogue.offers.append(dataset("y"))
    world.catalogue.refusing = "The catalogue is being built."
    world.space.now += Rhythm().apart
    world.crawler.nudge(A)
    asked = []
    for _ in range(4 * MINUTE // SECOND):
        await world.crawler.take_turn()
        await world.crawler.wait_settled()
        asked.append(world.catalogue.asked)
        world.space.now += SECOND
    retried = [second for second, (before, after) in enumerate(pairwise(asked)) if after > before]
    assert retried[:2] == [3, 11]
    assert min(after - before for before, after in pairwise(retried[1:])) > 60
    world.catalogue.refusing = None
    await world.crawl()
    assert await world.ids() == ["x", "y"]


async def test_a_nudge_whose_crawl_fails_waits_as_long_as_the_peer_asks() -> None:
    world = World(a=Catalogue(dataset("x")))
    await world.crawl()
    world.catalogue.failing_from, world.catalogue.busy_ms = 0, 20 * SECOND
    world.space.now += Rhythm().apart
    world.crawler.nudge(A)
    await world.crawler.take_turn()
    await world.crawler.wait_settled()
    assert await world.crawler.take_turn() == world.space.now + 20 * SECOND


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
    assert await world.crawler.take_turn() == source.next_at
    await world.crawler.wait_settled()
    assert world.catalogue.asked == 1


@pytest.mark.parametrize("restarted", [False, True])
async def test_after_a_clock_that_was_ahead_sources_are_crawled_at_once_and_not_for_good(restarted: bool) -> None:
    world = World(a=Catalogue(dataset("x")))
    right = world.space.now
    world.space.now += 5 * DAY
    await world.crawl()
    world.space.now = right
    if restarted:
        world.crawler = crawler_of(world.space, world.record)
    world.catalogue.failing_from = 0
    for _ in range(3):
        world.crawler.relist()
        await world.crawler.take_turn()
        await world.crawler.wait_settled()
    source = await world.source()
    assert source.failures == 1, "a source that fails rests as always"
    assert right < source.next_at <= right + Rhythm().longest
    world.catalogue.failing_from = None
    assert (await world.crawl()).liveness is Liveness.ONLINE


async def test_a_crawl_that_is_cut_off_leaves_nothing_behind() -> None:
    world = World(a=Catalogue(*many(PAGE + 1)))
    world.space.gate = asyncio.Event()
    await world.crawler.take_turn()
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
    world.record = full = FullDisk()
    world.crawler = crawler_of(world.space, full)
    source = await world.crawl()
    assert (source.liveness, source.failures) == (Liveness.NEW, 0)
    await world.crawler.take_turn()
    await world.crawler.wait_settled()
    assert world.catalogue.asked == 1
    full.full = False
    world.space.now += 10 * MINUTE
    assert (await world.crawl()).liveness is Liveness.ONLINE


async def test_a_member_whose_credential_has_ended_is_gone_and_returns_with_one_that_holds() -> None:
    world, ended = World(a=Catalogue(dataset("x"))), set[str]()

    def exclude(participant: str) -> Exclusion | None:
        return Exclusion.CREDENTIAL_ENDED if participant in ended else None

    world.crawler = crawler_of(world.space, world.record, exclude=exclude)
    await world.crawl()
    ended.add(A)
    world.crawler.relist()
    await world.crawler.take_turn()
    source = await world.source()
    assert (source.liveness, source.expelled, source.error) == (Liveness.DEAD, True, schedule.EXPELLED)
    assert await world.ids() == []
    # Another process knows nothing of credentials yet, and does not bring it back by itself.
    ended.clear()
    world.crawler = crawler_of(world.space, world.record, exclude=exclude)
    await world.crawler.take_turn()
    assert (await world.source()).expelled
    assert not world.crawler.nudge(A)
    world.crawler.note_proof(A)
    await world.crawler.take_turn()
    await world.crawler.wait_settled()
    assert ((await world.source()).expelled, await world.ids()) == (False, ["x"])


async def test_an_unknown_status_of_a_credential_ends_no_source() -> None:
    world = World(a=Catalogue(dataset("x")))
    world.crawler = crawler_of(world.space, world.record, exclude=lambda _: Exclusion.STATUS_UNKNOWN)
    assert (await world.crawl()).liveness is Liveness.ONLINE


async def test_a_broker_may_not_speak_for_a_member_whose_credential_has_ended() -> None:
    world = World(a=Catalogue(dataset("x")), b=Catalogue())
    world.space.catalogues[CITY + "b"].nested = (Nested(A, json.dumps(dataset("x")).encode()),)
    world.crawler = crawler_of(
        world.space,
        world.record,
        relays=[CITY + "b"],
        exclude=lambda one: Exclusion.CREDENTIAL_ENDED if one == A else None,
    )
    await world.crawler.take_turn()
    await world.crawler.wait_settled()
    assert await world.record.source(A) is None
    assert (await world.record.source(CITY + "b")) is not None
