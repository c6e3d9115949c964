"""Ask the peer where it stands and settle a refusal or a doubt by its answer.

The specification gives the GET of a negotiation to both sides and that of a transfer to the consumer; a provider's
doubt about a transfer ends by the consumer's next message or look.
"""

import msgspec

from connector.controlplane.core.context import Context
from connector.controlplane.processes.sending.driver import ProcessDriver
from connector.ports.decider import Terminate
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines import machine
from connector.protocol.dsp.machines.machine import ProcessKind, StateMachine, Unequal


async def ask(driver: ProcessDriver, process: AnyProcess, table: StateMachine, *, sure: bool) -> AnyProcess | None:
    """Return the process as the peer's state settles it, or None where it settles nothing or cannot be had.

    `sure` tells that the peer must have heard our last answer to it, as one has that refuses what we sent after that.
    """
    state = await _fetch_state(driver, process, table)
    return _settle(driver.context, process, table, state, sure=sure) if state else None


async def look(driver: ProcessDriver, process: AnyProcess, table: StateMachine) -> AnyProcess | Terminate | None:
    """Look at the peer's state without a doubt of our own; None where both are in step, or nothing can be said.

    Two sides that differ and have not moved for a while are told apart by nothing but the end ("In case the states
    differ, the Contract Negotiation MUST be terminated"). The while begins when the difference is first seen, since a
    peer that was away has yet to say what it owes us; until it is over, the process comes back with that in `unequal`.
    """
    state = await _fetch_state(driver, process, table)
    if state is None or state == process.state:
        return None
    patience = 2 * driver.limits.look
    if state in machine.find_unanswered(process, table):
        # It may still be waiting for our answer, and sends its message again when its back-off is over.
        patience += 2 * driver.limits.retry_most
    seen = find_unequal(process)
    if seen is None or seen.state != state:
        seen = Unequal(state, driver.context.now(), process.updated_at)
    sure = driver.context.now() - seen.at >= patience
    settled = _settle(driver.context, process, table, state, sure=sure)
    if settled is None and sure:
        return Terminate("out-of-step", f"We are {process.state} and you report {state}.")
    return settled or msgspec.structs.replace(process, unequal=seen)


def find_unequal(process: AnyProcess) -> Unequal | None:
    """Return what the peer reported that differs, if nothing has moved here since."""
    seen = process.unequal
    return seen if seen and seen.updated_at == process.updated_at else None


async def _fetch_state(driver: ProcessDriver, process: AnyProcess, table: StateMachine) -> str | None:
    if process.peer_pid is None or (table.kind is ProcessKind.TRANSFER and process.role is Role.PROVIDER):
        return None
    address, to = process.peer_address, process.role.other
    state = await driver.peer.fetch_state(process.peer, address, table.kind, to, process.peer_pid)
    return state if isinstance(state, str) else None


def _settle(context: Context, process: AnyProcess, table: StateMachine, state: str, *, sure: bool) -> AnyProcess | None:
    settled: AnyProcess | None = machine.observe(process, table, state, context.now(), sure=sure)
    return msgspec.structs.replace(settled, version=process.version) if settled else None
