"""The register of data planes: added, drained, removed, and the flows that they have."""

import pytest

from connector.app.planes.dataplane import DataPlaneServer
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed, PeerFailed
from connector.protocol.dps.profiles import HTTP_PULL
from connector.protocol.dsp.machines.transfer_machine import FlowState
from connector.views.planes import DataPlaneOrder, PlaneState
from tests.binding.dps.ours import OWNER, Control

FLOW = "urn:uuid:11111111-1111-4111-8111-111111111111"


async def test_a_drained_plane_is_removed_when_its_flows_have_ended(control: Control, plane: DataPlaneServer) -> None:
    added = await control.add(plane)
    await control.planes.draft(control.request(FLOW))
    assert (await control.office.drain(added, True)).state is PlaneState.DRAINING
    refused, _ = await control.planes.draft(control.request("urn:flow:new"))
    assert refused.error
    with pytest.raises(NotAllowed, match="1 flows"):
        await control.office.remove(added)
    await control.planes.terminate(OWNER, FLOW, "over")
    assert (await control.office.remove(added)).flows == 0
    assert await control.office.list() == []


async def test_a_plane_that_is_removed_with_its_flows_ends_them_with_the_reason(
    control: Control, plane: DataPlaneServer
) -> None:
    added = await control.add(plane)
    await control.planes.draft(control.request(FLOW))
    await control.office.remove(added, force=True)
    assert control.told[-1].error == f"The data plane {added} was removed."
    assert (await control.planes.terminate(OWNER, FLOW, "over")).state is FlowState.TERMINATED
    with pytest.raises(NoSuchEntity):
        await control.office.drain(added, True)


async def test_what_is_no_data_plane_or_lacks_what_it_is_is_not_registered(
    control: Control, plane: DataPlaneServer
) -> None:
    url = plane.listeners.addresses["signaling"]
    for order, fault in (
        (DataPlaneOrder(endpoint=url, key="wrong"), PeerFailed),
        (DataPlaneOrder(endpoint="http://127.0.0.1:1", key="any"), PeerFailed),
        (DataPlaneOrder(endpoint=url, id="urn:plane:x"), Invalid),
        (DataPlaneOrder(endpoint=url, id="urn:plane:x", profiles=(HTTP_PULL,), keys={"keys": []}), Invalid),
    ):
        with pytest.raises(fault):
            await control.office.add(order)
    assert await control.office.list() == []
