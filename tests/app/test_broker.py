"""A broker from its settings: what a start opens and what a stop closes."""

import asyncio

import httpx
import pytest

from connector.app.broker import build_broker
from connector.ports.changes import Unavailable
from tests.app.conftest import listening
from tests.pair.space import Space


async def test_a_start_opens_two_listeners_and_a_stop_closes_all(space: Space) -> None:
    broker = await build_broker(listening(space, "broker"), transport=space.wire)
    await broker.start()
    assert list(broker.listeners.addresses) == ["protocol", "broker"]
    assert {task.get_name() for task in broker.tasks} == {"crawler", "roster"}
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{broker.listeners.addresses['broker']}/v1/search")
        assert answer.status_code == 401
        await broker.stop()
        for address in broker.listeners.addresses.values():
            with pytest.raises(httpx.ConnectError):
                await client.get(address)
    assert all(task.done() for task in broker.tasks)
    with pytest.raises(Unavailable):
        await broker.record.put_source(None)  # type: ignore[arg-type]
    await asyncio.sleep(0)
