"""Negotiations over the client."""

import asyncio

from tests.client.calls import awaited
from tests.support.plane import CITY, Desk


async def test_a_negotiation_is_waited_for(desk: Desk) -> None:
    async with awaited(desk) as connector:
        begun = await connector.negotiations.start(CITY, "urn:dataset:air")
        waiting = asyncio.create_task(connector.negotiations.wait(begun.id, timeout_s=60))
        await desk.become(begun.id, "TERMINATED", reason="not for you")
        ended = await waiting
        assert ended.ended is not None
        assert (ended.state, ended.ended.reason) == ("TERMINATED", "not for you")
        other = await connector.negotiations.start(CITY, "urn:dataset:air")
        assert (await connector.negotiations.wait(other.id, timeout_s=0)).state is None
        await connector.negotiations.terminate(other.id, reason="no need")
        assert [leaf.kind async for leaf in connector.audit.all(process=other.id)][-1] == "ended withdrawn"
