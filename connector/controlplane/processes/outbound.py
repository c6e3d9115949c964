"""One due process: decide, send what is pending, settle the acknowledgement, the refusal or the doubt.

`advance` goes on until nothing is left to do now; every step is one commit, so a crash between any two of them leaves a
row that says what is owed. Back-off is per peer and persisted: one dead peer costs one row, not one retry per process.
"""

import logging
from collections.abc import Mapping, Sequence

import msgspec

from connector.controlplane.core import commits, messages
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.enforcing import agreements, signals
from connector.controlplane.enforcing.enforcing import Enforcing
from connector.controlplane.judging import judgement
from connector.controlplane.processes import reconcile
from connector.controlplane.processes.driving import Driving
from connector.ports.changes import Change, Conflict, PutHold
from connector.ports.decider import (
    Accept,
    Agree,
    Complete,
    Finalize,
    HoldFor,
    MakeOffer,
    MakeRequest,
    Proceed,
    ProcessStep,
    Start,
    Suspend,
    Terminate,
    Verify,
    Wait,
)
from connector.ports.entities import Hold
from connector.ports.peer import Ack, InDoubt, Refused
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines import machine
from connector.protocol.dsp.machines.machine import Ended, ProcessKind, StateMachine
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation, NegotiationState
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, Transfer, TransferState

log = logging.getLogger(__name__)

STEPS_AT_ONCE = 32
DAY = 86_400_000
SOON = 2_000


def find_table(process: AnyProcess) -> StateMachine:
    """Return the state figure that governs the process."""
    return NEGOTIATION if isinstance(process, Negotiation) else TRANSFER


async def reload(context: Context, process: AnyProcess) -> AnyProcess | None:
    """Read the process afresh."""
    if isinstance(process, Negotiation):
        return await context.store.negotiation(process.owner, process.id)
    return await context.store.transfer(process.owner, process.id)


async def advance(driving: Driving, process: AnyProcess) -> AnyProcess:
    """Do everything that is to be done with a process now; return it as it then is.

    A Conflict means that the peer or a person was quicker: read again and go on from there.
    """
    for _ in range(STEPS_AT_ONCE):
        if process.due_at is None or process.due_at > driving.context.now():
            return process
        try:
            process = await _step(driving, process)
        except Conflict:
            fresh = await reload(driving.context, process)
            if fresh is None:
                return process
            process = fresh
    return process


async def _step(driving: Driving, process: AnyProcess) -> AnyProcess:
    if isinstance(process, Transfer):
        signalled = await signals.signal(driving.enforcing, process)
        if signalled is not process:
            return signalled
    if process.pending:
        return await deliver(driving, process)
    if process.state in find_table(process).terminal:
        return await commits.commit(driving.context, process, msgspec.structs.replace(process, due_at=None))
    decision = await driving.decider.decide(process, driving.context.now())
    match decision:
        case Proceed(step, judged):
            return await carry_out(driving.enforcing, process, step, judged=judged)
        case HoldFor():
            return await _hold(driving.context, process, decision)
        case Wait(until):
            return await _wait(driving, process, until)


async def carry_out(
    enforcing: Enforcing,
    process: AnyProcess,
    step: ProcessStep,
    *changes: Change,
    judged: Mapping[str, object] | None = None,
) -> AnyProcess:
    """Plan a step and commit it: for the worker's decision and for a person's approval alike. Raises NotAllowed.

    `judged` is the decision by policy that it stands on; an agreement is judged here, so that it is on record also
    where a person had the last word.
    """
    if isinstance(process, Negotiation):
        planned, more = messages.plan_negotiation(enforcing.context, process, step)
        if isinstance(step, Agree):
            verdict = await judgement.judge_agreement(enforcing.judging, process)
            judged = {**(judged or {}), "agreement": planned.agreement_id, **verdict.record}
        event = f"decided {_name(step)}"
        return await commits.commit(
            enforcing.context, process, planned, *more, *changes, event=event, fields=_record_judged(judged)
        )
    address = None
    if isinstance(step, Start) and process.role is Role.PROVIDER:
        outcome = await signals.begin(enforcing, process)
        if isinstance(outcome, Terminate):
            step = outcome
        else:
            process, address = outcome
    transfer = messages.plan_transfer(enforcing.context, process, step, address)
    event = f"decided {_name(step)}"
    return await commits.commit(
        enforcing.context, process, transfer, *changes, event=event, fields=_record_judged(judged)
    )


