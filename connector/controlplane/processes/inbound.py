"""A peer's message: load by (owner, pid and peer) → pure state machine → one commit → answer. Never sends.

What the answer wakes, the route wakes after the answer has been written: a peer that gets our next message before our
answer is a peer that has to guess.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.context import Context
from connector.ports.changes import Change, Conflict, Replayed, UseReplayKey
from connector.ports.identity import Caller
from connector.ports.store import AnyProcess
from connector.protocol.dsp.codec import Received
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines import machine
from connector.protocol.dsp.machines.machine import P, StateMachine

ATTEMPTS = 5


class ProcessAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What to answer: the process as it is now acknowledged; `created` asks for 201; `woken` may have work to do."""

    process: AnyProcess
    state: str
    created: bool = False
    woken: bool = True


class Declined(msgspec.Struct, frozen=True, kw_only=True):
    """What to answer instead: an HTTP status and why, with the pids as far as the caller may know them."""

    status: int
    code: str
    reason: str
    provider_pid: str = ""
    consumer_pid: str = ""
    retry_after_s: int | None = None


NOT_FOUND = Declined(status=404, code="not-found", reason="There is no such process between us.")

# What a message means for the entity beyond the state table: returns the new value and further changes, or a refusal.
Effect = Callable[[P, P], Awaitable[tuple[P, list[Change]] | Declined]]


def use_token(caller: Caller) -> list[Change]:
    """Return the change that uses up the caller's token, where it is a single-use one."""
    return [UseReplayKey(caller.replay_key)] if caller.replay_key else []


def to_evidence(caller: Caller) -> bytes:
    """Return what is kept of a caller: the verified claims, and what they were verified by."""
    return msgspec.json.encode({**caller.evidence, "claims": dict(caller.claims)})


async def receive(
    context: Context,
    caller: Caller,
    load: Callable[[], Any],
    table: StateMachine,
    message: str,
    received: Received[Any],
    effect: Effect[P],
) -> ProcessAnswer | Declined:
    """Apply one message to one process.

    `load` reads the process afresh; `message` is the machine's name of it. A process of another peer and an unknown pid
    get the same 404. Raises Unavailable where nothing can be stored.
    """
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
                case machine.Applied(after):
                    return await _apply(context, caller, process, after, message, received, effect)
                case machine.Repeated(state):
                    await context.store.commit(use_token(caller))
                    return ProcessAnswer(process=process, state=state, woken=False)  # type: ignore[arg-type]  # one of the two
                case machine.Crossed(reason):
                    await context.store.commit(use_token(caller))
                    return decline(process, 503, "crossing", reason, retry_after_s=1)
                case machine.Illegal(reason):
                    await context.store.commit(use_token(caller))
                    return decline(process, 400, "wrong-state", reason)
        except Replayed:
            return REPLAYED
        except Conflict:
            continue
    return Declined(status=503, code="busy", reason="The process is busy: send the message again.", retry_after_s=1)


async def _apply(
    context: Context, caller: Caller, before: P, after: P, message: str, received: Received[Any], effect: Effect[P]
) -> ProcessAnswer | Declined:
    result = await effect(before, after)
    if isinstance(result, Declined):
        await context.store.commit(use_token(caller))
        return result
    after, changes = result
    changes = [*changes, *use_token(caller)]
    fields = {"digest": received.digest}
    stored = await commits.commit(context, before, after, *changes, event=f"received {message}", fields=fields)
    return ProcessAnswer(process=stored, state=stored.state or "")  # type: ignore[arg-type]  # one of the two processes


REPLAYED = Declined(status=401, code="replayed", reason="The token was used before: send every request with a new one.")


def decline(
    process: machine.Process, status: int, code: str, reason: str, *, retry_after_s: int | None = None
) -> Declined:
    """Return a refusal that names both pids, for a caller who is the peer of this process."""
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
    """Refuse a message whose body names another process than its path."""
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
        return decline(process, 400, "wrong-pid", "The message names another process of yours than the one it was.")
    return None


def is_late(before: P, after: P) -> bool:
    """Tell whether a message had been taken as received before it came, so that nothing has moved.

    A message that proves that ours was received may lead back to the state from which ours was to lead away.
    """
    return before.state == after.state and before.pending == after.pending


def learn_peer_pid(process: P, message: Any) -> P:
    """Return the process with the peer's pid, which its first message may tell before its acknowledgement does."""
    if process.peer_pid is not None:
        return process
    theirs = message.provider_pid if process.role is Role.CONSUMER else message.consumer_pid
    return msgspec.structs.replace(process, peer_pid=theirs)
