"""A flow whose transfer was never stored is ended at its data plane, as soon as that answers."""

import pytest

from connector.app.planes.dataplane import DataPlaneServer
from connector.binding.dps.orphans import end_orphans, list_orphans
from connector.ports.changes import PutProcess
from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.binding.dps.ours import OWNER, Control
from tests.contract import values


async def test_flows_without_a_transfer_are_found_and_ended(
    control: Control, plane: DataPlaneServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await control.add(plane)
    for flow in ("urn:flow:kept", "urn:flow:orphan"):
        await control.planes.draft(control.request(flow))
    await control.store.commit([PutProcess(values.transfer("urn:flow:kept", owner=OWNER), None)])
    assert await list_orphans(control.end.book, control.store) == ["urn:flow:orphan"]
    waited: list[float] = []
    control.end.client._silent["urn:plane:a"] = (10**15, "The plane is silent.")

    async def pause(seconds: float) -> None:
        waited.append(seconds)
        control.end.client._silent.clear()

    await end_orphans(control.planes, OWNER, ["urn:flow:orphan"], pause)
    assert len(waited) == 1
    report = await plane.plane.report(control.end.proof.id, "urn:flow:orphan")
    assert report
    assert report.state is FlowState.TERMINATED
    assert await list_orphans(control.end.book, control.store) == []
