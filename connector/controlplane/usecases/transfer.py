"""The steps of people and programs in transfers: request, pull, suspend, resume, complete, terminate."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed, PeerFailed
from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.enforcing import flow_requests, signals
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.processes.loading import load_transfer, show_transfer, take_transfer
from connector.controlplane.usecases import manual_steps
from connector.ports.changes import Change
from connector.ports.dataplane import FlowReport, PlaneUnavailable
from connector.ports.decider import Complete, ProcessStep, Start, Suspend, Terminate
from connector.ports.store_errors import Conflict
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
    Transfer,
    TransferState,
)

ATTEMPTS = 5
AT_ONCE = 200
UUID = "urn:uuid:"
_CHOICE = re.compile(r"form=[a-z-]{1,20}(?:&[a-z]{1,20}=[A-Za-z0-9%._~+:,/!<>*-]{0,2000}){0,40}", re.ASCII)
# What an order of a transfer says.
ASKED = ("role", "peer", "agreement_id", "format", "sink", "keep", "choice", "parameters")


async def request(
    enforcer: Enforcer,
    agreement_id: str,
    *,
    id: str = "",
    push: bool = False,
    sink: dict[str, Any] | None = None,
    keep: bool = False,
    choice: str = "",
    parameters: Mapping[str, str] | None = None,
    by: str = "",
    changes: Sequence[Change] = (),
) -> Transfer:
    """Request the data of an agreement; with `keep`, a pull stays open after a delivery, for data that changes often.

    `id` is the pid of the transfer (empty: a new one); the same request under it returns the transfer that there is.
    `sink` is the local address for the data (default: a folder named after the transfer). `choice` is the query with
    which a pull chooses a form and rows, `parameters` ask the source for a part of the data; the provider checks both.
    `by` is the user who asks.
    Further `changes` are stored in the same commit, if the transfer is new.
    Raises NoSuchEntity, NotAllowed, Invalid.
    """
    agreement = await find_agreement(enforcer.context, agreement_id, Role.CONSUMER)
    if agreement.finalized_at is None:
        raise NotAllowed("not-finalized", "The agreement is not finalized: wait until its negotiation is finalized.")
    if push and keep:
        raise Invalid("keep", "A push delivers only once: remove either push or keep.")
    if choice and (push or not _CHOICE.fullmatch(choice)):
        raise Invalid("choice", "The choice cannot be read: write a query such as form=csv&limit=10, and without push.")
    pid = id or enforcer.context.new_id()
    # A folder of its own in the folder of received data, so that deliveries do not overwrite each other.
    target = sink or {"kind": "file", "path": f"{pid.rpartition(':')[2]}/", "overwrite": True}
    problem = enforcer.dataplane.supports(None, target)
    if problem:
        raise Invalid("sink", problem)
    asked = Transfer(
        owner=enforcer.context.owner,
        id=pid,
        role=Role.CONSUMER,
        peer=agreement.counterparty,
        peer_address=agreement.address,
        agreement_id=agreement.id,
        dataset=agreement.dataset,
        title=agreement.title,
        format=PUSH if push else PULL,
        sink=msgspec.json.encode(target),
        keep=keep,
        choice=choice,
        parameters=urlencode(parameters or {}, errors="replace"),
        created_at=enforcer.context.now(),
    )
    async with enforcer.locks.setdefault(pid, asyncio.Lock()):
        known = await load_transfer(enforcer.context, pid) if id else None
        if known is None:
            return await _begin(enforcer, asked, by, changes)
    if any(getattr(known, name) != getattr(asked, name) for name in ASKED):
        raise NotAllowed("id-taken", "This identifier belongs to another transfer: choose a new one.")
    return known


async def _begin(enforcer: Enforcer, process: Transfer, by: str, changes: Sequence[Change]) -> Transfer:
    """Store a transfer with its request, and wake the worker. Raises Invalid."""
    if process.format == PUSH:
        try:
            report = await enforcer.dataplane.prepare(flow_requests.request_to_receive(process))
        except PlaneUnavailable as fault:
            raise PeerFailed("plane-silent", str(fault)) from None
        if report.error or report.data_address is None:
            raise Invalid("sink", report.error or "The data plane returned no address for the data: check its log.")
        asked = flow_requests.ask_for_part(report.data_address, process.parameters)
        process = msgspec.structs.replace(process, data_address=asked, flow_reported=FlowState.PREPARED)
    address = msgspec.json.decode(process.data_address, type=DataAddress) if process.data_address else None
    message = transfer.TransferRequestMessage(
        consumer_pid=process.id,
        agreement_id=process.agreement_id,
        format=process.format,
        callback_address=enforcer.context.address,
        data_address=address,
    )
    planned = machine.plan(process, TRANSFER, transfer_machine.REQUEST, encode(message), process.created_at)
    if isinstance(planned, machine.Illegal):
        raise Invalid("wrong-state", planned.reason)
    fields = {"agreement": process.agreement_id} | ({"by": by} if by else {})
    stored = await commits.commit(enforcer.context, None, planned, *changes, event="decided request", fields=fields)
    enforcer.context.wake(stored)
    return stored


async def find_received(context: Context, paths: Sequence[str]) -> Mapping[str, Transfer]:
    """Return by path the transfers that delivered files, where the connector chose the folder; a few at a time."""
    pids = {path: UUID + path.partition("/")[0] for path in paths if "/" in path}
    wanted, known = sorted(set(pids.values())), dict[str, Transfer]()
    for first in range(0, len(wanted), AT_ONCE):
        known |= await context.store.transfers_of(context.owner, wanted[first : first + AT_ONCE])
        await asyncio.sleep(0)
    return {path: known[pid] for path, pid in pids.items() if pid in known}


async def get(context: Context, pid: str) -> Transfer:
    """Return a transfer by this connector's pid, for people and programs to see. Raises NoSuchEntity."""
    return _expect(await show_transfer(context, pid), pid)


