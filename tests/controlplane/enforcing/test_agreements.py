"""When an agreement was made and when it became final, however a side learns that it is final."""

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from connector.controlplane.core.messages import plan_negotiation, to_agreement
from connector.controlplane.enforcing import agreements
from connector.controlplane.judging import judgement
from connector.controlplane.processes import inbound, inbound_negotiation, inbound_transfer
from connector.controlplane.processes.deciders import ByPolicy
from connector.controlplane.processes.sending import outbound
from connector.ports.changes import PutAgreement, PutProcess
from connector.ports.decider import Agree, Finalize
from connector.ports.entities import Agreement, DutyState, PageBounds
from connector.ports.identity import Caller
from connector.ports.peer import InDoubt, Refused
from connector.ports.store import AnyProcess
from connector.ports.store_errors import Conflict
from connector.protocol.dsp import negotiation, transfer
from connector.protocol.dsp.codec import Received, encode
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines import negotiation_machine
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState
from connector.protocol.dsp.machines.transfer_machine import PULL
from tests.controlplane.agreements import DAY, USE, Clock, provider, publish, requested, within
from tests.support.plane import CITY, ME, NOW, OWNER, Desk, ScriptedPeer
from tests.support.rooms import Rooms

DATASET, PID, THEIRS = "urn:dataset:air", "urn:n:1", "urn:theirs:1"
DELETE_IN_5_DAYS = {"action": "odrl:delete", "constraint": [within(5)]}
CALLER = Caller(participant=CITY, claims={}, evidence={}, replay_key=None)


class Reporting(ScriptedPeer):
    """A counterparty that reports this state, and acknowledges messages unless it is told not to."""

    state = "REQUESTED"

    async def fetch_state(
        self, participant: str, address: str, kind: ProcessKind, to: Role, pid: str
    ) -> str | Refused | InDoubt:
        return self.state


@dataclass
class Case:
    """Rooms with a clock and a counterparty."""

    rooms: Rooms
    clock: Clock
    peer: Reporting

    @property
    def context(self) -> Any:
        return self.rooms.context

    async def agreement(self) -> Agreement:
        rows, _ = await self.context.store.agreements(OWNER, PageBounds(limit=10))
        (found,) = rows
        return found  # type: ignore[no-any-return]  # of a store that is typed as Any

    async def advance(self) -> AnyProcess:
        process = await self.context.store.negotiation(OWNER, PID)
        driving = self.rooms.driver(ByPolicy(self.rooms.enforcer, frozenset()))
        return await outbound.advance(driving, msgspec.structs.replace(process, due_at=self.clock.ms))

    async def send_finalized(self) -> None:
        message = negotiation.ContractNegotiationEventMessage(
            provider_pid=THEIRS, consumer_pid=PID, event_type=negotiation.EventType.FINALIZED
        )
        await inbound_negotiation.message(
            self.rooms.receiver, CALLER, PID, negotiation_machine.FINALIZED, received(message)
        )

    async def change(self, **members: Any) -> None:
        process = await self.context.store.negotiation(OWNER, PID)
        after = msgspec.structs.replace(process, version=process.version + 1, **members)
        await self.context.store.commit([PutProcess(after, process.version)])


@pytest.fixture
async def case(desk: Desk) -> Case:
    clock, peer = Clock(), Reporting()
    rooms = provider(desk.rooms, clock, peer=peer)
    await publish(rooms, {"kind": "file"})
    return Case(rooms, clock, peer)


def received(message: Any) -> Received[Any]:
    body = encode(message)
    return Received(message, body, hashlib.sha256(body).hexdigest())


def terms() -> dict[str, Any]:
    return {"permission": [{**USE, "constraint": [within(5)]}], "obligation": [DELETE_IN_5_DAYS]}


def negotiated(role: Role, state: NegotiationState) -> Negotiation:
    offer = {"@type": "Offer", "@id": "urn:offer", "target": DATASET, **terms()}
    return Negotiation(
        owner=OWNER,
        id=PID,
        role=role,
        peer=CITY,
        peer_address=f"{CITY}/dsp",
        peer_pid=THEIRS,
        state=state,
        version=1,
        dataset=DATASET,
        offer_id="urn:offer",
        offer=msgspec.json.encode(offer),
        offered_by=role.other,
        created_at=NOW,
        updated_at=NOW,
    )


async def agreed_as_provider(case: Case) -> None:
    """The provider agreed at the beginning, and the consumer verifies three days later."""
    planned, changes = plan_negotiation(
        case.context, negotiated(Role.PROVIDER, NegotiationState.REQUESTED), Agree(), ()
    )
    verified = msgspec.structs.replace(planned, state=NegotiationState.VERIFIED, pending=None, version=1)
    await case.context.store.commit([PutProcess(verified, None), *changes])
    case.clock.ms += 3 * DAY
    await case.change(updated_at=case.clock.ms)


