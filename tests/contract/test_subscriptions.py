"""What every store does with subscriptions."""

import pytest
from msgspec.structs import replace

from connector.ports.changes import DropSubscription, PutSubscription
from connector.ports.entities import PageBounds
from connector.ports.store import Store
from connector.ports.store_errors import Conflict
from connector.views.subscriptions import SubscriptionState
from tests.contract.values import OWNER, subscription


async def test_a_subscription_is_stored_over_the_version_that_was_read(store: Store) -> None:
    first = subscription("urn:s:1")
    second = replace(first, version=2, due_at=None, state=SubscriptionState.PAUSED)
    await store.commit([PutSubscription(first, None)])
    await store.commit([PutSubscription(second, 1)])
    assert await store.subscription(OWNER, "urn:s:1") == second
    for change in (PutSubscription(second, 1), PutSubscription(first, None), DropSubscription(OWNER, "urn:s:1", 1)):
        with pytest.raises(Conflict):
            await store.commit([change])
    await store.commit([DropSubscription(OWNER, "urn:s:1", 2)])
    assert await store.subscription(OWNER, "urn:s:1") is None
    assert await store.subscription("other", "urn:s:1") is None


async def test_subscriptions_are_listed_newest_first_and_by_their_next_run(store: Store) -> None:
    rows = [
        subscription("urn:s:a", due_at=9),
        subscription("urn:s:b", due_at=None, state=SubscriptionState.ENDED, agreement="other"),
        subscription("urn:s:c", due_at=3),
    ]
    await store.commit([PutSubscription(row, None) for row in rows])
    await store.commit([PutSubscription(replace(rows[0], owner="other"), None)])
    found, after = await store.subscriptions(OWNER, PageBounds(limit=2))
    assert [row.id for row in found] == ["urn:s:c", "urn:s:b"]
    rest, last = await store.subscriptions(OWNER, PageBounds(limit=2, after=after))
    assert ([row.id for row in rest], last) == (["urn:s:a"], None)
    ended, _ = await store.subscriptions(OWNER, PageBounds(limit=9), state=SubscriptionState.ENDED)
    named, _ = await store.subscriptions(OWNER, PageBounds(limit=9), agreement_key="other")
    assert [row.id for row in (*ended, *named)] == ["urn:s:b", "urn:s:b"]
    assert [row.id for row in await store.next_subscriptions(OWNER, 5)] == ["urn:s:c", "urn:s:a"]
    assert [row.id for row in await store.next_subscriptions(OWNER, 1)] == ["urn:s:c"]
