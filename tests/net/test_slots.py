import asyncio

import pytest

from connector.net.slots import CallerShares, Slots


async def test_slots_are_limited_for_each_origin_and_in_all():
    slots = Slots(total=3, per_origin=2)
    for origin in ("a", "a", "b"):
        await slots.enter(origin)
    waiting = [asyncio.create_task(slots.enter(origin)) for origin in ("a", "c")]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await asyncio.shield(waiting[1])
    slots.leave("b")
    await waiting[1]
    assert not waiting[0].done()
    slots.leave("a")
    await waiting[0]


async def test_who_gives_up_waiting_takes_no_slot_and_an_unused_origin_no_memory():
    slots = Slots(total=1, per_origin=5)
    await slots.enter("a")
    for origin in ("a", "b"):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await slots.enter(origin)
    slots.leave("a")
    await slots.enter("b")
    slots.leave("b")
    assert (slots._waiting, slots._taken.count) == ({}, 0)
    with pytest.raises(KeyError):
        slots.leave("b")


async def test_a_caller_has_its_share_and_whoever_else_asks_waits_for_nobody():
    shares = CallerShares(at_once=2, waiting=1)
    assert await shares.enter("a")
    assert await shares.enter("a")
    waiting = asyncio.create_task(shares.enter("a"))
    await asyncio.sleep(0)
    assert not await shares.enter("a")
    assert [await shares.enter("b"), await shares.enter("c")] == [True, True]
    assert not waiting.done()
    shares.leave("a")
    assert await waiting


async def test_who_gives_up_waiting_leaves_its_place_in_the_share():
    shares = CallerShares(at_once=1, waiting=1)
    assert await shares.enter("a")
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await shares.enter("a")
    shares.leave("a")
    assert await shares.enter("a")


async def test_origins_that_wait_take_turns_and_each_in_its_own_order():
    slots, came = Slots(total=1, per_origin=1), list[str]()

    async def use(name: str) -> None:
        await slots.enter(name[0])
        came.append(name)
        slots.leave(name[0])

    await slots.enter("x")
    waiting = [asyncio.create_task(use(name)) for name in ("a1", "a2", "b1", "a3", "b2")]
    await asyncio.sleep(0)
    slots.leave("x")
    await asyncio.gather(*waiting)
    assert came == ["a1", "b1", "a2", "b2", "a3"]


async def test_a_slot_that_was_given_to_whoever_gives_up_at_that_moment_is_given_on():
    slots = Slots(total=1, per_origin=1)
    await slots.enter("a")
    first, second = (asyncio.create_task(slots.enter(origin)) for origin in ("b", "c"))
    await asyncio.sleep(0)
    slots.leave("a")
    first.cancel()
    await second
    assert first.cancelled()
    slots.leave("c")
    assert slots._taken.count == 0
