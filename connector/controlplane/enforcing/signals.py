"""Data Plane Signaling: the data plane is signalled until it has reached the state that the transfer wants.

A transfer has `flow_wanted` and `flow_reported`. A change of its state sets the first; the worker calls the verbs of
Data Plane Signaling until both are equal.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.core.messages import plan_transfer
from connector.controlplane.enforcing import flow_requests, leases
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.enforcing.leases import Denied
from connector.ports.changes import Change
from connector.ports.dataplane import AddressLost, PlaneUnavailable
from connector.ports.decider import Suspend, Terminate
from connector.ports.entities import Lease
from connector.ports.store_errors import Conflict
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import (
    PUSH,
    WANTED,
    FlowState,
    Transfer,
    TransferState,
    want,
)


def want_flow(process: Transfer) -> Transfer:
    """Return the transfer with the flow state that its state requires; due immediately if the data plane differs.

    While a message is pending, the flow state is the one that the message requires.
    """
    if process.state and not process.pending:
        process = want(process, WANTED[TransferState(process.state)])
    reached = process.flow_wanted == process.flow_reported
    settled = reached and process.state in {TransferState.COMPLETED, TransferState.TERMINATED}
    due_at = None if settled else process.due_at if process.due_at is not None else process.updated_at
    return msgspec.structs.replace(process, due_at=due_at)


class Begun(msgspec.Struct, frozen=True):
    """A provider's transfer that starts, with the address of a pull and the changes that open its flow."""

    process: Transfer
    address: bytes | None = None
    changes: Sequence[Change] = ()


async def begin(enforcer: Enforcer, process: Transfer) -> Begun | Terminate:
    """Prepare the provider's flow for the start message, which contains the address and the token of a pull.

    The flow is stored with the message. A resumption repeats the address, because a message may be lost and a peer may
    have deleted the address.
    """
    if process.format == PUSH:
        return Begun(process)
    if process.flow_reported is not FlowState.NONE and process.data_address is not None:
        return Begun(process, process.data_address)
    request = await flow_requests.build_request(enforcer.context, process)
    if isinstance(request, Terminate):
        return request
    report, changes = await enforcer.dataplane.draft(request)
    if report.error or report.data_address is None:
        return flow_requests.end_failed(report, "source-failed")
    address = flow_requests.write_address(process, report.data_address)
    process = msgspec.structs.replace(process, flow_reported=FlowState.PREPARED, data_address=address)
    return Begun(process, address, changes)


async def signal(enforcer: Enforcer, process: Transfer) -> Transfer:
    """Call the verb that moves the data plane to the wanted state; return the same value if it is already there.

    Raises Conflict if another task changed the transfer first.
    """
    moving = process.flow_wanted is FlowState.STARTED
    if process.flow_wanted is FlowState.NONE or (process.flow_wanted == process.flow_reported and not moving):
        return process
    if process.flow_wanted == process.flow_reported and not leases.is_to_renew(enforcer, process):
        return process
    starting = moving and process.flow_reported is not FlowState.STARTED
    if not starting or not await leases.counts_others(enforcer, process):
        return await _signal_alone(enforcer, process)
    # Two starts under one agreement must not both find the last place of a limit free.
    async with enforcer.locks.setdefault(process.agreement_key, asyncio.Lock()):
        return await _signal_alone(enforcer, process)


async def _signal_alone(enforcer: Enforcer, process: Transfer) -> Transfer:
    """Call the verb, one after the other: a start that was decided before a suspension never overtakes it.

    The decision comes before the lock: it may ask a slow source, and no suspension waits for that.
    """
    lease = await leases.grant_lease(enforcer, process) if process.flow_wanted is FlowState.STARTED else None
    async with enforcer.locks.setdefault(process.id, asyncio.Lock()):
        fresh = await enforcer.context.store.transfer(process.owner, process.id)
        if fresh is None or fresh.version != process.version:
            raise Conflict(f"Another task changed {process.id} while its flow was signalled: read it again.")
        if lease is None:
            return await _halt(enforcer, process)
        if isinstance(lease, Denied):
            return await _stop(enforcer, process, lease.end, lease.record)
        try:
            return await (_renew if process.flow_reported is FlowState.STARTED else _start)(enforcer, process, lease)
        except AddressLost as lost:
            return await _leave(enforcer, process, lost)


