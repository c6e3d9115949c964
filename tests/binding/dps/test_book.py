"""The registered planes are in memory and in the store, and the same after a restart."""

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
