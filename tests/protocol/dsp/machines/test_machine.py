"""The state machine against the specification's two figures, written out once more here as text.

`FIGURES` is the model: who may send what, in which state, and where it leads. It shares nothing with the product's
tables but the names. C is the consumer, P the provider; `-` is the state before the first message.
"""

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines import machine
from connector.protocol.dsp.machines.machine import (
    Accepted,
    Applied,
    Crossed,
    Illegal,
    Renewed,
    Repeated,
    StateMachine,
)
from connector.protocol.dsp.machines.negotiation_machine import AGREEMENT, NEGOTIATION, Negotiation
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, FlowState, Transfer, TransferState, want

FIGURES = {
    "negotiation": """
        -          C ContractRequestMessage                     REQUESTED
        -          P ContractOfferMessage                       OFFERED
        REQUESTED  P ContractOfferMessage                       OFFERED
        REQUESTED  P ContractAgreementMessage                   AGREED
        REQUESTED  C ContractNegotiationTerminationMessage      TERMINATED
        REQUESTED  P ContractNegotiationTerminationMessage      TERMINATED
        OFFERED    C ContractRequestMessage                     REQUESTED
        OFFERED    C ContractNegotiationEventMessage:ACCEPTED   ACCEPTED
        OFFERED    C ContractNegotiationTerminationMessage      TERMINATED
        OFFERED    P ContractNegotiationTerminationMessage      TERMINATED
        ACCEPTED   P ContractAgreementMessage                   AGREED
        ACCEPTED   P ContractNegotiationTerminationMessage      TERMINATED
        AGREED     C ContractAgreementVerificationMessage       VERIFIED
        AGREED     C ContractNegotiationTerminationMessage      TERMINATED
        VERIFIED   P ContractNegotiationEventMessage:FINALIZED  FINALIZED
        VERIFIED   P ContractNegotiationTerminationMessage      TERMINATED
    """,
    "transfer": """
        -          C TransferRequestMessage      REQUESTED
        REQUESTED  P TransferStartMessage        STARTED
        REQUESTED  C TransferTerminationMessage  TERMINATED
        REQUESTED  P TransferTerminationMessage  TERMINATED
        STARTED    C TransferSuspensionMessage   SUSPENDED
        STARTED    P TransferSuspensionMessage   SUSPENDED
        STARTED    C TransferCompletionMessage   COMPLETED
        STARTED    P TransferCompletionMessage   COMPLETED
        STARTED    C TransferTerminationMessage  TERMINATED
        STARTED    P TransferTerminationMessage  TERMINATED
        SUSPENDED  C TransferStartMessage        STARTED
        SUSPENDED  P TransferStartMessage        STARTED
        SUSPENDED  C TransferTerminationMessage  TERMINATED
        SUSPENDED  P TransferTerminationMessage  TERMINATED
    """,
}
TABLES: dict[str, StateMachine] = {"negotiation": NEGOTIATION, "transfer": TRANSFER}
ROLES = {"C": Role.CONSUMER, "P": Role.PROVIDER}
LAST = {"negotiation": {"FINALIZED", "TERMINATED"}, "transfer": {"COMPLETED", "TERMINATED"}}
RANKS = ["Start", "Suspension", "Completion", "Termination"]
NOW = 1_700_000_000_000


def drawn(kind: str) -> dict[tuple[str | None, Role, str], str]:
    rows = [line.split() for line in FIGURES[kind].strip().splitlines()]
    return {(None if at == "-" else at, ROLES[who], message): to for at, who, message, to in rows}


def states(kind: str) -> list[str | None]:
    return [None, *sorted(set(drawn(kind).values()))]


def messages(kind: str) -> list[str]:
    return sorted({message for _, _, message in drawn(kind)})


def rank(message: str) -> int:
    return next((n for n, word in enumerate(RANKS, 1) if word in message and "Contract" not in message), 0) or (
        4 if "Termination" in message else 0
    )


def process(kind: str, role: Role, state: str | None) -> Any:
    common: dict[str, Any] = {
        "owner": "o",
        "id": "urn:1",
        "role": role,
        "peer": "p",
        "peer_address": "",
        "state": state,
    }
    if kind == "negotiation":
        return Negotiation(**common, dataset="d", offer_id="f", offer=b"{}", offered_by=role)
    return Transfer(**common, agreement_id="a", dataset="d", format="HttpData-PULL")


