"""Loads a process of either kind: its state machine, and its stored version."""

from connector.controlplane.core.context import Context
from connector.ports.store import AnyProcess
from connector.protocol.dsp.machines.machine import StateMachine
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation
from connector.protocol.dsp.machines.transfer_machine import TRANSFER


def find_table(process: AnyProcess) -> StateMachine:
    """Return the state machine of the process."""
    return NEGOTIATION if isinstance(process, Negotiation) else TRANSFER


async def reload(context: Context, process: AnyProcess) -> AnyProcess | None:
    """Return the stored version of the process, or None."""
    if isinstance(process, Negotiation):
        return await context.store.negotiation(process.owner, process.id)
    return await context.store.transfer(process.owner, process.id)
