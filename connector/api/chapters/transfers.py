"""Transfer processes: ask for the data of an agreement, follow, pause, end; and pull once more."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from connector.api.chapters.assets import shown_address
from connector.api.frame.desk import (
    AfterQuery,
    AtContext,
    AtEnforcing,
    Document,
    EndedAnswer,
    HoldAnswer,
    LimitQuery,
    Listing,
    Order,
    PendingAnswer,
    Reason,
    WaitQuery,
    ended_answer,
    hold_answer,
    moment,
    page,
    parse_json,
    pending_answer,
    read_listing,
    wait,
)
from connector.controlplane.core.context import Context
from connector.controlplane.usecases import transfer
from connector.ports.dataplane import FlowReport
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, FlowState, Transfer, TransferState

router = APIRouter(tags=["transfers"])


class TransferOrder(Order):
    """Ask for the data of an agreement in which we are the consumer."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"agreement": "urn:uuid:7f…"}]})

    agreement: str = Field(description="The agreement, by its identifier.")
    push: bool = Field(False, description="The provider sends the data; otherwise we fetch it.")
    sink: Document | None = Field(None, description="Where to put the data; left out, a folder of its own.")
    keep: bool = Field(False, description="Keep a pull open after a delivery, to pull again from a live source.")


class ProgressAnswer(BaseModel):
    """What the data plane says: bytes so far, the size and SHA-256 (hex) where known, and what went wrong."""

    bytes_moved: int = 0
    size: int | None = None
    sha256: str | None = None
    error: str | None = None


class TransferAnswer(BaseModel):
    """A transfer process. `state` is null until the counter-party has acknowledged the request."""

    id: str
    role: Role
    state: TransferState | None
    peer: str
    peer_pid: str | None
    agreement_id: str
    dataset: str
    format: str
    keep: bool
    sink: dict[str, Any] | None
    flow_wanted: FlowState
    flow_reported: FlowState
    suspended_by: Role | None
    progress: ProgressAnswer | None
    pending: PendingAnswer | None
    hold: HoldAnswer | None
    ended: EndedAnswer | None
    created_at: datetime
    updated_at: datetime


async def _answer(context: Context, process: Transfer) -> TransferAnswer:
    over = process.state in TRANSFER.terminal
    return TransferAnswer(
        id=process.id,
        role=process.role,
        state=TransferState(process.state) if process.state else None,
        peer=process.peer,
        peer_pid=process.peer_pid,
        agreement_id=process.agreement_id,
        dataset=process.dataset,
        format=process.format,
        keep=process.keep,
        sink=shown_address(parse_json(process.sink)) if process.sink else None,
        flow_wanted=process.flow_wanted,
        flow_reported=process.flow_reported,
        suspended_by=process.suspended_by,
        progress=_progress(msgspec.json.decode(process.progress, type=FlowReport)) if process.progress else None,
        pending=pending_answer(process),
        hold=None if over else hold_answer(await context.store.hold(process.owner, process.id)),
        ended=ended_answer(process),
        created_at=moment(process.created_at),
        updated_at=moment(process.updated_at),
    )


def _progress(report: FlowReport) -> ProgressAnswer:
    return ProgressAnswer(bytes_moved=report.bytes_moved, size=report.size, sha256=report.sha256, error=report.error)


@router.post("/transfers", status_code=202)
async def start_transfer(context: AtContext, enforcing: AtEnforcing, order: TransferOrder) -> TransferAnswer:
    """Ask for the data of an agreement; the answer comes at once, the transfer goes on by itself."""
    begun = await transfer.request(enforcing, order.agreement, push=order.push, sink=order.sink, keep=order.keep)
    return await _answer(context, begun)


@router.get("/transfers")
async def list_transfers(
    context: AtContext,
    state: TransferState | None = None,
    peer: Annotated[str | None, Query(max_length=1000)] = None,
    agreement: Annotated[str | None, Query(max_length=1000)] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Listing[TransferAnswer]:
    """List the transfers, newest first."""
    store, owner = context.store, context.owner
    rows, following = await read_listing(
        store.transfers(owner, page(limit, after), state=state, peer=peer, agreement_id=agreement)
    )
    return Listing(items=[await _answer(context, row) for row in rows], next=following)


@router.get("/transfers/{id:path}/wait")
async def wait_for_transfer(
    context: AtContext,
    id: str,
    timeout: WaitQuery = 30.0,  # noqa: ASYNC109 - it bounds the wait, not the call, which answers in any case
    state: Annotated[list[TransferState] | None, Query(description="Answer also in one of these states.")] = None,
) -> TransferAnswer:
    """Answer when the transfer has ended, waits for somebody here, or the time is up: as it then is.

    Without `state`, a transfer that is kept open also answers when something was delivered.
    """
    wanted = {*TRANSFER.terminal, *(state or ())}

    async def read() -> TransferAnswer:
        return await _answer(context, await transfer.get(context, id))

    def done(found: TransferAnswer) -> bool:
        delivered = found.keep and not state and found.progress is not None and found.progress.sha256 is not None
        return found.state in wanted or found.hold is not None or delivered

    return await wait(context.watch, id, timeout, read, done)


@router.post("/transfers/{id:path}/pull")
async def pull_transfer(enforcing: AtEnforcing, id: str) -> ProgressAnswer:
    """Fetch once more for a transfer that is kept open; the answer comes when the data has arrived."""
    return _progress(await transfer.pull(enforcing, id))


@router.post("/transfers/{id:path}/suspend")
async def suspend_transfer(context: AtContext, enforcing: AtEnforcing, id: str, order: Reason) -> TransferAnswer:
    """Pause the transfer: no further byte moves, and the counter-party is told the reason."""
    return await _answer(context, await transfer.suspend(enforcing, id, order.reason))


@router.post("/transfers/{id:path}/resume")
async def resume_transfer(context: AtContext, enforcing: AtEnforcing, id: str) -> TransferAnswer:
    """Go on with a transfer that was suspended here."""
    return await _answer(context, await transfer.resume(enforcing, id))


@router.post("/transfers/{id:path}/complete")
async def complete_transfer(context: AtContext, enforcing: AtEnforcing, id: str) -> TransferAnswer:
    """Say that the transfer is done."""
    return await _answer(context, await transfer.complete(enforcing, id))


@router.post("/transfers/{id:path}/terminate")
async def terminate_transfer(context: AtContext, enforcing: AtEnforcing, id: str, order: Reason) -> TransferAnswer:
    """End the transfer for good; the counter-party is told the reason."""
    return await _answer(context, await transfer.terminate(enforcing, id, order.reason))


# A path that fits everything below /transfers/: it is added after the chapters whose paths are longer.
last = APIRouter(tags=["transfers"])


@last.get("/transfers/{id:path}")
async def show_transfer(context: AtContext, id: str) -> TransferAnswer:
    """Show one transfer."""
    return await _answer(context, await transfer.get(context, id))
