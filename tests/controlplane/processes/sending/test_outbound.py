"""An acknowledgement is stored with the peer's next message, or after a moment; until then it is known, and no more."""

from collections.abc import Sequence

import msgspec
import pytest

from connector.controlplane.core.messages import pids, plan_negotiation
from connector.controlplane.processes import inbound, inbound_negotiation, loading
from connector.controlplane.processes.deciders import ByPolicy
from connector.controlplane.processes.receiver import MessageReceiver
from connector.controlplane.processes.sending import outbound, waiting
from connector.controlplane.processes.sending.driver import ProcessDriver
from connector.controlplane.usecases import negotiation as people
from connector.ports.changes import Change, PutBackoff, PutProcess
from connector.ports.decider import Agree
from connector.ports.entities import Backoff, PageBounds
from connector.ports.identity import Caller
from connector.protocol.dsp import negotiation
from connector.protocol.dsp.codec import decode, encode
from connector.protocol.dsp.machines import negotiation_machine
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from tests.controlplane.agreements import Clock
from tests.controlplane.enforcing.test_agreements import Reporting
from tests.controlplane.processes.bargain import RESEARCH, offered, requested, terms
from tests.support.plane import CITY, OWNER, Desk
from tests.support.rooms import Rooms

PEER = Caller(participant=CITY, claims={}, evidence={}, replay_key=None)


class Agreed:
    """A provider's negotiation whose agreement is pending, with every group that is committed from now on."""

    def __init__(self, rooms: Rooms, process: Negotiation, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rooms = rooms
        self.driver: ProcessDriver = rooms.driver(rooms.receiver.decider)
        self.process = process
        self.clock = clock
        self.groups: list[Sequence[Change]] = []
        self._commit = rooms.context.store.commit
        monkeypatch.setattr(rooms.context.store, "commit", self._note)

    async def _note(self, group: Sequence[Change]) -> None:
        await self._commit(group)
        self.groups.append(group)

    async def deliver(self) -> Negotiation:
        after = await outbound.advance(self.driver, self.process)
        assert isinstance(after, Negotiation)
        return after

    async def stored(self) -> Negotiation:
        found = await self.rooms.context.store.negotiation(OWNER, self.process.id)
        assert found is not None
        return found

    async def receive_verification(
        self, receiver: MessageReceiver | None = None
    ) -> inbound.ProcessAnswer | inbound.Declined:
        body = encode(negotiation.ContractAgreementVerificationMessage(**pids(self.process)))
        received = decode(negotiation.ContractAgreementVerificationMessage, body)
        name = negotiation_machine.VERIFICATION
        receiver = receiver or self.rooms.receiver
        return await inbound_negotiation.message(receiver, PEER, self.process.id, name, received)

    async def leaves(self) -> list[tuple[str, str, str]]:
        rows, _ = await self.rooms.context.store.leaves(OWNER, PageBounds(limit=50), process_id=self.process.id)
        told = [(row.kind, msgspec.json.decode(row.body)["fields"]) for row in rows]
        return [(kind, fields["from"], fields["to"]) for kind, fields in told]


@pytest.fixture
async def agreed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Agreed:
    return await make_agreed(desk, monkeypatch)


async def make_agreed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Agreed:
    """Return the negotiation at a desk; `monkeypatch` notes its commits."""
    await offered(desk, terms(RESEARCH))
    clock = Clock()
    rooms = desk.rooms.but(peer=Reporting(), now=clock, decider=lambda enforcer: ByPolicy(enforcer, frozenset()))
    planned, changes = plan_negotiation(rooms.context, requested(terms(RESEARCH)), Agree(), ())
    process = msgspec.structs.replace(planned, version=1)
    await rooms.context.store.commit([PutProcess(process, None), *changes])
    return Agreed(rooms, process, clock, monkeypatch)


ACKNOWLEDGED = ("acknowledged ContractAgreementMessage", "REQUESTED", "AGREED")


async def test_the_message_that_proves_an_acknowledgement_is_one_commit_with_it_and_with_the_next_step(
    agreed: Agreed,
) -> None:
    known = await agreed.deliver()
    assert (known.state, known.pending) == ("AGREED", None)
    assert agreed.groups == []
    answer = await agreed.receive_verification()
    assert isinstance(answer, inbound.ProcessAnswer)
    assert answer.state == "VERIFIED"
    assert len(agreed.groups) == 1
    stored = await agreed.stored()
    assert stored.pending is not None
    assert (stored.state, stored.pending.message) == ("VERIFIED", negotiation_machine.FINALIZED)
    assert await agreed.leaves() == [
        ACKNOWLEDGED,
        ("received ContractAgreementVerificationMessage", "AGREED", "VERIFIED"),
        ("decided finalize", "VERIFIED", "VERIFIED"),
    ]


async def test_a_message_that_comes_before_the_acknowledgement_implies_it_with_the_same_leaf(agreed: Agreed) -> None:
    await agreed.receive_verification()
    assert (await agreed.leaves())[0] == ACKNOWLEDGED
    assert len(agreed.groups) == 1


async def test_an_acknowledgement_is_stored_after_a_moment_without_a_message(agreed: Agreed) -> None:
    known = await agreed.deliver()
    assert known.due_at == agreed.clock.ms + waiting.MOMENT_MS
    agreed.clock.ms += waiting.MOMENT_MS
    later = await outbound.advance(agreed.driver, known)
    assert await agreed.stored() == later
    assert (later.state, later.pending) == ("AGREED", None)
    assert later.due_at is not None
    assert later.due_at > agreed.clock.ms + waiting.MOMENT_MS
    assert await agreed.leaves() == [ACKNOWLEDGED]


async def test_what_a_crash_loses_is_an_answer_and_the_message_is_still_owed(agreed: Agreed) -> None:
    await agreed.deliver()
    stored = await agreed.stored()
    assert stored == agreed.process
    assert stored.pending is not None
    assert stored.due_at is not None
    assert stored.due_at <= agreed.clock.ms, "the message is sent again at the next start"


async def test_a_peer_reads_only_what_is_stored(agreed: Agreed) -> None:
    await agreed.deliver()
    shown = await loading.store_negotiation(agreed.rooms.context, agreed.process.id)
    assert shown == await agreed.stored()
    assert shown is not None
    assert shown.state == "AGREED"
    assert await agreed.leaves() == [ACKNOWLEDGED]
    await loading.store_negotiation(agreed.rooms.context, agreed.process.id)
    assert len(agreed.groups) == 1, "what is stored is not stored again"


async def test_a_person_sees_the_acknowledgement_immediately(agreed: Agreed) -> None:
    await agreed.deliver()
    shown = await people.get(agreed.rooms.context, agreed.process.id)
    assert (shown.state, shown.pending) == ("AGREED", None)
    assert agreed.groups == []


async def test_an_answer_that_ends_failures_is_stored_immediately(agreed: Agreed) -> None:
    row = Backoff(owner=OWNER, peer=CITY, failures=1, until=0)
    agreed.driver = agreed.rooms.driver(agreed.rooms.receiver.decider, rows=[row])
    await agreed.deliver()
    assert (await agreed.stored()).state == "AGREED"
    assert any(isinstance(change, PutBackoff) for group in agreed.groups for change in group)
