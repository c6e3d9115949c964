"""One due process: decide, send what is pending, settle the acknowledgement, the refusal or the doubt.

`advance` goes on until nothing is left to do now; every step is one commit, so a crash between any two of them leaves a
row that says what is owed. Back-off is per peer and persisted: one dead peer costs one row, not one retry per process.
"""

import logging
from collections.abc import Mapping, Sequence

import msgspec

from connector.controlplane.core import commits, messages
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.core.plane import Plane
from connector.controlplane.enforcing import duties, signals
from connector.controlplane.judging import judgement
from connector.controlplane.processes import reconcile
from connector.controlplane.processes.backoff import Patience
from connector.ports.changes import Change, Conflict, PutAgreement, PutHold
from connector.ports.decider import Agree, Decider, HoldFor, Proceed, Start, Step, Terminate, Wait
from connector.ports.entities import Hold
from connector.ports.peer import Ack, InDoubt, Refused
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines import machine
from connector.protocol.dsp.machines.machine import Ended, Kind, Table
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, ContractNegotiation, NegotiationState
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, TransferProcess, TransferState

log = logging.getLogger(__name__)

STEPS_AT_ONCE = 32
DAY = 86_400_000
SOON = 2_000


def table_of(process: AnyProcess) -> Table:
    """Return the state figure that governs the process."""
    return NEGOTIATION if isinstance(process, ContractNegotiation) else TRANSFER


async def reload(plane: Plane, process: AnyProcess) -> AnyProcess | None:
    """Read the process afresh."""
    if isinstance(process, ContractNegotiation):
        return await plane.store.negotiation(process.owner, process.id)
    return await plane.store.transfer(process.owner, process.id)


async def advance(plane: Plane, decider: Decider, patience: Patience, process: AnyProcess) -> AnyProcess:
    """Do everything that is to be done with a process now; return it as it then is.

    A Conflict means that the peer or a person was quicker: read again and go on from there.
    """
    for _ in range(STEPS_AT_ONCE):
        if process.due_at is None or process.due_at > plane.now():
            return process
        try:
            process = await _step(plane, decider, patience, process)
        except Conflict:
            fresh = await reload(plane, process)
            if fresh is None:
                return process
            process = fresh
    return process


async def _step(plane: Plane, decider: Decider, patience: Patience, process: AnyProcess) -> AnyProcess:
    if isinstance(process, TransferProcess):
        signalled = await signals.signal(plane, process)
        if signalled is not process:
            return signalled
    if process.pending:
        return await deliver(plane, decider, patience, process)
    if process.state in table_of(process).terminal:
        return await commits.commit(plane, process, msgspec.structs.replace(process, due_at=None))
    decision = await decider.decide(process, plane.now())
    match decision:
        case Proceed(step, judged):
            return await carry_out(plane, process, step, judged=judged)
        case HoldFor():
            return await _hold(plane, process, decision)
        case Wait(until):
            return await _wait(plane, process, until)


async def carry_out(
    plane: Plane, process: AnyProcess, step: Step, *changes: Change, judged: Mapping[str, object] | None = None
) -> AnyProcess:
    """Plan a step and commit it: for the worker's decision and for a person's approval alike. Raises NotAllowed.

    `judged` is the decision by policy that it stands on; an agreement is judged here, so that it is on record also
    where a person had the last word.
    """
    if isinstance(process, ContractNegotiation):
        planned, more = messages.plan_negotiation(plane, process, step)
        if isinstance(step, Agree):
            verdict = await judgement.of_agreement(plane, process)
            judged = {**(judged or {}), "agreement": planned.agreement_id, **verdict.record}
        event = f"decided {_name(step)}"
        return await commits.commit(plane, process, planned, *more, *changes, event=event, fields=_kept(judged))
    address = None
    if isinstance(step, Start) and process.role is Role.PROVIDER:
        outcome = await signals.begin(plane, process)
        if isinstance(outcome, Terminate):
            step = outcome
        else:
            process, address = outcome
    transfer = messages.plan_transfer(plane, process, step, address)
    event = f"decided {_name(step)}"
    return await commits.commit(plane, process, transfer, *changes, event=event, fields=_kept(judged))


def _kept(judged: Mapping[str, object] | None) -> dict[str, object]:
    """Return what the audit leaf of a step says of the decision it stands on."""
    return {"judged": judged} if judged else {}


