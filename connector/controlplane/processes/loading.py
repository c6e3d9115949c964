"""Loads a process of either kind: its state machine, and what is known of it.

A process that the peer has acknowledged since its last commit is returned with the acknowledgement.
"""

from connector.controlplane.core import commits
from connector.controlplane.core.context import Context
from connector.ports.changes import Conflict
from connector.ports.store import AnyProcess
from connector.protocol.dsp.machines.machine import P, StateMachine
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, Transfer


def find_table(process: AnyProcess) -> StateMachine:
    """Return the state machine of the process."""
    return NEGOTIATION if isinstance(process, Negotiation) else TRANSFER


async def reload(context: Context, process: AnyProcess) -> AnyProcess | None:
    """Return the present version of the process, or None."""
    if isinstance(process, Negotiation):
        return await load_negotiation(context, process.id)
    return await load_transfer(context, process.id)


async def load_negotiation(context: Context, pid: str) -> Negotiation | None:
    """Return a negotiation by this connector's pid, or None."""
    return context.acknowledged.apply(await context.store.negotiation(context.owner, pid))


async def load_transfer(context: Context, pid: str) -> Transfer | None:
    """Return a transfer by this connector's pid, or None."""
    return context.acknowledged.apply(await context.store.transfer(context.owner, pid))


async def store_negotiation(context: Context, pid: str) -> Negotiation | None:
    """Return a negotiation as it is stored, after its acknowledgement is: what a peer reads here, a crash keeps."""
    process = await load_negotiation(context, pid)
    try:
        return await _store_acknowledgement(context, process)
    except Conflict:
        return await context.store.negotiation(context.owner, pid)


async def store_transfer(context: Context, pid: str) -> Transfer | None:
    """Return a transfer as `store_negotiation` returns a negotiation."""
    process = await load_transfer(context, pid)
    try:
        return await _store_acknowledgement(context, process)
    except Conflict:
        return await context.store.transfer(context.owner, pid)


async def _store_acknowledgement(context: Context, process: P | None) -> P | None:
    if process is None or context.acknowledged.find(process) is None:  # type: ignore[arg-type]  # one of the two
        return process
    return await commits.commit(context, process, process)
