"""A data plane and our control plane, on loopback."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.app.planes.dataplane import DataPlaneServer
from tests.binding.dps.ours import Control, control_plane
from tests.binding.dps.test_dataflows import DATA
from tests.binding.dps.world import data_plane, plane_settings


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[DataPlaneServer]:
    settings = plane_settings(tmp_path / "plane")
    (tmp_path / "plane" / "offered" / "trees.csv").write_bytes(DATA)
    async with data_plane(settings) as server:
        yield server


@pytest.fixture
async def control(tmp_path: Path) -> AsyncIterator[Control]:
    async with control_plane(tmp_path / "control") as made:
        yield made