async def _load(context: Context, pid: str) -> Transfer:
    """Return a transfer to act on. Raises NoSuchEntity."""
    return _expect(await take_transfer(context, pid), pid)


def _expect(process: Transfer | None, pid: str) -> Transfer:
    if process is None:
        raise NoSuchEntity("no-transfer", f"Unknown transfer {pid}: list the transfers to find its pid.")
    return process


async def pull(enforcer: Enforcer, pid: str) -> FlowReport:
    """Fetch again from a transfer that stays open; return the data plane's report after success or failure.

    Raises NoSuchEntity, NotAllowed if the transfer is not active, and PeerFailed if no data arrived.
    """
    process = await _load(enforcer.context, pid)
    if process.role is not Role.CONSUMER or process.format == PUSH or not process.keep:
        raise NotAllowed(
            "not-kept", "A pull can be repeated only if its transfer was started with `keep`: request a new transfer."
        )
    if process.state != TransferState.STARTED:
        raise NotAllowed("wrong-state", f"The transfer is {process.state}: pull only while it is STARTED.")
    process = await _start_leased(enforcer, process)
    report = await flow_requests.fetch_once(enforcer, process)
    if report.error:
        raise PeerFailed("nothing-delivered", report.error)
    return report


async def follow(enforcer: Enforcer, pid: str, after: str) -> AsyncIterator[bytes]:
    """Return the lines of a stream that this side consumes, from behind the position `after` on.

    Raises NoSuchEntity, and NotAllowed for a transfer that is none of a consumer or has ended.
    """
    process = await _load(enforcer.context, pid)
    if process.role is not Role.CONSUMER or process.format == PUSH:
        raise NotAllowed("not-followed", "A stream is followed by its consumer, who pulls it: request a new transfer.")
    if process.state in TRANSFER.terminal:
        raise NotAllowed("wrong-state", f"The transfer is {process.state}: request a new transfer.")
    return enforcer.dataplane.follow(process.owner, process.id, after)


async def suspend(enforcer: Enforcer, pid: str, reason: str) -> Transfer:
    """Suspend a transfer: the data plane stops first, then the peer receives the message. Raises NotAllowed."""
    return await _decide(enforcer, pid, Suspend(reason))


async def resume(enforcer: Enforcer, pid: str) -> Transfer:
    """Resume a transfer that this side suspended. Raises NotAllowed."""
    process = await _load(enforcer.context, pid)
    if process.state == TransferState.SUSPENDED and process.suspended_by not in {None, process.role}:
        raise NotAllowed(
            "suspended-there", "The counterparty suspended the transfer: only the counterparty can resume it."
        )
    return await _decide(enforcer, pid, Start())


async def complete(enforcer: Enforcer, pid: str) -> Transfer:
    """Complete a transfer. Raises NotAllowed."""
    return await _decide(enforcer, pid, Complete())


async def terminate(enforcer: Enforcer, pid: str, reason: str, *, code: str = "terminated") -> Transfer:
    """Terminate a transfer: the data plane stops first, then the peer receives the message. Raises NotAllowed."""

    async def end() -> Transfer:
        process = await _load(enforcer.context, pid)
        if process.state is not None:
            return await _decide(enforcer, pid, Terminate(code, reason))
        ended = machine.end(
            process, TRANSFER, Ended("withdrawn", reason, enforcer.context.participant), enforcer.context.now()
        )
        stored = await commits.commit(enforcer.context, process, signals.want_flow(ended), event="ended withdrawn")
        enforcer.context.wake(stored)
        return stored

    return await manual_steps.repeat(end)


async def _decide(enforcer: Enforcer, pid: str, step: ProcessStep) -> Transfer:
    stored = await manual_steps.carry_out(enforcer, lambda: _load(enforcer.context, pid), lambda _: step)
    # The data plane first: a flow that is suspended or ended must not move a byte until the message arrives.
    stored = await _signal(enforcer, stored)
    enforcer.context.wake(stored)
    return stored


async def _start_leased(enforcer: Enforcer, process: Transfer) -> Transfer:
    """Return the transfer with its flow started and leased, by the worker or by this function."""
    for _ in range(ATTEMPTS):
        if process.flow_reported is FlowState.STARTED:
            return process
        try:
            process = await signals.signal(enforcer, process)
        except Conflict:
            process = await _load(enforcer.context, process.id)
    raise NotAllowed("busy", "Other requests changed the transfer repeatedly: read it again, then retry.")


async def _signal(enforcer: Enforcer, process: Transfer) -> Transfer:
    if process.flow_wanted in {FlowState.SUSPENDED, FlowState.COMPLETED, FlowState.TERMINATED}:
        try:
            return await signals.signal(enforcer, process)
        except PlaneUnavailable:
            return process  # the worker goes on, and tells the counterparty meanwhile
        except Conflict:
            return await enforcer.context.store.transfer(process.owner, process.id) or process
    return process
