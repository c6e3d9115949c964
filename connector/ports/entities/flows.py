"""Data flows and their leases."""

from enum import StrEnum
from typing import Any

import msgspec


class FlowDirection(StrEnum):
    """What this side's data plane does: serve pulls, push out, fetch in, or receive a push."""

    SERVE = "serve"
    PUSH = "push"
    FETCH = "fetch"
    RECEIVE = "receive"


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """One data flow of the data plane; `id` is the transfer process it belongs to (Data Plane Signaling: processId).

    `source` and `sink` are addresses of ours (`{"kind": …}`), `endpoint` the peer's (JSON of a DataAddress).
    `token_hash` is the SHA-256 (hex) of the access token given out, never the token. `state` is a FlowState.
    `bytes_moved` counts what left or arrived, `size` what is expected, `sha256` the digest (hex) once known.
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
    error: str | None = None
    updated_at: int = 0


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """The control plane's leave to move bytes of one flow: no lease, no byte.

    It carries the decision it stands on (`decision`, JSON for the record), its end (`valid_until`, None: open) and
    limits of the agreement in all: `max_bytes`, `max_uses`, and `max_per_hour`, the uses begun within any hour.
    `epoch` grows with every renewal; a data plane never goes back to an older one. `treatment` (JSON of
    `ports.records.Treatment`) is what is done to the data on the way, empty for nothing.
    """

    owner: str
    flow_id: str
    agreement_id: str
    epoch: int
    valid_until: int | None
    max_bytes: int | None = None
    max_uses: int | None = None
    max_per_hour: int | None = None
    decision: bytes = b"{}"
    treatment: bytes = b""
