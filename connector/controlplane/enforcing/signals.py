"""The agreement, enforced: decide before the first byte, lease, renew, and stop; signal until the data plane is there.

A transfer keeps `flow_wanted` and `flow_reported`. Whatever changes the state sets what is wanted; the worker calls the
verbs of Data Plane Signaling until both are equal. No lease, no byte: a provider leases only what the policy permits
now, until the policy can change its mind.
"""

import asyncio
from typing import Any

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.context import Context
from connector.controlplane.core.messages import plan_transfer
from connector.controlplane.enforcing import duties
from connector.controlplane.enforcing.enforcing import Enforcing
from connector.controlplane.judging.judging import Judging
from connector.policy.compiling.compile import Compiled
from connector.ports.changes import Conflict
from connector.ports.dataplane import FlowReport, FlowRequest
from connector.ports.decider import Complete, Terminate
from connector.ports.entities import FlowDirection, Lease, PageBounds
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import UNSEEN
from connector.protocol.dsp.machines.transfer_machine import (
    PUSH,
    START,
    WANTED,
    FlowState,
    Transfer,
    TransferState,
    want,
)

AGAIN_MS = 2_000


class Denied(msgspec.Struct, frozen=True):
    """No leave to move bytes: how the transfer ends, and the decision as it goes on record."""

    end: Terminate
    record: dict[str, Any]


def want_flow(process: Transfer) -> Transfer:
    """Return the transfer with the flow that its state wants, due at once if that is news for the data plane.

    While a message of ours is on its way, the flow that it wants is wanted.
    """
    if process.state and not process.pending:
        process = want(process, WANTED[TransferState(process.state)])
    reached = process.flow_wanted == process.flow_reported
    settled = reached and process.state in {TransferState.COMPLETED, TransferState.TERMINATED}
    due_at = None if settled else process.due_at if process.due_at is not None else process.updated_at
    return msgspec.structs.replace(process, due_at=due_at)


async def begin(enforcing: Enforcing, process: Transfer) -> tuple[Transfer, bytes | None] | Terminate:
    """Ready the provider's flow before the start message: a pull's address with its token goes into the message.

    A resumption brings the same address again: a lost message leaves no peer without, and one that has let go of it
    gets it back.
    """
    if process.format == PUSH:
        return process, None
    if process.flow_reported is not FlowState.NONE:
        return process, process.data_address
    request = await _request(enforcing.context, process)
    if isinstance(request, Terminate):
        return request
    report = await enforcing.dataplane.start(request)
    if report.error or report.data_address is None:
        return Terminate("source-failed", report.error or "The data plane gave no address to pull from.")
    address = report.data_address
    return msgspec.structs.replace(process, flow_reported=FlowState.PREPARED, data_address=address), address


async def signal(enforcing: Enforcing, process: Transfer) -> Transfer:
    """Call the verb that brings the data plane where it should be; return the same value where it is there already.

    Raises Conflict where somebody else was quicker.
    """
    moving = process.flow_wanted is FlowState.STARTED
    if process.flow_wanted is FlowState.NONE or (process.flow_wanted == process.flow_reported and not moving):
        return process
    if process.flow_wanted == process.flow_reported and not _is_to_renew(enforcing.context, process):
        return process
    # One after the other: a start that was decided before a suspension must not reach the data plane after it.
    async with enforcing.locks.setdefault(process.id, asyncio.Lock()):
        fresh = await enforcing.context.store.transfer(process.owner, process.id)
        if fresh is None or fresh.version != process.version:
            raise Conflict(f"{process.id} has changed while its flow was told something: read it again.")
        if not moving:
            return await _halt(enforcing, process)
        return await (_renew if process.flow_reported is FlowState.STARTED else _start)(enforcing, process)


async def _halt(enforcing: Enforcing, process: Transfer) -> Transfer:
    wanted = process.flow_wanted
    if wanted is FlowState.SUSPENDED:
        report = await enforcing.dataplane.suspend(process.owner, process.id, "the transfer is suspended")
    elif wanted is FlowState.COMPLETED:
        report = await enforcing.dataplane.complete(process.owner, process.id)
    else:
        reason = process.ended.reason if process.ended else "the transfer is terminated"
        report = await enforcing.dataplane.terminate(process.owner, process.id, reason)
    after = msgspec.structs.replace(process, flow_reported=wanted, progress=msgspec.json.encode(_to_public(report)))
    return await commits.commit(enforcing.context, process, after, event=f"flow {wanted.lower()}")


