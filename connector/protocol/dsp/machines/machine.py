"""One table-driven machine for both DSP processes: what we may send, what we accept, and how doubt ends.

Rule 1: everything that affects a state is here and in the two tables (`negotiation_machine`, `transfer_machine`).
Rule 2: nothing here knows which role we play beyond `Process.role`, and nothing here sends, stores or reads a clock.

Theory of operation (Dataspace Protocol 2025-1, Contract Negotiation Protocol and Transfer Process Protocol):

* A state changes *in response to an acknowledged message*. What we want to send stands in `pending` until the peer's
  acknowledgement (`acknowledged`); the state is the specification's and never one of ours.
* DSP messages carry no identifier, so repeats, lost answers and crossing messages are ours to settle:
  `receive` re-acknowledges an exact repeat of the last accepted message; takes the peer's next legal message as the
  acknowledgement of a pending one (implied acknowledgement); and ranks crossing messages. `observed` settles a refusal
  or a doubt by the peer's own state, asked for with GET. What was taken as received without having been seen, and what
  both sides said at once, is acknowledged when it comes after all: peers take every refusal as final.
* Pure: no clock, no random, no I/O. `now` (milliseconds since the Unix epoch) is an argument.
"""

from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

from connector.protocol.dsp.common import Role

# The digest of a message that did not come (yet).
UNSEEN = ""


class ProcessKind(StrEnum):
    """Which of the two processes a row is."""

    NEGOTIATION = "negotiation"
    TRANSFER = "transfer"


class Move(msgspec.Struct, frozen=True):
    """One arrow of a state figure: in `source`, `sender` may send `message`; acknowledged, it leads to `target`.

    `source` is None for the message that creates the process. `message` is the standard's type name; an event message
    carries its event type behind a colon. `bears` tells that the message brings something that the state alone does
    not tell (an offer, an agreement, an address), so that the move cannot be inferred from the peer's state.
    """

    source: str | None
    sender: Role
    message: str
    target: str
    bears: bool = False


class StateMachine(msgspec.Struct, frozen=True):
    """A state figure as data.

    `ranks` orders messages that can cross on the wire (higher wins); `ending` is the message that terminates;
    `repeatable` are messages whose exact repeat is a new message and never a retransmission.
    """

    kind: ProcessKind
    moves: tuple[Move, ...]
    terminal: frozenset[str]
    ranks: dict[str, int]
    ending: str
    terminated: str
    unrepeatable: frozenset[str] = frozenset()

    def move(self, source: str | None, sender: Role, message: str) -> Move | None:
        """Return the arrow of the figure, or None where the figure has none."""
        for move in self.moves:
            if move.source == source and move.sender == sender and move.message == message:
                return move
        return None

    def reachable(self, source: str | None) -> frozenset[str]:
        """Return the states that lie beyond `source`, by any number of messages of either side."""
        seen: set[str] = set()
        frontier = {source}
        while frontier:
            step = {m.target for m in self.moves if m.source in frontier} - seen
            seen |= step
            frontier = set(step)
        return frozenset(seen)


class Pending(msgspec.Struct, frozen=True):
    """The one message we owe the peer: its bytes are kept, so that every attempt sends exactly the same.

    `attempts` counts tries, `refusals` the peer's 4xx answers; `in_doubt` is set when a try ended without an answer.
    `mutual` tells that the peer may send the same message from the same state, so that both can cross. `echo` tells
    that the message changes no state and repeats what the peer has just said (`echo`).
    """

    message: str
    target: str
    body: bytes
    attempts: int = 0
    refusals: int = 0
    in_doubt: bool = False
    mutual: bool = False
    echo: bool = False


class Accepted(msgspec.Struct, frozen=True):
    """The last message we accepted, remembered so that its exact repeat gets the same answer and no second effect.

    `digest` is `UNSEEN` where the message itself did not come (yet).
    """

    message: str
    digest: str
    state: str


class Ended(msgspec.Struct, frozen=True):
    """Why a process ended or a message was given up: code and reason for the operator, and who said so.

    `reasons` says the reason in several languages (by language tag), where it is known in them.
    """

    code: str
    reason: str
    by: str
    reasons: dict[str, str] = {}


