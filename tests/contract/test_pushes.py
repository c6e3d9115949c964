"""What every store does with what was pushed to a broker."""

from msgspec.structs import replace

from connector.ports.changes import DropPush, PutPush
from connector.ports.entities import Push, PushState
from connector.ports.store import Store
from tests.contract.values import OWNER


def make_push(subject: str, **changed: object) -> Push:
    plain = Push(
        owner=OWNER,
        subject=subject,
        name="n" * 43,
        broker="urn:broker",
        content="v1",
        key="thumb",
        state=PushState.ACCEPTED,
        at=1,
        renew_at=10,
    )
    return replace(plain, **changed)


async def test_the_last_push_of_a_subject_is_kept_until_it_is_dropped(store: Store) -> None:
    first, second = make_push("a"), make_push("a", state=PushState.REFUSED, reason="No.", findings=("x",))
    await store.commit([PutPush(first)])
    await store.commit([PutPush(second), PutPush(replace(first, owner="other"))])
    assert await store.push(OWNER, "a") == second
    assert await store.push(OWNER, "b") is None
    await store.commit([DropPush(OWNER, "a"), DropPush(OWNER, "unknown")])
    assert await store.push(OWNER, "a") is None
    assert await store.push("other", "a") is not None


async def test_pushes_are_listed_by_subject_by_renewal_and_by_state(store: Store) -> None:
    rows = [make_push("b", renew_at=5), make_push("a", renew_at=9, state=PushState.REFUSED), make_push("c", renew_at=1)]
    await store.commit([PutPush(row) for row in rows])
    assert [row.subject for row in await store.pushes(OWNER, "", 2)] == ["a", "b"]
    assert [row.subject for row in await store.pushes(OWNER, "b", 2)] == ["c"]
    assert [row.subject for row in await store.next_pushes(OWNER, 2)] == ["c", "b"]
    assert [row.subject for row in await store.pushes_in(OWNER, PushState.REFUSED, 5)] == ["a"]
    assert await store.pushes("nobody", "", 5) == []
