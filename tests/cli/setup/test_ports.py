"""The ports of a folder: free ones that no neighbour uses."""

import socket
from pathlib import Path

import pytest

from connector.cli.setup import ports
from connector.cli.setup.ports import choose_ports, is_free
from tests.cli.conftest import Cli


def test_neighbours_get_different_ports_before_any_of_them_is_served(cli: Cli) -> None:
    chosen = [set(cli("init", name, "--json").json["ports"].values()) for name in ("a", "b", "c")]
    assert len(set.union(*chosen)) == 15


def test_a_port_in_use_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert not is_free(port)
        monkeypatch.setattr(ports, "FIRST_PORT", port)
        monkeypatch.setattr(ports, "LAST_PORT", port + 500)
        assert port not in choose_ports(tmp_path / "a", None).values()