async def _leave(enforcer: Enforcer, process: Transfer, lost: AddressLost) -> Transfer:
    """Suspend a pull whose data plane is gone: its next start, which follows, has the address of another one."""
    try:
        planned = plan_transfer(enforcer.context, process, Suspend("the data moves to another data plane"))
    except NotAllowed as fault:
        raise PlaneUnavailable(str(lost)) from fault
    # No lease of it is left, so it moves nothing, and nobody is there to be told.
    gone = msgspec.structs.replace(planned, flow_reported=FlowState.SUSPENDED, data_address=None)
    return await commits.commit(enforcer.context, process, gone, event="decided suspend", fields={"reason": str(lost)})


async def _halt(enforcer: Enforcer, process: Transfer) -> Transfer:
    wanted = process.flow_wanted
    if wanted is FlowState.SUSPENDED:
        report = await enforcer.dataplane.suspend(process.owner, process.id, "the transfer is suspended")
    elif wanted is FlowState.COMPLETED:
        report = await enforcer.dataplane.complete(process.owner, process.id)
    else:
        reason = process.ended.reason if process.ended else "the transfer is terminated"
        report = await enforcer.dataplane.terminate(process.owner, process.id, reason)
    after = msgspec.structs.replace(
        process, flow_reported=wanted, progress=msgspec.json.encode(flow_requests.to_public(report))
    )
    return await commits.commit(enforcer.context, process, after, event=f"flow {wanted.lower()}")


async def _start(enforcer: Enforcer, process: Transfer, lease: Lease) -> Transfer:
    serving = process.role is Role.PROVIDER and process.format != PUSH
    receiving_push = process.role is Role.CONSUMER and process.format == PUSH
    if serving or receiving_push:
        # The flow was opened when its address was issued; the peer continues with its token.
        if process.flow_reported is FlowState.SUSPENDED:
            await enforcer.dataplane.resume(process.owner, process.id)
        await enforcer.dataplane.renew(lease)
    else:
        request = await flow_requests.build_request(enforcer.context, process)
        if isinstance(request, Terminate):
            return await _stop(enforcer, process, request)
        report = await enforcer.dataplane.start(request, lease)
        if report.error:
            return await _stop(enforcer, process, flow_requests.end_failed(report))
    after = msgspec.structs.replace(
        process,
        flow_reported=FlowState.STARTED,
        lease_until=leases.find_next_decision(enforcer, lease),
        due_at=enforcer.context.now(),
    )
    return await commits.commit(
        enforcer.context, process, after, event="flow started", fields=leases.record_judged(process, lease)
    )


async def _renew(enforcer: Enforcer, process: Transfer, lease: Lease) -> Transfer:
    await enforcer.dataplane.renew(lease)
    after = msgspec.structs.replace(
        process, lease_until=leases.find_next_decision(enforcer, lease), due_at=enforcer.context.now()
    )
    return await commits.commit(enforcer.context, process, after, event="lease renewed")


async def _stop(
    enforcer: Enforcer, process: Transfer, end: Terminate, judged: dict[str, Any] | None = None
) -> Transfer:
    """Terminate a flow that is denied or has failed: the data plane first, then the message to the peer."""
    await enforcer.dataplane.terminate(process.owner, process.id, end.reason)
    planned = plan_transfer(enforcer.context, msgspec.structs.replace(process, flow_reported=FlowState.TERMINATED), end)
    # The reasons in words quote values, which may be personal data; the recorded decision omits them.
    fields = {"judged": judged} if judged else {"reason": end.reason}
    denied = leases.count_denial(enforcer.context, process, judged)
    return await commits.commit(enforcer.context, process, planned, *denied, event="decided terminate", fields=fields)
