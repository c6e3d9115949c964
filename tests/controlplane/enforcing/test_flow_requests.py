"""What the data plane is asked for, by role and format; a report is stored without its token."""

import msgspec
import pytest

from connector.controlplane.enforcing import flow_requests
from connector.ports.dataplane import FlowReport, FlowRequest
from connector.ports.decider import Terminate
from connector.ports.entities import FlowDirection
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import PULL, PUSH, FlowState
from tests.controlplane.agreements import publish, requested
from tests.support.rooms import Rooms


@pytest.mark.parametrize(
    ("role", "format", "direction"),
    [
        (Role.PROVIDER, PULL, FlowDirection.SERVE),
        (Role.PROVIDER, PUSH, FlowDirection.PUSH),
        (Role.CONSUMER, PULL, FlowDirection.FETCH),
        (Role.CONSUMER, PUSH, FlowDirection.RECEIVE),
    ],
)
async def test_role_and_format_give_the_direction(
    rooms: Rooms, role: Role, format: str, direction: FlowDirection
) -> None:
    await publish(rooms, {"kind": "file"})
    process = msgspec.structs.replace(requested(rooms), role=role, format=format, data_address=b"{}")
    request = await flow_requests.build_request(rooms.context, process)
    assert isinstance(request, FlowRequest)
    assert request.direction is direction
    assert (request.endpoint is not None) is (direction in {FlowDirection.PUSH, FlowDirection.FETCH})
    assert (request.source is not None) is (role is Role.PROVIDER)


async def test_a_dataset_that_is_gone_ends_the_transfer(rooms: Rooms) -> None:
    assert await flow_requests.build_request(rooms.context, requested(rooms)) == Terminate(
        "gone", "The dataset does not exist any more."
    )


def test_a_stored_report_has_no_address() -> None:
    report = FlowReport(flow_id="f", state=FlowState.STARTED, data_address=b"secret", bytes_moved=3)
    stored = flow_requests.to_public(report)
    assert "data_address" not in stored
    assert stored["bytes_moved"] == 3
