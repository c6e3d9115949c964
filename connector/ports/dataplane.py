"""The data plane: the verbs of Data Plane Signaling 1.0, and the lease without which no byte moves.

The data plane runs in the same process. Every verb is idempotent: the control plane repeats it until
`FlowReport.state` is the wanted state.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Protocol

import msgspec

from connector.ports.changes import Change
from connector.ports.entities import FlowDirection, Lease
from connector.protocol.dsp.machines.transfer_machine import FlowState


class FlowRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The request of `prepare` and `start` (DataFlowPrepareMessage, DataFlowStartMessage): ids, direction, addresses.

    A flow that serves or pushes has a `source`, one that fetches or receives a `sink`. A flow that pushes or fetches
    has the JSON of the peer's DataAddress as `endpoint`. `live` marks a source without an end: it has no size, and its
    flow does not complete. `message` is the identifier of the signaling message that asks for it, if one does.
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
    message: str = ""


class FlowReport(msgspec.Struct, frozen=True, kw_only=True):
    """The report of the data plane on a flow (DataFlowStatusMessage).

    `data_address` is the JSON of the DataAddress for the peer, which pulls from a serving flow or pushes to a receiving
    one. It contains the access token in clear and is returned once, by the verb that created the token. `in_use` is
    true if a counted use of the agreement is open, or was delivered and can still be completed, `used_up` if no use
    is open and no further one is allowed. `error` is for the operator, `cause` (`ports.flow.Cause`) what the peer may
    know of it. `media_type` is that of received data, as its sender states it. `waits` is why nothing moves at present,
    and `remark` a sentence about the data, both for the operator.
    """

    flow_id: str
    state: FlowState
    data_address: bytes | None = None
    bytes_moved: int = 0
    size: int | None = None
    sha256: str | None = None
    media_type: str | None = None
    error: str | None = None
    cause: str | None = None
    waits: str | None = None
    remark: str | None = None
    in_use: bool = False
    used_up: bool = False


FlowListener = Callable[[str, FlowReport], Awaitable[None]]


class PlaneUnavailable(Exception):
    """A data plane does not answer, or answers with a fault of its own: the verb is called again later."""


class AddressLost(Exception):
    """The data plane that issued the address of a pull is gone; another one can: the transfer has to start again."""


class DataPlane(Protocol):
    """The verbs. `flow_id` is the transfer process; errors of a flow are reported in FlowReport.error, not raised."""

    async def prepare(self, request: FlowRequest) -> FlowReport:
        """Prepare a flow (receive: create an endpoint and return its address). Moves no byte."""

    async def draft(self, request: FlowRequest) -> tuple[FlowReport, Sequence[Change]]:
        """Return the report of a start and its changes, which the caller commits with the message that has the address.

        Only a flow that does not exist yet can be drafted; any other one is started, and there are no changes.
        """

    async def start(self, request: FlowRequest, lease: Lease | None = None) -> FlowReport:
        """Create or start the flow (serve: return the address of the pull). Without a lease, no byte moves.

        A repeated start of a serving flow returns an address with a new token; older tokens become invalid. The first
        `lease` of a flow that starts is granted with it, as `renew` does.
        """

    async def renew(self, lease: Lease) -> None:
        """Grant or renew the lease; push and fetch begin with their first lease."""

    async def suspend(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        """Stop moving bytes immediately, also in an active stream; the lease ends. Tokens remain valid."""

    async def resume(self, owner: str, flow_id: str) -> FlowReport:
        """Resume a suspended flow with its addresses and tokens; bytes move with its next lease."""

    async def complete(self, owner: str, flow_id: str) -> FlowReport:
        """Complete the flow: its tokens become invalid and its lease ends."""

    async def terminate(self, owner: str, flow_id: str, reason: str) -> FlowReport:
        """Terminate the flow, also in an active stream: its tokens become invalid and its lease ends."""

    async def fetch(self, request: FlowRequest) -> FlowReport:
        """Fetch once more for a live flow, and report the delivery or the failure. Takes a bounded time."""

    def follow(self, owner: str, flow_id: str, after: str) -> AsyncIterator[bytes]:
        """Yield the lines of a stream that this side reads (JSON), from behind the position `after` on.

        The last line is an event `end` of the provider, or `interrupted`, which says whether to ask again.
        """

    async def report(self, owner: str, flow_id: str) -> FlowReport | None:
        """Return the report of a flow; None if the flow is unknown."""

    def listen(self, listener: FlowListener) -> None:
        """Set the listener that is called with owner and report when a flow completes or fails."""

    async def changed_at(self, source: dict[str, Any]) -> int | None:
        """Return when the data of a source last changed (ms), None if unknown. Takes a bounded time."""

    def supports(self, source: dict[str, Any] | None, sink: dict[str, Any] | None) -> str | None:
        """Return why these addresses are not supported (unknown kind, path outside the root), or None."""