async def deliver(plane: Plane, decider: Decider, patience: Patience, process: AnyProcess) -> AnyProcess:
    """Send the pending message once and settle the outcome."""
    pending = process.pending
    assert pending is not None
    table = table_of(process)
    until = patience.until(process.peer)
    if until > plane.now():
        return await commits.commit(plane, process, msgspec.structs.replace(process, due_at=until))
    if pending.in_doubt:
        settled = await reconcile.ask(plane, process, table, sure=pending.refusals > 0)
        if settled is not None:
            return await _settled(plane, process, settled, "settled by the peer's state")
    delivery = await plane.peer.send(
        process.peer, process.peer_address, pending.message, process.role.other, process.peer_pid, pending.body
    )
    now = plane.now()
    match delivery:
        case Ack(peer_pid=peer_pid):
            after = await _rested(plane, decider, machine.acknowledged(process, now, peer_pid=peer_pid))
            changes = patience.success(plane, process.peer)
            return await _settled(plane, process, after, f"acknowledged {pending.message}", changes)
        case Refused(status=status, reason=reason):
            return await _refused(plane, process, table, status, reason, patience.success(plane, process.peer))
        case InDoubt(conflict=True) if _is_stuck(plane, process):
            return await _refused(plane, process, table, 409, delivery.reason, ())
        case InDoubt():
            return await _doubt(plane, patience, process, table, delivery)


async def _rested(plane: Plane, decider: Decider, process: AnyProcess) -> AnyProcess:
    """Return a negotiation that now waits for the peer with its next look, so that one commit says both."""
    if not isinstance(process, ContractNegotiation) or process.state in NEGOTIATION.terminal:
        return process
    decision = await decider.decide(process, plane.now())
    if not isinstance(decision, Wait):
        return process
    return msgspec.structs.replace(process, due_at=_next_look(plane, process, decision.until))


async def _settled(
    plane: Plane, before: AnyProcess, after: AnyProcess, event: str, changes: Sequence[Change] = ()
) -> AnyProcess:
    """Commit a state that the peer has confirmed, with what belongs to it."""
    extra: list[Change] = list(changes)
    if isinstance(after, ContractNegotiation) and after.state == NegotiationState.FINALIZED:
        agreement = messages.agreement_of(plane, after, plane.now(), finalized=True)
        extra += [PutAgreement(agreement), *duties.scheduled(plane, agreement)]
    if isinstance(after, TransferProcess):
        after = signals.wanted(after)
    elif after.state in NEGOTIATION.terminal:
        after = msgspec.structs.replace(after, due_at=None)
    return await commits.commit(plane, before, after, *extra, event=event)


async def _refused(
    plane: Plane, process: AnyProcess, table: Table, status: int, reason: str, changes: Sequence[Change]
) -> AnyProcess:
    """A refusal is settled by the peer's state; where that settles nothing, by a few more tries, then by the end."""
    if process.pending and process.pending.echo:
        return await commits.commit(plane, process, machine.drop(process, plane.now()), *changes, event="echo refused")
    settled = await reconcile.ask(plane, process, table, sure=True)
    if settled is not None:
        return await _settled(plane, process, settled, "settled by the peer's state", changes)
    now = plane.now()
    pending = process.pending
    assert pending is not None
    first = process.state is None
    if not first and pending.refusals + 1 < plane.limits.refusals:
        wait = plane.limits.retry_base * 2**pending.refusals
        after = machine.retry(process, now, now + wait, in_doubt=False, refused=True)
        return await commits.commit(plane, process, after, *changes, event="refused", fields={"reason": reason})
    said = f"The counter-party answered {status} to" if status else "There is no way to send"
    ended = Ended("refused", f"{said} {pending.message}: {reason}", process.peer)
    if first or pending.message == table.ending or process.state is None:
        return await commits.commit(plane, process, _end(process, table, ended, now), *changes, event="ended refused")
    dropped = machine.drop(process, now)
    try:
        return await carry_out(plane, _keep_version(dropped, process), Terminate(ended.code, ended.reason), *changes)
    except NotAllowed:
        return await commits.commit(plane, process, _end(process, table, ended, now), *changes, event="ended refused")


def _is_stuck(plane: Plane, process: AnyProcess) -> bool:
    """Tell whether a message has met conflicts for so long that the peer is not merely busy with its own answer."""
    pending = process.pending
    if pending is None or pending.attempts <= plane.limits.refusals:
        return False
    return pending.refusals > 0 or plane.now() - process.updated_at > plane.limits.conflict


async def _doubt(plane: Plane, patience: Patience, process: AnyProcess, table: Table, doubt: InDoubt) -> AnyProcess:
    now = plane.now()
    pending = process.pending
    assert pending is not None
    long_silent = now - process.updated_at > plane.limits.owed_for and pending.attempts > plane.limits.refusals
    if long_silent and not _is_owed_for_ever(process, table):
        reason = f"No answer for {plane.limits.owed_for // 3_600_000} hours: {doubt.reason}"
        if _cannot_ask(process):
            return await carry_out(plane, machine.drop(process, now), Terminate("unreachable", reason))
        ended = Ended("unreachable", reason, plane.participant)
        return await commits.commit(plane, process, _end(process, table, ended, now), event="ended unreachable")
    if doubt.unreachable:
        log.info("%s is not delivered: %s", pending.message, doubt.reason, extra={"pid": process.id})
        due_at, changes = patience.failure(plane, process.peer, doubt.retry_after_ms)
    else:
        # A busy process of a healthy peer: soon again, and the others of this peer do not wait.
        wish = min(doubt.retry_after_ms or 0, plane.limits.retry_most)
        pause = min(50 * 2 ** min(pending.attempts, 6), SOON)
        due_at, changes = now + (wish if wish > SOON else pause), []
    after = machine.retry(process, now, due_at, in_doubt=True)
    after = msgspec.structs.replace(after, updated_at=process.updated_at)
    return await commits.commit(plane, process, after, *changes)


