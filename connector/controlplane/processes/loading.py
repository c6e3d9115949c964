"""Loads a process of either kind: its state machine, and what is known of it.

A process that the peer has acknowledged since its last commit is returned with the acknowledgement. So what acts on one
reads it here and never from the store itself, which tests/architecture checks.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

from connector.controlplane.core import commits
from connector.controlplane.core.context import Context
from connector.ports.store import AnyProcess
from connector.ports.store_errors import Conflict, StoreError
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import P, ProcessKind, StateMachine
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


async def show_negotiation(context: Context, pid: str) -> Negotiation | None:
    """Return a negotiation for people and programs of this side, who may ask another replica next, or None.

    What no commit contains is known to one process alone. Where several share the store, it would be gone from the
    answer of the next one: so each shows what is stored.
    """
    found = await context.store.negotiation(context.owner, pid)
    return found if context.shared else context.acknowledged.apply(found)


async def show_transfer(context: Context, pid: str) -> Transfer | None:
    """Return a transfer as `show_negotiation` returns a negotiation."""
    found = await context.store.transfer(context.owner, pid)
    return found if context.shared else context.acknowledged.apply(found)


async def find_negotiation(context: Context, role: Role, peer: str, peer_pid: str) -> AnyProcess | None:
    """Return the negotiation in which this side has `role`, by the peer and the peer's pid, or None."""
    kind = ProcessKind.NEGOTIATION
    return context.acknowledged.apply(await context.store.process_of_peer(context.owner, kind, role, peer, peer_pid))


async def list_due(context: Context, until: int, most: int) -> Sequence[AnyProcess]:
    """Return at most `most` processes that are due until this time (ms), longest due first."""
    return [context.acknowledged.apply(row) for row in await context.store.due(context.owner, until, most)]


async def list_due_last(context: Context, most: int) -> Sequence[AnyProcess]:
    """Return at most `most` of the processes that are due last, the latest first."""
    return [context.acknowledged.apply(row) for row in await context.store.due_last(context.owner, most)]


async def store_negotiation(context: Context, pid: str) -> Negotiation | None:
    """Return a negotiation as it is stored, after its acknowledgement is: what a peer reads here, a crash keeps."""
    return await _store_acknowledgement(context, await load_negotiation(context, pid), context.store.negotiation)


async def store_transfer(context: Context, pid: str) -> Transfer | None:
    """Return a transfer as `store_negotiation` returns a negotiation."""
    return await _store_acknowledgement(context, await load_transfer(context, pid), context.store.transfer)


async def take_negotiation(context: Context, pid: str) -> Negotiation | None:
    """Return a negotiation for the step of a person, with what its peer has acknowledged, or None.

    Where others share the store, that is stored first: a refusal must not tell what nobody else can see.
    """
    return await (store_negotiation if context.shared else load_negotiation)(context, pid)


async def take_transfer(context: Context, pid: str) -> Transfer | None:
    """Return a transfer as `take_negotiation` returns a negotiation."""
    return await (store_transfer if context.shared else load_transfer)(context, pid)


async def _store_acknowledgement(
    context: Context, process: P | None, read: Callable[[str, str], Awaitable[P | None]]
) -> P | None:
    """Store what the peer has acknowledged; `read` returns the stored process after a change of another."""
    if process is None or context.acknowledged.find(process) is None:  # type: ignore[arg-type]  # one of the two
        return process
    try:
        return await commits.commit(context, process, process)
    except Conflict:
        return await read(context.owner, process.id)


async def store_acknowledged(context: Context, patience_s: float) -> None:
    """Store, before a stop, what peers have acknowledged and no commit contains, for at most `patience_s`.

    What cannot be stored is sent again after the next start, as after a crash.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            await asyncio.gather(*(_store(context, process) for process in context.acknowledged.list_kept()))


async def _store(context: Context, process: AnyProcess) -> None:
    with contextlib.suppress(StoreError):
        await commits.commit(context, process, process)
