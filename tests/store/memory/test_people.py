"""What the store in memory knows of people; `tests/contract` compares it with SQLite."""

from connector.ports.changes import AddNotice, PutUser
from connector.store.memory.people import MemoryPeople
from connector.store.memory.store import MemoryStore
from tests.controlplane.notices.made import make_notice, make_user
from tests.support.plane import OWNER


async def test_people_are_ordered_by_name_and_found_by_their_login() -> None:
    store = MemoryStore()
    assert isinstance(store, MemoryPeople)
    await store.commit([PutUser(make_user(name, login=f"login-{name}"), None) for name in ("b", "a")])
    assert [user.name for user in await store.users(OWNER)] == ["a", "b"]
    found = await store.user_of_login(OWNER, "login-b")
    assert found
    assert found.name == "b"


async def test_a_group_that_is_rolled_back_gives_no_number() -> None:
    store = MemoryStore()
    await store.commit([AddNotice(make_notice(1, number=0))])
    store._tables.begin()
    store._tables.put(store._tables.notices, "lost", make_notice(9))
    store._tables.roll_back()
    assert await store.last_notice(OWNER) == 1
