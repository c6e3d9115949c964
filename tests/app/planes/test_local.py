"""The data plane of this process has the address, the folder and the kinds of the settings."""

from pathlib import Path

from msgspec.structs import replace

from connector.app.planes.local import build_local_plane
from connector.controlplane.judging.library import operands
from connector.dataplane.kinds import SINKS, SOURCES, make_treating
from connector.net.client import GuardedClient
from connector.ports.secret import Secret
from connector.store.memory.store import MemoryStore
from tests.binding.dps.world import plane_settings
from tests.dataplane.world import LOOPBACK
from tests.support.transport import InProcess


def test_its_address_is_that_of_the_settings_and_received_data_has_a_folder(tmp_path: Path) -> None:
    settings = plane_settings(tmp_path)
    received = tmp_path / "new" / "received"
    data = replace(settings.data, public_url=None, host="127.0.0.1", port=7081)
    plane = build_local_plane(
        replace(settings, received=received, data=data),
        MemoryStore(),
        GuardedClient(LOOPBACK, InProcess()),
        now=lambda: 0,
        treating=make_treating(Secret(bytes(32)), operands()),
        data_problem=lambda *_: None,
    )
    assert plane.public_url == "http://127.0.0.1:7081"
    assert received.is_dir()
    assert plane.sources.keys() == SOURCES.keys()
    assert {"file", "http"} <= SINKS.keys()
