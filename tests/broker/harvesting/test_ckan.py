"""A portal by the action API of CKAN: what is asked for, and answers that are none."""

from typing import Any

import pytest

from connector.broker.harvesting.ckan import FEW
from connector.ports.broker_store import Liveness
from tests.broker.portals import FakePortal, PortalWorld, iri, package, say_json


def changed(number: int) -> dict[str, Any]:
    return package(number, title="New", metadata_modified="2026-06-01T00:00:00.000000")


async def harvested(count: int) -> PortalWorld:
    world = PortalWorld(FakePortal(*map(package, range(count))))
    await world.crawl()
    world.portal.asked.clear()
    return world


async def test_the_first_harvest_reads_whole_pages_and_the_next_one_only_the_list() -> None:
    world = PortalWorld(FakePortal(*map(package, range(250))))
    await world.crawl()
    assert [path.partition("start=")[2].partition("&")[0] for path in world.portal.asked] == ["0", "100", "200"]
    world.portal.asked.clear()
    last = await world.record.last_change()
    source = await world.crawl()
    assert len(world.portal.asked) == 1
    assert "fl=id&fl=metadata_modified" in world.portal.asked[0]
    assert (source.datasets, await world.record.last_change()) == (250, last)


async def test_few_changed_packages_are_read_one_by_one_and_many_in_whole_pages() -> None:
    world = await harvested(250)
    world.portal.packages[7] = changed(7)
    await world.crawl()
    assert (world.portal.count("package_show"), len(world.portal.asked)) == (1, 2)
    world.portal.asked.clear()
    for number in range(100, 101 + FEW):
        world.portal.packages[number] = changed(number)
    await world.crawl()
    assert (world.portal.count("package_show"), len(world.portal.asked)) == (0, 4)
    assert (await world.entry(iri(110))).titles == {"und": "New"}


async def test_a_portal_that_always_shows_whole_packages_is_read_as_well() -> None:
    world = await harvested(30)
    world.portal.lists_parts = False
    world.portal.packages[7] = changed(7)
    last = await world.record.last_change()
    await world.crawl()
    assert [entry.id for entry in await world.record.changes(last, 9)] == [iri(7)]


async def test_a_portal_without_a_search_is_read_by_name() -> None:
    world = PortalWorld(FakePortal(*map(package, range(3))))
    world.portal.searches = False
    await world.crawl()
    assert len(await world.ids()) == 3
    del world.portal.packages[0]
    await world.crawl()
    assert await world.ids() == [iri(1), iri(2)]


async def test_private_and_deleted_packages_and_other_types_are_no_datasets() -> None:
    others = [package(1, private=True), package(2, state="deleted"), package(3, type="showcase")]
    world = PortalWorld(FakePortal(package(0), *others))
    await world.crawl()
    assert await world.ids() == [iri(0)]


async def test_pages_that_repeat_are_ended_with_the_reason() -> None:
    portal = FakePortal(*map(package, range(100)))
    first = portal._search({"rows": ["100"], "start": ["0"]})
    portal.answer = lambda _: say_json({"success": True, "result": {**first, "count": 10**9}})
    source = await PortalWorld(portal).crawl()
    assert source.error == "The pages of the portal repeat: it returned the same packages twice."
    assert len(portal.asked) == 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>CKAN</html>"), "did not answer in JSON"),
        ((404, {"Content-Type": "text/html"}, b"<html>404</html>"), "answered with status 404, and not as CKAN does"),
        ((403, {"Content-Type": "text/html"}, b"<html>WAF</html>"), "answered with status 403, and not as CKAN does"),
        ((200, {}, b"[" * 500 + b"]" * 500), "did not answer in JSON"),
        ((200, {}, b"[" + b"[]," * 600_000 + b"[]]"), "too many values"),
        (say_json([]), "did not answer as CKAN does"),
        (say_json({"success": True, "result": {"count": "9", "results": []}}), "without a list of packages"),
        (say_json({"success": True, "result": {"count": -1, "results": []}}), "without a list of packages"),
        (say_json({"success": False}, 403), "The portal lists no packages: CKAN refuses package_list"),
    ],
)
async def test_what_is_no_answer_of_ckan_fails_with_the_reason(answer: Any, reason: str) -> None:
    portal = FakePortal()
    portal.answer = lambda _: answer
    source = await PortalWorld(portal).crawl()
    assert source.liveness is Liveness.SUSPECT
    assert source.error is not None
    assert reason in source.error


async def test_a_package_that_cannot_be_read_leaves_the_others() -> None:
    broken = [package(1, id=""), package(2, id=7), package(3, notes="x" * 200_000, resources=[{}] * 9)]
    source = await PortalWorld(world := FakePortal(package(0), *broken)).crawl()
    assert world.asked
    assert source.datasets == 2
    assert source.error is not None
    assert source.error.startswith("Not indexed: 2. A dataset has no usable @id")
