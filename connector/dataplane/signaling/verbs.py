"""The verbs of Data Plane Signaling 1.0: the state that each makes of a flow, and the flow as it is stored then."""

from collections.abc import Mapping

import msgspec

from connector.dataplane.control.tokens import hash_token
from connector.ports.dataplane import FlowRequest
from connector.ports.entities import Flow, FlowDirection
from connector.protocol.dsp.machines.transfer_machine import FlowState

SUSPENDED = "the transfer is suspended"

_N, _P, _S = FlowState.NONE, FlowState.PREPARED, FlowState.STARTED
_U, _C, _T = FlowState.SUSPENDED, FlowState.COMPLETED, FlowState.TERMINATED

# A state that is missing in a row does not allow the verb. A flow that was never created (NONE) moves nothing, so it
# can be suspended or ended. A suspended flow can be completed: the control plane reports its last state, not each step.
VERBS: Mapping[str, Mapping[FlowState, FlowState]] = {
    "prepare": {_N: _P, _P: _P},
    "start": {_N: _S, _P: _S, _S: _S, _U: _S},
    "resume": {_P: _P, _S: _S, _U: _S},
    "suspend": {_N: _U, _P: _U, _S: _U, _U: _U},
    "complete": {_N: _C, _P: _C, _S: _C, _U: _C, _C: _C, _T: _T},
    "terminate": {_N: _T, _P: _T, _S: _T, _U: _T, _C: _C, _T: _T},
}


def needs_token(verb: str, direction: FlowDirection, flow: Flow | None) -> bool:
    """Return whether the verb creates a token.

    A serving flow gets a new token with each start; a receiving flow when it is prepared, or if it has no token.
    """
    if direction is FlowDirection.SERVE:
        return verb == "start"
    return direction is FlowDirection.RECEIVE and (verb == "prepare" or flow is None or flow.token_hash is None)


def begin_flow(request: FlowRequest) -> Flow:
    """Return a new flow of a request, of which nothing has begun."""
    return Flow(
        owner=request.owner,
        id=request.flow_id,
        direction=request.direction,
        agreement_id=request.agreement_id,
        dataset=request.dataset,
        peer=request.peer,
        state=FlowState.NONE,
        live=request.live,
        media_type=request.media_type,
        message=request.message,
    )


def make_flow(request: FlowRequest, flow: Flow | None, state: FlowState, token: str | None, now: int) -> Flow:
    """Return the flow of a request in its new state; `flow` is the stored one, `token` a new one."""
    given = {name: getattr(request, name) for name in ("source", "sink", "endpoint") if getattr(request, name)}
    flow = flow or begin_flow(request)
    token_hash = hash_token(token) if token else flow.token_hash
    return msgspec.structs.replace(flow, state=state, token_hash=token_hash, error=None, updated_at=now, **given)
