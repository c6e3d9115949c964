"""A connector without a signaling listener has its data plane alone; with one, its key is made once and private."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.app.connector import build
from connector.binding.dps.planes import DataPlanes
from connector.dataplane.signaling.plane import LocalDataPlane
from tests.app.conftest import listening
from tests.pair.space import Space
from tests.support.transport import InProcess


@pytest.fixture
def space(tmp_path: Path) -> Space:
    made = Space(tmp_path)
    made.found("city", "firm")
    return made


async def test_the_planes_of_a_connector_follow_from_its_settings(space: Space) -> None:
    plain = listening(space, "city")
    alone = await build(plain, transport=InProcess())
    assert isinstance(alone.connected.planes, LocalDataPlane)
    assert alone.connected.office is None
    await alone.stop()
    settings = replace(plain, signaling=replace(plain.signaling, port=0))
    keys = []
    for _ in range(2):
        made = await build(settings, transport=InProcess())
        assert isinstance(made.connected.planes, DataPlanes)
        assert made.connected.office
        keys.append(made.connected.office.introducer.proof.list_keys())
        await made.stop()
    assert keys[0] == keys[1]
    file = plain.store.path.with_suffix(".planes.pem")
    assert file.stat().st_mode & 0o077 == 0
    assert file.read_bytes() != (space.base / "city" / "key.pem").read_bytes()
