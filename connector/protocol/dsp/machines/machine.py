"""The state machine of both DSP processes: the messages that can be sent and accepted, and how doubt ends.

Dataspace Protocol 2025-1, Contract Negotiation Protocol and Transfer Process Protocol.

* Everything that affects a state is in this module and in two tables, `negotiation_machine` and `transfer_machine`.
* Nothing here depends on the role of this side, except through `Process.role`. Nothing sends, stores or reads a clock.
* A state changes in response to an acknowledged message. A message to be sent is in `pending` until the peer
  acknowledges it (`acknowledge`). The states are those of the standard, without additions.
* DSP messages have no identifier, so this module settles repeats, lost answers and crossing messages. `receive`
  acknowledges an exact repeat of the last accepted message again, and ranks crossing messages. If the peer sends the
  message that follows a pending one, `receive` treats the pending one as acknowledged (implied acknowledgement).
* `observe` settles a refusal or a doubt by the state of the peer, which is requested with GET.
* Some messages count as accepted before they arrive: those inferred from the peer's state, and those that both sides
  sent at the same time. They are acknowledged if they arrive later, because peers treat every refusal as final.

Pure: `now` (milliseconds since the Unix epoch) is an argument.
"""

from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

from connector.protocol.dsp.common import Role

# The digest of a message that counts as accepted and has not arrived.
UNSEEN = ""
FAULT_LENGTH = 300


class ProcessKind(StrEnum):
    """The two kinds of process."""

    NEGOTIATION = "negotiation"
    TRANSFER = "transfer"


class Transition(msgspec.Struct, frozen=True):
    """A transition: `sender` can send `message` in state `source`; the acknowledged message changes it to `target`.

    `source` is None for the message that creates the process. `message` is the type name of the standard; for an event
    message, a colon and the event type follow. `has_content` is set if the message contains data that the state does
    not show (an offer, an agreement, an address); such a transition is never inferred from the state of the peer.
    """

    source: str | None
    sender: Role
    message: str
    target: str
    has_content: bool = False


class StateMachine(msgspec.Struct, frozen=True):
    """A state machine as data.

    `ranks` orders the messages that can cross on the wire: the higher rank wins. `ending` is the message that
    terminates the process. An exact repeat of an `unrepeatable` message is a new message, never a retransmission. A
    `renewable` message can arrive again with other content, also when this side has gone further. A `resendable`
    message is sent again to a peer that has lost it after it acknowledged it.
    """

    kind: ProcessKind
    transitions: tuple[Transition, ...]
    terminal: frozenset[str]
    ranks: dict[str, int]
    ending: str
    terminated: str
    unrepeatable: frozenset[str] = frozenset()
    resendable: frozenset[str] = frozenset()
    renewable: frozenset[str] = frozenset()

    def find_transition(self, source: str | None, sender: Role, message: str) -> Transition | None:
        """Return the transition, or None if the state machine has none."""
        for transition in self.transitions:
            if transition.source == source and transition.sender == sender and transition.message == message:
                return transition
        return None

    def find_reachable(self, source: str | None) -> frozenset[str]:
        """Return the states that can follow `source`, after any number of messages of both sides."""
        seen: set[str] = set()
        frontier = {source}
        while frontier:
            step = {m.target for m in self.transitions if m.source in frontier} - seen
            seen |= step
            frontier = set(step)
        return frozenset(seen)


class Pending(msgspec.Struct, frozen=True):
    """The one message to be delivered to the peer; its bytes are stored, so each attempt sends the same bytes.

    `attempts` counts the attempts, `refusals` the 4xx answers of the peer. `in_doubt` is set if an attempt ended
    without an answer. `mutual` is set if the peer can send the same message in the same state, so both can cross.
    `echo` is set if the message returns the peer's own message and changes no state (see the function `echo`).
    `fault` is why the last attempt had no result, in at most `FAULT_LENGTH` characters.
    """

    message: str
    target: str
    body: bytes
    attempts: int = 0
    refusals: int = 0
    in_doubt: bool = False
    mutual: bool = False
    echo: bool = False
    fault: str = ""


class Accepted(msgspec.Struct, frozen=True):
    """The last accepted message; its exact repeat gets the same answer and has no second effect.

    `digest` is `UNSEEN` if the message has not arrived.
    """

    message: str
    digest: str
    state: str


class Ended(msgspec.Struct, frozen=True):
    """The end of a process or of the attempts to deliver a message: code, reason, and the participant that ended it.

    `reasons` contains the reason by language tag, if it is available in several languages.
    """

    code: str
    reason: str
    by: str
    reasons: dict[str, str] = {}