EVERY = [
    (kind, state, sender, message)
    for kind in FIGURES
    for state, sender, message in itertools.product(states(kind), ROLES.values(), messages(kind))
]


# A provider that agreed twice sends the second agreement when it may have the answer to the first: no arrow shows that.
REPEATED_LATE = {(AGREEMENT, Role.PROVIDER, state) for state in ("VERIFIED", "FINALIZED")}


@pytest.mark.parametrize(("kind", "state", "sender", "message"), EVERY)
def test_every_message_in_every_state_from_either_side(
    kind: str, state: str | None, sender: Role, message: str
) -> None:
    table, target = TABLES[kind], drawn(kind).get((state, sender, message))
    ours = machine.plan(process(kind, sender, state), table, message, b"body", NOW)
    if target is None:
        assert isinstance(ours, Illegal)
    else:
        assert (ours.state, ours.pending.message, ours.pending.target, ours.due_at) == (state, message, target, NOW)
        assert machine.acknowledge(ours, NOW).state == target
        assert message in machine.list_sendable(process(kind, sender, state), table)
    theirs = machine.receive(process(kind, sender.other, state), table, message, "digest", NOW)
    if target is None and "Termination" in message and state not in LAST[kind]:
        # Accepted at any point except a terminal state, whatever the arrows say.
        target = "TERMINATED"
    if (message, sender, state) in REPEATED_LATE:
        assert theirs == Renewed(process(kind, sender.other, state))
    elif target is None:
        assert isinstance(theirs, Illegal)
    else:
        assert isinstance(theirs, Applied)
        assert theirs.process.state == target
        assert theirs.process.accepted == Accepted(message, "digest", target)


@pytest.mark.parametrize("kind", FIGURES)
def test_the_tables_name_the_ends_and_the_ranks_of_the_figure(kind: str) -> None:
    table = TABLES[kind]
    assert table.terminal == LAST[kind]
    assert {message: table.ranks.get(message, 0) for message in messages(kind)} == {
        message: rank(message) for message in messages(kind)
    }
    for state in states(kind):
        beyond = {to for (at, _, _), to in drawn(kind).items() if at == state}
        while more := {to for (at, _, _), to in drawn(kind).items() if at in beyond} - beyond:
            beyond |= more
        assert table.find_reachable(state) == beyond


