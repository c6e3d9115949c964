"""The endpoint of a control plane: what its data planes tell of flows (Control Plane Endpoint).

A data plane reaches the flows that it has, and no other: a foreign flow and an unknown one have the same 404.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from connector.binding.dps.callbacks import LIMIT, TOO_SOON
from connector.binding.dps.client import ErrorAnswer
from connector.binding.dps.edge import UNKNOWN, SignalingGate, answer, plane_route
from connector.binding.dps.planes import DataPlanes
from connector.binding.dps.reports import to_report
from connector.binding.dsp.body import JSON
from connector.binding.dsp.routing import Route
from connector.dataplane.control.register import make_use
from connector.net.serving.messages import PeerRequest, Reply
from connector.ports.changes import AddUsage, UseReplayKey
from connector.ports.entities import Flow, ReplayKey
from connector.ports.store import Store
from connector.ports.store_errors import LimitReached, Replayed, TooSoon
from connector.protocol.dps.messages import DataFlowState, DataFlowStatusMessage, UseMessage, check_id, read
from connector.protocol.dsp.codec import parse
from connector.protocol.dsp.common import add_context
from connector.protocol.dsp.errors import RemoteProtocolError

_KEPT_MS = 600_000
_STATES = {
    "prepared": {DataFlowState.PREPARED},
    "started": {DataFlowState.STARTED},
    "completed": {DataFlowState.COMPLETED},
    "errored": set(DataFlowState),
}


@dataclass(frozen=True)
class TransferEndpoint:
    """The data planes and the store of a participant context. `now` returns ms since the epoch."""

    owner: str
    planes: DataPlanes
    store: Store
    now: Callable[[], int]


def transfer_routes(gate: SignalingGate, endpoint: TransferEndpoint) -> list[Route]:
    """Return the routes of the control plane endpoint."""

    def route(method: str, path: str, handle: Any) -> Route:
        async def call(caller: str, request: PeerRequest, body: bytes) -> Reply:
            reply: Reply = await handle(endpoint, caller, request, body)
            return reply

        return Route(method, path, plane_route(gate, call))

    return [
        *(route("POST", f"/transfers/{{id}}/dataflow/{word}", _hear) for word in _STATES),
        route("GET", "/transfers/{id}/agreement", _show_agreement),
        route("POST", "/transfers/{id}/uses", _count),
        route("POST", "/dataplanes/returned", _hear_return),
    ]


async def _hear(endpoint: TransferEndpoint, caller: str, request: PeerRequest, body: bytes) -> Reply:
    message = read(DataFlowStatusMessage, body)
    flow = await _find(endpoint, caller, request)
    if message.data_flow_id not in {flow.plane_flow, flow.id}:
        raise RemoteProtocolError("The dataFlowId is not that of the transfer: compare both.", code="other-flow")
    word = request.path.rpartition("/")[2]
    if message.state not in _STATES[word]:
        raise RemoteProtocolError(f"The state {message.state} is not the one of the callback {word}.", code="state")
    if word == "errored" and not message.error:
        message = msgspec.structs.replace(message, error="The data plane reports an error without a reason.")
    await endpoint.planes.hear(flow, to_report(flow.id, message))
    return answer()


async def _show_agreement(endpoint: TransferEndpoint, caller: str, request: PeerRequest, _: bytes) -> Reply:
    flow = await _find(endpoint, caller, request)
    agreement = await endpoint.store.agreement(endpoint.owner, flow.agreement_id)
    if agreement is None:
        raise UNKNOWN
    document = parse(agreement.document)
    stated = isinstance(document, dict) and "@context" in document
    return Reply(body=agreement.document if stated else add_context(agreement.document), media_type=JSON)


async def _count(endpoint: TransferEndpoint, caller: str, request: PeerRequest, body: bytes) -> Reply:
    """Count a use by the limits of the lease that this side granted; the same message counts once."""
    message, flow = read(UseMessage, body), await _find(endpoint, caller, request)
    check_id(message.message_id, "messageId")
    lease = await endpoint.store.lease(endpoint.owner, flow.id)
    now = endpoint.now()
    if lease is None or (lease.valid_until is not None and lease.valid_until <= now):
        return _refuse(ErrorAnswer(error=LIMIT, message="The flow has no lease: no use may begin."))
    use = make_use(flow, now)
    count = AddUsage(
        owner=flow.owner,
        agreement_id=flow.agreement_id,
        uses=1,
        max_uses=lease.max_uses,
        max_per_hour=lease.max_per_hour,
        max_within=lease.max_within,
        at=now,
        use=use,
    )
    once = ReplayKey(owner=flow.owner, issuer=f"{caller} uses", jti=message.message_id, expires_at=now + _KEPT_MS)
    try:
        await endpoint.planes.begin_use(flow, UseReplayKey(once), count)
    except Replayed:
        return answer()  # the answer to the same message was lost
    except TooSoon as limit:
        told = ErrorAnswer(
            error=TOO_SOON, message=str(limit), most=limit.most, again_at=limit.again_at, period=limit.period
        )
        return _refuse(told)
    except LimitReached as limit:
        return _refuse(ErrorAnswer(error=LIMIT, message=str(limit)))
    return answer()


async def _hear_return(endpoint: TransferEndpoint, caller: str, _: PeerRequest, __: bytes) -> Reply:
    await endpoint.planes.catch_up(caller)
    return answer()


def _refuse(told: ErrorAnswer) -> Reply:
    return answer(told, 409)


async def _find(endpoint: TransferEndpoint, caller: str, request: PeerRequest) -> Flow:
    flow = await endpoint.store.flow(endpoint.owner, request.names["id"])
    if flow is None or not flow.plane or flow.plane != caller:
        raise UNKNOWN
    return flow