def _record_judged(judged: Mapping[str, object] | None) -> dict[str, object]:
    """Return what the audit leaf of a step says of the decision it stands on."""
    return {"judged": judged} if judged else {}


async def deliver(driving: Driving, process: AnyProcess) -> AnyProcess:
    """Send the pending message once and settle the outcome."""
    pending = process.pending
    assert pending is not None
    table = find_table(process)
    until = driving.backoff.find_pause_end(process.peer)
    if until > driving.context.now():
        return await commits.commit(driving.context, process, msgspec.structs.replace(process, due_at=until))
    if pending.in_doubt:
        settled = await reconcile.ask(driving, process, table, sure=pending.refusals > 0)
        if settled is not None:
            return await _settle(driving.enforcing, process, settled, "settled by the peer's state")
    delivery = await driving.peer.send(
        process.peer, process.peer_address, pending.message, process.role.other, process.peer_pid, pending.body
    )
    now = driving.context.now()
    match delivery:
        case Ack(peer_pid=peer_pid):
            after = await _rest(driving, machine.acknowledge(process, now, peer_pid=peer_pid))
            changes = driving.backoff.forget_failures(process.peer)
            return await _settle(driving.enforcing, process, after, f"acknowledged {pending.message}", changes)
        case Refused(status=status, reason=reason):
            return await _settle_refusal(
                driving, process, table, status, reason, driving.backoff.forget_failures(process.peer)
            )
        case InDoubt(conflict=True) if _is_stuck(driving, process):
            return await _settle_refusal(driving, process, table, 409, delivery.reason, ())
        case InDoubt():
            return await _doubt(driving, process, table, delivery)


async def _rest(driving: Driving, process: AnyProcess) -> AnyProcess:
    """Return a negotiation that now waits for the peer with its next look, so that one commit says both."""
    if not isinstance(process, Negotiation) or process.state in NEGOTIATION.terminal:
        return process
    decision = await driving.decider.decide(process, driving.context.now())
    if not isinstance(decision, Wait):
        return process
    return msgspec.structs.replace(process, due_at=_next_look(driving, process, decision.until))


async def _settle(
    enforcing: Enforcing, before: AnyProcess, after: AnyProcess, event: str, changes: Sequence[Change] = ()
) -> AnyProcess:
    """Commit a state that the peer has confirmed, with what belongs to it."""
    extra: list[Change] = list(changes)
    if isinstance(after, Negotiation) and after.state == NegotiationState.FINALIZED:
        _, final = await agreements.finalize(enforcing, after)
        extra += final
    if isinstance(after, Transfer):
        after = signals.want_flow(after)
    elif after.state in NEGOTIATION.terminal:
        after = msgspec.structs.replace(after, due_at=None)
    return await commits.commit(enforcing.context, before, after, *extra, event=event)