async def _start(enforcing: Enforcing, process: Transfer) -> Transfer:
    lease = await _lease(enforcing, process)
    if isinstance(lease, Denied):
        return await _stop(enforcing, process, lease.end, lease.record)
    serving = process.role is Role.PROVIDER and process.format != PUSH
    receiving = process.role is Role.CONSUMER and process.format == PUSH
    if serving or receiving:
        # It was opened when its address was handed out; the peer goes on with the token it has.
        if process.flow_reported is FlowState.SUSPENDED:
            await enforcing.dataplane.resume(process.owner, process.id)
    else:
        request = await _request(enforcing.context, process)
        if isinstance(request, Terminate):
            return await _stop(enforcing, process, request)
        report = await enforcing.dataplane.start(request)
        if report.error:
            return await _stop(enforcing, process, Terminate("flow-failed", report.error))
    await enforcing.dataplane.renew(lease)
    after = msgspec.structs.replace(
        process,
        flow_reported=FlowState.STARTED,
        lease_until=_next_look(enforcing, lease),
        due_at=enforcing.context.now(),
    )
    return await commits.commit(
        enforcing.context, process, after, event="flow started", fields=_record_judged(process, lease)
    )


def find_renewal(process: AnyProcess) -> int | None:
    """Return when leave to move bytes is due to be renewed; a flow that is not to move needs none."""
    if isinstance(process, Transfer) and process.flow_wanted is FlowState.STARTED:
        return process.lease_until
    return None


def _is_to_renew(context: Context, process: Transfer) -> bool:
    return process.lease_until is not None and process.lease_until <= context.now() and not _is_moving_on(process)


def _is_moving_on(process: Transfer) -> bool:
    """Tell whether a message of ours is on its way that changes the state."""
    return process.pending is not None and not process.pending.echo


async def _renew(enforcing: Enforcing, process: Transfer) -> Transfer:
    """Decide again when the lease is about to end."""
    lease = await _lease(enforcing, process)
    if isinstance(lease, Denied):
        return await _stop(enforcing, process, lease.end, lease.record)
    await enforcing.dataplane.renew(lease)
    after = msgspec.structs.replace(process, lease_until=_next_look(enforcing, lease), due_at=enforcing.context.now())
    return await commits.commit(enforcing.context, process, after, event="lease renewed")


def _next_look(enforcing: Enforcing, lease: Lease) -> int | None:
    """Return when the lease is decided again: well before its end, so that no stream is cut off that may go on.

    What has been looked at early and ends all the same, because the policy then changes its mind, is due at the end.
    """
    if lease.valid_until is None:
        return None
    early = lease.valid_until - enforcing.limits.lease // 4
    return early if early > enforcing.context.now() else lease.valid_until


def _record_judged(process: Transfer, lease: Lease) -> dict[str, object]:
    """Return what the audit leaf says of the decision that a provider's lease stands on."""
    return {} if process.role is Role.CONSUMER else {"judged": msgspec.json.decode(lease.decision)}


async def _lease(enforcing: Enforcing, process: Transfer) -> Lease | Denied:
    """Return leave to move bytes; a provider's stands on a decision, a consumer's on its own will to receive."""
    now = enforcing.context.now()
    valid_until: int | None = None
    max_uses: int | None = None
    max_per_hour: int | None = None
    max_bytes: int | None = None
    decision: dict[str, Any] = {"by": "consumer"}
    treatment = b""
    if process.role is Role.PROVIDER:
        verdict = await duties.permit_transfer(enforcing, process, in_use=await _is_in_use(enforcing, process))
        if verdict.denied and await _is_in_use(enforcing, process):
            # The use that spent the last of what is allowed may have begun after the first look: it is not cut off.
            verdict = await duties.permit_transfer(enforcing, process, in_use=True)
        if verdict.denied:
            return Denied(Terminate("not-permitted", verdict.reason, verdict.reasons), verdict.record)
        valid_until = now + enforcing.limits.lease
        if verdict.valid_until is not None:
            valid_until = min(valid_until, verdict.valid_until)
        max_uses, max_bytes = verdict.max_uses, verdict.max_bytes
        max_per_hour = verdict.max_per_hour
        decision, treatment = verdict.record, verdict.treatment
    known = await enforcing.context.store.lease(process.owner, process.id)
    return Lease(
        owner=process.owner,
        flow_id=process.id,
        agreement_id=process.agreement_id,
        epoch=known.epoch + 1 if known else now,
        valid_until=valid_until,
        max_uses=max_uses,
        max_per_hour=max_per_hour,
        max_bytes=max_bytes,
        decision=msgspec.json.encode(decision),
        treatment=treatment,
    )


