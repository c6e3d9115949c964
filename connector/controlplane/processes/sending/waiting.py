"""A process waits for the peer, whose state is checked from time to time."""

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.enforcing import flow_ends, leases
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.processes.loading import find_table
from connector.controlplane.processes.sending import reconcile, settling
from connector.controlplane.processes.sending.driver import ProcessDriver
from connector.controlplane.processes.sending.due import LONGEST_LOOK_MS
from connector.controlplane.processes.steps import carry_out
from connector.ports.decider import (
    Terminate,
    Wait,
)
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import Ended
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation, NegotiationState
from connector.protocol.dsp.machines.transfer_machine import Transfer, TransferState

FINALIZED = NegotiationState.FINALIZED
SOON_LOOK = 5_000
MOMENT_MS = 250


async def wait(driver: ProcessDriver, process: AnyProcess, until: int | None) -> AnyProcess:
    """Wait for the peer, and check its state from time to time: a late message may have separated the two states."""
    now = driver.context.now()
    if isinstance(process, Transfer):
        ended = await flow_ends.notice(driver.enforcer, process)
        if ended is not None:
            return ended
        if 0 <= now - process.updated_at < MOMENT_MS:
            # Not stored: a transfer that has just moved usually moves again. After a crash it is due, and looked at.
            return msgspec.structs.replace(process, due_at=process.updated_at + MOMENT_MS)
    if process.peer_pid and process.updated_at + _find_first_look(driver, process) <= now:
        looked = await reconcile.look(driver, process, find_table(process))
        if isinstance(looked, Terminate):
            return await _give_up(driver.enforcer, process, looked)
        if looked is not None and looked.pending:
            return await commits.commit(driver.context, process, looked, event=f"again {looked.pending.message}")
        if looked is not None and looked.state != process.state:
            return await settling.settle(driver.enforcer, process, looked, "settled by the peer's state")
        process = looked or process
    expires = _find_expiry(driver, process)
    if expires is not None and expires <= now:
        waited = driver.limits.owed_for // 3_600_000
        reason = f"The counterparty sent nothing for {waited} hours in state {process.state}."
        return await _give_up(driver.enforcer, process, Terminate("expired", reason))
    return await commits.commit(
        driver.context, process, msgspec.structs.replace(process, due_at=find_next_look(driver, process, until))
    )


async def is_turn_of_peer(driver: ProcessDriver, process: AnyProcess, now: int) -> bool:
    """Return whether the next message is the peer's, and nothing else of the process is to be done before."""
    if isinstance(process, Transfer):
        # Only the request has no consequences here; a start or an end moves the data plane by what is stored.
        return process.role is Role.CONSUMER and process.state == TransferState.REQUESTED
    if process.state in NEGOTIATION.terminal:
        return False
    return isinstance(await driver.decider.decide(process, now), Wait)


def find_last_look(driver: ProcessDriver, process: AnyProcess) -> int | None:
    """Return when a provider checks once more that the peer has kept FINALIZED; None if the peer is prompt.

    A peer that was busy with its own writes may have stored its last step over FINALIZED, and then waits for ever.
    """
    ended = isinstance(process, Negotiation) and process.role is Role.PROVIDER and process.state == FINALIZED
    return driver.context.now() + SOON_LOOK if ended and _is_racing(driver, process) else None


async def look_last(driver: ProcessDriver, process: AnyProcess) -> AnyProcess:
    """Do what is due after the end of a process: send FINALIZED again to a peer that has lost it, else nothing."""
    again = await reconcile.find_lost(driver, process) if isinstance(process, Negotiation) else None
    if again is not None:
        return await commits.commit(driver.context, process, again, event="again FINALIZED")
    return await commits.commit(driver.context, process, msgspec.structs.replace(process, due_at=None))


def find_next_look(driver: ProcessDriver, process: AnyProcess, until: int | None) -> int:
    """Return when a waiting process is checked again: the longer it is unchanged, the later, at most one day."""
    now = driver.context.now()
    unequal = reconcile.find_unequal(process)
    quiet = now - (unequal.at if unequal else process.updated_at)
    # What the peer reports, however often it changes, does not bring back the soon looks at a peer that was busy.
    soonest = max(_find_first_look(driver, process), min(now - process.updated_at, driver.limits.look))
    look = now + min(max(soonest, quiet), LONGEST_LOOK_MS)
    marks = [look, until, _find_expiry(driver, process), leases.find_renewal(process)]
    return min(mark for mark in marks if mark is not None)


def _find_first_look(driver: ProcessDriver, process: AnyProcess) -> int:
    """Return after what time (ms) without a change the peer's state is checked: soon if it was busy with its writes."""
    racing = isinstance(process, Negotiation) and _is_racing(driver, process)
    return min(SOON_LOOK, driver.limits.look) if racing else driver.limits.look


def _is_racing(driver: ProcessDriver, process: AnyProcess) -> bool:
    return process.raced or driver.backoff.is_racing(process.peer)


def _find_expiry(driver: ProcessDriver, process: AnyProcess) -> int | None:
    """Return when the wait for the peer ends; a started transfer has no such time."""
    if isinstance(process, Transfer) and process.state != TransferState.REQUESTED:
        return None
    return process.updated_at + driver.limits.owed_for


async def _give_up(enforcer: Enforcer, process: AnyProcess, why: Terminate) -> AnyProcess:
    """Terminate a process with a message if the state machine allows it, else only here: the peer learns it by GET."""
    try:
        return await carry_out(enforcer, process, why)
    except NotAllowed:
        reason = Ended(why.code, why.reason, enforcer.context.participant, why.reasons)
        ended = settling.end(process, find_table(process), reason, enforcer.context.now())
        return await commits.commit(enforcer.context, process, ended, event=f"ended {why.code}")
