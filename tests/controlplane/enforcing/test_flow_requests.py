"""What the data plane is asked for, by role and format; a report is stored without its token."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.enforcing import flow_requests
from connector.language.catalogue import say
from connector.ports.changes import PutAsset
from connector.ports.dataplane import FlowReport, FlowRequest
from connector.ports.decider import Terminate
from connector.ports.entities import FlowDirection
from connector.ports.flow import Cause
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import PULL, PUSH, FlowState
from connector.views.assets import Records
from tests.controlplane.agreements import DATASET, publish, requested
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


@pytest.mark.parametrize("cause", [*(cause for cause in Cause if cause is not Cause.UNTREATABLE), None])
def test_the_counterparty_learns_the_kind_of_a_failure_and_staff_the_error(cause: Cause | None) -> None:
    report = FlowReport(flow_id="f", state=FlowState.STARTED, error="/srv/secret answered 418.", cause=cause)
    end = flow_requests.end_failed(report)
    assert "secret" not in end.reason
    assert end.reason == say("en", f"processes.flow-{cause or Cause.INTERNAL}")
    assert set(end.reasons.values()) == {"/srv/secret answered 418."}
    assert say("de", f"processes.flow-{cause or Cause.INTERNAL}")


def test_data_that_cannot_be_treated_is_told_with_its_reason() -> None:
    report = FlowReport(flow_id="f", state=FlowState.STARTED, error="Line 3 has 2 values.", cause=Cause.UNTREATABLE)
    assert flow_requests.end_failed(report) == Terminate("flow-failed", "Line 3 has 2 values.")


@pytest.mark.parametrize(
    ("encoding", "media_type", "stated"),
    [
        ("windows-1252", "text/csv", "text/csv; charset=windows-1252"),
        ("utf-16-le", "text/csv", "text/csv; charset=utf-16le"),
        ("windows-1252", "text/csv; charset=iso-8859-1", "text/csv; charset=iso-8859-1"),
        ("", "text/csv", "text/csv"),
        ("windows-1252", "application/octet-stream", "application/octet-stream"),
    ],
)
async def test_the_data_plane_states_the_encoding_of_a_text(
    rooms: Rooms, encoding: Any, media_type: str, stated: str
) -> None:
    await publish(rooms, {"kind": "file"})
    asset = await rooms.context.store.asset(rooms.context.owner, DATASET)
    assert asset
    records = Records(format="csv", encoding=encoding)
    after = msgspec.structs.replace(asset, media_type=media_type, records=records, version=asset.version + 1)
    await rooms.context.store.commit([PutAsset(after, asset.version)])
    request = await flow_requests.build_request(rooms.context, requested(rooms))
    assert isinstance(request, FlowRequest)
    assert request.media_type == stated
