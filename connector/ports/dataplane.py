"""The data plane behind the verbs of Data Plane Signaling 1.0, and the lease that lets bytes move.

In process today; the same verbs over HTTP when a data plane is a process of its own. Every verb is idempotent: the
control plane repeats it until `FlowReport.state` is what it wants.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec

from connector.ports.entities import FlowDirection, Lease
from connector.protocol.dsp.machines.transfer_machine import FlowState


class FlowRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What `prepare` and `start` are told (DataFlowPrepareMessage, DataFlowStartMessage): ids, direction, addresses.

    `source` is ours when we serve or push, `sink` ours when we fetch or receive; `endpoint` is the JSON of the peer's
    DataAddress when we push or fetch. `live` marks a source without an end: no size, no completion by itself.
    """

    owner: str
    flow_id: str
    direction: FlowDirection
    agreement_id: str
    dataset: str
    peer: str
    media_type: str = "application/octet-stream"
    live: bool = False
    source: dict[str, Any] | None = None
    sink: dict[str, Any] | None = None
    endpoint: bytes | None = None


class FlowReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the data plane says of a flow (DataFlowStatusMessage).

    `data_address` is the JSON of the DataAddress to hand to the peer (serve: where to pull; receive: where to push).
    It holds the access token in clear and is given once, with the answer of the verb that created it. `in_use` says
    that a use of the agreement that was counted goes on; `used_up` is told once none goes on and no other is left.
    """

    flow_id: str
    state: FlowState
    data_address: bytes | None = None
    bytes_moved: int = 0
    size: int | None = None
    sha256: str | None = None
    error: str | None = None
    in_use: bool = False
    used_up: bool = False


FlowListener = Callable[[str, FlowReport], Awaitable[None]]


class DataPlane(Protocol):
    """The verbs. `flow_id` is the transfer process; errors of a flow are reported in FlowReport.error, not raised."""

    async def prepare(self, request: FlowRequest) -> FlowReport:
        """Make ready (receive: open an endpoint and return its address). Moves nothing."""

    async def start(self, request: FlowRequest) -> FlowReport:
        """Create or take up the flow (serve: return the address to pull from). Without a lease still no byte moves.

        A repeated start of a serving flow gives out a new token and returns its address; older tokens die.
        """

    async def renew(self, lease: Lease) -> None:
        """Give or renew leave to move bytes; push and fetch begin with their first lease."""

    async def suspend(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        """Stop moving bytes at once, also in a running stream; the lease ends. Tokens stay for a resumption."""

    async def resume(self, owner: str, flow_id: str) -> FlowReport:
        """Take up a suspended flow with the addresses and tokens it has; it moves with its next lease."""

    async def complete(self, owner: str, flow_id: str) -> FlowReport:
        """End the flow as done: tokens die, the lease ends."""

    async def terminate(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        """End the flow for good, also in a running stream: tokens die, the lease ends."""

    async def fetch(self, request: FlowRequest) -> FlowReport:
        """Fetch once more for a flow that is kept open, and report when it has arrived or failed; a bounded time."""

    async def report(self, owner: str, flow_id: str) -> FlowReport | None:
        """Return what is known of a flow."""

    def listen(self, listener: FlowListener) -> None:
        """Name the one listener that is told (owner, report) when a flow completes or fails by itself."""

    async def changed_at(self, source: dict[str, Any]) -> int | None:
        """Return when the data of a source last changed (ms), None where that is not known. Takes a bounded time."""

    def supports(self, source: dict[str, Any] | None, sink: dict[str, Any] | None) -> str | None:
        """Return why these addresses cannot be served (unknown kind, path outside the roots …), or None."""
