"""The end of self-descriptions: at their time, with their key, with their participant, and not before."""

import asyncio

import pytest

from connector.broker.intake import expiry
from connector.protocol.credential import name_description
from tests.broker.crawling import A, until
from tests.broker.intake.pushing import DAY, KEY_A, KEY_ANEW, KEY_B, B, Pushing, plain


async def test_a_description_ends_at_its_time_and_not_before() -> None:
    world = Pushing()
    await world.crawl()
    await world.push_dataset("urn:soon", ends=60_000)
    await world.push_dataset("urn:later", ends=DAY)
    assert await world.expiry.take_turn() == 60.0
    world.space.now += 59_999
    assert await world.expiry.take_turn() == 0.001
    assert await world.record.entry(A, "urn:soon") is not None
    world.space.now += 1
    assert await world.expiry.take_turn() == expiry.LONGEST_S
    assert await world.record.entry(A, "urn:soon") is None
    assert await world.record.entry(A, "urn:later") is not None
    assert world.changes == ["", "", A]


async def test_what_has_expired_is_not_served_even_before_the_timer() -> None:
    world = Pushing()
    await world.crawl()
    await world.push_dataset("urn:soon", ends=60_000)
    world.space.now += 60_000
    assert await world.intake.find(name_description(A, "urn:soon")) is None


async def test_a_participant_that_leaves_the_list_loses_all_at_once() -> None:
    world = Pushing()
    await world.crawl()
    for number in range(expiry.BATCH + 1):
        await world.push_dataset(f"urn:{number}")
    await world.push(world.secure(world.state(plain("urn:b"), issuer=B), KEY_B), "urn:b", B)
    world.listed = {B: (KEY_B.verification,)}
    world.expiry.relist()
    await world.expiry.take_turn()
    assert await world.intake.list_own(A, "") == ([], None)
    rows, _ = await world.record.view().entries(None, 10)
    assert [row.id for row in rows] == ["urn:b"]


async def test_a_key_that_leaves_the_list_takes_its_descriptions_along() -> None:
    world = Pushing()
    await world.crawl()
    await world.push_dataset("urn:old")
    world.listed = {A: (KEY_A.verification, KEY_ANEW.verification), B: ()}
    await world.push(world.secure(world.state(plain("urn:new")), KEY_ANEW), "urn:new")
    world.expiry.relist()
    await world.expiry.take_turn()
    assert await world.record.entry(A, "urn:old") is not None
    world.listed = {A: (KEY_ANEW.verification,)}
    world.expiry.relist()
    await world.expiry.take_turn()
    assert await world.record.entry(A, "urn:old") is None
    assert await world.record.entry(A, "urn:new") is not None


async def test_a_list_that_has_expired_removes_nothing() -> None:
    world = Pushing()
    await world.crawl()
    await world.push_dataset("urn:air")
    world.listed = None
    world.expiry.relist()
    await world.expiry.take_turn()
    assert await world.record.entry(A, "urn:air") is not None


async def test_the_task_wakes_for_a_description_that_ends_earlier() -> None:
    world = Pushing()
    await world.crawl()
    task = asyncio.create_task(world.expiry.run())
    try:
        await asyncio.sleep(0)
        await world.push_dataset("urn:air", ends=1000)
        world.space.now += 1000
        world.expiry.wake()
        await until(lambda: A in world.changes)
    finally:
        task.cancel()
    assert await world.record.entry(A, "urn:air") is None


async def test_a_fault_of_the_record_ends_no_expiry(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = Pushing()
    await world.crawl()
    await world.push_dataset("urn:air", ends=1000)
    world.space.now += 1000
    whole, failed = world.store.expiring_descriptions, asyncio.Event()

    async def fail(limit: int) -> None:
        monkeypatch.setattr(world.store, "expiring_descriptions", whole)
        failed.set()
        raise OSError("no disk")

    monkeypatch.setattr(world.store, "expiring_descriptions", fail)
    task = asyncio.create_task(world.expiry.run())
    try:
        await failed.wait()
        await asyncio.sleep(0)
        world.expiry.wake()
        await until(lambda: A in world.changes)
    finally:
        task.cancel()
    assert "not looked at" in caplog.text