class Unequal(msgspec.Struct, frozen=True):
    """The peer reported another `state` than ours, first at `at`; it counts while our `updated_at` is this one."""

    state: str
    at: int
    updated_at: int


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """What the two processes have in common; the row of one process table for both roles.

    `id` is our own pid, `peer_pid` the counter-party's (None until it told us). `peer` is the participant we talk to,
    `peer_address` the base URL below which its endpoints lie. `state` is None until the first message is acknowledged.
    `version` grows by one with every commit; a commit names the version it read. `due_at` is when the worker has to
    look at the row next (None: nothing is owed), `held` tells that it waits for somebody, `unequal` is what the peer
    reported when we last looked and it differed. Times are milliseconds since the Unix epoch.
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
    ended: Ended | None = None
    due_at: int | None = None
    held: bool = False
    unequal: Unequal | None = None
    created_at: int = 0
    updated_at: int = 0


P = TypeVar("P", bound=Process)


class Applied(msgspec.Struct, Generic[P], frozen=True):
    """The message was legal: `process` is the new value, to be committed before the answer.

    Its state is the old one where the message had been taken as received before it came.
    """

    process: P


class Repeated(msgspec.Struct, frozen=True):
    """The message is an exact repeat of the last accepted one: answer with `state` again, change nothing."""

    state: str


class Crossed(msgspec.Struct, frozen=True):
    """Our own pending message outranks it: answer 503, ours is on its way and settles the matter."""

    reason: str


class Illegal(msgspec.Struct, frozen=True):
    """The figure has no such arrow from here: answer 400, change nothing."""

    reason: str


def plan(process: P, table: StateMachine, message: str, body: bytes, now: int) -> P | Illegal:
    """Put `message` into the pending slot, to be sent by the worker.

    Strictly by the figure: a message that the figure does not allow us to send from the present state is Illegal, and
    so is a second message while one is pending, unless the new one outranks it and the process is not ending already.
    """
    move = table.move(process.state, process.role, message)
    if move is None:
        return Illegal(f"{message} cannot be sent by the {process.role} in state {_name(process.state)}")
    pending = process.pending
    # What ends the process cannot be called back: the peer may have it already, and its end would not be ours.
    if pending and (pending.target in table.terminal or _rank(table, message) <= _rank(table, pending.message)):
        return Illegal(f"{message} cannot be sent while {pending.message} is on its way")
    mutual = table.move(process.state, process.role.other, message) is not None
    return msgspec.structs.replace(
        process,
        pending=Pending(message=message, target=move.target, body=body, mutual=mutual),
        due_at=now,
        updated_at=now,
    )


def echo(process: P, body: bytes, now: int) -> P:
    """Put the message that was just accepted into the pending slot, to be said once more by us.

    Some peers act on their own message only when they hear it from us too. It changes no state and proves none, and
    whatever comes meanwhile replaces it; a peer that refuses it has no need of it.
    """
    last = process.accepted
    if last is None or process.pending:
        return process
    pending = Pending(message=last.message, target=last.state, body=body, echo=True)
    return msgspec.structs.replace(process, pending=pending, due_at=now, updated_at=now)


def receive(
    process: P, table: StateMachine, message: str, digest: str, now: int
) -> Applied[P] | Repeated | Crossed | Illegal:
    """Decide what the peer's `message` (its content hashed to `digest`) does to the process.

    A termination is accepted in every non-terminal state (Transfer Termination Message: "at any point except a
    terminal state"), whatever the figure's arrows say, because a peer that has ended cannot be talked on with.
    """
    last = process.accepted
    if last and last.message == message and last.digest == UNSEEN and not _answers_doubt(process, table, message):
        seen = Accepted(message=message, digest=digest, state=last.state)
        return Applied(msgspec.structs.replace(process, accepted=seen))
    same = last if last and last.message == message and last.digest == digest else None
    if same and message not in table.unrepeatable:
        return Repeated(same.state)
    if process.state in table.terminal:
        return Illegal(f"{message} came after the end: the process is {process.state}")
    if message == table.ending:
        return Applied(_accept(process, message, digest, table.terminated, now))
    pending = process.pending
    move = table.move(process.state, process.role.other, message)
    if move:
        after = _move(process, table, move, digest, now)
        if after is None:
            return Crossed(f"{pending.message if pending else ''} is on its way and comes before {message}")
        return Applied(after)
    if pending and table.move(pending.target, process.role.other, message):
        if same:
            # It came before ours was planned, and so says nothing of ours.
            return Crossed(f"{pending.message} is on its way and comes before a repeat of {message}")
        # The peer could only send this after it acknowledged ours: the answer was lost or is still on its way.
        return receive(acknowledge(process, now), table, message, digest, now)
    return Illegal(f"{message} is not allowed from the {process.role.other} in state {_name(process.state)}")


def acknowledge(process: P, now: int, *, peer_pid: str | None = None) -> P:
    """Return the process after the peer acknowledged the pending message: the state changes now and not before."""
    pending = process.pending
    if pending is None:
        return process
    # What was inferred and has not come may still come; what both may say may be on its way from the other side.
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
        peer_pid=process.peer_pid or peer_pid,
        due_at=now,
        updated_at=now,
    )


def retry(process: P, now: int, due_at: int, *, in_doubt: bool, refused: bool = False) -> P:
    """Return the process after a try that settled nothing: the same bytes go out again at `due_at`."""
    if process.pending is None:
        return process
    pending = msgspec.structs.replace(
        process.pending,
        attempts=process.pending.attempts + 1,
        refusals=process.pending.refusals + (1 if refused else 0),
        in_doubt=process.pending.in_doubt or in_doubt,
    )
    return msgspec.structs.replace(process, pending=pending, due_at=due_at, updated_at=now)


def observe(process: P, table: StateMachine, peer_state: str, now: int, *, sure: bool = True) -> P | None:
    """Settle a refusal or a doubt by the state that the peer itself reports; None where it settles nothing.

    The peer is where our pending message leads, or beyond: it was received. The peer has ended: so have we. The peer is
    where one of its own messages to us would lead: that message was lost and is taken as received (Contract Negotiation
    Protocol: "Both parties have the same state"). Unless we are `sure` that the peer has heard our last answer, a state
    in which it may still wait for that answer settles nothing.
    """
    if process.state in table.terminal or (not sure and peer_state in find_unanswered(process, table)):
        return None
    if peer_state == table.terminated:
        ended = Ended(
            code="peer-terminated", reason="the counter-party reports the process as terminated", by=process.peer
        )
        known = Accepted(message=table.ending, digest=UNSEEN, state=table.terminated)
        return msgspec.structs.replace(end(process, table, ended, now), accepted=known)
    if process.pending:
        if peer_state == process.pending.target:
            return acknowledge(process, now)
        if peer_state in table.reachable(process.pending.target) and peer_state != process.state:
            return observe(acknowledge(process, now), table, peer_state, now) or acknowledge(process, now)
    if peer_state == process.state:
        return None
    for move in table.moves:
        inferred = move.source == process.state and move.target == peer_state and not move.bears
        if inferred and move.sender == process.role.other:
            return _move(process, table, move, UNSEEN, now)
    return None


def end(process: P, table: StateMachine, ended: Ended, now: int) -> P:
    """Return the process as terminated here and now, with nothing left to send."""
    return msgspec.structs.replace(
        process, state=table.terminated, pending=None, accepted=None, ended=ended, due_at=None, updated_at=now
    )


def drop(process: P, now: int) -> P:
    """Return the process without its pending message, which the peer refuses for good."""
    return msgspec.structs.replace(process, pending=None, due_at=now, updated_at=now)


def may_send(process: Process, table: StateMachine) -> frozenset[str]:
    """Return the messages that the figure allows us to send now."""
    return frozenset(m.message for m in table.moves if m.source == process.state and m.sender == process.role)


def _accept(process: P, message: str, digest: str, target: str, now: int) -> P:
    return msgspec.structs.replace(
        process,
        state=target,
        pending=None,
        accepted=Accepted(message=message, digest=digest, state=target),
        due_at=now,
        updated_at=now,
    )


def _move(process: P, table: StateMachine, move: Move, digest: str, now: int) -> P | None:
    """Return the process after the peer's move; our pending message stays if it ranks higher and is legal after it.

    None where our message ranks higher and is not legal after the move, so that only one of the two can happen.
    """
    pending = process.pending
    after = _accept(process, move.message, digest, move.target, now)
    if pending is None or _rank(table, pending.message) <= _rank(table, move.message):
        return after
    if table.move(move.target, process.role, pending.message) is None:
        return None
    return msgspec.structs.replace(after, pending=pending)


def _answers_doubt(process: Process, table: StateMachine, message: str) -> bool:
    """Tell whether the message can be what follows on a message of ours that may have arrived."""
    pending = process.pending
    return bool(pending and pending.in_doubt and table.move(pending.target, process.role.other, message))


def find_unanswered(process: Process, table: StateMachine) -> set[str | None]:
    """Return the states in which the peer may be, as long as it has not heard our answer to its last message."""
    last = process.accepted
    if last is None or last.digest == UNSEEN:
        return set()
    sent = (m for m in table.moves if m.sender == process.role.other and m.message == last.message)
    return {m.source for m in sent if m.target == last.state}


def _rank(table: StateMachine, message: str) -> int:
    return table.ranks.get(message, 0)


def _name(state: str | None) -> str:
    return state or "INITIAL"