async def _is_in_use(enforcing: Enforcing, process: Transfer) -> bool:
    report = await enforcing.dataplane.report(process.owner, process.id)
    return report is not None and report.in_use


async def _stop(
    enforcing: Enforcing, process: Transfer, end: Terminate, judged: dict[str, Any] | None = None
) -> Transfer:
    """Terminate a flow that may not or cannot run: the data plane first, then the peer is told."""
    await enforcing.dataplane.terminate(process.owner, process.id, end.reason)
    planned = plan_transfer(
        enforcing.context, msgspec.structs.replace(process, flow_reported=FlowState.TERMINATED), end
    )
    # The reasons in words quote what was found, which may be personal: the decision on record leaves that out.
    fields = {"judged": judged} if judged else {"reason": end.reason}
    return await commits.commit(enforcing.context, process, planned, event="decided terminate", fields=fields)


async def _request(context: Context, process: Transfer) -> FlowRequest | Terminate:
    if process.role is Role.CONSUMER:
        return FlowRequest(
            owner=process.owner,
            flow_id=process.id,
            direction=FlowDirection.RECEIVE if process.format == PUSH else FlowDirection.FETCH,
            agreement_id=process.agreement_id,
            dataset=process.dataset,
            peer=process.peer,
            live=process.keep,
            sink=msgspec.json.decode(process.sink) if process.sink else None,
            endpoint=process.data_address if process.format != PUSH else None,
        )
    asset = await context.store.asset(process.owner, process.dataset)
    if asset is None:
        return Terminate("gone", "The dataset is no longer held here.")
    return FlowRequest(
        owner=process.owner,
        flow_id=process.id,
        direction=FlowDirection.PUSH if process.format == PUSH else FlowDirection.SERVE,
        agreement_id=process.agreement_id,
        dataset=process.dataset,
        peer=process.peer,
        media_type=asset.media_type,
        live=asset.live,
        source=asset.source,
        endpoint=process.data_address if process.format == PUSH else None,
    )


def request_to_receive(process: Transfer) -> FlowRequest:
    """Return what the consumer's data plane is told before it asks for a push."""
    return FlowRequest(
        owner=process.owner,
        flow_id=process.id,
        direction=FlowDirection.RECEIVE,
        agreement_id=process.agreement_id,
        dataset=process.dataset,
        peer=process.peer,
        sink=msgspec.json.decode(process.sink) if process.sink else None,
    )


async def settle_flow(enforcing: Enforcing, owner: str, report: FlowReport) -> Transfer | None:
    """A flow ended by itself: complete the transfer, or terminate it with the data plane's reason.

    Returns the transfer where there is something to send; called by the data plane and, after a restart, by `catch_up`.
    """
    while True:
        process = await enforcing.context.store.transfer(owner, report.flow_id)
        if process is None or process.state != TransferState.STARTED:
            return None
        if process.pending and not (process.pending.echo and report.used_up):
            return None  # taken notice of when the message has arrived
        try:
            return await _settle_end(enforcing, process, report)
        except Conflict:
            continue


async def notice(enforcing: Enforcing, process: Transfer) -> Transfer | None:
    """Take notice of a flow that ended while a message of ours was under way; None where none has. Raises Conflict."""
    if process.state != TransferState.STARTED or process.pending or process.keep:
        return None
    report = await enforcing.dataplane.report(process.owner, process.id)
    if report is None or not _is_news(process, report):
        return None
    return await _settle_end(enforcing, process, report)


def _is_news(process: Transfer, report: FlowReport) -> bool:
    """Tell whether the flow has ended by itself, or, where it is kept open, has delivered what is not on record."""
    if report.error or report.state is FlowState.COMPLETED:
        return True
    known = msgspec.json.decode(process.progress).get("sha256") if process.progress else None
    return process.keep and report.sha256 is not None and report.sha256 != known


