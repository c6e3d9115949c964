"""A data flow ends by itself: the transfer is completed, terminated, or has its lease decided again."""

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.messages import plan_transfer
from connector.controlplane.core.pages import walk
from connector.controlplane.enforcing import flow_requests, leases
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.ports.dataplane import FlowReport
from connector.ports.decider import Complete
from connector.ports.store_errors import Conflict
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import UNSEEN
from connector.protocol.dsp.machines.transfer_machine import (
    PUSH,
    START,
    FlowState,
    Transfer,
    TransferState,
)

AGAIN_MS = 2_000


async def settle_flow(enforcer: Enforcer, owner: str, report: FlowReport) -> Transfer | None:
    """A flow ended by itself: complete the transfer, or terminate it with the data plane's reason.

    Returns the transfer where there is something to send; called by the data plane and, after a restart, by `catch_up`.
    """
    while True:
        process = await enforcer.context.store.transfer(owner, report.flow_id)
        if process is None or process.state != TransferState.STARTED:
            return None
        if report.error and _has_new_address(process):
            return None  # the failure is that of the old address
        if process.pending and not (process.pending.echo and report.used_up):
            return None  # taken notice of when the message has arrived
        try:
            return await _settle_end(enforcer, process, report)
        except Conflict:
            continue


async def notice(enforcer: Enforcer, process: Transfer) -> Transfer | None:
    """Take notice of a flow that ended while a message of ours was under way; None where none has. Raises Conflict."""
    if process.state != TransferState.STARTED or process.pending or process.keep:
        return None
    report = await enforcer.dataplane.report(process.owner, process.id)
    if report is None or not _is_news(process, report):
        return None
    return await _settle_end(enforcer, process, report)


def _is_news(process: Transfer, report: FlowReport) -> bool:
    """Tell whether the flow has ended by itself, or, where it is kept open, has delivered what is not on record."""
    if report.error or report.state is FlowState.COMPLETED:
        return True
    known = msgspec.json.decode(process.progress).get("sha256") if process.progress else None
    return process.keep and report.sha256 is not None and report.sha256 != known


async def catch_up(enforcer: Enforcer) -> list[Transfer]:
    """After a restart: take notice of flows that ended while nobody listened."""
    found: list[Transfer] = []
    store, owner = enforcer.context.store, enforcer.context.owner
    async for row in walk(lambda page: store.transfers(owner, page, state=TransferState.STARTED)):
        report = await enforcer.dataplane.report(row.owner, row.id)
        if report and _is_news(row, report):
            ended = await settle_flow(enforcer, row.owner, report)
            found += [ended] if ended else []
    return found


async def _settle_end(enforcer: Enforcer, process: Transfer, report: FlowReport) -> Transfer:
    progress = msgspec.json.encode(flow_requests.to_public(report))
    base = msgspec.structs.replace(process, progress=progress)
    if report.used_up and not report.error:
        return await commits.commit(
            enforcer.context, process, leases.make_due(enforcer.context, base), event="uses spent"
        )
    if report.error and _awaits_address(enforcer, process):
        # The token we have may have died with the suspension, and the new one be on its way.
        again = msgspec.structs.replace(
            base, flow_reported=FlowState.PREPARED, due_at=enforcer.context.now() + AGAIN_MS
        )
        return await commits.commit(
            enforcer.context, process, again, event="flow waits", fields={"reason": report.error}
        )
    if report.error:
        planned = plan_transfer(enforcer.context, base, flow_requests.end_failed(report))
        return await commits.commit(
            enforcer.context, process, planned, event="flow failed", fields={"reason": report.error}
        )
    if process.keep or report.state is not FlowState.COMPLETED:
        return await commits.commit(enforcer.context, process, base, event="flow delivered")
    planned = plan_transfer(
        enforcer.context, msgspec.structs.replace(base, flow_reported=FlowState.COMPLETED), Complete()
    )
    return await commits.commit(enforcer.context, process, planned, event="flow completed")


def _has_new_address(process: Transfer) -> bool:
    """Tell whether the provider sent an address that the data plane does not have yet: the flow starts with it."""
    fetching = process.role is Role.CONSUMER and process.format != PUSH
    return fetching and process.flow_wanted is FlowState.STARTED and process.flow_reported is FlowState.PREPARED


def _awaits_address(enforcer: Enforcer, process: Transfer) -> bool:
    """Tell whether we have just resumed a pull: some providers then send a start of their own with a new token."""
    last = process.accepted
    expected = last is not None and last.message == START and last.digest == UNSEEN
    fetching = process.role is Role.CONSUMER and process.format != PUSH
    return expected and fetching and enforcer.context.now() - process.updated_at < enforcer.limits.look
