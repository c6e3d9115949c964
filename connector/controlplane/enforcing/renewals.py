"""Active transfers are decided again immediately, after an event that no clock could foretell."""

from connector.controlplane.core import commits
from connector.controlplane.core.context import Context
from connector.controlplane.core.lookup import find_agreement_of
from connector.controlplane.enforcing import leases
from connector.controlplane.judging.evaluator import Evaluator
from connector.policy.compiling.compiled import Compiled
from connector.ports.changes import Conflict
from connector.ports.entities import PageBounds
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import (
    Transfer,
    TransferState,
)


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
    after: str | None = None
    while True:
        page = PageBounds(limit=500, after=after)
        rows, after = await evaluator.context.store.transfers(
            evaluator.context.owner, page, state=TransferState.STARTED, peer=peer, agreement_key=agreement
        )
        for row in rows:
            concerned = row.role is Role.PROVIDER and dataset in {None, row.dataset}
            if concerned and (not fact or await _reads(evaluator, row, fact)):
                await _look_again(evaluator.context, row)
        if after is None:
            return


async def _reads(evaluator: Evaluator, process: Transfer, fact: str) -> bool:
    agreement = await find_agreement_of(evaluator.context, process)
    compiled = evaluator.library.compile(agreement.document) if agreement else None
    return isinstance(compiled, Compiled) and fact in compiled.facts


async def _look_again(context: Context, process: Transfer) -> None:
    fresh: Transfer | None = process
    while fresh is not None and fresh.state == TransferState.STARTED:
        try:
            context.wake(
                await commits.commit(context, fresh, leases.make_due(context, fresh), event="to be decided again")
            )
        except Conflict:
            fresh = await context.store.transfer(process.owner, process.id)
        else:
            return
