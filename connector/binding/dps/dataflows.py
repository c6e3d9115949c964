"""The endpoint of a data plane: any registered control plane drives its flows (Data Plane Endpoint).

The flows of a control plane are its own: they are stored under its identifier as their owner. The lease is an extension
of ours. A control plane that registered without leases permits a flow by its start, and ends it by a verb.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from connector.binding.dps.edge import UNKNOWN, SignalingGate, answer, plane_route, refuse
from connector.binding.dps.placing import LIVE, MEDIA_TYPE
from connector.binding.dps.reports import to_answer, to_status
from connector.binding.dsp.routing import Route
from connector.net.serving.messages import PeerRequest, Reply
from connector.ports.dataplane import DataPlane, FlowReport, FlowRequest
from connector.ports.entities import Flow, FlowDirection, Lease, Plane
from connector.ports.store import Store
from connector.protocol.dps.messages import (
    DataFlowPrepareMessage,
    DataFlowResumeMessage,
    DataFlowStartedNotificationMessage,
    DataFlowStartMessage,
    DataFlowState,
    DataFlowSuspendMessage,
    DataFlowTerminateMessage,
    LeaseMessage,
    check_id,
    read,
)
from connector.protocol.dps.profiles import find_format
from connector.protocol.dsp.agreement_keys import make_agreement_key
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.protocol.dsp.identifiers import check_identifier
from connector.protocol.dsp.machines.transfer_machine import PUSH, FlowState
from connector.views.assets import DEFAULT_MEDIA_TYPE

_DIRECTIONS = {
    (Role.PROVIDER, False): FlowDirection.SERVE,
    (Role.PROVIDER, True): FlowDirection.PUSH,
    (Role.CONSUMER, False): FlowDirection.FETCH,
    (Role.CONSUMER, True): FlowDirection.RECEIVE,
}


@dataclass(frozen=True)
class FlowEndpoint:
    """The data plane, its store, and what the answers need: the clock (ms) and identifiers of messages.

    `find` returns a registered control plane.
    """

    plane: DataPlane
    store: Store
    find: Callable[[str], Plane | None]
    now: Callable[[], int]
    new_id: Callable[[], str]


def dataflow_routes(gate: SignalingGate, endpoint: FlowEndpoint) -> list[Route]:
    """Return the routes of the data plane endpoint."""

    def post(path: str, handle: Any) -> Route:
        async def call(caller: str, request: PeerRequest, body: bytes) -> Reply:
            reply: Reply = await handle(endpoint, caller, request, body)
            return reply

        return Route("GET" if path.endswith("/status") else "POST", path, plane_route(gate, call))

    return [
        post("/dataflows/prepare", _prepare),
        post("/dataflows/start", _start),
        post("/dataflows/{id}/started", _note_started),
        post("/dataflows/{id}/suspend", _suspend),
        post("/dataflows/{id}/resume", _resume),
        post("/dataflows/{id}/terminate", _terminate),
        post("/dataflows/{id}/completed", _complete),
        post("/dataflows/{id}/status", _tell),
        post("/dataflows/{id}/lease", _lease),
    ]


async def _prepare(endpoint: FlowEndpoint, caller: str, _: PeerRequest, body: bytes) -> Reply:
    message = read(DataFlowStartMessage, body)
    if message.data_address is not None:
        told = "A flow is prepared without a dataAddress: send it when the transfer has started."
        raise RemoteProtocolError(told, code="data-address")
    request = _read_request(caller, message, Role.CONSUMER)
    await _check_new(endpoint, request)
    report = await endpoint.plane.prepare(request)
    return _tell_status(endpoint, report, message.profile)


async def _start(endpoint: FlowEndpoint, caller: str, _: PeerRequest, body: bytes) -> Reply:
    message = read(DataFlowStartMessage, body)
    request = _read_request(caller, message, Role.PROVIDER)
    if (request.direction is FlowDirection.PUSH) != (message.data_address is not None):
        told = "A push needs the dataAddress of the consumer, and a pull must not have one: correct the message."
        raise RemoteProtocolError(told, code="data-address")
    if message.data_address is not None:
        request = msgspec.structs.replace(request, endpoint=msgspec.json.encode(message.data_address))
    await _check_new(endpoint, request)
    known = endpoint.find(caller)
    lease = None if known and known.leased else _make_open_lease(endpoint, request)
    report = await endpoint.plane.start(request, lease)
    return _tell_status(endpoint, report, message.profile)


async def _note_started(endpoint: FlowEndpoint, caller: str, request: PeerRequest, body: bytes) -> Reply:
    message = read(DataFlowStartedNotificationMessage, body) if body else None
    flow = await _find(endpoint, caller, request)
    address = message.data_address if message else None
    if flow.direction not in {FlowDirection.FETCH, FlowDirection.RECEIVE}:
        raise RemoteProtocolError("The flow provides data: only the side that receives it is told of a start.")
    if (flow.direction is FlowDirection.FETCH) != (address is not None):
        told = "A pull needs the dataAddress of the provider, and a push must not have one: correct the message."
        raise RemoteProtocolError(told, code="data-address")
    return await _start_again(endpoint, flow, msgspec.json.encode(address) if address else None)


async def _suspend(endpoint: FlowEndpoint, caller: str, request: PeerRequest, body: bytes) -> Reply:
    message, flow = read(DataFlowSuspendMessage, body), await _find(endpoint, caller, request)
    reason = message.reason or "the transfer is suspended"
    report = await endpoint.plane.suspend(flow.owner, flow.id, reason)
    return _tell_status(endpoint, report, reached=FlowState.SUSPENDED)


async def _resume(endpoint: FlowEndpoint, caller: str, request: PeerRequest, body: bytes) -> Reply:
    message, flow = read(DataFlowResumeMessage, body), await _find(endpoint, caller, request)
    dials = flow.direction in {FlowDirection.FETCH, FlowDirection.PUSH}
    if message.data_address is not None and not dials:
        raise RemoteProtocolError(
            "The flow has an address of its own: resume it without a dataAddress.", code="data-address"
        )
    if FlowState(flow.state) not in {FlowState.PREPARED, FlowState.STARTED, FlowState.SUSPENDED}:
        raise RemoteProtocolError(f"The flow is {flow.state}: it cannot be resumed.", code="wrong-state")
    address = msgspec.json.encode(message.data_address) if message.data_address else flow.endpoint
    if dials:
        return await _start_again(endpoint, flow, address)
    report = await endpoint.plane.resume(flow.owner, flow.id)
    return await _permit(endpoint, flow, report)


async def _terminate(endpoint: FlowEndpoint, caller: str, request: PeerRequest, body: bytes) -> Reply:
    message, flow = read(DataFlowTerminateMessage, body), await _find(endpoint, caller, request)
    reason = message.reason or "the transfer is terminated"
    report = await endpoint.plane.terminate(flow.owner, flow.id, reason)
    return _tell_status(endpoint, report, reached=report.state)


async def _complete(endpoint: FlowEndpoint, caller: str, request: PeerRequest, _: bytes) -> Reply:
    flow = await _find(endpoint, caller, request)
    report = await endpoint.plane.complete(flow.owner, flow.id)
    return _tell_status(endpoint, report, reached=report.state)


async def _tell(endpoint: FlowEndpoint, caller: str, request: PeerRequest, _: bytes) -> Reply:
    flow = await _find(endpoint, caller, request)
    report = await endpoint.plane.report(flow.owner, flow.id)
    return answer(to_answer(report)) if report else refuse(UNKNOWN.code, UNKNOWN.reason, UNKNOWN.status)


async def _lease(endpoint: FlowEndpoint, caller: str, request: PeerRequest, body: bytes) -> Reply:
    message, flow = read(LeaseMessage, body), await _find(endpoint, caller, request)
    lease = Lease(
        owner=flow.owner,
        flow_id=flow.id,
        agreement_id=flow.agreement_id,
        epoch=message.epoch,
        valid_until=None if message.valid_for is None else endpoint.now() + message.valid_for,
        max_bytes=message.max_bytes,
        max_uses=message.max_uses,
        max_per_hour=message.max_per_hour,
        max_within=message.max_within,
        treatment=msgspec.json.encode(message.treatment) if message.treatment else b"",
        moved=message.moved,
    )
    await endpoint.plane.renew(lease)
    report = await endpoint.plane.report(flow.owner, flow.id)
    report = report or FlowReport(flow_id=flow.id, state=FlowState(flow.state))
    return _tell_status(endpoint, report, reached=report.state)


def _read_request(caller: str, message: DataFlowPrepareMessage, role: Role) -> FlowRequest:
    """Return the request of a message. Raises RemoteProtocolError."""
    kind = find_format(message.profile)
    if kind is None:
        told = f"The profile {message.profile[:200]} is not supported: use one that this data plane has registered."
        raise RemoteProtocolError(told, code="profile")
    check_id(message.process_id, "processId")
    check_id(message.message_id, "messageId")
    for name in ("counter_party_id", "agreement_id", "dataset_id"):
        check_identifier(getattr(message, name), name)
    address = dict(message.metadata or {})
    media_type, live = address.pop(MEDIA_TYPE, DEFAULT_MEDIA_TYPE), address.pop(LIVE, False)
    if role is Role.CONSUMER and not address:
        address = {"kind": "file", "path": f"{message.process_id.rpartition(':')[2]}/", "overwrite": True}
    return FlowRequest(
        owner=caller,
        flow_id=message.process_id,
        direction=_DIRECTIONS[role, kind == PUSH],
        agreement_id=make_agreement_key(role, message.counter_party_id, message.agreement_id),
        dataset=message.dataset_id,
        peer=message.counter_party_id,
        media_type=str(media_type),
        live=live is True,
        source=address if role is Role.PROVIDER else None,
        sink=address if role is Role.CONSUMER else None,
        message=message.message_id,
    )


async def _check_new(endpoint: FlowEndpoint, request: FlowRequest) -> None:
    """Refuse a second flow for a process; the same message again is a repeat, whose answer may have been lost."""
    known = await endpoint.store.flow(request.owner, request.flow_id)
    if known is not None and known.message != request.message:
        told = f"There is a flow for the process {request.flow_id} already: use its verbs."
        raise RemoteProtocolError(told, code="exists", status=409)


async def _find(endpoint: FlowEndpoint, caller: str, request: PeerRequest) -> Flow:
    flow = await endpoint.store.flow(caller, request.names["id"])
    if flow is None:
        raise UNKNOWN
    return flow


async def _start_again(endpoint: FlowEndpoint, flow: Flow, address: bytes | None) -> Reply:
    """Start a flow that was prepared, or start it again with the address that the other side has now."""
    request = FlowRequest(
        owner=flow.owner,
        flow_id=flow.id,
        direction=flow.direction,
        agreement_id=flow.agreement_id,
        dataset=flow.dataset,
        peer=flow.peer,
        media_type=flow.media_type,
        live=flow.live,
        source=flow.source,
        sink=flow.sink,
        endpoint=address,
        message=flow.message,
    )
    report = await endpoint.plane.start(request)
    return await _permit(endpoint, flow, report)


async def _permit(endpoint: FlowEndpoint, flow: Flow, report: FlowReport) -> Reply:
    """Answer with a report; the start of a control plane without leases is its permission."""
    known = endpoint.find(flow.owner)
    if not report.error and not (known and known.leased):
        await endpoint.plane.renew(_make_open_lease(endpoint, flow))
    return _tell_status(endpoint, report, reached=FlowState.STARTED)


def _make_open_lease(endpoint: FlowEndpoint, flow: FlowRequest | Flow) -> Lease:
    flow_id = flow.flow_id if isinstance(flow, FlowRequest) else flow.id
    return Lease(
        owner=flow.owner, flow_id=flow_id, agreement_id=flow.agreement_id, epoch=endpoint.now(), valid_until=None
    )


def _tell_status(
    endpoint: FlowEndpoint, report: FlowReport, profile: str = "", *, reached: FlowState | None = None
) -> Reply:
    """Answer with the state; 400 for a verb that the state or an address does not allow.

    A flow in the state that is to be `reached` may have failed earlier: its error is part of the answer.
    """
    status = to_status(report, endpoint.new_id(), profile)
    if report.error and (reached is None or report.state is not reached):
        return answer({"error": "refused", "message": report.error, "cause": report.cause}, 400)
    if status.state in {DataFlowState.PREPARING, DataFlowState.STARTING}:
        return answer(status, 202, {"Location": f"/dataflows/{status.data_flow_id}/status"})
    return answer(status)
