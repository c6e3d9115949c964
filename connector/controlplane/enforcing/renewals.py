"""Active transfers are decided again immediately, after an event that no clock could foretell.

A suspended one moves no data, but its consumer still hopes for it: it is ended if its agreement has no standing left.
"""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from connector.controlplane.core import commits
from connector.controlplane.core.context import Context
from connector.controlplane.core.lookup import find_agreement_of
from connector.controlplane.core.pages import walk
from connector.controlplane.enforcing import leases
from connector.controlplane.judging.evaluator import Evaluator
from connector.policy.compiling.compiled import Compiled
from connector.ports.entities import PageBounds
from connector.ports.store_errors import Conflict, StoreError
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.transfer_machine import (
    Transfer,
    TransferState,
)

log = logging.getLogger(__name__)

AGAIN_S = 1.0
"""How long it takes until transfers are decided again that a store kept from it, in s."""


async def look_again(
    evaluator: Evaluator,
    *,
    dataset: str | None = None,
    agreement: str | None = None,
    peer: str | None = None,
    fact: str = "",
) -> None:
    """Decide running transfers again, at once: no clock foretold what happened.

    Those of a dataset, of an agreement (by its key), with a peer, or those whose agreements read a fact.
    """
    for state in (TransferState.STARTED, TransferState.SUSPENDED):
        async for row in walk(partial(_list, evaluator.context, dataset, agreement, peer, state)):
            concerned = row.state == state and row.role is Role.PROVIDER
            if concerned and (not fact or await _reads(evaluator, row, fact)):
                await _look_again(evaluator.context, row, state)


async def watch_excluded(evaluator: Evaluator, renewed: asyncio.Event) -> None:
    """Decide the transfers with excluded participants again whenever the participant list was looked at.

    What a store keeps from being decided is tried again: a revoked member is not served until the next look.
    """
    while True:
        await renewed.wait()
        renewed.clear()
        try:
            await end_excluded(evaluator)
        except StoreError as error:
            log.warning("transfers with excluded participants are decided again later: %s", error)
            renewed.set()
            await asyncio.sleep(AGAIN_S)


async def end_excluded(evaluator: Evaluator) -> None:
    """Decide running transfers with participants that are excluded again, at once."""
    for state in (TransferState.STARTED, TransferState.SUSPENDED):
        async for row in walk(partial(_list, evaluator.context, None, None, None, state)):
            if row.state == state and row.role is Role.PROVIDER and evaluator.exclude(row.peer):
                await _look_again(evaluator.context, row, state)


async def _list(
    context: Context,
    dataset: str | None,
    agreement: str | None,
    peer: str | None,
    state: TransferState,
    page: PageBounds,
) -> tuple[Sequence[Transfer], str | None]:
    """Return a page of open transfers in a state, by the index that has the fewest."""
    if dataset is None:
        return await context.store.transfers(context.owner, page, state=state, peer=peer, agreement_key=agreement)
    rows, after = await context.store.unfinished(context.owner, ProcessKind.TRANSFER, page, dataset=dataset)
    return [row for row in rows if isinstance(row, Transfer)], after


async def _reads(evaluator: Evaluator, process: Transfer, fact: str) -> bool:
    agreement = await find_agreement_of(evaluator.context, process)
    compiled = await evaluator.library.prepare(agreement.document) if agreement else None
    return isinstance(compiled, Compiled) and fact in compiled.facts


async def _look_again(context: Context, process: Transfer, state: TransferState) -> None:
    fresh: Transfer | None = process
    while fresh is not None and fresh.state == state:
        try:
            context.wake(
                await commits.commit(context, fresh, leases.make_due(context, fresh), event="to be decided again")
            )
        except Conflict:
            fresh = await context.store.transfer(process.owner, process.id)
        else:
            return
