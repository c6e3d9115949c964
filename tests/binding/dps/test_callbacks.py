"""What a data plane tells its control plane arrives, however long that is away, and uses are counted before bytes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connector.app.planes.dataplane import DataPlaneServer
from connector.binding.dps.callbacks import LIMIT, TOO_SOON, ControlPlanes
from connector.net.serving.messages import Reply
from connector.ports.dataplane import FlowReport
from connector.ports.entities import Flow, FlowDirection
from connector.ports.store_errors import LimitReached, TooSoon, Unavailable
from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.binding.dps.world import OtherControlPlane, data_plane, plane_settings
from tests.dataplane.world import eventually, no_pause

REPORT = FlowReport(flow_id="urn:flow:1", state=FlowState.COMPLETED)


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[DataPlaneServer]:
    async with data_plane(plane_settings(tmp_path)) as server:
        yield server


@pytest.fixture
async def city(plane: DataPlaneServer) -> AsyncIterator[OtherControlPlane]:
    made = OtherControlPlane()
    async with made.listening():
        await made.register(plane.listeners.addresses["signaling"], leases=True)
        yield made


def flow(city: OtherControlPlane, **more: Any) -> Flow:
    given = {"owner": city.id, "id": "urn:flow:1", "direction": FlowDirection.SERVE, "agreement_id": "a"}
    return Flow(**{**given, "dataset": "d", "peer": "p", "state": "STARTED", **more})


async def test_an_end_is_told_until_the_control_plane_takes_it(plane: DataPlaneServer, city: OtherControlPlane) -> None:
    control = ControlPlanes(plane.end.book, plane.end.client, lambda: "urn:message:1")
    city.down = True
    await control.note(city.id, REPORT)
    await eventually(lambda: plane.end.client._silent, "nothing was tried")
    city.down = False
    message = await city.hears("completed")
    assert (message["dataFlowId"], message["state"]) == ("urn:flow:1", "COMPLETED")
    await control.note(city.id, msgspec.structs.replace(REPORT, error="The source is gone."))
    assert (await city.hears("errored"))["error"] == "The source is gone."
    await control.close()


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"error": LIMIT, "message": "The limit is reached."}, LimitReached),
        ({"error": TOO_SOON, "message": "Later.", "most": 2, "again_at": 9, "period": "a day"}, TooSoon),
    ],
)
async def test_a_use_that_is_refused_is_no_use(
    plane: DataPlaneServer, city: OtherControlPlane, told: dict[str, Any], fault: type[Exception]
) -> None:
    city.answer = lambda *_: Reply(status=409, body=msgspec.json.encode(told), media_type="application/json")
    with pytest.raises(fault) as caught:
        await plane.control.count_use(flow(city))
    if isinstance(caught.value, TooSoon):
        assert (caught.value.most, caught.value.again_at, caught.value.period) == (2, 9, "a day")


async def test_a_use_that_nobody_counts_does_not_begin(plane: DataPlaneServer, city: OtherControlPlane) -> None:
    control = ControlPlanes(plane.end.book, plane.end.client, lambda: "urn:message:1", no_pause)
    city.down = True
    with pytest.raises(Unavailable):
        await control.count_use(flow(city))
    with pytest.raises(Unavailable, match="not registered"):
        await control.count_use(flow(city, owner="urn:control:unknown"))


async def test_a_start_is_told_so_that_the_control_planes_ask(plane: DataPlaneServer, city: OtherControlPlane) -> None:
    await plane.control.return_()
    assert ("/dataplanes/returned", {}) in city.told
