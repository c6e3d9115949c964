"""A situation has the facts that the policy reads: present claims, active transfers, and the entries of the store."""

import msgspec
import pytest

from connector.controlplane.judging.facts import Situation
from connector.controlplane.judging.situations import build_for_peer, build_for_transfer, parse_claims
from connector.ports.changes import PutProcess
from connector.protocol.dsp.machines.transfer_machine import FlowState, TransferState
from connector.protocol.dsp.version import VERSION
from tests.controlplane.agreements import USE, Json, atom, conclude, provider, requested
from tests.support.plane import CITY, NOW, Desk
from tests.support.rooms import Rooms


def of_city(**claims: tuple[str, ...]) -> Situation:
    return build_for_peer(CITY, claims, None, NOW)


def test_a_situation_without_an_asset_means_any_data() -> None:
    situation = of_city(role=("planner",))
    assert (situation.participant, situation.agreed_at, situation.protocol) == (CITY, NOW, VERSION)
    assert situation.media_type is None
    assert situation.data.any


@pytest.mark.parametrize(
    ("evidence", "claims"),
    [
        (b'{"claims": {"role": ["a", "b"]}, "token": "x"}', {"role": ("a", "b")}),
        (b'{"claims": null}', {}),
        (b"{}", {}),
    ],
)
def test_claims_are_read_from_the_evidence(evidence: bytes, claims: dict[str, tuple[str, ...]]) -> None:
    assert parse_claims(evidence) == claims


async def situation_of(
    rooms: Rooms, constraint: Json, pid: str = "urn:transfer:1", state: str = "REQUESTED"
) -> Situation:
    agreement = await conclude(rooms, permission=[{**USE, "constraint": [constraint]}])
    process = msgspec.structs.replace(requested(rooms, pid), state=TransferState(state))
    return await build_for_transfer(rooms.evaluator, process, agreement, None)


async def test_only_the_facts_that_the_policy_reads_are_collected(desk: Desk) -> None:
    situation = await situation_of(provider(desk.rooms), atom("dk:paymentState", "eq", "settled"))
    assert situation.payments == []
    assert (situation.events, situation.running, situation.recent, situation.changed_at) == (None, None, None, None)


async def test_claims_of_the_participant_list_take_precedence_over_the_evidence(desk: Desk) -> None:
    situation = await situation_of(provider(desk.rooms), atom("dk:role", "eq", "provider"))
    assert situation.claims == {"role": ("provider",)}


@pytest.mark.parametrize(
    ("of_transfer", "of_agreement", "roles"),
    [
        ({"shown": {"role": ["utility"]}}, {}, ("provider", "utility")),
        ({"shown": {}}, {"shown": {"role": ["utility"]}}, ("provider",)),
        ({}, {"shown": {"role": ["utility"]}}, ("provider", "utility")),
        ({"claims": {"role": ["utility"]}}, {"claims": {"role": ["utility"]}}, ("provider",)),
    ],
)
async def test_what_credentials_stated_last_stands_beside_what_the_list_states_now(
    desk: Desk, of_transfer: Json, of_agreement: Json, roles: tuple[str, ...]
) -> None:
    rooms = provider(desk.rooms)
    agreement = await conclude(rooms, permission=[{**USE, "constraint": [atom("dk:role", "eq", "utility")]}])
    agreement = msgspec.structs.replace(agreement, evidence=msgspec.json.encode(of_agreement))
    process = msgspec.structs.replace(requested(rooms, "urn:transfer:1"), evidence=msgspec.json.encode(of_transfer))
    situation = await build_for_transfer(rooms.evaluator, process, agreement, None)
    assert situation.claims == {"role": roles}


@pytest.mark.parametrize(
    ("pid", "state", "running"), [("urn:t:0", "REQUESTED", 3), ("urn:t:1", "STARTED", 1), ("urn:t:2", "STARTED", 2)]
)
async def test_a_started_transfer_counts_only_those_whose_flow_is_started(
    desk: Desk, pid: str, state: str, running: int
) -> None:
    rooms = provider(desk.rooms)
    for number, flow in enumerate((FlowState.STARTED, FlowState.PREPARED), 1):
        active = msgspec.structs.replace(
            requested(rooms, f"urn:t:{number}"), state=TransferState.STARTED, flow_reported=flow, version=1
        )
        await rooms.context.store.commit([PutProcess(active, None)])
    situation = await situation_of(rooms, atom("dk:concurrentTransfers", "lteq", 2), pid, state)
    assert situation.running == running
