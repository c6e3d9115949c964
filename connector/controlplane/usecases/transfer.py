"""What a person or a program does with transfers: request, pull, suspend, resume, complete, terminate."""

from typing import Any

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.errors import Invalid, NotAllowed, NotFound, PeerFailed
from connector.controlplane.core.plane import Plane
from connector.controlplane.enforcing import signals
from connector.controlplane.usecases import manual_steps
from connector.ports.changes import Conflict
from connector.ports.dataplane import FlowReport
from connector.ports.decider import Complete, Start, Step, Suspend, Terminate
from connector.protocol.dsp import transfer
from connector.protocol.dsp.codec import encode
from connector.protocol.dsp.common import DataAddress, Role
from connector.protocol.dsp.machines import machine, transfer_machine
from connector.protocol.dsp.machines.machine import Ended
from connector.protocol.dsp.machines.transfer_machine import (
    PULL,
    PUSH,
    TRANSFER,
    FlowState,
    TransferProcess,
    TransferState,
)

ATTEMPTS = 5


async def request(
    plane: Plane, agreement_id: str, *, push: bool = False, sink: dict[str, Any] | None = None, keep: bool = False
) -> TransferProcess:
    """Ask for the data of an agreement; `keep` leaves a pull open after a delivery, for a source that keeps changing.

    `sink` is an address of ours to put the data (default: a folder named after the transfer). Raises NotFound, Invalid.
    """
    agreement = await plane.store.agreement(plane.owner, agreement_id)
    if agreement is None or agreement.role is not Role.CONSUMER:
        raise NotFound("no-agreement", f"There is no agreement {agreement_id} in which we are the consumer.")
    if agreement.finalized_at is None:
        raise NotAllowed("not-finalized", "The agreement is not finalized yet: wait for the negotiation to end.")
    if push and keep:
        raise Invalid("keep", "A push delivers once: leave out either push or keep.")
    pid, now = plane.new_id(), plane.now()
    # A folder of its own below the received root, so that no delivery meets another's files.
    target = sink or {"kind": "file", "path": f"{pid.rpartition(':')[2]}/", "overwrite": True}
    problem = plane.dataplane.supports(None, target)
    if problem:
        raise Invalid("sink", problem)
    process = TransferProcess(
        owner=plane.owner,
        id=pid,
        role=Role.CONSUMER,
        peer=agreement.counterparty,
        peer_address=agreement.address,
        agreement_id=agreement.id,
        dataset=agreement.dataset,
        format=PUSH if push else PULL,
        sink=msgspec.json.encode(target),
        keep=keep,
        created_at=now,
    )
    if push:
        report = await plane.dataplane.prepare(signals.request_to_receive(process))
        if report.error or report.data_address is None:
            raise Invalid("sink", report.error or "The data plane gave no address to receive at.")
        process = msgspec.structs.replace(process, data_address=report.data_address, flow_reported=FlowState.PREPARED)
    address = msgspec.json.decode(process.data_address, type=DataAddress) if process.data_address else None
    message = transfer.TransferRequestMessage(
        consumer_pid=pid,
        agreement_id=agreement.id,
        format=process.format,
        callback_address=plane.address,
        data_address=address,
    )
    planned = machine.plan(process, TRANSFER, transfer_machine.REQUEST, encode(message), now)
    if isinstance(planned, machine.Illegal):
        raise Invalid("wrong-state", planned.reason)
    stored = await commits.commit(plane, None, planned, event="decided request", fields={"agreement": agreement.id})
    plane.wake(stored)
    return stored


async def get(plane: Plane, pid: str) -> TransferProcess:
    """Return a transfer by our pid. Raises NotFound."""
    process = await plane.store.transfer(plane.owner, pid)
    if process is None:
        raise NotFound("no-transfer", f"There is no transfer {pid}: list them to see which there are.")
    return process


async def pull(plane: Plane, pid: str) -> FlowReport:
    """Fetch once more from a transfer that is kept open; return the data plane's report when it has arrived or failed.

    Raises NotAllowed where the transfer does not run, PeerFailed where nothing arrived.
    """
    process = await get(plane, pid)
    if process.role is not Role.CONSUMER or process.format == PUSH or not process.keep:
        raise NotAllowed("not-kept", "Only a pull that was started to be kept open can be pulled again.")
    if process.state != TransferState.STARTED:
        raise NotAllowed("wrong-state", f"The transfer is {process.state}: nothing can be pulled.")
    process = await _leased(plane, process)
    report = await signals.fetch_once(plane, process)
    if report.error:
        raise PeerFailed("nothing-delivered", report.error)
    return report


async def suspend(plane: Plane, pid: str, reason: str) -> TransferProcess:
    """Pause a transfer: our data plane stops first, then the peer is told. Raises NotAllowed."""
    return await _decide(plane, pid, Suspend(reason))


async def resume(plane: Plane, pid: str) -> TransferProcess:
    """Go on with a transfer that we suspended. Raises NotAllowed."""
    process = await get(plane, pid)
    if process.state == TransferState.SUSPENDED and process.suspended_by not in {None, process.role}:
        raise NotAllowed("suspended-there", "The counter-party suspended the transfer: only it can resume.")
    return await _decide(plane, pid, Start())


async def complete(plane: Plane, pid: str) -> TransferProcess:
    """Say that the transfer is done. Raises NotAllowed."""
    return await _decide(plane, pid, Complete())


async def terminate(plane: Plane, pid: str, reason: str) -> TransferProcess:
    """End a transfer for good: our data plane stops first, then the peer is told. Raises NotAllowed."""
    process = await get(plane, pid)
    if process.state is None:
        ended = machine.end(process, TRANSFER, Ended("withdrawn", reason, plane.participant), plane.now())
        stored = await commits.commit(plane, process, signals.wanted(ended), event="ended withdrawn")
        plane.wake(stored)
        return stored
    return await _decide(plane, pid, Terminate("terminated", reason))


async def _decide(plane: Plane, pid: str, step: Step) -> TransferProcess:
    stored = await manual_steps.carry_out(plane, lambda: get(plane, pid), lambda _: step)
    # The data plane first: what is paused or ended must not move another byte while the message travels.
    stored = await _signalled(plane, stored)
    plane.wake(stored)
    return stored


async def _leased(plane: Plane, process: TransferProcess) -> TransferProcess:
    """Return the transfer with its flow started and leased, by the worker or, where it is quicker, by us."""
    for _ in range(ATTEMPTS):
        if process.flow_reported is FlowState.STARTED:
            return process
        try:
            process = await signals.signal(plane, process)
        except Conflict:
            process = await get(plane, process.id)
    raise NotAllowed("busy", "The transfer is changing all the time: look at it and try again.")


async def _signalled(plane: Plane, process: TransferProcess) -> TransferProcess:
    if process.flow_wanted in {FlowState.SUSPENDED, FlowState.COMPLETED, FlowState.TERMINATED}:
        try:
            return await signals.signal(plane, process)
        except Conflict:
            return await plane.store.transfer(process.owner, process.id) or process
    return process
