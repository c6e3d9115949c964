"""Data flows and their leases, and the planes at the other end of the signaling."""

from enum import StrEnum
from typing import Any

import msgspec


class FlowDirection(StrEnum):
    """The task of this data plane: serve pulls, push, fetch by pull, or receive a push."""

    SERVE = "serve"
    PUSH = "push"
    FETCH = "fetch"
    RECEIVE = "receive"


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """One data flow of the data plane; `id` is its transfer process (Data Plane Signaling: processId).

    `agreement_id` is the key of its agreement at this side, which its usage is counted under.

    `source` and `sink` are local addresses (`{"kind": …}`), `endpoint` is that of the peer (JSON of a DataAddress).
    `token_hash` is the SHA-256 (hex) of the issued access token, never the token. `state` is a FlowState.
    `bytes_moved` counts the sent or received bytes, `size` is the expected number, `sha256` the digest (hex), `etag`
    the validator and `name` the file name of the data at its sender, if known. `error` is the reason of a failure for
    the operator, `cause` what the peer may know of it (`ports.flow.Cause`), `remark` what the operator has to know of
    its last delivery. `plane` is the other data plane that has the flow as `plane_flow`, empty for one of this process,
    and `message` the identifier of the signaling message that began it. `cursor` is the position in a stream
    up to which the peer needs nothing more. `begun` is true after the other data plane has begun a counted use, and
    `owed` while the one that took its place may go on with that use, which is not counted again.
    """

    owner: str
    id: str
    direction: FlowDirection
    agreement_id: str
    dataset: str
    peer: str
    state: str
    live: bool = False
    media_type: str = "application/octet-stream"
    source: dict[str, Any] | None = None
    sink: dict[str, Any] | None = None
    endpoint: bytes | None = None
    token_hash: str | None = None
    bytes_moved: int = 0
    size: int | None = None
    sha256: str | None = None
    etag: str | None = None
    name: str | None = None
    error: str | None = None
    cause: str | None = None
    remark: str | None = None
    updated_at: int = 0
    plane: str = ""
    plane_flow: str = ""
    message: str = ""
    cursor: str = ""
    begun: bool = False
    owed: bool = False


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """The permission of the control plane to move bytes of one flow: no lease, no byte.

    It contains its decision (`decision`, JSON for the record), its end (`valid_until`, None: open) and the limits
    of the agreement in total: `max_bytes`, `max_uses`, and `max_per_hour`, the uses that begin within any hour.
    `max_within` limits the uses of the dataset by the counterparty under all agreements, by period (`uses.PERIODS`).
    `agreement_id` is the key of the agreement.
    `epoch` grows with every renewal; a data plane never returns to an older one. `treatment` (JSON of
    `ports.treatment.Treatment`) is the processing of the data before it leaves; empty: none. `moved` are the bytes that
    have moved under the agreement as far as the control plane knows; the store does not keep them.
    """

    owner: str
    flow_id: str
    agreement_id: str
    epoch: int
    valid_until: int | None
    max_bytes: int | None = None
    max_uses: int | None = None
    max_per_hour: int | None = None
    max_within: dict[str, int] = {}
    decision: bytes = b"{}"
    treatment: bytes = b""
    moved: int = 0


class Plane(msgspec.Struct, frozen=True, kw_only=True):
    """A registered plane (Data Plane Signaling 1.0, Registration).

    `endpoint` is the base URL of its signaling API, and `keys` the JSON Web Key Set (JSON) that verifies its tokens. A
    data plane has the transfer `profiles` that it supports, and `labels` by which assets choose it. `leased` is true
    for one that moves no byte without a lease of ours and counts uses here. `draining` keeps new flows away from it.
    `registered_at` is in ms.
    """

    owner: str
    id: str
    endpoint: str
    keys: bytes
    profiles: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    leased: bool = False
    draining: bool = False
    registered_at: int = 0