def _is_owed_for_ever(process: AnyProcess, table: Table) -> bool:
    """Tell whether the pending message is tried for as long as the peer is silent.

    What completes a process may have arrived, and then the peer has not ended as we would here; an echo ends nothing.
    """
    pending = process.pending
    if pending is None or pending.target not in table.terminal:
        return pending is not None and pending.echo
    return pending.message != table.ending or _cannot_ask(process)


def _cannot_ask(process: AnyProcess) -> bool:
    """Tell whether the peer can learn of the end from our message alone: the provider of a transfer has no question."""
    return isinstance(process, TransferProcess) and process.role is Role.CONSUMER and process.state is not None


async def _hold(plane: Plane, process: AnyProcess, hold: HoldFor) -> AnyProcess:
    stored = Hold(
        owner=plane.owner,
        process_id=process.id,
        process_kind=Kind.NEGOTIATION if isinstance(process, ContractNegotiation) else Kind.TRANSFER,
        reason=hold.reason,
        who=hold.who,
        created_at=plane.now(),
        until=hold.until,
        reasons=hold.reasons,
    )
    after = msgspec.structs.replace(process, due_at=hold.until, held=True)
    # The reason in words may quote what was found: where a decision is on record, it says what may be told of it.
    fields = _kept(hold.judged) or {"reason": hold.reason}
    return await commits.commit(plane, process, after, PutHold(stored), event="held", fields=fields)


async def _wait(plane: Plane, process: AnyProcess, until: int | None) -> AnyProcess:
    """Not our turn: look at the peer's state now and then, since a late message may have set the two sides apart."""
    now = plane.now()
    if isinstance(process, TransferProcess):
        ended = await signals.notice(plane, process)
        if ended is not None:
            return ended
    if process.peer_pid and process.updated_at + plane.limits.look <= now:
        looked = await reconcile.look(plane, process, table_of(process))
        if isinstance(looked, Terminate):
            return await _give_up(plane, process, looked)
        if looked is not None and looked.state != process.state:
            return await _settled(plane, process, looked, "settled by the peer's state")
        process = looked or process
    expires = _expires(plane, process)
    if expires is not None and expires <= now:
        waited = plane.limits.owed_for // 3_600_000
        reason = f"Nothing came from the counter-party for {waited} hours in state {process.state}."
        return await _give_up(plane, process, Terminate("expired", reason))
    return await commits.commit(
        plane, process, msgspec.structs.replace(process, due_at=_next_look(plane, process, until))
    )


def _next_look(plane: Plane, process: AnyProcess, until: int | None) -> int:
    """Return when a process that waits is looked at again: the longer nothing has happened, the rarer, up to daily."""
    now = plane.now()
    unequal = reconcile.unequal(process)
    quiet = now - (unequal.at if unequal else process.updated_at)
    look = now + min(max(plane.limits.look, quiet), DAY)
    marks = [look, until, _expires(plane, process), signals.renewal(process)]
    return min(mark for mark in marks if mark is not None)


def _expires(plane: Plane, process: AnyProcess) -> int | None:
    """Return when we stop waiting for the peer; a transfer that was started may go on for ever."""
    if isinstance(process, TransferProcess) and process.state != TransferState.REQUESTED:
        return None
    return process.updated_at + plane.limits.owed_for


async def _give_up(plane: Plane, process: AnyProcess, why: Terminate) -> AnyProcess:
    """Terminate a process, told to the peer where the figure lets us; else ended here, as the peer's look will show."""
    try:
        return await carry_out(plane, process, why)
    except NotAllowed:
        said = Ended(why.code, why.reason, plane.participant, why.reasons)
        ended = _end(process, table_of(process), said, plane.now())
        return await commits.commit(plane, process, ended, event=f"ended {why.code}")


def _end(process: AnyProcess, table: Table, ended: Ended, now: int) -> AnyProcess:
    after = machine.end(process, table, ended, now)
    return signals.wanted(after) if isinstance(after, TransferProcess) else after


def _keep_version(process: AnyProcess, read: AnyProcess) -> AnyProcess:
    return msgspec.structs.replace(process, version=read.version)


def _name(step: Step) -> str:
    return type(step).__name__.lower()
