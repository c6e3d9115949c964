"""Settles the outcome of a message: acknowledged, refused or in doubt."""

import logging
from collections.abc import Sequence

import msgspec

from connector.controlplane.core import commits, messages
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.enforcing import agreements, signals
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.processes.loading import find_table, load_negotiation
from connector.controlplane.processes.sending import reconcile
from connector.controlplane.processes.sending.driver import ProcessDriver
from connector.controlplane.processes.steps import carry_out
from connector.ports.changes import Change
from connector.ports.decider import (
    Terminate,
)
from connector.ports.peer import InDoubt, Refused
from connector.ports.store import AnyProcess
from connector.protocol.dsp.agreement_keys import make_agreement_key
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines import machine
from connector.protocol.dsp.machines.machine import Ended, StateMachine
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation, NegotiationState
from connector.protocol.dsp.machines.transfer_machine import Transfer

SOON = 2_000
# As often is a message sent that meets stray answers: the pauses are four minutes in all.
STRAYS = 11
log = logging.getLogger(__name__)


async def settle(
    enforcer: Enforcer,
    before: AnyProcess,
    after: AnyProcess,
    event: str,
    changes: Sequence[Change] = (),
    *,
    look_at: int | None = None,
) -> AnyProcess:
    """Commit a state that the peer confirmed, with the agreement and the flow that belong to it.

    `look_at` is when the peer's state is checked once more after the end of a negotiation (None: never).
    """
    extra: list[Change] = list(changes)
    final_now = after.state == NegotiationState.FINALIZED and before.state != after.state
    if isinstance(after, Negotiation) and final_now:
        _, final = await agreements.finalize(enforcer, after)
        extra += final
    if isinstance(after, Transfer):
        after = signals.want_flow(after)
    elif after.state in NEGOTIATION.terminal:
        after = msgspec.structs.replace(after, due_at=look_at)
    return await commits.commit(enforcer.context, before, after, *extra, event=event)


async def settle_refusal(
    driver: ProcessDriver, process: AnyProcess, table: StateMachine, refused: Refused, changes: Sequence[Change]
) -> AnyProcess:
    """Settle a refusal by the peer's state; if that settles nothing, try a few more times, then terminate.

    A stray answer is tried again for some minutes: whatever stands in front of the peer may be about to reach it.
    """
    reason = refused.reason
    if process.pending and process.pending.echo:
        return await commits.commit(
            driver.context,
            process,
            machine.drop(process, driver.context.now()),
            *changes,
            event="echo refused",
            fields={"reason": reason},
        )
    settled = await reconcile.ask(driver, process, table, sure=True)
    if settled is not None:
        still = settled.pending == process.pending
        process = await settle(driver.enforcer, process, settled, "settled by the peer's state", changes)
        if not still:
            return process
        # The peer has moved, but the refused message stays: it counts as refused, or it would be sent again at once.
        changes = ()
    now = driver.context.now()
    pending = process.pending
    assert pending is not None
    first = process.state is None
    renamed = await _rename_agreement(driver, process) if first and isinstance(process, Transfer) else None
    if renamed is not None:
        fields = {"reason": reason, "again": messages.find_requested_agreement(renamed)}
        return await commits.commit(driver.context, process, renamed, *changes, event="refused", fields=fields)
    if not first and pending.refusals + 1 < (STRAYS if refused.stray else driver.limits.refusals):
        wait = driver.backoff.find_pause(pending.attempts)
        after = machine.retry(process, now, now + wait, in_doubt=False, refused=True, fault=reason)
        return await commits.commit(
            driver.context, process, after, *changes, event="refused", fields={"reason": reason}
        )
    ended = Ended("refused", f"{_say_failure(refused.status, pending.message)}: {reason}", process.peer)
    over, why = end(process, table, ended, now), {"reason": ended.reason}
    if first or pending.message == table.ending or process.state is None:
        return await commits.commit(driver.context, process, over, *changes, event="ended refused", fields=why)
    dropped = machine.drop(process, now)
    try:
        return await carry_out(
            driver.enforcer, _keep_version(dropped, process), Terminate(ended.code, ended.reason), *changes
        )
    except NotAllowed:
        return await commits.commit(driver.context, process, over, *changes, event="ended refused", fields=why)


