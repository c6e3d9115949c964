"""What `/ready` says of a connector: what it cannot work without, and what a person has to look at."""

import asyncio
from pathlib import Path

import httpx
from msgspec.structs import replace

from connector.app.connector import build
from connector.app.parts import read_clock
from connector.app.readiness import Readiness
from connector.ports.changes import PutPush
from connector.ports.entities import PushState
from tests.app.conftest import listening
from tests.contract.test_pushes import make_push
from tests.pair.space import Space


async def test_readiness_fails_without_a_worker_and_warns_without_a_list(space: Space) -> None:
    moment = [0]
    connector = await build(listening(space, "city"), transport=space.wire, now=lambda: moment[0] or read_clock())
    await connector.start()
    address = connector.listeners.addresses["management"]
    async with httpx.AsyncClient(trust_env=False) as client:
        moment[0] = read_clock() + 10 * 365 * 86_400_000
        answer = await client.get(f"{address}/ready")
        assert answer.status_code == 200
        assert "has expired" in answer.text
        await connector.worker.stop(0)
        for task in connector.tasks:
            task.cancel()
        await asyncio.gather(*connector.tasks, return_exceptions=True)
        answer = await client.get(f"{address}/ready")
        assert answer.status_code == 503
        assert "worker" in answer.text
    await connector.stop()


async def test_a_folder_for_received_data_that_cannot_be_written_is_named_and_one_that_is_made_later_is_not(
    space: Space, tmp_path: Path
) -> None:
    folder = tmp_path / "received"
    connector = await build(replace(listening(space, "city"), received=folder), transport=space.wire)
    evaluator = connector.enforcer.evaluator
    look = Readiness(connector.parts, evaluator, connector.worker, connector.dataplane, connector.tasks).warnings()
    assert await look["received"]() is None
    folder.rmdir()
    assert await look["received"]() is None
    folder.write_bytes(b"")
    assert f"Received data cannot be written to {folder}" in str(await look["received"]())
    await connector.stop()


async def test_a_self_description_that_the_broker_refused_is_named_with_its_reason(space: Space) -> None:
    connector = await build(listening(space, "city"), transport=space.wire)
    evaluator = connector.enforcer.evaluator
    look = Readiness(connector.parts, evaluator, connector.worker, connector.dataplane, connector.tasks).warnings()
    accepted = make_push("urn:1")
    await connector.context.store.commit([PutPush(accepted)])
    assert await look["self-descriptions"]() is None
    lost = [
        make_push("urn:2", state=PushState.REFUSED, reason="No title."),
        make_push("urn:3", state=PushState.FAILED, reason="It is away."),
    ]
    await connector.context.store.commit([PutPush(push) for push in lost])
    told = await look["self-descriptions"]()
    assert told == "Self-descriptions that the broker does not have: urn:2 (No title.), urn:3 (It is away.)"
    await connector.stop()
