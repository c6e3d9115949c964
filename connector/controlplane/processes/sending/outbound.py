"""One due process: decide, send the pending message, settle the answer.

`advance` continues until nothing is due. Each step is one commit: after a crash between two steps, the row contains the
pending message. An acknowledgement after which it is the peer's turn is no step: the commit of the peer's next message
stores it, or, if none arrives within a moment, the commit that begins the wait.
"""

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.enforcing import signals
from connector.controlplane.processes.loading import find_table, reload
from connector.controlplane.processes.sending import reconcile, settling, stalling, waiting
from connector.controlplane.processes.sending.driver import ProcessDriver, find_address
from connector.controlplane.processes.sending.due import find_due
from connector.controlplane.processes.steps import plan
from connector.ports.dataplane import PlaneUnavailable
from connector.ports.decider import Wait
from connector.ports.peer import Ack, InDoubt, Refused
from connector.ports.store import AnyProcess
from connector.ports.store_errors import Conflict, PidTaken
from connector.protocol.dsp.machines import machine
from connector.protocol.dsp.machines.negotiation_machine import SAYS_YES, Negotiation
from connector.protocol.dsp.machines.transfer_machine import FlowState, Transfer

STEPS_AT_ONCE = 32


async def advance(driver: ProcessDriver, process: AnyProcess) -> AnyProcess:
    """Do all due steps of a process; return the process after them.

    A Conflict means that the peer or a person changed the process first: the process is read again. If nobody changed
    it, the same step would fail again at once: it is counted and tried later.
    """
    for _ in range(STEPS_AT_ONCE):
        now = driver.context.now()
        due_at = find_due(process, driver.limits, now)
        if due_at is None or due_at > now:
            return process
        try:
            process = await _step(driver, process)
        except Conflict as error:
            fresh = await reload(driver.context, process)
            if fresh is None:
                return process
            unchanged = fresh.version == process.version
            process = await stalling.stall(driver, fresh, str(error), driver.limits.conflict) if unchanged else fresh
    return process


async def _step(driver: ProcessDriver, process: AnyProcess) -> AnyProcess:
    try:
        return await _proceed(driver, process)
    except PidTaken:
        # No commit can contain the acknowledgement that named the pid.
        kept = driver.context.acknowledged.find(process)
        driver.context.acknowledged.drop(process.id)
        return await settling.settle_taken(driver, kept.stored if kept else process)


async def _proceed(driver: ProcessDriver, process: AnyProcess) -> AnyProcess:
    if isinstance(process, Transfer):
        try:
            signalled = await signals.signal(driver.enforcer, process)
        except PlaneUnavailable:
            # The peer is told of an end although the data plane is silent: it is signalled when it works again.
            if process.pending is None or process.flow_wanted is FlowState.STARTED:
                raise
        else:
            if signalled is not process:
                return signalled
    if process.pending:
        return await deliver(driver, process)
    if process.state in find_table(process).terminal:
        return await waiting.look_last(driver, process)
    decision = await driver.decider.decide(process, driver.context.now())
    if isinstance(decision, Wait):
        return await waiting.wait(driver, process, decision.until)
    return await commits.commit_moves(driver.context, process, await plan(driver.enforcer, process, decision))


async def deliver(driver: ProcessDriver, process: AnyProcess) -> AnyProcess:
    """Send the pending message once and settle the outcome."""
    pending = process.pending
    assert pending is not None
    table = find_table(process)
    until, now = driver.backoff.find_pause_end(process.peer), driver.context.now()
    if process.accepted and not pending.attempts and process.updated_at <= now:
        until = max(until, process.updated_at + driver.backoff.find_write_pause(process.peer))
    if until > now:
        fault = driver.backoff.find_fault(process.peer) or pending.fault
        paused = msgspec.structs.replace(process, due_at=until, pending=msgspec.structs.replace(pending, fault=fault))
        return await commits.commit(driver.context, process, paused)
    if pending.in_doubt:
        settled = await reconcile.ask(driver, process, table, sure=pending.refusals > 0)
        if settled is not None:
            process = await settling.settle(driver.enforcer, process, settled, "settled by the peer's state")
            if process.pending != pending:
                return process
    address = find_address(driver, process)
    receiver = process.role.other
    agreed = process.agreement if isinstance(process, Negotiation) and pending.message in SAYS_YES else None
    delivery = await driver.peer.send(
        process.peer, address, pending.message, receiver, process.peer_pid, pending.body, agreed
    )
    now = driver.context.now()
    match delivery:
        case Ack(peer_pid=peer_pid):
            after = machine.acknowledge(process, now, peer_pid=peer_pid)
            changes = driver.backoff.forget_failures(process.peer)
            if not pending.attempts:
                driver.backoff.note_prompt(process.peer)
            event = f"acknowledged {pending.message}"
            if not changes and await waiting.is_turn_of_peer(driver, after, now):
                after = msgspec.structs.replace(after, due_at=now + waiting.MOMENT_MS)
                driver.context.acknowledged.keep(process, after, event)
                driver.context.watch.notify(process.id)
                return after
            look_at = waiting.find_last_look(driver, after)
            return await settling.settle(driver.enforcer, process, after, event, changes, look_at=look_at)
        case Refused():
            changes = driver.backoff.forget_failures(process.peer)
            return await settling.settle_refusal(driver, process, table, delivery, changes)
        case InDoubt(conflict=True) if settling.is_stuck(driver, process):
            refused = Refused(status=409, reason=delivery.reason)
            return await settling.settle_refusal(driver, process, table, refused, ())
        case InDoubt():
            return await settling.settle_doubt(driver, process, table, delivery)