class Life(RuleBasedStateMachine):
    """One process of either kind and role, lived through by whatever its owner, its peer and the network may do."""

    @initialize(kind=st.sampled_from(sorted(FIGURES)), role=st.sampled_from(list(Role)))
    def begin(self, kind: str, role: Role) -> None:
        self.kind, self.table, self.drawn = kind, TABLES[kind], drawn(kind)
        first = next((to for (at, who, _), to in self.drawn.items() if at is None and who == role.other), None)
        self.process = process(kind, role, first)

    @property
    def pending(self) -> Any:
        return self.process.pending

    @rule(data=st.data())
    def owner_says(self, data: st.DataObject) -> None:
        message = data.draw(st.sampled_from(messages(self.kind)))
        before = self.process
        legal = (before.state, before.role, message) in self.drawn
        free = not before.pending or (
            before.pending.target not in LAST[self.kind] and rank(message) > rank(before.pending.message)
        )
        planned = machine.plan(before, self.table, message, message.encode(), NOW)
        assert isinstance(planned, Illegal) == (not (legal and free))
        if not isinstance(planned, Illegal):
            assert planned.state == before.state
            self.process = planned

    @precondition(lambda self: self.process.pending)
    @rule()
    def peer_acknowledges(self) -> None:
        target = self.drawn[self.process.state, self.process.role, self.pending.message]
        self.process = machine.acknowledge(self.process, NOW, peer_pid="urn:peer")
        assert (self.process.state, self.process.pending) == (target, None)
        assert machine.acknowledge(self.process, NOW) is self.process

    @precondition(lambda self: self.process.pending)
    @rule(in_doubt=st.booleans(), refused=st.booleans())
    def a_try_settles_nothing(self, in_doubt: bool, refused: bool) -> None:
        before = self.pending
        self.process = machine.retry(self.process, NOW, NOW + 5, in_doubt=in_doubt, refused=refused)
        assert self.pending.body == before.body
        assert self.pending.attempts == before.attempts + 1
        assert self.pending.in_doubt == (before.in_doubt or in_doubt)

    @precondition(lambda self: self.process.pending)
    @rule()
    def owner_gives_the_message_up(self) -> None:
        before = self.process
        self.process = machine.drop(before, NOW)
        assert (self.process.state, self.pending) == (before.state, None)

    @rule(data=st.data(), digest=st.sampled_from(["one", "two"]))
    def peer_says(self, data: st.DataObject, digest: str) -> None:
        message = data.draw(st.sampled_from(messages(self.kind)))
        before, target = self.process, None
        outcome = machine.receive(before, self.table, message, digest, NOW)
        sources = [before.state, *([before.pending.target] if before.pending else [])]
        targets = [self.drawn.get((source, before.role.other, message)) for source in sources]
        target = next(filter(None, targets), None)
        match outcome:
            case Applied(after):
                late = before.accepted == Accepted(
                    message, machine.UNSEEN, before.accepted.state if before.accepted else ""
                )
                if not (late and after.state == before.state):
                    assert after.state == (target or ("TERMINATED" if "Termination" in message else None))
                    assert before.state not in LAST[self.kind]
                again = machine.receive(after, self.table, message, digest, NOW)
                if message not in self.table.unrepeatable:
                    assert again == Repeated(after.accepted.state)
                self.process = after
            case Repeated(state):
                assert before.accepted == Accepted(message, digest, state)
            case Crossed() if target is None:
                # The last message came again with other content, while the end of the process is on its way.
                assert message in self.table.renewable
                assert before.accepted
                assert before.accepted.message == message
                assert before.pending
                assert before.pending.target in LAST[self.kind]
            case Crossed():
                assert before.pending
                assert rank(before.pending.message) > rank(message) or message in self.table.unrepeatable
            case Illegal():
                assert target is None or before.state in LAST[self.kind]

    @rule(data=st.data(), sure=st.booleans())
    def peer_is_asked(self, data: st.DataObject, sure: bool) -> None:
        state = data.draw(st.sampled_from(states(self.kind)[1:]))
        before = self.process
        after = machine.observe(before, self.table, str(state), NOW, sure=sure)
        if after is None:
            return
        assert before.state not in LAST[self.kind]
        assert after.state in self.table.find_reachable(before.state) | {"TERMINATED"}
        ours = [before.pending.target] if before.pending else []
        # What the peer alone can bring is never made up, whether our message has arrived or not.
        ways = [before.state, *ours, after.state], [before.state, after.state]
        assert any(all(self.is_known(at, to, ours) for at, to in itertools.pairwise(way)) for way in ways)
        self.process = after

    def is_known(self, at: str, to: str, ours: list[str]) -> bool:
        brought = [
            m for m in self.table.transitions if (m.source, m.target) == (at, to) and m.sender != self.process.role
        ]
        return to in [at, *ours, "TERMINATED"] or any(not m.has_content for m in brought)

    @invariant()
    def what_is_pending_is_legal_from_here(self) -> None:
        if hasattr(self, "process") and self.pending:
            arrow = self.process.state, self.process.role, self.pending.message
            assert self.drawn.get(arrow) == self.pending.target

    @invariant()
    def the_end_is_the_end(self) -> None:
        if hasattr(self, "process") and self.process.state in LAST[self.kind]:
            assert self.pending is None
            for message in messages(self.kind):
                outcome = machine.receive(self.process, self.table, message, "new", NOW)
                assert not isinstance(outcome, Applied) or outcome.process.state == self.process.state


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def test_a_repeated_counter_request_says_nothing_of_an_offer_that_was_planned_after_it() -> None:
    offered = process("negotiation", Role.PROVIDER, "OFFERED")
    asked = machine.receive(offered, NEGOTIATION, "ContractRequestMessage", "same", NOW)
    assert isinstance(asked, Applied)
    answering = machine.plan(asked.process, NEGOTIATION, "ContractOfferMessage", b"offer", NOW)
    assert not isinstance(answering, Illegal)
    assert isinstance(machine.receive(answering, NEGOTIATION, "ContractRequestMessage", "same", NOW), Crossed)
    assert isinstance(machine.receive(answering, NEGOTIATION, "ContractRequestMessage", "other", NOW), Applied)


