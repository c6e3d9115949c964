"""The harvest of a portal: what it lists becomes references, and nothing is removed before it was read completely."""

import asyncio
import contextlib

import msgspec
import pytest

from connector.broker import search
from connector.broker.crawl import Bounds, CrawlFailed, Found
from connector.broker.harvesting.catalogs import read_catalog
from connector.broker.harvesting.harvest import harvest
from connector.broker.schedule import DAY, make_portal
from connector.ports.broker_store import PORTALS, CrawlSource, Delta, Entry, Liveness
from connector.ports.moderation import MarkKind, ModerationChange
from connector.store.memory.record import MemoryBrokerStore
from connector.views.portals import PortalKind
from tests.broker.crawling import crawler_of, until
from tests.broker.portals import (
    CATALOG,
    HOME,
    PORTAL,
    FakePortal,
    PortalWorld,
    iri,
    make_client,
    make_source,
    package,
    say_json,
    say_turtle,
    write_page,
)
from tests.broker.searching import make_searching
from tests.broker.world import CITY, Catalogue, Space, dataset


def ckan(count: int) -> FakePortal:
    return FakePortal(*map(package, range(count)))


async def test_a_dataset_of_a_portal_is_a_reference_without_an_offer() -> None:
    world = PortalWorld(ckan(1))
    source = await world.crawl()
    entry = await world.entry(iri(0))
    shown = search.summarise(entry)
    assert (source.liveness, source.datasets, source.error) == (Liveness.ONLINE, 1, None)
    assert shown["via"] == {"portal": "city", "page": f"{HOME}/dataset/package-0"}
    assert (shown["id"], shown["publisher"], shown["offer_id"], shown["terms"]) == (iri(0), "Tiefbauamt", None, None)
    assert (shown["offers"], shown["formats"], shown["address"]) == (0, [], "")


@pytest.mark.parametrize("kind", list(PortalKind))
async def test_changes_and_deletions_arrive(kind: PortalKind) -> None:
    portal = ckan(5)
    portal.pages["/catalog.ttl"] = say_turtle(write_page(0, 1, 2, 3, 4))
    world = PortalWorld(portal, kind)
    await world.crawl()
    before = await world.ids()
    assert len(before) == 5
    last = await world.record.last_change()
    portal.packages[1] = package(1, title="Renamed", metadata_modified="2026-05-01T00:00:00.000001")
    del portal.packages[4]
    portal.pages["/catalog.ttl"] = say_turtle(write_page(0, 1, 2, 3).replace("Dataset 1", "Renamed"))
    source = await world.crawl()
    assert (source.datasets, await world.ids()) == (4, before[:4])
    changes = {change.id: change for change in await world.record.changes(last, 9)}
    assert set(changes) == {before[1], before[4]}
    assert "Renamed" in changes[before[1]].titles.values()
    assert changes[before[4]].removed_at is not None


@pytest.mark.parametrize("kind", list(PortalKind))
async def test_a_portal_that_is_away_keeps_its_entries_until_it_is_dead_and_comes_back(kind: PortalKind) -> None:
    portal = ckan(3)
    portal.pages["/catalog.ttl"] = say_turtle(write_page(0, 1, 2))
    world = PortalWorld(portal, kind)
    await world.crawl()
    kept = await world.ids()
    portal.away = True
    seen = []
    for _ in range(3):
        seen.append((await world.crawl()).liveness)
        assert await world.ids() == kept
    world.space.now += 5 * DAY
    assert (await world.crawl()).liveness is Liveness.DEAD
    assert (seen, await world.ids()) == ([Liveness.SUSPECT, Liveness.SUSPECT, Liveness.OFFLINE], [])
    portal.away = False
    assert (await world.crawl()).liveness is Liveness.ONLINE
    assert await world.ids() == kept


async def test_more_than_half_is_removed_only_after_a_second_harvest() -> None:
    portal = ckan(10)
    world = PortalWorld(portal)
    await world.crawl()
    del portal.packages[3:]
    first = await world.crawl()
    assert (first.shrink_seen, len(await world.ids())) == (True, 10)
    await world.crawl()
    assert len(await world.ids()) == 3


async def test_nothing_is_removed_while_a_portal_counts_more_than_it_lists() -> None:
    portal = ckan(4)
    world = PortalWorld(portal)
    await world.crawl()
    del portal.packages[3]
    portal.says_more = 1
    source = await world.crawl()
    assert source.error is not None
    assert "nothing is removed" in source.error
    assert (source.liveness, len(await world.ids())) == (Liveness.ONLINE, 4)


async def test_entries_are_put_while_a_portal_is_read_and_stay_if_it_breaks_off() -> None:
    portal = ckan(1200)
    world = PortalWorld(portal)
    portal.answer = lambda path: say_json({}, 503) if "start=1100" in path else None
    source = await world.crawl()
    kept = await world.ids()
    assert (source.liveness, source.datasets, len(kept)) == (Liveness.SUSPECT, 0, 1000)
    portal.answer = lambda path: None
    last = await world.record.last_change()
    await world.crawl()
    assert (len(await world.ids()), len(await world.record.changes(last, 500))) == (1200, 200)


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        (Bounds(datasets=250), "larger than 250 datasets"),
        (Bounds(bytes=1000), "or 1000 bytes"),
        (Bounds(elements=1000), "more than 1000 values"),
        (Bounds(pages=2), "more than 2 pages"),
        (Bounds(seconds=0.0), "within 0 s"),
    ],
)
async def test_a_portal_beyond_a_bound_is_given_up(bounds: Bounds, reason: str) -> None:
    async def keep(_: object) -> None:
        """Nothing is kept."""

    with pytest.raises(CrawlFailed, match=reason):
        await harvest(make_client(ckan(300)), make_source(), {}, now=1, keep=keep, bounds=bounds)


