"""Settles a refusal or a doubt by the state that the peer reports.

The specification offers the GET of a negotiation to both sides and the GET of a transfer only to the consumer. A
provider's doubt about a transfer ends with the next message or GET of the consumer.
"""

import msgspec

from connector.controlplane.core.context import Context
from connector.controlplane.core.messages import send_again
from connector.controlplane.processes.sending.driver import ProcessDriver, find_address
from connector.ports.decider import Terminate
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines import machine
from connector.protocol.dsp.machines.machine import ProcessKind, StateMachine, Unequal
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation

MOST_RESENT = 3


async def ask(driver: ProcessDriver, process: AnyProcess, table: StateMachine, *, sure: bool) -> AnyProcess | None:
    """Return the process settled by the peer's state, or None if the state settles nothing or is unavailable.

    `sure` means that the peer received the last answer of this connector: a peer that refuses a later message did.
    """
    state = await _fetch_state(driver, process, table)
    return _settle(driver.context, process, table, state, sure=sure) if state else None


async def look(driver: ProcessDriver, process: AnyProcess, table: StateMachine) -> AnyProcess | Terminate | None:
    """Check the peer's state without a message in doubt; None if both states are equal, or the state is unavailable.

    If the states differ and do not change for some time, the process is terminated ("In case the states differ, the
    Contract Negotiation MUST be terminated"). The time starts when the difference is first noticed, because a peer that
    was offline still has messages to send. Until then, the returned process has the difference in `unequal`.
    """
    state = await _fetch_state(driver, process, table)
    if state is None or state == process.state:
        return None
    again = _repeat_lost(driver, process, state) if isinstance(process, Negotiation) else None
    if again is not None:
        return again
    patience = 2 * driver.limits.look
    if state in machine.find_unanswered(process, table):
        # The peer may still wait for the answer, and sends its message again when its back-off ends.
        patience += 2 * driver.limits.retry_most
    seen = find_unequal(process)
    if seen is None or seen.state != state:
        seen = Unequal(state, driver.context.now(), process.updated_at)
    sure = driver.context.now() - seen.at >= patience
    settled = _settle(driver.context, process, table, state, sure=sure)
    if settled is None and sure:
        return Terminate("out-of-step", f"The state here is {process.state}, and the peer reports {state}.")
    return settled or msgspec.structs.replace(process, unequal=seen)


async def find_lost(driver: ProcessDriver, process: Negotiation) -> Negotiation | None:
    """Return the negotiation with its last message pending again, if the peer's state shows that the peer lost it."""
    state = await _fetch_state(driver, process, NEGOTIATION)
    return _repeat_lost(driver, process, state) if state else None


def _repeat_lost(driver: ProcessDriver, process: Negotiation, state: str) -> Negotiation | None:
    """Return the negotiation with its last message pending again, if the peer is in the state before that message."""
    if process.resent >= MOST_RESENT or process.answered is None or process.answered.state != state:
        return None
    again = send_again(driver.context, process)
    return again if again is not process else None


def find_unequal(process: AnyProcess) -> Unequal | None:
    """Return the state that the peer reported as different, if the process has not changed since."""
    seen = process.unequal
    return seen if seen and seen.updated_at == process.updated_at else None


async def _fetch_state(driver: ProcessDriver, process: AnyProcess, table: StateMachine) -> str | None:
    if process.peer_pid is None or (table.kind is ProcessKind.TRANSFER and process.role is Role.PROVIDER):
        return None
    address, to = find_address(driver, process), process.role.other
    state = await driver.peer.fetch_state(process.peer, address, table.kind, to, process.peer_pid)
    return state if isinstance(state, str) else None


def _settle(context: Context, process: AnyProcess, table: StateMachine, state: str, *, sure: bool) -> AnyProcess | None:
    settled: AnyProcess | None = machine.observe(process, table, state, context.now(), sure=sure)
    return msgspec.structs.replace(settled, version=process.version) if settled else None