class RefusedMessage(msgspec.Struct, frozen=True):
    """The last message of the peer that was refused as it stands: its name, the reason, and the time (ms)."""

    message: str
    reason: str
    at: int


class Unequal(msgspec.Struct, frozen=True):
    """The peer reported a different `state`, first at `at`; valid while the process has this `updated_at`."""

    state: str
    at: int
    updated_at: int


class Stalled(msgspec.Struct, frozen=True):
    """The number of `steps` in a row without progress, and the time of the first; valid while the process has this
    `version`.
    """

    steps: int
    since: int
    version: int


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """The common part of both processes; one table stores the processes of both roles.

    `id` is the pid of this side, `peer_pid` the pid of the peer, None until the peer has sent it. `peer` is the
    participant at the other end, `peer_address` the base URL of its endpoints. `state` is None until the first message
    is acknowledged. `version` grows by one with every commit; a commit names the version that it read. `due_at` is the
    time of the worker's next step, None if nothing is due. `held` is set if the process waits for a decision by a
    person. `unequal` is the differing state that the peer reported last, `stalled` counts steps without progress.
    `answered` is the message of the peer that the last acknowledged one of this side followed, `resent` the number of
    messages that were sent again after their acknowledgement. `raced` is set if the peer repeated a message while the
    answer to it was pending: it may store its repeat over that answer. `refused` is the message of the peer that was
    refused last, until another one is accepted. `title` are the titles of the dataset by language, as they were at the
    beginning. Times are milliseconds since the Unix epoch.
    """

    owner: str
    id: str
    role: Role
    peer: str
    peer_address: str
    peer_pid: str | None = None
    state: str | None = None
    version: int = 0
    pending: Pending | None = None
    accepted: Accepted | None = None
    answered: Accepted | None = None
    ended: Ended | None = None
    due_at: int | None = None
    held: bool = False
    unequal: Unequal | None = None
    stalled: Stalled | None = None
    resent: int = 0
    raced: bool = False
    refused: RefusedMessage | None = None
    title: dict[str, str] = {}
    created_at: int = 0
    updated_at: int = 0


P = TypeVar("P", bound=Process)


class Applied(msgspec.Struct, Generic[P], frozen=True):
    """The message is legal: commit `process`, the new value, before the answer.

    The state is unchanged if the message already counted as accepted before it arrived. `acknowledged` is the process
    before the message and after the acknowledgement of the pending one, if the message implies that.
    """

    process: P
    acknowledged: P | None = None


class Repeated(msgspec.Struct, frozen=True):
    """The message is an exact repeat of the last accepted one: answer with `state` again and change nothing."""

    state: str


class Renewed(msgspec.Struct, Generic[P], frozen=True):
    """The message was accepted before with other content: if that is acceptable, commit `process`.

    If the process has gone further since, `process` is unchanged: the peer may have fallen back.
    """

    process: P


class Crossed(msgspec.Struct, frozen=True):
    """The message crossed the pending message, which has the higher rank: answer 503 and change nothing."""

    reason: str


class Illegal(msgspec.Struct, frozen=True):
    """The state machine has no such transition in this state: answer 400 and change nothing."""

    reason: str


def plan(process: P, table: StateMachine, message: str, body: bytes, now: int) -> P | Illegal:
    """Put `message` into the pending slot; the worker sends it.

    A message that the state machine does not allow in this state is Illegal. A second message while one is pending is
    Illegal too, unless the new one has a higher rank and the pending one does not end the process.
    """
    transition = table.find_transition(process.state, process.role, message)
    if transition is None and process.state in table.terminal:
        return Illegal(f"The process ended in state {_name(process.state)}: nothing more can be done in it.")
    if transition is None:
        state = _name(process.state)
        return Illegal(f"{message} cannot be sent by the {process.role} in state {state}: show the process first.")
    pending = process.pending
    # A message that ends the process is not replaced: the peer may have received it, and both ends would differ.
    if pending and (pending.target in table.terminal or _rank(table, message) <= _rank(table, pending.message)):
        return Illegal(f"{message} cannot be sent while {pending.message} is pending")
    mutual = table.find_transition(process.state, process.role.other, message) is not None
    return msgspec.structs.replace(
        process,
        pending=Pending(message=message, target=transition.target, body=body, mutual=mutual),
        due_at=now,
        updated_at=now,
    )


def echo(process: P, body: bytes, now: int) -> P:
    """Put the message that was accepted last into the pending slot, to return it to the peer.

    Some peers act on their own message only after they receive it from the other side too. An echo changes no state.
    Every other message replaces it, and a refusal of it has no effect.
    """
    last = process.accepted
    if last is None or process.pending:
        return process
    pending = Pending(message=last.message, target=last.state, body=body, echo=True)
    return msgspec.structs.replace(process, pending=pending, due_at=now, updated_at=now)