async def test_the_first_of_contradictory_duplicates_counts_and_is_told() -> None:
    portal = FakePortal()
    twice = write_page(1, following=f"{CATALOG}?page=2")
    portal.pages["/catalog.ttl"] = say_turtle(twice)
    portal.pages["/catalog.ttl?page=2"] = say_turtle(write_page(1, 2).replace("Dataset 1", "Another"))
    world = PortalWorld(portal, PortalKind.DCAT)
    source = await world.crawl()
    assert (await world.entry("https://data.example/1")).titles == {"en": "Dataset 1"}
    assert source.error == "Identifiers that occur twice with different content: 1; the first counts."


async def test_a_portal_claims_no_identifier_that_a_participant_lists_even_later() -> None:
    world = PortalWorld(ckan(1))
    await world.crawl()
    assert await world.record.view().claimants([iri(0)]) == {iri(0): PORTAL}
    listed = (await world.entry(iri(0))).id
    entry: Entry = await world.entry(listed)
    member = "https://city.example/participants/a"
    theirs = type(entry)(**{name: getattr(entry, name) for name in entry.__struct_fields__} | {"participant": member})
    source = make_source()
    of_member = type(source)(participant=member, name="A", address="https://a.example")
    await world.record.apply(Delta(source=of_member, upserts=(theirs,)), 1)
    assert await world.record.view().claimants([iri(0)]) == {iri(0): member}


async def test_a_dataset_of_several_places_is_found_once_at_the_first_and_moves_on_when_that_goes() -> None:
    world = PortalWorld(ckan(1))
    searching = await make_searching(world.record)
    await world.crawl()
    reference = await world.entry(iri(0))
    mirror = msgspec.structs.replace(reference, participant=PORTALS + "mirror", via="https://mirror.example/0")
    member = msgspec.structs.replace(reference, participant=CITY + "a", via=None, address="https://a.example/dsp")

    async def put(entry: Entry, *, removed: bool = False) -> None:
        of = make_portal(entry.participant.removeprefix(PORTALS), PortalKind.CKAN, HOME, "") if entry.via else None
        source = of or CrawlSource(participant=entry.participant, name="A", address=entry.address)
        delta = Delta(source=source, upserts=() if removed else (entry,), removed=(entry.id,) if removed else ())
        await world.record.apply(delta, world.space.now)
        await searching.follow()

    async def find() -> list[tuple[str, list[str | None]]]:
        found = await searching.find("package")
        return [(hit.entry.participant, [other.via for other in hit.also]) for hit in found.hits]

    await put(mirror)
    assert await find() == [(PORTAL, ["https://mirror.example/0"])]
    await put(member)
    assert await find() == [(member.participant, [reference.via, mirror.via])]
    await put(member, removed=True)
    assert await find() == [(PORTAL, ["https://mirror.example/0"])]
    await put(reference, removed=True)
    assert await find() == [(mirror.participant, [])]
    await searching.index.close()


async def test_a_portal_that_is_removed_while_it_is_read_leaves_nothing() -> None:
    portal = ckan(1500)
    world = PortalWorld(portal)
    begun = asyncio.Event()
    portal.answer = lambda path: begun.set() if "start=1000" in path else None
    await world.crawler.take_turn()
    await begun.wait()
    removal = ModerationChange(participant=PORTAL, kind=MarkKind.REMOVED, wanted=True, by="admin")
    await world.record.moderate(removal, world.space.now)
    world.crawler.relist()
    assert await world.crawler.take_turn() is None
    assert await world.ids() == []
    source = await world.record.source(PORTAL)
    assert source is not None
    assert (source.liveness, source.error) == (Liveness.DEAD, "The operator of the broker removed the source.")


async def test_portals_have_two_places_of_their_own_beside_those_of_participants() -> None:
    space = Space(a=Catalogue(dataset("x")))
    gate, reading = asyncio.Event(), set[str]()

    async def read(source: CrawlSource, known: object, keep: object) -> Found:
        reading.add(source.participant)
        await gate.wait()
        return Found()

    record = MemoryBrokerStore()
    portals = [make_portal(name, PortalKind.CKAN, HOME, name) for name in ("p", "q", "r")]
    crawler = crawler_of(space, record, harvest=read, portals=portals, concurrency=1)
    await crawler.take_turn()
    await until(lambda: len(reading) == 2 and space.order == ["a"])
    assert await crawler.take_turn() != space.now
    assert len(reading) == 2
    gate.set()
    await crawler.wait_settled()
    await crawler.take_turn()
    await crawler.wait_settled()
    assert len(reading) == 3


async def test_of_several_large_documents_one_is_in_memory_as_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.broker.harvesting.portal.ROOMY", 0)
    portal = FakePortal()
    portal.pages["/catalog.ttl"] = say_turtle(write_page(*range(3), following="?page=2"))
    portal.pages["/catalog.ttl?page=2"] = say_turtle(write_page(*range(3, 6)))
    client, held, most = make_client(portal), set[int](), 0

    async def read(number: int) -> None:
        nonlocal most
        async with contextlib.aclosing(read_catalog(client, make_source(PortalKind.DCAT), {})) as parts:
            async for part in parts:
                # A part comes while its document is in memory, up to the one that lists its last datasets.
                held.add(number)
                most = max(most, len(held))
                await asyncio.sleep(0)
                if part.datasets:
                    held.discard(number)

    await asyncio.gather(*map(read, range(4)))
    assert (most, len(portal.asked)) == (1, 8)