async def _settle_refusal(
    driving: Driving, process: AnyProcess, table: StateMachine, status: int, reason: str, changes: Sequence[Change]
) -> AnyProcess:
    """A refusal is settled by the peer's state; where that settles nothing, by a few more tries, then by the end."""
    if process.pending and process.pending.echo:
        return await commits.commit(
            driving.context, process, machine.drop(process, driving.context.now()), *changes, event="echo refused"
        )
    settled = await reconcile.ask(driving, process, table, sure=True)
    if settled is not None:
        return await _settle(driving.enforcing, process, settled, "settled by the peer's state", changes)
    now = driving.context.now()
    pending = process.pending
    assert pending is not None
    first = process.state is None
    if not first and pending.refusals + 1 < driving.limits.refusals:
        wait = driving.limits.retry_base * 2**pending.refusals
        after = machine.retry(process, now, now + wait, in_doubt=False, refused=True)
        return await commits.commit(
            driving.context, process, after, *changes, event="refused", fields={"reason": reason}
        )
    said = f"The counter-party answered {status} to" if status else "There is no way to send"
    ended = Ended("refused", f"{said} {pending.message}: {reason}", process.peer)
    if first or pending.message == table.ending or process.state is None:
        return await commits.commit(
            driving.context, process, _end(process, table, ended, now), *changes, event="ended refused"
        )
    dropped = machine.drop(process, now)
    try:
        return await carry_out(
            driving.enforcing, _keep_version(dropped, process), Terminate(ended.code, ended.reason), *changes
        )
    except NotAllowed:
        return await commits.commit(
            driving.context, process, _end(process, table, ended, now), *changes, event="ended refused"
        )


def _is_stuck(driving: Driving, process: AnyProcess) -> bool:
    """Tell whether a message has met conflicts for so long that the peer is not merely busy with its own answer."""
    pending = process.pending
    if pending is None or pending.attempts <= driving.limits.refusals:
        return False
    return pending.refusals > 0 or driving.context.now() - process.updated_at > driving.limits.conflict


async def _doubt(driving: Driving, process: AnyProcess, table: StateMachine, doubt: InDoubt) -> AnyProcess:
    now = driving.context.now()
    pending = process.pending
    assert pending is not None
    long_silent = now - process.updated_at > driving.limits.owed_for and pending.attempts > driving.limits.refusals
    if long_silent and not _is_owed_for_ever(process, table):
        reason = f"No answer for {driving.limits.owed_for // 3_600_000} hours: {doubt.reason}"
        if _cannot_ask(process):
            return await carry_out(driving.enforcing, machine.drop(process, now), Terminate("unreachable", reason))
        ended = Ended("unreachable", reason, driving.context.participant)
        return await commits.commit(
            driving.context, process, _end(process, table, ended, now), event="ended unreachable"
        )
    if doubt.unreachable:
        log.info("%s is not delivered: %s", pending.message, doubt.reason, extra={"pid": process.id})
        due_at, changes = driving.backoff.count_failure(process.peer, doubt.retry_after_ms)
    else:
        # A busy process of a healthy peer: soon again, and the others of this peer do not wait.
        wish = min(doubt.retry_after_ms or 0, driving.limits.retry_most)
        pause = min(50 * 2 ** min(pending.attempts, 6), SOON)
        due_at, changes = now + (wish if wish > SOON else pause), []
    after = machine.retry(process, now, due_at, in_doubt=True)
    after = msgspec.structs.replace(after, updated_at=process.updated_at)
    return await commits.commit(driving.context, process, after, *changes)


def _is_owed_for_ever(process: AnyProcess, table: StateMachine) -> bool:
    """Tell whether the pending message is tried for as long as the peer is silent.

    What completes a process may have arrived, and then the peer has not ended as we would here; an echo ends nothing.
    """
    pending = process.pending
    if pending is None or pending.target not in table.terminal:
        return pending is not None and pending.echo
    return pending.message != table.ending or _cannot_ask(process)


def _cannot_ask(process: AnyProcess) -> bool:
    """Tell whether the peer can learn of the end from our message alone: the provider of a transfer has no question."""
    return isinstance(process, Transfer) and process.role is Role.CONSUMER and process.state is not None


