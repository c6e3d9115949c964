"""Subscriptions over the client."""

import asyncio

from connector.client import Connector
from tests.client.calls import awaited
from tests.controlplane.usecases.subscribing.orders import Household
from tests.support.plane import Desk


def test_a_subscription_is_ordered_and_removed(desk: Desk, connector: Connector) -> None:
    asyncio.run(Household(desk).agree())
    made = connector.subscriptions.add("urn:agreement:1", every="hour", at="00:15")
    assert (made.at, made.every, made.state) == ("00:15", "hour", "active")
    assert [found.id for found in connector.subscriptions.all(state="active")] == [made.id]
    assert connector.subscriptions.remove(made.id).id == made.id
    assert asyncio.run(_list(desk)) == []


async def _list(desk: Desk) -> list[str]:
    client = awaited(desk)
    found = [one.id async for one in client.subscriptions.all()]
    await client.close()
    return found
