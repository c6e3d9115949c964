"""`odrl:inform` calls a webhook before the access, and never an address of the own network."""

import dataclasses

import pytest
from aiohttp import web

from connector.controlplane.enforcing import performing
from connector.controlplane.enforcing.executors.table import build_executors
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.ports.entities import DutyState
from tests.controlplane.agreements import (
    AGREEMENT,
    USE,
    atom,
    conclude,
    requested,
)
from tests.dataplane.world import LOOPBACK, serving
from tests.support.rooms import Rooms


@pytest.mark.parametrize(("answers", "denied"), [([204], False), ([503, 200], False), ([500, 500], True)])
async def test_a_webhook_is_told_before_access_with_a_key_against_repeats(
    rooms: Rooms, client: GuardedClient, answers: list[int], denied: bool
) -> None:
    told: list[tuple[str, dict[str, str]]] = []

    async def hear(request: web.Request) -> web.Response:
        told.append((request.headers["Idempotency-Key"], await request.json()))
        return web.Response(status=answers[len(told) - 1])

    async with serving(hear) as url:
        rooms = rooms.but(actions=build_executors(client))
        inform = {"action": "odrl:inform", "constraint": [atom("dk:notifyAddress", "eq", f"{url}/hook?secret=1")]}
        await conclude(rooms, permission=[USE], obligation=[inform])
        verdict = await performing.permit_transfer(rooms.enforcer, requested(rooms))
    assert verdict.denied is denied
    assert len({key for key, _ in told}) == 1
    assert len(told) == len(answers)
    assert told[0][1]["transfer"] == "urn:transfer:1"
    ledger = await rooms.context.store.duties(rooms.context.owner, AGREEMENT, occasions=["urn:transfer:1"])
    assert [event.state for event in ledger if event.occasion] == ([] if denied else [DutyState.FULFILLED])
    assert not any(b"secret" in event.evidence for event in ledger)


async def test_no_policy_makes_us_call_our_own_network(rooms: Rooms) -> None:
    transport = SocketTransport(dataclasses.replace(LOOPBACK, networks=()))
    guarded = GuardedClient(dataclasses.replace(LOOPBACK, networks=()), transport)
    rooms = rooms.but(actions=build_executors(guarded))
    inform = {"action": "odrl:inform", "constraint": [atom("dk:notifyAddress", "eq", "https://127.0.0.1/hook")]}
    await conclude(rooms, permission=[USE], obligation=[inform])
    assert (await performing.permit_transfer(rooms.enforcer, requested(rooms))).denied
    await transport.close()