async def _hold(context: Context, process: AnyProcess, hold: HoldFor) -> AnyProcess:
    stored = Hold(
        owner=context.owner,
        process_id=process.id,
        process_kind=ProcessKind.NEGOTIATION if isinstance(process, Negotiation) else ProcessKind.TRANSFER,
        reason=hold.reason,
        who=hold.who,
        created_at=context.now(),
        until=hold.until,
        reasons=hold.reasons,
    )
    after = msgspec.structs.replace(process, due_at=hold.until, held=True)
    # The reason in words may quote what was found: where a decision is on record, it says what may be told of it.
    fields = _record_judged(hold.judged) or {"reason": hold.reason}
    return await commits.commit(context, process, after, PutHold(stored), event="held", fields=fields)


async def _wait(driving: Driving, process: AnyProcess, until: int | None) -> AnyProcess:
    """Not our turn: look at the peer's state now and then, since a late message may have set the two sides apart."""
    now = driving.context.now()
    if isinstance(process, Transfer):
        ended = await signals.notice(driving.enforcing, process)
        if ended is not None:
            return ended
    if process.peer_pid and process.updated_at + driving.limits.look <= now:
        looked = await reconcile.look(driving, process, find_table(process))
        if isinstance(looked, Terminate):
            return await _give_up(driving.enforcing, process, looked)
        if looked is not None and looked.state != process.state:
            return await _settle(driving.enforcing, process, looked, "settled by the peer's state")
        process = looked or process
    expires = _find_expiry(driving, process)
    if expires is not None and expires <= now:
        waited = driving.limits.owed_for // 3_600_000
        reason = f"Nothing came from the counter-party for {waited} hours in state {process.state}."
        return await _give_up(driving.enforcing, process, Terminate("expired", reason))
    return await commits.commit(
        driving.context, process, msgspec.structs.replace(process, due_at=_next_look(driving, process, until))
    )


def _next_look(driving: Driving, process: AnyProcess, until: int | None) -> int:
    """Return when a process that waits is looked at again: the longer nothing has happened, the rarer, up to daily."""
    now = driving.context.now()
    unequal = reconcile.find_unequal(process)
    quiet = now - (unequal.at if unequal else process.updated_at)
    look = now + min(max(driving.limits.look, quiet), DAY)
    marks = [look, until, _find_expiry(driving, process), signals.find_renewal(process)]
    return min(mark for mark in marks if mark is not None)


def _find_expiry(driving: Driving, process: AnyProcess) -> int | None:
    """Return when we stop waiting for the peer; a transfer that was started may go on for ever."""
    if isinstance(process, Transfer) and process.state != TransferState.REQUESTED:
        return None
    return process.updated_at + driving.limits.owed_for


async def _give_up(enforcing: Enforcing, process: AnyProcess, why: Terminate) -> AnyProcess:
    """Terminate a process, told to the peer where the figure lets us; else ended here, as the peer's look will show."""
    try:
        return await carry_out(enforcing, process, why)
    except NotAllowed:
        said = Ended(why.code, why.reason, enforcing.context.participant, why.reasons)
        ended = _end(process, find_table(process), said, enforcing.context.now())
        return await commits.commit(enforcing.context, process, ended, event=f"ended {why.code}")


def _end(process: AnyProcess, table: StateMachine, ended: Ended, now: int) -> AnyProcess:
    after = machine.end(process, table, ended, now)
    return signals.want_flow(after) if isinstance(after, Transfer) else after


def _keep_version(process: AnyProcess, read: AnyProcess) -> AnyProcess:
    return msgspec.structs.replace(process, version=read.version)


# The steps of a process, as audit leaves have them.
_STEPS: dict[type, str] = {
    Agree: "agree",
    MakeOffer: "offer",
    MakeRequest: "request",
    Accept: "accept",
    Verify: "verify",
    Finalize: "finalize",
    Start: "start",
    Suspend: "suspend",
    Complete: "complete",
    Terminate: "terminate",
}


def _name(step: ProcessStep) -> str:
    return _STEPS[type(step)]
