"""What every store does with the users of the pages and their sessions."""

import pytest
from msgspec.structs import replace

from connector.ports import changes
from connector.ports.entities import User, UserRole, UserSession
from connector.ports.store import Store
from connector.ports.store_errors import Conflict
from tests.contract.values import OWNER


def make_user(name: str, **changed: object) -> User:
    plain = User(owner=OWNER, name=name, person="Aylin Kaya", roles=(UserRole.RELEASE,), created_at=1, version=1)
    return replace(plain, **changed)


def make_session(token_hash: str, **changed: object) -> UserSession:
    return replace(UserSession(owner=OWNER, token_hash=token_hash, user="a.kaya", begun_at=1, seen_at=1), **changed)


async def test_a_user_comes_back_as_it_was_put_and_all_are_ordered_by_name(store: Store) -> None:
    kaya, adler = make_user("kaya", link_hash="ab", link_until=9), make_user("adler")
    await store.commit([changes.PutUser(kaya, None), changes.PutUser(adler, None)])
    await store.commit([changes.PutUser(replace(kaya, owner="other"), None)])
    assert await store.user(OWNER, "kaya") == kaya
    assert await store.user(OWNER, "nobody") is None
    assert list(await store.users(OWNER)) == [adler, kaya]


async def test_a_user_changes_only_from_the_version_that_was_read(store: Store) -> None:
    first = make_user("kaya")
    await store.commit([changes.PutUser(first, None)])
    second = replace(first, version=2, password="$argon2id$")
    await store.commit([changes.PutUser(second, 1)])
    for change in (changes.PutUser(first, None), changes.PutUser(replace(first, version=2), 1)):
        with pytest.raises(Conflict):
            await store.commit([change])
    with pytest.raises(Conflict):
        await store.commit([changes.PutUser(make_user("nobody", version=2), 1)])
    with pytest.raises(ValueError, match="expected"):
        await store.commit([changes.PutUser(second, 2)])
    assert await store.user(OWNER, "kaya") == second


async def test_a_user_who_comes_with_a_login_is_found_by_it_and_is_one(store: Store) -> None:
    kaya = make_user("kaya", login="ab" * 32)
    await store.commit([changes.PutUser(kaya, None), changes.PutUser(make_user("local"), None)])
    await store.commit([changes.PutUser(replace(kaya, owner="other"), None)])
    assert await store.user_of_login(OWNER, kaya.login) == kaya
    assert await store.user_of_login(OWNER, "cd" * 32) is None
    with pytest.raises(Conflict):
        await store.commit([changes.PutUser(make_user("second", login=kaya.login), None)])
    changed = replace(kaya, version=2, email="kaya@city.example")
    await store.commit([changes.PutUser(changed, 1), changes.PutUser(make_user("third"), None)])
    assert await store.user_of_login(OWNER, kaya.login) == changed


async def test_a_session_is_put_seen_again_and_removed(store: Store) -> None:
    session = make_session("aa")
    await store.commit([changes.PutSession(session)])
    seen = replace(session, seen_at=7)
    await store.commit([changes.SeeSession(OWNER, "aa", 7), changes.SeeSession(OWNER, "gone", 7)])
    assert await store.session(OWNER, "aa") == seen
    assert await store.session("other", "aa") is None
    assert await store.session(OWNER, "gone") is None
    await store.commit([changes.DropSession(OWNER, "aa"), changes.DropSession(OWNER, "aa")])
    assert await store.session(OWNER, "aa") is None


async def test_the_sessions_of_one_user_end_those_of_others_stay(store: Store) -> None:
    old, new = make_session("old", seen_at=3), make_session("new", seen_at=5)
    other, foreign = make_session("other", user="b"), make_session("foreign", owner="other")
    await store.commit([changes.PutSession(entry) for entry in (old, new, other, foreign)])
    await store.commit([changes.DropSessions(OWNER, "a.kaya", 5)])
    assert [await store.session(OWNER, name) for name in ("old", "new")] == [None, new]
    await store.commit([changes.DropSessions(OWNER, "a.kaya")])
    assert await store.session(OWNER, "new") is None
    assert await store.session(OWNER, "other") == other
    assert await store.session("other", "foreign") == foreign


async def test_of_the_sessions_of_one_user_those_seen_last_are_kept(store: Store) -> None:
    own = [make_session(name, seen_at=at) for name, at in (("new", 9), ("old", 3), ("mid", 5))]
    await store.commit([changes.PutSession(entry) for entry in (*own, make_session("other", user="b", seen_at=1))])
    await store.commit([changes.DropSessions(OWNER, "a.kaya", kept=2)])
    left = [name for name in ("new", "mid", "old", "other") if await store.session(OWNER, name)]
    assert left == ["new", "mid", "other"]
