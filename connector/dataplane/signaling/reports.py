"""The report of a flow to the control plane (DataFlowStatusMessage), with the data address for the peer."""

from urllib.parse import quote

import msgspec

from connector.dataplane.control.register import Register
from connector.dataplane.transfer.follow import FORM, STREAM
from connector.ports.dataplane import FlowReport
from connector.ports.entities import Flow, FlowDirection
from connector.protocol.dsp.common import EDC, DataAddress, EndpointProperty, http_address
from connector.protocol.dsp.machines.transfer_machine import FlowState

_RECEIVING = frozenset({FlowDirection.FETCH, FlowDirection.RECEIVE})


def make_report(register: Register, flow: Flow, error: str | None = None) -> FlowReport:
    """Return the report of a stored flow; `error` takes precedence over the stored error."""
    gate = register.gates.get((flow.owner, flow.id))
    return FlowReport(
        flow_id=flow.id,
        state=FlowState(flow.state),
        bytes_moved=max(flow.bytes_moved, gate.moved if gate else 0),
        size=flow.size,
        sha256=flow.sha256,
        media_type=flow.media_type if flow.direction in _RECEIVING and flow.size is not None else None,
        error=error or flow.error,
        cause=None if error else flow.cause,
        remark=flow.remark,
        waits=register.waits.get((flow.owner, flow.id)),
        in_use=register.is_in_use(flow),
    )


def make_address(flow: Flow, token: str, public_url: str, *, stream: bool = False) -> bytes:
    """Return the JSON of the DataAddress at which the peer pulls from a serving flow or pushes to a receiving one.

    That of a `stream` says so in a property.
    """
    url = f"{public_url}/flows/{quote(flow.id, safe=':')}"
    receives = flow.direction is FlowDirection.RECEIVE
    address = _make_push_address(url, token) if receives else http_address(url, token)
    if stream:
        known = (*address.endpoint_properties, EndpointProperty(name=FORM, value=STREAM))
        address = msgspec.structs.replace(address, endpoint_properties=known)
    return msgspec.json.encode(address)


def _make_push_address(url: str, token: str) -> DataAddress:
    """Return a push address that Datenkontor and, by further properties, the most deployed connector can read."""
    address = http_address(url, token, endpoint_type="HttpData")
    more = {"baseUrl": url, "authKey": "Authorization", "authCode": token}
    properties = tuple(EndpointProperty(name=EDC + name, value=value) for name, value in more.items())
    return msgspec.structs.replace(address, endpoint_properties=address.endpoint_properties + properties)
