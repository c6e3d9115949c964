"""The messages between control planes and data planes, as typed values.

Data Plane Signaling 1.0, Data Plane Endpoint, Control Plane Endpoint, Registration. This connector's own are the
lease, the progress of a flow, a use that begins, and what a data plane says of itself. Other data planes neither send
nor need them, and other control planes ignore what they do not know.

Pure: standard library and msgspec only.
"""

from enum import StrEnum
from typing import Annotated, Any, TypeVar

import msgspec

from connector.protocol.dsp.codec import parse
from connector.protocol.dsp.common import DataAddress, refuse_nulls
from connector.protocol.dsp.errors import RemoteProtocolError

LONGEST_ID = 1024
"""Characters of an identifier that is stored or becomes a part of a path."""

Uri = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:\S")]
M = TypeVar("M", bound=msgspec.Struct)


class DataFlowState(StrEnum):
    """The states of a data flow on the wire (State Machine Definition)."""

    INITIALIZED = "INITIALIZED"
    PREPARING = "PREPARING"
    PREPARED = "PREPARED"
    STARTING = "STARTING"
    STARTED = "STARTED"
    SUSPENDED = "SUSPENDED"
    COMPLETED = "COMPLETED"
    TERMINATED = "TERMINATED"


class SignalingMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Base of all messages: an optional member is left out, and JSON `null` is refused."""


class DataFlowPrepareMessage(SignalingMessage, frozen=True, kw_only=True):
    """Prepare a flow at the data plane of the consumer (Prepare).

    `metadata` is the address of the data at the data plane, and what else it has to know.
    """

    message_id: str
    participant_id: str
    counter_party_id: str
    dataspace_context: str
    process_id: str
    agreement_id: str
    dataset_id: str
    profile: str
    claims: dict[str, Any]
    metadata: dict[str, Any] | None = None
    labels: tuple[str, ...] | None = None


class DataFlowStartMessage(DataFlowPrepareMessage, frozen=True, kw_only=True):
    """Start a flow at the data plane of the provider; a push has the address of the consumer (Start)."""

    data_address: DataAddress | None = None


class DataFlowStartedNotificationMessage(SignalingMessage, frozen=True, kw_only=True):
    """Tell the data plane of the consumer that the transfer has started; a pull has the address (Started)."""

    message_id: str
    data_address: DataAddress | None = None


class DataFlowSuspendMessage(SignalingMessage, frozen=True, kw_only=True):
    """Suspend a flow (Suspend)."""

    message_id: str
    reason: str | None = None


class DataFlowResumeMessage(SignalingMessage, frozen=True, kw_only=True):
    """Resume a flow, with the address of the other side if it has a new one (Resume)."""

    message_id: str
    data_address: DataAddress | None = None


class DataFlowTerminateMessage(SignalingMessage, frozen=True, kw_only=True):
    """Terminate a flow (Terminate)."""

    message_id: str
    reason: str | None = None


class FlowProgress(SignalingMessage, frozen=True, kw_only=True):
    """How far a flow has come, beside its state: the facts of `ports.dataplane.FlowReport` that are not standard."""

    bytes_moved: int = 0
    size: int | None = None
    sha256: str | None = None
    media_type: str | None = None
    cause: str | None = None
    waits: str | None = None
    remark: str | None = None
    in_use: bool = False
    used_up: bool = False


class DataFlowStatusMessage(SignalingMessage, frozen=True, kw_only=True):
    """The state of a flow, as an answer and as a callback (DataFlowStatusMessage)."""

    message_id: str
    data_flow_id: str
    state: DataFlowState
    data_address: DataAddress | None = None
    error: str | None = None
    progress: FlowProgress | None = None


class DataFlowStatusResponseMessage(SignalingMessage, frozen=True, kw_only=True):
    """The state of a flow that was asked for (Status)."""

    data_flow_id: str
    state: DataFlowState
    error: str | None = None
    progress: FlowProgress | None = None


class AuthorizationEntry(SignalingMessage, frozen=True, kw_only=True):
    """How a plane proves its tokens (Authorization Object): the profile, and the public keys of its signatures.

    A secret of a client that others hold is never read from a message and never written into one.
    """

    type: str | None = None
    token_endpoint: str | None = None
    client_id: str | None = None
    jwks: dict[str, Any] | None = None


class DataPlaneRegistrationMessage(SignalingMessage, frozen=True, kw_only=True):
    """Register a data plane at a control plane, or replace what was registered (Data Plane Registration)."""

    dataplane_id: str
    endpoint: Uri
    profiles: tuple[str, ...]
    authorization: AuthorizationEntry
    labels: tuple[str, ...] | None = None


class ControlPlaneRegistrationMessage(SignalingMessage, frozen=True, kw_only=True):
    """Register a control plane at a data plane, or replace what was registered (Control Plane Registration).

    With `leases`, a flow moves no byte without a lease of this control plane. Others permit it by its start.
    """

    controlplane_id: str
    endpoint: Uri
    authorization: AuthorizationEntry
    leases: bool = False


class DataPlaneDescription(SignalingMessage, frozen=True, kw_only=True):
    """What a data plane of Datenkontor says of itself, so that nobody has to write it down at the control plane."""

    dataplane_id: str
    profiles: tuple[str, ...]
    jwks: dict[str, Any]
    labels: tuple[str, ...] = ()
    leases: bool = True


class LeaseMessage(SignalingMessage, frozen=True, kw_only=True):
    """Grant or renew the lease of a flow (`ports.entities.Lease`); `moved` are the bytes under its agreement so far.

    `valid_for` is how long it lasts (ms): the clocks of the two planes need not agree. Without it, it has no end.
    """

    message_id: str
    epoch: int
    valid_for: int | None = None
    max_bytes: int | None = None
    max_uses: int | None = None
    max_per_hour: int | None = None
    max_within: dict[str, int] = {}
    treatment: dict[str, Any] | None = None
    moved: int = 0


class UseMessage(SignalingMessage, frozen=True, kw_only=True):
    """Count a use before its first byte: all data planes of an agreement share its number."""

    message_id: str
    data_flow_id: str
    bytes_moved: int = 0


def read(kind: type[M], body: bytes) -> M:
    """Return a message of a type.

    :raises RemoteProtocolError: for every fault, with the JSON path.
    """
    document = parse(body)
    if not isinstance(document, dict):
        raise RemoteProtocolError("The body is not a JSON object: expected a message of Data Plane Signaling.")
    try:
        message = msgspec.convert(document, type=kind)
        refuse_nulls(kind, document)
        for name in ("dataAddress", "authorization", "progress"):
            if isinstance(inner := document.get(name), dict):
                refuse_nulls(_INNER[name], inner, f"$.{name}")
    except (msgspec.MsgspecError, RecursionError) as error:
        raise RemoteProtocolError(f"The message does not follow Data Plane Signaling: {error}.") from error
    return message


_INNER: dict[str, type[msgspec.Struct]] = {
    "dataAddress": DataAddress,
    "authorization": AuthorizationEntry,
    "progress": FlowProgress,
}


def check_id(value: str, name: str) -> str:
    """Return an identifier that can be stored and be one segment of a path.

    :raises RemoteProtocolError: for an empty or too long one, one of dots alone, and one with a slash.
    """
    fits = (
        0 < len(value) <= LONGEST_ID and value.isprintable() and value == value.strip() and not set("/?#") & set(value)
    )
    if not fits or not value.strip("."):
        how = f"use 1 to {LONGEST_ID} characters, no space at an end, and no `/`, `?` or `#`"
        raise RemoteProtocolError(f"{name} cannot be part of a path: {how}.")
    return value
