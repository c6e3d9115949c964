import msgspec

from connector.ports.entities import FlowDirection
from connector.protocol.dsp.common import (
    DataAddress,
    authorization,
    endpoint_property,
)
from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.dataplane.world import (
    Side,
    flow_request,
    lease,
)

SINK = {"kind": "file", "path": "inbox/f.bin"}


async def receiving(consumer: Side, sink: dict[str, str] | None = None) -> DataAddress:
    report = await consumer.plane.prepare(flow_request(FlowDirection.RECEIVE, sink=sink or SINK))
    assert (report.state, report.error) == (FlowState.PREPARED, None)
    await consumer.plane.start(flow_request(FlowDirection.RECEIVE))
    await consumer.plane.renew(lease())
    return msgspec.json.decode(report.data_address or b"", type=DataAddress)


async def test_the_address_of_a_push_can_be_read_by_other_connectors(consumer: Side) -> None:
    address = await receiving(consumer)
    assert address.endpoint_type == "HttpData"
    assert endpoint_property(address, "baseUrl") == address.endpoint
    assert endpoint_property(address, "authKey") == "Authorization"
    assert endpoint_property(address, "authCode") == authorization(address)