async def agreed_as_consumer(case: Case) -> None:
    """The consumer receives the agreement at the beginning, and verifies it."""
    await case.context.store.commit([PutProcess(negotiated(Role.CONSUMER, NegotiationState.REQUESTED), None)])
    document = {"@type": "Agreement", "@id": "urn:agreement", "target": DATASET, "assigner": CITY, "assignee": ME}
    document["timestamp"] = "2025-11-24T16:00:00Z"
    message = negotiation.ContractAgreementMessage(
        provider_pid=THEIRS, consumer_pid=PID, agreement=msgspec.Raw(msgspec.json.encode({**document, **terms()}))
    )
    answer = await inbound_negotiation.message(
        case.rooms.receiver, CALLER, PID, negotiation_machine.AGREEMENT, received(message)
    )
    assert isinstance(answer, inbound.ProcessAnswer)
    await case.change(state=NegotiationState.VERIFIED, pending=None)
    case.clock.ms += 3 * DAY


async def by_own_message(case: Case) -> None:
    await agreed_as_provider(case)
    await case.advance()


async def by_the_consumers_state(case: Case) -> None:
    await agreed_as_provider(case)
    case.peer.failure = InDoubt(reason="the answer is lost", unreachable=False)
    await case.advance()
    case.peer.failure, case.peer.state = None, "FINALIZED"
    case.clock.ms += 60_000
    await case.advance()


async def by_the_consumers_transfer_request(case: Case) -> None:
    await agreed_as_provider(case)
    process = await case.context.store.negotiation(OWNER, PID)
    planned, _ = plan_negotiation(case.context, process, Finalize(), ())
    await case.change(pending=planned.pending)
    message = transfer.TransferRequestMessage(
        consumer_pid="urn:t:1",
        agreement_id=process.agreement_id,
        format=PULL,
        callback_address=f"{CITY}/dsp",
    )
    answer = await inbound_transfer.request(case.rooms.receiver, CALLER, received(message))
    assert isinstance(answer, inbound.ProcessAnswer), answer


async def by_the_providers_message(case: Case) -> None:
    await agreed_as_consumer(case)
    await case.send_finalized()


async def by_the_providers_state(case: Case) -> None:
    await agreed_as_consumer(case)
    case.peer.state = "FINALIZED"
    await case.advance()


WAYS = [
    by_own_message,
    by_the_consumers_state,
    by_the_consumers_transfer_request,
    by_the_providers_message,
    by_the_providers_state,
]


@pytest.mark.parametrize("finalized", WAYS)
async def test_an_agreement_that_becomes_final_days_later_was_made_when_it_was_made(case: Case, finalized: Any) -> None:
    await finalized(case)
    assert (await case.context.store.negotiation(OWNER, PID)).state == "FINALIZED"
    agreement = await case.agreement()
    assert agreement.agreed_at == NOW
    assert agreement.finalized_at is not None
    assert 0 <= case.clock.ms - agreement.finalized_at <= 60_000
    ledger = await case.context.store.duties(OWNER, agreement.key)
    assert [(entry.state, entry.deadline) for entry in ledger] == [(DutyState.ACTIVE, NOW + 5 * DAY + 1)]


@pytest.mark.parametrize("finalized", [by_own_message, by_the_consumers_state, by_the_consumers_transfer_request])
async def test_an_elapsed_time_counts_from_the_day_of_the_agreement(case: Case, finalized: Any) -> None:
    await finalized(case)
    agreement = await case.agreement()
    process = msgspec.structs.replace(requested(case.rooms), agreement_id=agreement.id)
    case.clock.ms = NOW + 5 * DAY - 1
    assert not (await judgement.judge_access(case.rooms.evaluator, process)).denied
    case.clock.ms = NOW + 5 * DAY + 1
    assert (await judgement.judge_access(case.rooms.evaluator, process)).denied


async def test_an_agreement_that_is_final_stays_as_it_is(case: Case) -> None:
    await by_own_message(case)
    agreement, process = await case.agreement(), await case.context.store.negotiation(OWNER, PID)
    case.clock.ms += DAY
    assert await agreements.finalize(case.rooms.enforcer, process) == (agreement, [])


async def test_the_agreement_of_another_negotiation_is_not_finalized_and_stays(case: Case) -> None:
    await agreed_as_consumer(case)
    process = await case.context.store.negotiation(OWNER, PID)
    first = to_agreement(case.context, msgspec.structs.replace(process, id="urn:n:2", agreement=b"{}"), NOW, ())
    await case.context.store.commit([PutAgreement(first)])
    with pytest.raises(Conflict, match="belongs to another agreement"):
        await agreements.finalize(case.rooms.enforcer, process)
    await case.send_finalized()
    assert (await case.context.store.negotiation(OWNER, PID)).state == "VERIFIED"
    assert await case.agreement() == first
