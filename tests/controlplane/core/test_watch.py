"""A waiter wakes when its process is committed, or when its time is over; nothing is left behind."""

import asyncio

from connector.controlplane.core.watch import ProcessWatch


async def test_a_waiter_wakes_with_its_process_and_no_other() -> None:
    watch = ProcessWatch()
    first = asyncio.create_task(watch.wait_for_change("urn:1", 5))
    second = asyncio.create_task(watch.wait_for_change("urn:2", 0.01))
    await asyncio.sleep(0)
    watch.notify("urn:1")
    assert await first is True
    assert await second is False
    assert watch._waiting == {}


async def test_all_waiters_wake_when_nobody_knows_what_has_changed() -> None:
    watch = ProcessWatch()
    waiting = [asyncio.create_task(watch.wait_for_change(f"urn:{number}", 5)) for number in range(3)]
    await asyncio.sleep(0)
    watch.notify_all()
    assert await asyncio.gather(*waiting) == [True] * 3
    watch.notify_all()


def test_a_change_that_nobody_waits_for_is_no_fault() -> None:
    ProcessWatch().notify("urn:1")


async def test_who_follows_a_process_misses_no_change_between_two_waits() -> None:
    watch = ProcessWatch()
    with watch.follow("urn:1") as changed:
        for _ in range(2):
            changed.clear()
            watch.notify("urn:1")
            await asyncio.wait_for(changed.wait(), 5)
    assert watch._waiting == {}


async def test_names_of_what_changed_are_gathered_once_each_and_taken_once() -> None:
    watch = ProcessWatch()
    with watch.gather("inputs") as changes:
        for name in ("a", "b", "a", ""):
            watch.notify("inputs", name)
        watch.notify("others", "c")
        await asyncio.wait_for(changes.wait(), 5)
        assert changes.take() == {"a", "b"}
        assert changes.take() == frozenset()
        waiting = asyncio.create_task(changes.wait())
        await asyncio.sleep(0)
        assert not waiting.done()
        watch.notify("inputs", "d")
        await asyncio.wait_for(waiting, 5)
    assert watch._gathering == {}
