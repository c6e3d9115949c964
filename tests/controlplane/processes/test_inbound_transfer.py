"""A transfer request is stored together with the start that it leads to, unless a duty has to be performed first."""

from collections.abc import Sequence
from typing import Any

import msgspec

from connector.controlplane.processes import inbound_transfer
from connector.controlplane.processes.deciders import ByPolicy
from connector.controlplane.processes.inbound import Declined, ProcessAnswer
from connector.ports.changes import Change
from connector.ports.entities import PageBounds, ReplayKey
from connector.ports.identity import Caller
from connector.protocol.dsp import transfer
from connector.protocol.dsp.codec import decode
from connector.protocol.dsp.common import CONTEXT
from connector.protocol.dsp.machines.transfer_machine import FlowState, Transfer
from connector.store.memory.store import MemoryStore
from tests.controlplane.agreements import AGREEMENT, DATASET, USE, conclude, provider, publish
from tests.support.plane import ADDRESS, CITY, OWNER, Desk
from tests.support.rooms import Rooms


class Counting(MemoryStore):
    """A store that keeps the names of the changes of each commit."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[list[str]] = []

    async def commit(self, group: Sequence[Change]) -> None:
        await super().commit(group)
        self.groups.append([type(change).__name__ for change in group])


async def asked(rooms: Rooms, *, jti: str = "1", pid: str = "urn:uuid:theirs", **more: Any) -> ProcessAnswer | Declined:
    body = {
        "@context": [CONTEXT],
        "@type": "TransferRequestMessage",
        "consumerPid": pid,
        "agreementId": AGREEMENT,
        "format": "HttpData-PULL",
        "callbackAddress": ADDRESS,
        **more,
    }
    key = ReplayKey(owner=OWNER, issuer=CITY, jti=jti, expires_at=2**40)
    caller = Caller(participant=CITY, claims={}, evidence={}, replay_key=key)
    received = decode(transfer.TransferRequestMessage, msgspec.json.encode(body))
    return await inbound_transfer.request(rooms.receiver, caller, received)


async def started(desk: Desk, store: Counting, **terms: Any) -> tuple[Rooms, Transfer]:
    rooms = provider(desk.rooms, store=store, decider=ByPolicy)
    await publish(rooms, {"kind": "file", "path": "air.csv"})
    await conclude(rooms, **terms)
    store.groups.clear()
    answer = await asked(rooms)
    assert isinstance(answer, ProcessAnswer)
    assert (answer.state, answer.created) == ("REQUESTED", True)
    process = answer.process
    assert isinstance(process, Transfer)
    assert process.dataset == DATASET
    return rooms, process


async def test_a_request_is_stored_with_its_start_in_one_commit(desk: Desk) -> None:
    store = Counting()
    rooms, process = await started(desk, store, permission=[USE])
    assert process.pending is not None
    assert process.pending.message == "TransferStartMessage"
    assert process.flow_reported is FlowState.PREPARED
    assert process.data_address is not None
    assert len(store.groups) == 1
    rows, _ = await store.leaves(OWNER, PageBounds(limit=9), process_id=process.id)
    assert [row.kind for row in rows] == ["received TransferRequestMessage", "decided start"]
    again = await asked(rooms, jti="2")
    assert isinstance(again, ProcessAnswer)
    assert again.process == process


async def test_a_request_under_an_agreement_with_a_duty_is_stored_alone(desk: Desk) -> None:
    duty = {"action": "inform", "constraint": []}
    _, process = await started(desk, Counting(), permission=[{**USE, "duty": [duty]}])
    assert process.pending is None
    assert process.flow_reported is FlowState.NONE


async def test_a_request_that_the_policy_denies_is_stored_with_its_termination(desk: Desk) -> None:
    store = Counting()
    late = {"leftOperand": "dateTime", "operator": "lt", "rightOperand": {"@value": "2020-01-01T00:00:00Z"}}
    _, process = await started(desk, store, permission=[{**USE, "constraint": [late]}])
    assert process.pending is not None
    assert process.pending.message == "TransferTerminationMessage"
    assert len(store.groups) == 1


async def test_a_request_with_a_used_token_opens_no_flow(desk: Desk) -> None:
    store = Counting()
    rooms, _ = await started(desk, store, permission=[USE])
    answer = await asked(rooms, pid="urn:uuid:another")
    assert isinstance(answer, Declined)
    assert answer.code == "unauthenticated"
    assert len(store.groups) == 1
