"""What is stored of a flow at another data plane: the request that began it, its messages, its report."""

import hashlib

import msgspec

from connector.dataplane.signaling.verbs import begin_flow
from connector.ports.dataplane import FlowReport, FlowRequest
from connector.ports.entities import Flow, Lease
from connector.protocol.dps.messages import LeaseMessage
from connector.protocol.dsp.machines.transfer_machine import FlowState


def draft_flow(request: FlowRequest, plane: str, message: str, *, owed: bool) -> Flow:
    """Return the flow of a request, with all that another plane would be asked for if this one dies."""
    return msgspec.structs.replace(
        begin_flow(request),
        source=request.source,
        sink=request.sink,
        endpoint=request.endpoint,
        plane=plane,
        message=message,
        owed=owed,
    )


def to_request(flow: Flow) -> FlowRequest:
    """Return the request that a flow was begun with."""
    members = (name for name in FlowRequest.__struct_fields__ if name != "flow_id")
    return FlowRequest(flow_id=flow.id, **{name: getattr(flow, name) for name in members})


def name_message(request: FlowRequest) -> str:
    """Return the identifier of the message that begins a flow, a UUID of its own (RFC 9562, 5.8)."""
    digest = bytearray(
        hashlib.sha256(f"{request.owner}\n{request.flow_id}\n{request.direction}".encode()).digest()[:16]
    )
    digest[6], digest[8] = digest[6] & 0x0F | 0x80, digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"urn:uuid:{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def remember(flow: Flow) -> FlowReport:
    """Return what is stored of a flow as a report; a use that was begun may still be open."""
    return FlowReport(
        flow_id=flow.id,
        state=FlowState(flow.state),
        bytes_moved=flow.bytes_moved,
        size=flow.size,
        sha256=flow.sha256,
        error=flow.error,
        in_use=flow.begun or flow.owed,
    )


def to_lease_message(lease: Lease, moved: int, message_id: str, now: int) -> LeaseMessage:
    """Return a lease as the message to its plane, in time left: the clocks need not agree."""
    left = None if lease.valid_until is None else max(0, lease.valid_until - now)
    return LeaseMessage(
        message_id=message_id,
        epoch=lease.epoch,
        valid_for=left,
        max_bytes=lease.max_bytes,
        max_uses=lease.max_uses,
        max_per_hour=lease.max_per_hour,
        max_within=lease.max_within,
        treatment=msgspec.json.decode(lease.treatment) if lease.treatment else None,
        moved=moved,
    )