async def _rename_agreement(driver: ProcessDriver, process: Transfer) -> Transfer | None:
    """Return the transfer with its request under the next identifier of its agreement; None if there is no other.

    A provider that agreed again under another identifier knows only the one that it stored last.
    """
    store = driver.context.store
    agreement = await store.agreement(process.owner, process.agreement_key)
    agreed = await load_negotiation(driver.context, agreement.negotiation_id) if agreement else None
    if agreed is None or not agreed.other_agreement_ids:
        return None
    names = [process.agreement_id, *agreed.other_agreement_ids]
    tried = messages.find_requested_agreement(process)
    for name in names[names.index(tried) + 1 :] if tried in names else ():
        # An identifier that another agreement has got since does not stand for this one.
        if await store.agreement(process.owner, make_agreement_key(process.role, process.peer, name)) is None:
            return messages.request_under(process, name, driver.context.now())
    return None


async def settle_taken(driver: ProcessDriver, process: AnyProcess) -> AnyProcess:
    """End a process whose message the peer answered with the pid of another process: no message can reach it."""
    message = process.pending.message if process.pending else "the message"
    reason = (
        f"The counterparty answered {message} with the pid of another process: it has to give every process its own."
    )
    ended = end(process, find_table(process), Ended("pid-taken", reason, process.peer), driver.context.now())
    return await commits.commit(driver.context, process, ended, event="ended pid-taken", fields={"reason": reason})


def _say_failure(status: int, message: str) -> str:
    return f"The counterparty answered {status} to {message}" if status else f"It is impossible to send {message}"


def is_stuck(driver: ProcessDriver, process: AnyProcess) -> bool:
    """Return whether a message has met conflicts for so long that the peer is not merely busy.

    A message that is sent again to a peer that lost it has met them earlier: the peer may need it no more.
    """
    pending = process.pending
    if pending is None or pending.attempts <= driver.limits.refusals:
        return False
    if pending.refusals > 0 or (pending.echo and process.resent > 0):
        return True
    return driver.context.now() - process.updated_at > driver.limits.conflict


async def settle_doubt(driver: ProcessDriver, process: AnyProcess, table: StateMachine, doubt: InDoubt) -> AnyProcess:
    """Try a message in doubt again later, or end the process if the peer was silent for too long."""
    now = driver.context.now()
    pending = process.pending
    assert pending is not None
    long_silent = now - process.updated_at > driver.limits.owed_for and pending.attempts > driver.limits.refusals
    if long_silent and not _is_owed_for_ever(process, table):
        reason = f"The counterparty did not answer for {driver.limits.owed_for // 3_600_000} hours: {doubt.reason}"
        if _cannot_ask(process):
            return await carry_out(driver.enforcer, machine.drop(process, now), Terminate("unreachable", reason))
        ended = Ended("unreachable", reason, driver.context.participant)
        over = end(process, table, ended, now)
        return await commits.commit(driver.context, process, over, event="ended unreachable", fields={"reason": reason})
    if doubt.conflict and not pending.attempts:
        driver.backoff.note_conflict(process.peer)
    pause = driver.backoff.find_pause(pending.attempts, conflict=doubt.conflict)
    changes: list[Change] = []
    if doubt.unreachable:
        log.info("%s is not delivered: %s", pending.message, doubt.reason, extra={"pid": process.id})
        until, changes = driver.backoff.count_failure(process.peer, doubt.retry_after_ms, doubt.reason)
    else:
        # The process is busy, not the peer: do not delay the other processes of this peer.
        wish = min(doubt.retry_after_ms or 0, driver.limits.retry_most)
        until = now + wish if wish > SOON else 0
    due_at = max(until, now + pause)
    after = machine.retry(process, now, due_at, in_doubt=True, fault=doubt.reason)
    after = msgspec.structs.replace(after, updated_at=process.updated_at)
    return await commits.commit(driver.context, process, after, *changes)


def _is_owed_for_ever(process: AnyProcess, table: StateMachine) -> bool:
    """Return whether the pending message is tried for as long as the peer is silent.

    A message that completes a process may have arrived; the peer has then completed what would be terminated here.
    """
    pending = process.pending
    if pending is None or pending.target not in table.terminal:
        return pending is not None and pending.echo
    return pending.message != table.ending or _cannot_ask(process)


def _cannot_ask(process: AnyProcess) -> bool:
    """Return whether the peer learns of the end from the message only: the provider of a transfer cannot ask."""
    return isinstance(process, Transfer) and process.role is Role.CONSUMER and process.state is not None


def end(process: AnyProcess, table: StateMachine, ended: Ended, now: int) -> AnyProcess:
    """Return the process as it ended here, without a message; the flow of a transfer ends with it."""
    after = machine.end(process, table, ended, now)
    return signals.want_flow(after) if isinstance(after, Transfer) else after


def _keep_version(process: AnyProcess, read: AnyProcess) -> AnyProcess:
    return msgspec.structs.replace(process, version=read.version)
