"""Blocks a participant: its requests are refused, what runs ends, and the catalogue shows it nothing.

A block concerns what this participant provides. It lasts until it is lifted, over restarts.
"""

import contextlib

from connector.controlplane.core import commits
from connector.controlplane.core.errors import NoSuchEntity, NotAllowed
from connector.controlplane.core.pages import walk
from connector.controlplane.enforcing import renewals
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.judging import judgement
from connector.controlplane.usecases import negotiation, transfer
from connector.language.catalogue import say
from connector.ports.changes import DropBlock, PutBlock
from connector.ports.entities import Block
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind


async def block(enforcer: Enforcer, participant: str, reason: str, *, by: str) -> Block:
    """Block a participant and end what runs with it; the counterparty receives the reason. A repeat changes nothing.

    Raises NoSuchEntity, NotAllowed.
    """
    context = enforcer.context
    if participant == context.participant:
        raise NotAllowed("own-participant", "This is the connector's own participant: block another one.")
    known = await context.store.block(context.owner, participant)
    if known is None:
        if enforcer.evaluator.directory.participant(participant) is None:
            unknown = f"Unknown participant {participant}: use an identifier of the participant list."
            raise NoSuchEntity("no-participant", unknown)
        known = Block(owner=context.owner, participant=participant, at=context.now(), by=by, reason=reason)
        leaf = commits.record(context, "participant blocked", participant, {"by": by, "reason": reason})
        await context.store.commit([PutBlock(known), leaf])
    await _end_processes(enforcer, known)
    return known


async def unblock(enforcer: Enforcer, participant: str, *, by: str) -> Block:
    """Lift the block of a participant and return it. Raises NoSuchEntity."""
    context = enforcer.context
    known = await context.store.block(context.owner, participant)
    if known is None:
        raise NoSuchEntity("no-block", f"{participant} is not blocked: list the blocked participants.")
    leaf = commits.record(context, "participant unblocked", participant, {"by": by})
    await context.store.commit([DropBlock(context.owner, participant), leaf])
    return known


async def _end_processes(enforcer: Enforcer, block: Block) -> None:
    """End the open processes in which this participant is the provider, active data flows first."""
    store, owner, peer = enforcer.context.store, block.owner, block.participant
    await renewals.look_again(enforcer.evaluator, peer=peer)
    reason = f"{say('en', 'processes.blocked')} {block.reason}".strip()
    async for process in walk(lambda page: store.unfinished(owner, ProcessKind.TRANSFER, page, peer=peer)):
        if process.role is Role.PROVIDER:
            with contextlib.suppress(NotAllowed):
                await transfer.terminate(enforcer, process.id, reason, code=judgement.BLOCKED)
    async for process in walk(lambda page: store.unfinished(owner, ProcessKind.NEGOTIATION, page, peer=peer)):
        if process.role is Role.PROVIDER:
            with contextlib.suppress(NotAllowed):
                enforcer.context.wake(await negotiation.terminate(enforcer, process.id, reason))