def find_lost(process: Process, table: StateMachine) -> str | None:
    """Return the message of this side that followed the last one of the peer and led to the present state.

    A peer that repeats its message after it acknowledged this one has lost it: it fell back to an earlier state.
    """
    last = process.answered
    if last is None:
        return None
    sent = (m for m in table.transitions if m.source == last.state and m.sender is process.role)
    return next((m.message for m in sent if m.target == process.state and m.message in table.resendable), None)


def send_again(process: P, message: str, body: bytes, now: int, due_at: int) -> P:
    """Put a lost message into the pending slot again; like an echo, it changes no state here, whatever the answer."""
    pending = Pending(message=message, target=process.state or "", body=body, echo=True)
    return msgspec.structs.replace(process, pending=pending, resent=process.resent + 1, due_at=due_at, updated_at=now)


def receive(
    process: P, table: StateMachine, message: str, digest: str, now: int
) -> Applied[P] | Repeated | Renewed[P] | Crossed | Illegal:
    """Return the effect of a `message` of the peer on the process; `digest` is the hash of its content.

    A termination is accepted in every non-terminal state (Transfer Termination Message: "at any point except a
    terminal state"), even without a transition: a process that the peer has ended cannot continue.
    """
    last = process.accepted
    if last and last.message == message and last.digest == UNSEEN and not _answers_doubt(process, table, message):
        seen = Accepted(message=message, digest=digest, state=last.state)
        return Applied(msgspec.structs.replace(process, accepted=seen))
    repeated = _find_repeated(process, table, message, digest)
    if repeated:
        return Repeated(repeated.state)
    if message in table.renewable and _is_past(process, table, message):
        return Renewed(process)
    if process.state in table.terminal:
        return Illegal(f"{message} arrived after the end of the process, which is {process.state}")
    if message == table.ending:
        return Applied(_accept(process, message, digest, table.terminated, now))
    pending = process.pending
    if last and last.message == message and message in table.renewable and process.state == last.state:
        if pending and pending.target in table.terminal:
            return Crossed(f"{pending.message} is pending and takes precedence over {message}")
        return Renewed(msgspec.structs.replace(process, accepted=Accepted(message, digest, last.state)))
    transition = table.find_transition(process.state, process.role.other, message)
    if transition:
        after = _apply_transition(process, table, transition, digest, now)
        if after is None:
            return Crossed(f"{pending.message if pending else ''} is pending and takes precedence over {message}")
        return Applied(after)
    if pending and table.find_transition(pending.target, process.role.other, message):
        if last and last.message == message and last.digest == digest:
            # The repeated message was sent before the pending one, so it does not acknowledge it.
            return Crossed(f"{pending.message} is pending and takes precedence over a repeat of {message}")
        # The peer can send this only after it acknowledged the pending message: the answer was lost or is late.
        known = acknowledge(process, now)
        outcome = receive(known, table, message, digest, now)
        return Applied(outcome.process, known) if isinstance(outcome, Applied) else outcome
    return Illegal(f"{message} is not allowed from the {process.role.other} in state {_name(process.state)}")


def acknowledge(process: P, now: int, *, peer_pid: str | None = None) -> P:
    """Return the process after the peer acknowledged the pending message: only now does the state change."""
    pending = process.pending
    if pending is None:
        return process
    # An inferred message can still arrive, and a mutual one can be on its way from the peer.
    accepted = process.accepted if process.accepted and process.accepted.digest == UNSEEN else None
    if pending.echo:
        accepted = process.accepted
    elif pending.mutual:
        accepted = Accepted(message=pending.message, digest=UNSEEN, state=pending.target)
    return msgspec.structs.replace(
        process,
        state=pending.target,
        pending=None,
        accepted=accepted,
        answered=process.answered if pending.echo else process.accepted,
        peer_pid=process.peer_pid or peer_pid,
        due_at=now,
        updated_at=now,
    )


def retry(process: P, now: int, due_at: int, *, in_doubt: bool, refused: bool = False, fault: str = "") -> P:
    """Return the process after an attempt without a result: the same bytes are sent again at `due_at`.

    `fault` is why: a text of the peer may be long.
    """
    if process.pending is None:
        return process
    pending = msgspec.structs.replace(
        process.pending,
        attempts=process.pending.attempts + 1,
        refusals=process.pending.refusals + (1 if refused else 0),
        in_doubt=process.pending.in_doubt or in_doubt,
        fault=fault[:FAULT_LENGTH],
    )
    return msgspec.structs.replace(process, pending=pending, due_at=due_at, updated_at=now)


