"""Endpoints for transfer processes: start, follow, suspend, resume, end, and pull again."""

from typing import Annotated

import msgspec
from fastapi import Query

from connector.api.chapters.assets import hide_secrets
from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import (
    AfterQuery,
    AtContext,
    AtEnforcer,
    LimitQuery,
    WaitQuery,
    page,
    read_hold,
    read_processes,
    view_pending,
    wait,
)
from connector.controlplane.core.context import Context
from connector.controlplane.core.lookup import find_agreement_key
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.usecases import transfer
from connector.ports.dataplane import FlowReport
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, Transfer, TransferState
from connector.views.common import LONGEST_IDENTIFIER, Page, ReasonOrder
from connector.views.conversion import to_view
from connector.views.holds import HoldView
from connector.views.transfers import DeliveryView, TransferOrder, TransferView

router = ChapterRouter(tags=["transfers"])


def _view(context: Context, process: Transfer, hold: HoldView | None, live: FlowReport | None = None) -> TransferView:
    shown = None if process.state in TRANSFER.terminal else hold
    return to_view(
        TransferView,
        process,
        sink=hide_secrets(msgspec.json.decode(process.sink)) if process.sink else None,
        progress=to_view(DeliveryView, live)
        if live
        else msgspec.json.decode(process.progress, type=DeliveryView)
        if process.progress
        else None,
        counterparty_name=context.find_name(process.peer),
        pending=view_pending(process),
        hold=shown,
    )


async def _read(context: Context, enforcer: Enforcer, process: Transfer) -> TransferView:
    """Return a transfer; while it is active, with the progress that the data plane reports at present."""
    active = process.state in {TransferState.STARTED, TransferState.SUSPENDED}
    live = await enforcer.dataplane.report(process.owner, process.id) if active else None
    return _view(context, process, await read_hold(context, process), live)


@router.post("/transfers", status_code=202)
async def start_transfer(context: AtContext, enforcer: AtEnforcer, order: TransferOrder) -> TransferView:
    """Send a transfer request; the answer comes at once, the transfer continues by itself."""
    begun = await transfer.request(
        enforcer,
        order.agreement,
        id=order.id or "",
        push=order.push,
        sink=order.sink,
        keep=order.keep,
        choice=order.choice,
        parameters=order.parameters,
    )
    return await _read(context, enforcer, begun)


@router.get("/transfers")
async def list_transfers(
    context: AtContext,
    state: TransferState | None = None,
    peer: Annotated[str | None, Query(max_length=LONGEST_IDENTIFIER)] = None,
    agreement: Annotated[str | None, Query(max_length=LONGEST_IDENTIFIER)] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[TransferView]:
    """List the transfers, newest first."""
    bounds = page(limit, after)
    key = None if agreement is None else await find_agreement_key(context, agreement)
    rows = context.store.transfers(context.owner, bounds, state=state, peer=peer, agreement_key=key)
    return await read_processes(context, rows, _view)


@router.get("/transfers/{id:path}/wait")
async def wait_for_transfer(
    context: AtContext,
    enforcer: AtEnforcer,
    id: str,
    timeout: WaitQuery = 30.0,  # noqa: ASYNC109 - it limits the wait, not the call, which always answers
    state: Annotated[list[TransferState] | None, Query(description="Answer in these states too.")] = None,
) -> TransferView:
    """Wait until the transfer has ended or waits for a decision here, at most for the timeout.

    Without `state`, a transfer that is kept open also answers after a delivery.
    """
    wanted = {*TRANSFER.terminal, *(state or ())}

    async def read() -> tuple[Transfer, bool]:
        process = await transfer.get(context, id)
        done = process.state in wanted or process.held
        return process, done or (process.keep and not state and await _is_delivered(context, enforcer, process))

    process, _ = await wait(context.watch, id, timeout, read, lambda found: found[1])
    return await _read(context, enforcer, process)


async def _is_delivered(context: Context, enforcer: Enforcer, process: Transfer) -> bool:
    progress = (await _read(context, enforcer, process)).progress
    return progress is not None and progress.sha256 is not None


@router.post("/transfers/{id:path}/pull")
async def pull_transfer(enforcer: AtEnforcer, id: str) -> DeliveryView:
    """Pull again under a transfer that is kept open; the answer comes after the data has arrived."""
    return to_view(DeliveryView, await transfer.pull(enforcer, id))


@router.post("/transfers/{id:path}/suspend")
async def suspend_transfer(context: AtContext, enforcer: AtEnforcer, id: str, order: ReasonOrder) -> TransferView:
    """Suspend the transfer: no byte moves, and the counterparty receives the reason."""
    return await _read(context, enforcer, await transfer.suspend(enforcer, id, order.reason))


@router.post("/transfers/{id:path}/resume")
async def resume_transfer(context: AtContext, enforcer: AtEnforcer, id: str) -> TransferView:
    """Resume a transfer that this connector suspended."""
    return await _read(context, enforcer, await transfer.resume(enforcer, id))


@router.post("/transfers/{id:path}/complete")
async def complete_transfer(context: AtContext, enforcer: AtEnforcer, id: str) -> TransferView:
    """Complete the transfer."""
    return await _read(context, enforcer, await transfer.complete(enforcer, id))


@router.post("/transfers/{id:path}/terminate")
async def terminate_transfer(context: AtContext, enforcer: AtEnforcer, id: str, order: ReasonOrder) -> TransferView:
    """Terminate the transfer; the counterparty receives the reason."""
    return await _read(context, enforcer, await transfer.terminate(enforcer, id, order.reason))


# This path matches everything below /transfers/: it is added after the chapters with longer paths.
last = ChapterRouter(tags=["transfers"])


@last.get("/transfers/{id:path}")
async def show_transfer(context: AtContext, enforcer: AtEnforcer, id: str) -> TransferView:
    """Show one transfer."""
    return await _read(context, enforcer, await transfer.get(context, id))