async def catch_up(enforcing: Enforcing) -> list[Transfer]:
    """After a restart: take notice of flows that ended while nobody listened."""
    found = []
    after: str | None = None
    while True:
        page = PageBounds(limit=500, after=after)
        rows, after = await enforcing.context.store.transfers(
            enforcing.context.owner, page, state=TransferState.STARTED
        )
        for row in rows:
            report = await enforcing.dataplane.report(row.owner, row.id)
            if report and _is_news(row, report):
                ended = await settle_flow(enforcing, row.owner, report)
                found += [ended] if ended else []
        if after is None:
            return found


async def look_again(
    judging: Judging, *, dataset: str | None = None, agreement: str | None = None, fact: str = ""
) -> None:
    """Decide running transfers again, at once: no clock foretold what happened.

    Those of a dataset, of an agreement, or those whose agreements read a fact.
    """
    after: str | None = None
    while True:
        page = PageBounds(limit=500, after=after)
        rows, after = await judging.context.store.transfers(
            judging.context.owner, page, state=TransferState.STARTED, agreement_id=agreement
        )
        for row in rows:
            concerned = row.role is Role.PROVIDER and dataset in {None, row.dataset}
            if concerned and (not fact or await _reads(judging, row, fact)):
                await _look_again(judging.context, row)
        if after is None:
            return


async def _reads(judging: Judging, process: Transfer, fact: str) -> bool:
    agreement = await judging.context.store.agreement(process.owner, process.agreement_id)
    compiled = judging.library.compile(agreement.document) if agreement else None
    return isinstance(compiled, Compiled) and fact in compiled.facts


async def _look_again(context: Context, process: Transfer) -> None:
    fresh: Transfer | None = process
    while fresh is not None and fresh.state == TransferState.STARTED:
        try:
            context.wake(await commits.commit(context, fresh, _make_due(context, fresh), event="to be decided again"))
        except Conflict:
            fresh = await context.store.transfer(process.owner, process.id)
        else:
            return


def _make_due(context: Context, process: Transfer) -> Transfer:
    return msgspec.structs.replace(process, lease_until=context.now(), due_at=context.now())


async def _settle_end(enforcing: Enforcing, process: Transfer, report: FlowReport) -> Transfer:
    progress = msgspec.json.encode(_to_public(report))
    base = msgspec.structs.replace(process, progress=progress)
    if report.used_up and not report.error:
        return await commits.commit(enforcing.context, process, _make_due(enforcing.context, base), event="uses spent")
    if report.error and _awaits_address(enforcing, process):
        # The token we have may have died with the suspension, and the new one be on its way.
        again = msgspec.structs.replace(
            base, flow_reported=FlowState.PREPARED, due_at=enforcing.context.now() + AGAIN_MS
        )
        return await commits.commit(
            enforcing.context, process, again, event="flow waits", fields={"reason": report.error}
        )
    if report.error:
        planned = plan_transfer(enforcing.context, base, Terminate("flow-failed", report.error))
        return await commits.commit(
            enforcing.context, process, planned, event="flow failed", fields={"reason": report.error}
        )
    if process.keep or report.state is not FlowState.COMPLETED:
        return await commits.commit(enforcing.context, process, base, event="flow delivered")
    planned = plan_transfer(
        enforcing.context, msgspec.structs.replace(base, flow_reported=FlowState.COMPLETED), Complete()
    )
    return await commits.commit(enforcing.context, process, planned, event="flow completed")


def _awaits_address(enforcing: Enforcing, process: Transfer) -> bool:
    """Tell whether we have just resumed a pull: some providers then send a start of their own with a new token."""
    last = process.accepted
    expected = last is not None and last.message == START and last.digest == UNSEEN
    fetching = process.role is Role.CONSUMER and process.format != PUSH
    return expected and fetching and enforcing.context.now() - process.updated_at < enforcing.limits.look


def _to_public(report: FlowReport) -> dict[str, Any]:
    """Return a report without the address, which holds a token."""
    document: dict[str, Any] = msgspec.to_builtins(report)
    document.pop("data_address", None)
    return document


async def fetch_once(enforcing: Enforcing, process: Transfer) -> FlowReport:
    """Let the consumer's data plane fetch once more for a transfer that is kept open; return its report."""
    request = await _request(enforcing.context, process)
    if isinstance(request, Terminate):
        return FlowReport(flow_id=process.id, state=FlowState.TERMINATED, error=request.reason)
    return await enforcing.dataplane.fetch(request)