def observe(process: P, table: StateMachine, peer_state: str, now: int, *, sure: bool = True) -> P | None:
    """Settle a refusal or a doubt by the state that the peer reports; return None if that settles nothing.

    * If the peer is in the target state of the pending message, or in a later one, it has received the message.
    * If the peer has terminated the process, it is terminated here too.
    * If the peer is in the target state of one of its own messages, that message was lost and counts as accepted
      (Contract Negotiation Protocol: "Both parties have the same state").

    `sure` means that the peer has received the last answer of this side. Otherwise, a state in which the peer may still
    wait for that answer settles nothing.
    """
    if process.state in table.terminal or (not sure and peer_state in find_unanswered(process, table)):
        return None
    if peer_state == table.terminated:
        ended = Ended(
            code="peer-terminated", reason="the counterparty reports the process as terminated", by=process.peer
        )
        known = Accepted(message=table.ending, digest=UNSEEN, state=table.terminated)
        return msgspec.structs.replace(end(process, table, ended, now), accepted=known)
    if process.pending:
        if peer_state == process.pending.target:
            return acknowledge(process, now)
        if peer_state in table.find_reachable(process.pending.target) and peer_state != process.state:
            return observe(acknowledge(process, now), table, peer_state, now) or acknowledge(process, now)
    if peer_state == process.state:
        return None
    for transition in table.transitions:
        inferred = transition.source == process.state and transition.target == peer_state and not transition.has_content
        if inferred and transition.sender == process.role.other:
            return _apply_transition(process, table, transition, UNSEEN, now)
    return None


def end(process: P, table: StateMachine, ended: Ended, now: int) -> P:
    """Return the process as terminated, without a pending message."""
    return msgspec.structs.replace(
        process, state=table.terminated, pending=None, accepted=None, ended=ended, due_at=None, updated_at=now
    )


def drop(process: P, now: int) -> P:
    """Return the process without its pending message, which the peer has finally refused."""
    return msgspec.structs.replace(process, pending=None, due_at=now, updated_at=now)


def list_sendable(process: Process, table: StateMachine) -> frozenset[str]:
    """Return the messages that this side can send in the present state."""
    return frozenset(m.message for m in table.transitions if m.source == process.state and m.sender == process.role)


def _accept(process: P, message: str, digest: str, target: str, now: int) -> P:
    return msgspec.structs.replace(
        process,
        state=target,
        pending=None,
        accepted=Accepted(message=message, digest=digest, state=target),
        answered=None,
        due_at=now,
        updated_at=now,
    )


def _apply_transition(process: P, table: StateMachine, transition: Transition, digest: str, now: int) -> P | None:
    """Return the process after a transition of the peer.

    A pending message of a higher rank stays if it is legal after the transition. If it is not, only one of the two can
    take effect: the result is None, and the pending message takes precedence.
    """
    pending = process.pending
    after = _accept(process, transition.message, digest, transition.target, now)
    if pending is None or _rank(table, pending.message) <= _rank(table, transition.message):
        return after
    if table.find_transition(transition.target, process.role, pending.message) is None:
        return None
    return msgspec.structs.replace(after, pending=pending)


def _answers_doubt(process: Process, table: StateMachine, message: str) -> bool:
    """Return whether the message can follow the pending message, which the peer may have received."""
    pending = process.pending
    return bool(pending and pending.in_doubt and table.find_transition(pending.target, process.role.other, message))


def _find_repeated(process: Process, table: StateMachine, message: str, digest: str) -> Accepted | None:
    """Return the accepted message of which this one is an exact repeat, or None."""
    last, answered = process.accepted, process.answered
    if last and last.message == message and last.digest == digest and message not in table.unrepeatable:
        return last
    if answered and answered.message == message and answered.digest == digest and find_lost(process, table):
        return answered
    return None


def _is_past(process: Process, table: StateMachine, message: str) -> bool:
    """Return whether a message of the peer led to an earlier state, from which the process has gone on."""
    sent = {m.target for m in table.transitions if m.message == message and m.sender == process.role.other}
    later = {state for target in sent for state in table.find_reachable(target)}
    return process.state in later - sent - {table.terminated}


def find_unanswered(process: Process, table: StateMachine) -> set[str | None]:
    """Return the states in which the peer can be if it has not received the answer to its last message."""
    last = process.accepted
    if last is None or last.digest == UNSEEN:
        return set()
    sent = (m for m in table.transitions if m.sender == process.role.other and m.message == last.message)
    return {m.source for m in sent if m.target == last.state}


def _rank(table: StateMachine, message: str) -> int:
    return table.ranks.get(message, 0)


def _name(state: str | None) -> str:
    return state or "INITIAL"
