"""A data plane of its own goes on after a restart where it was, and says what its settings lack."""

from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from connector.app.planes.dataplane import build_data_plane
from connector.settings import SettingsError
from tests.binding.dps.test_dataflows import DATA, FLOW, SOURCE, pull
from tests.binding.dps.world import OtherControlPlane, data_plane, plane_settings


async def test_flows_and_registrations_survive_a_restart(tmp_path: Path) -> None:
    settings = plane_settings(tmp_path)
    (tmp_path / "offered" / "trees.csv").write_bytes(DATA)
    city = OtherControlPlane()
    async with city.listening():
        async with data_plane(settings) as plane:
            await city.register(plane.listeners.addresses["signaling"])
            started = await city.send(plane, "/dataflows/start", city.base(FLOW, metadata=SOURCE))
        async with data_plane(settings) as plane:
            answer: httpx.Response = await pull(started.json()["dataAddress"])
            assert (answer.status_code, answer.content) == (200, DATA)
            shown = await city.send(plane, f"/dataflows/{FLOW}/status", method="GET")
            assert shown.json()["state"] == "STARTED"
        assert [path for path, _ in city.told].count("/dataplanes/returned") == 1


async def test_a_data_plane_needs_a_listener_for_control_planes(tmp_path: Path) -> None:
    settings = plane_settings(tmp_path)
    with pytest.raises(SettingsError, match=r"signaling\.port"):
        await build_data_plane(replace(settings, signaling=replace(settings.signaling, port=None)))
