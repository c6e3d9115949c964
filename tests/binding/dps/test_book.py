"""The registered planes are in memory and in the store, and the same after a restart."""

import asyncio

from connector.binding.dps.book import PlaneBook
from connector.ports.entities import Plane
from connector.store.memory.store import MemoryStore


async def test_a_plane_is_found_after_a_restart_until_it_is_dropped() -> None:
    store = MemoryStore()
    book = PlaneBook("o", store)
    row = Plane(owner="o", id="b", endpoint="https://b.example", keys=b"{}")
    await book.put(row)
    await book.put(Plane(owner="o", id="a", endpoint="https://a.example", keys=b"{}"))
    again = PlaneBook("o", store)
    await again.load()
    assert [plane.id for plane in again.list()] == ["a", "b"]
    assert again.find("b") == row
    await again.drop("b")
    assert again.find("b") is None
    assert await store.plane("o", "b") is None


async def test_a_plane_that_another_process_has_added_or_drained_is_known_a_moment_later() -> None:
    store = MemoryStore()
    book, other = PlaneBook("o", store), PlaneBook("o", store)
    row = Plane(owner="o", id="a", endpoint="https://a.example", keys=b"{}")
    await other.put(row)
    looked = asyncio.Event()
    looks = 0

    async def pause(_: float) -> None:
        nonlocal looks
        looks += 1
        if looks > 1:
            looked.set()
            await asyncio.Event().wait()

    following = asyncio.create_task(book.follow(pause))
    await asyncio.wait_for(looked.wait(), 5)
    following.cancel()
    assert book.list() == [row]