def test_a_state_in_which_the_peer_may_wait_for_our_answer_proves_nothing() -> None:
    resumed = machine.receive(
        process("transfer", Role.CONSUMER, "SUSPENDED"), TRANSFER, "TransferStartMessage", "d", NOW
    )
    assert isinstance(resumed, Applied)
    assert machine.observe(resumed.process, TRANSFER, "SUSPENDED", NOW, sure=False) is None
    sure = machine.observe(resumed.process, TRANSFER, "SUSPENDED", NOW)
    assert sure is not None
    assert sure.state == "SUSPENDED"


def test_what_ends_a_transfer_stays_on_its_way_when_the_peer_has_moved() -> None:
    suspended = process("transfer", Role.CONSUMER, "SUSPENDED")
    ending = machine.plan(suspended, TRANSFER, "TransferTerminationMessage", b"end", NOW)
    assert not isinstance(ending, Illegal)
    moved = machine.observe(ending, TRANSFER, "STARTED", NOW)
    assert moved is not None
    assert (moved.state, moved.pending) == ("STARTED", ending.pending)


@pytest.mark.parametrize("flow", [FlowState.SUSPENDED, FlowState.COMPLETED, FlowState.TERMINATED])
def test_a_start_that_may_have_been_carried_out_is_undone(flow: FlowState) -> None:
    starting = msgspec.structs.replace(
        process("transfer", Role.PROVIDER, TransferState.STARTED),
        flow_wanted=FlowState.STARTED,
        flow_reported=FlowState.PREPARED,
    )
    stopped = want(starting, flow)
    assert (stopped.flow_wanted, stopped.flow_reported) == (flow, FlowState.STARTED)


def _resumed(role: Role = Role.PROVIDER) -> Transfer:
    """Return a transfer whose peer has just resumed it."""
    process = Transfer(
        owner="o", id="1", role=role, peer="p", peer_address="a", agreement_id="g", dataset="d", format="f",
        state=TransferState.SUSPENDED,
    )  # fmt: skip
    outcome = machine.receive(process, TRANSFER, "TransferStartMessage", "digest", 1)
    assert isinstance(outcome, Applied)
    return outcome.process


def test_an_echo_moves_no_state_and_is_forgotten_for_whatever_comes() -> None:
    echoing = machine.echo(_resumed(), b"{}", 2)
    assert echoing.pending
    assert (echoing.state, echoing.pending.message, echoing.pending.target) == (
        "STARTED",
        "TransferStartMessage",
        "STARTED",
    )
    assert machine.acknowledge(echoing, 3) == msgspec.structs.replace(_resumed(), due_at=3, updated_at=3)
    for message, state in (("TransferSuspensionMessage", "SUSPENDED"), ("TransferCompletionMessage", "COMPLETED")):
        theirs = machine.receive(echoing, TRANSFER, message, "other", 3)
        assert isinstance(theirs, Applied)
        assert (theirs.process.state, theirs.process.pending) == (state, None)
        ours = machine.plan(echoing, TRANSFER, message, b"", 3)
        assert not isinstance(ours, Illegal)
        assert ours.pending
        assert ours.pending.message == message


def test_an_echo_leaves_the_repeat_of_what_it_echoes_a_repeat() -> None:
    echoing = machine.echo(_resumed(), b"{}", 2)
    for process in (echoing, machine.acknowledge(echoing, 3), machine.drop(echoing, 3)):
        assert machine.receive(process, TRANSFER, "TransferStartMessage", "digest", 4) == Repeated("STARTED")


def test_what_is_on_its_way_is_not_replaced_by_an_echo() -> None:
    pending = machine.plan(_resumed(), TRANSFER, "TransferSuspensionMessage", b"", 2)
    assert not isinstance(pending, Illegal)
    assert machine.echo(pending, b"{}", 3) == pending
