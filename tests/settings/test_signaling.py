"""The section [signaling] is off by default, and its clients are read with their files beside the settings."""

from pathlib import Path

import pytest

from connector.settings import SettingsError, load
from tests.settings.least import LEAST


def test_the_section_is_off_by_default_and_read_with_its_clients(tmp_path: Path) -> None:
    file = tmp_path / "datenkontor.toml"
    file.write_text(LEAST)
    assert load(file, {}).signaling.port is None
    client = 'plane = "p", token_endpoint = "https://a.example/token", client_id = "c", secret_file = "secret"'
    file.write_text(f'{LEAST}\n[signaling]\nport = 7084\nlabels = ["gold"]\nclients = [{{ {client} }}]\n')
    signaling = load(file, {}).signaling
    assert (signaling.port, signaling.labels) == (7084, ("gold",))
    assert signaling.clients[0].secret_file == tmp_path / "secret"
    file.write_text(f"{LEAST}\n[signaling]\nport = 70840\n")
    with pytest.raises(SettingsError, match=r"signaling\.port"):
        load(file, {})
