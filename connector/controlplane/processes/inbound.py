"""A message of a peer: load by (owner, pid and peer) → state machine → decision → one commit → answer. Never sends.

The route wakes the worker only after it has written the answer: the peer receives the answer before the next message.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from typing import Any

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.commits import Move
from connector.controlplane.core.context import Context
from connector.controlplane.core.lookup import find_agreement_of
from connector.controlplane.enforcing import performing
from connector.controlplane.processes import refusals, steps
from connector.controlplane.processes.loading import find_table
from connector.controlplane.processes.receiver import MessageReceiver
from connector.ports.changes import Change, UseReplayKey
from connector.ports.decider import Wait
from connector.ports.entities import ReplayKey
from connector.ports.identity import Caller
from connector.ports.store import AnyProcess
from connector.ports.store_errors import Conflict, Replayed
from connector.protocol.dsp.codec import Received
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines import machine
from connector.protocol.dsp.machines.machine import P, StateMachine
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer, TransferState

ATTEMPTS = 5


class TooManyHeld(Exception):
    """A peer has as many requests that wait for a person as it may have."""


class ProcessAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: the acknowledged process. `created` means 201; `woken` means that the worker may have work to do."""

    process: AnyProcess
    state: str
    created: bool = False
    woken: bool = True


class Declined(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal: an HTTP status and the reason, with the pids that the caller may know."""

    status: int
    code: str
    reason: str
    provider_pid: str = ""
    consumer_pid: str = ""
    retry_after_s: int | None = None


NOT_FOUND = Declined(status=404, code="not-found", reason="Unknown process: check the pid in the path.")

# The effect of a message beyond the state machine: returns the new entity and further changes, or a refusal.
Effect = Callable[[P, P], Awaitable[tuple[P, list[Change]] | Declined]]


COMMITTED: ContextVar[list[ReplayKey]] = ContextVar("COMMITTED")
"""The tokens that the handler of the present request puts into commits of its own."""


def use_token(caller: Caller) -> list[Change]:
    """Return the change that marks the caller's token as used, if it is valid for one use only.

    It is noted in `COMMITTED`: of a token that was used before, that commit says so.
    """
    if caller.replay_key is None:
        return []
    if (committed := COMMITTED.get(None)) is not None:
        committed.append(caller.replay_key)
    return [UseReplayKey(caller.replay_key)]


def to_evidence(caller: Caller) -> bytes:
    """Return the evidence that is stored of a caller: the verified claims, and the proof of them."""
    return msgspec.json.encode({**caller.evidence, "claims": dict(caller.claims)})


def tell_message(caller: Caller, received: Received[Any], **more: object) -> dict[str, object]:
    """Return what the log says of a message: its digest, and the seal that proves who sent it, if there is one."""
    sealed = {"seal": msgspec.to_builtins(caller.seal)} if caller.seal else {}
    return {"digest": received.digest, **more, **sealed}


async def receive(
    receiver: MessageReceiver,
    caller: Caller,
    load: Callable[[], Any],
    table: StateMachine,
    message: str,
    received: Received[Any],
    effect: Effect[P],
    *,
    renew: Effect[P] | None = None,
    repeat: Callable[[P], P] | None = None,
) -> ProcessAnswer | Declined:
    """Apply one message to one process.

    `load` reads the process again; `message` is the name of the message in the state machine. `renew` is the effect of
    the last message with other content, `repeat` returns the process after an exact repeat of it. A process of another
    peer and an unknown pid get the same 404. Raises Unavailable if the store is unavailable.
    """
    context = receiver.context
    for _ in range(ATTEMPTS):
        process: P | None = await load()
        if process is None or process.peer != caller.participant:
            return NOT_FOUND
        refusal = _other_pids(process, received.message)
        if refusal:
            return refusal
        outcome = machine.receive(process, table, message, received.digest, context.now())
        try:
            match outcome:
                case machine.Applied(after, acknowledged):
                    moves = _imply(process, acknowledged)
                    return await _apply(receiver, caller, process, after, message, received, effect, moves)
                case machine.Renewed(after) if renew is not None:
                    return await _apply(receiver, caller, process, after, message, received, renew)
                case machine.Repeated(state):
                    after = repeat(process) if repeat else process
                    return await answer_repeat(context, caller, process, after, state, message)
                case machine.Crossed(reason):
                    await context.store.commit(use_token(caller))
                    return decline(process, 503, "crossing", reason, retry_after_s=1)
                case machine.Renewed():
                    return decline(process, 400, "wrong-state", f"{message} arrived before with other content")
                case machine.Illegal(reason):
                    await context.store.commit(use_token(caller))
                    return decline(process, 400, "wrong-state", reason)
        except Replayed:
            return NOT_AUTHENTICATED
        except Conflict:
            continue
    return Declined(status=503, code="busy", reason="The process is busy: send the message again.", retry_after_s=1)


async def _apply(
    receiver: MessageReceiver,
    caller: Caller,
    before: P,
    after: P,
    message: str,
    received: Received[Any],
    effect: Effect[P],
    moves: Sequence[Move[P]] = (),
) -> ProcessAnswer | Declined:
    result = await effect(before, after)
    if isinstance(result, Declined):
        await _store_refusal(receiver.context, caller, before, message, result)
        return result
    after, changes = result
    after = msgspec.structs.replace(after, refused=None)
    if after == before or _only_sends_again(before, after):
        after = before if after == before else after
        return await answer_repeat(receiver.context, caller, before, after, before.state or "", message)
    move = Move(after, [*changes, *use_token(caller)], f"received {message}", tell_message(caller, received))
    stored = await commit(receiver, before, *moves, move)
    return ProcessAnswer(process=stored, state=stored.state or "")  # type: ignore[arg-type]  # one of the two processes


async def _store_refusal(context: Context, caller: Caller, process: P, message: str, refusal: Declined) -> None:
    """Record the caller's token, and note on the process what was refused for good. Raises as `commit_moves`."""
    final = 400 <= refusal.status < 500
    marked = refusals.mark(process, message, refusal.reason, context.now()) if final else process
    if marked is process:
        await context.store.commit(use_token(caller))
    else:
        await commits.commit(context, process, marked, *use_token(caller))


def _only_sends_again(before: P, after: P) -> bool:
    """Return whether a message says nothing new, and only makes this side send its own message again."""
    sent = {
        "pending": before.pending,
        "resent": before.resent,
        "due_at": before.due_at,
        "updated_at": before.updated_at,
    }
    return after.resent > before.resent and msgspec.structs.replace(after, **sent) == before


def _imply(process: P, acknowledged: P | None) -> list[Move[P]]:
    """Return the move of the pending message, if the received one implies its acknowledgement."""
    if acknowledged is None or process.pending is None:
        return []
    return [Move(acknowledged, event=f"acknowledged {process.pending.message}")]


async def commit(receiver: MessageReceiver, before: P | None, *moves: Move[P]) -> P:
    """Store the moves of a received message, and the step that they lead to. Raises as `commit_moves`.

    Raises TooManyHeld if this would be a new negotiation that waits for a person, and as many of its peer already do.
    """
    after = moves[-1].after
    decided = await _decide(receiver, after)  # type: ignore[arg-type]  # one of the two processes
    if before is not None or not isinstance(after, Negotiation) or not any(move.after.held for move in decided):
        return await commits.commit_moves(receiver.context, before, *moves, *decided)  # type: ignore[arg-type]  # the same
    # Requests that arrive together do not see each other in the store.
    receiver.holding[after.peer] += 1
    try:
        most = receiver.limits.held_per_peer
        stored = await receiver.context.store.open_holds(receiver.context.owner, after.peer, most)
        if stored + receiver.holding[after.peer] > most:
            raise TooManyHeld
        return await commits.commit_moves(receiver.context, before, *moves, *decided)  # type: ignore[arg-type]  # the same
    finally:
        receiver.holding[after.peer] -= 1
        if not receiver.holding[after.peer]:
            del receiver.holding[after.peer]


async def _decide(receiver: MessageReceiver, process: AnyProcess) -> list[Move[AnyProcess]]:
    """Return the next move of a process that has nothing pending, or none: then the worker finds it.

    A transfer is decided here only when it is requested under an agreement without duties: to perform one is no part of
    a commit, and later steps need the data plane first.
    """
    if process.pending or process.state in find_table(process).terminal:
        return []
    try:
        if isinstance(process, Transfer) and not await _is_plain_request(receiver.context, process):
            return []
        decision = await receiver.decider.decide(process, receiver.context.now())
        if isinstance(decision, Wait):
            return []
        return [await steps.plan(receiver.enforcer, process, decision)]
    except Exception:  # noqa: BLE001 - the worker meets the same fault, and counts, logs and shows it
        return []


async def _is_plain_request(context: Context, process: Transfer) -> bool:
    """Return whether a transfer is requested at this side, and its agreement has no duties."""
    if process.role is not Role.PROVIDER or process.state != TransferState.REQUESTED:
        return False
    agreement = await find_agreement_of(context, process)
    return agreement is not None and not performing.has_duties(agreement)


async def answer_repeat(
    context: Context, caller: Caller, before: P, after: P, state: str, message: str
) -> ProcessAnswer:
    """Answer a repeat as the first time; if the peer lost what followed, that is sent again."""
    if after is before:
        await context.store.commit(use_token(caller))
        return ProcessAnswer(process=before, state=state, woken=False)  # type: ignore[arg-type]  # one of the two
    event = f"received {message} again" if after.pending != before.pending else ""
    stored = await commits.commit(context, before, after, *use_token(caller), event=event)
    return ProcessAnswer(process=stored, state=state)  # type: ignore[arg-type]  # one of the two processes


NOT_AUTHENTICATED = Declined(
    status=401,
    code="unauthenticated",
    reason="The request is not authenticated: send a valid token in the Authorization header.",
)
"""The one answer to whoever does not prove who it is, with a used token too: why is for the log alone."""


def decline(
    process: machine.Process, status: int, code: str, reason: str, *, retry_after_s: int | None = None
) -> Declined:
    """Return a refusal with both pids, for a caller that is the peer of this process."""
    own, other = process.id, process.peer_pid or ""
    consumer, provider = (own, other) if process.role is Role.CONSUMER else (other, own)
    return Declined(
        status=status,
        code=code,
        reason=reason,
        provider_pid=provider,
        consumer_pid=consumer,
        retry_after_s=retry_after_s,
    )


def _other_pids(process: machine.Process, message: Any) -> Declined | None:
    """Refuse a message if the pids in its body differ from the pid in its path."""
    own = message.consumer_pid if process.role is Role.CONSUMER else message.provider_pid
    theirs = message.provider_pid if process.role is Role.CONSUMER else message.consumer_pid
    if own != process.id:
        return decline(
            process,
            400,
            "wrong-pid",
            "The pid in the message differs from the pid in the path: send the same pid in both.",
        )
    if process.peer_pid is not None and theirs != process.peer_pid:
        return decline(
            process,
            400,
            "wrong-pid",
            "The sender's pid differs from the pid of this process: send the pid of the first message.",
        )
    return None


def is_late(before: P, after: P) -> bool:
    """Return whether the state machine already assumed the message as received, so that it changes nothing.

    A message that proves the receipt of the pending one may reach the state that the pending one was to change.
    """
    return before.state == after.state and before.pending == after.pending


def learn_peer_pid(process: P, message: Any) -> P:
    """Return the process with the peer's pid: its first message may arrive before its acknowledgement."""
    if process.peer_pid is not None:
        return process
    theirs = message.provider_pid if process.role is Role.CONSUMER else message.consumer_pid
    return msgspec.structs.replace(process, peer_pid=theirs)
