"""Transfer processes."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import FlowState, TransferState
from connector.views.common import EndedView, PendingView, RefusedView
from connector.views.holds import HoldView

_NewUrn = Annotated[str, Meta(pattern="^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]

_ParameterName = Annotated[str, Meta(min_length=1, max_length=64)]
_ParameterValue = Annotated[str, Meta(max_length=1000)]


class TransferOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A transfer request under an agreement of which this connector is the consumer."""

    example: ClassVar[dict[str, Any]] = {"agreement": "urn:uuid:7f…"}

    agreement: Annotated[str, Meta(description="Identifier of the agreement.")]
    push: Annotated[bool, Meta(description="The provider sends the data (default: this connector fetches it).")] = False
    sink: Annotated[
        dict[str, Any] | None, Meta(description="Address to store the data at (default: a new folder).")
    ] = None
    keep: Annotated[bool, Meta(description="Keep a pull open after a delivery, to pull from a live source again.")] = (
        False
    )
    choice: Annotated[
        str,
        Meta(
            max_length=4000,
            description="Form and rows of a pull, as a query: `form=geojson&bbox=…` (default: the data as it is).",
        ),
    ] = ""
    parameters: Annotated[
        dict[_ParameterName, _ParameterValue],
        Meta(max_length=32, description="Values for parameters of the data that its provider allows."),
    ] = {}
    id: Annotated[
        _NewUrn | None, Meta(description="A new `urn:uuid:…`: the same order under it begins only one transfer.")
    ] = None


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """Progress of the data plane: bytes so far, size and SHA-256 (hex) if known, and an error.

    `media_type` is that of received data, with the encoding of a text, as its sender states it.
    `waits` is the reason why nothing moves at present, of a transfer that continues by itself; `remark` is a
    sentence about the delivered data.
    """

    bytes_moved: int = 0
    size: int | None = None
    sha256: str | None = None
    media_type: str | None = None
    error: str | None = None
    waits: str | None = None
    remark: str | None = None


class TransferView(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer process. `state` is null until the peer has acknowledged the request.

    `title` are the titles of the dataset by language, `counterparty_name` is from the participant list.
    """

    id: str
    role: Role
    state: TransferState | None
    peer: str
    peer_pid: str | None
    agreement_id: str
    dataset: str
    title: dict[str, str] = {}
    counterparty_name: str = ""
    format: str
    keep: bool
    choice: str = ""
    sink: dict[str, Any] | None
    flow_wanted: FlowState
    flow_reported: FlowState
    suspended_by: Role | None
    progress: DeliveryView | None
    pending: PendingView | None
    hold: HoldView | None
    ended: EndedView | None
    refused: RefusedView | None = None
    created_at: datetime
    updated_at: datetime
