"""The model: secrets are not shown, and relative paths are resolved against a folder."""

from pathlib import Path

from connector.settings.identity import IdentitySettings
from connector.settings.model import (
    KeySettings,
    Location,
    ManagementSettings,
    NetSettings,
    ParticipantSettings,
    ProtocolSettings,
    Settings,
    anchor,
)

PLAIN = Settings(
    participant=ParticipantSettings(id="urn:me", name="Me"),
    protocol=ProtocolSettings(public_url="https://me.example"),
)


def test_every_relative_path_is_resolved_and_addresses_stay(tmp_path: Path) -> None:
    settings = Settings(
        participant=PLAIN.participant,
        protocol=PLAIN.protocol,
        data_root=Path("/elsewhere"),
        identity=IdentitySettings(roster=Location("https://city.example/list.jws")),
        net=NetSettings(ca=Path("ca.pem")),
    )
    found = anchor(settings, tmp_path)
    assert (found.data_root, found.received) == (Path("/elsewhere"), tmp_path / "received")
    assert (found.net.ca, found.identity.key) == (tmp_path / "ca.pem", tmp_path / "key.pem")
    assert found.identity.roster == "https://city.example/list.jws"
    assert anchor(PLAIN, tmp_path).identity.roster == str(tmp_path / "roster.jws")
    assert anchor(found, Path("/never")) == found


def test_a_key_shows_its_name_and_never_its_hash() -> None:
    key = KeySettings(id="cli", sha256="ab" * 32, scopes=("admin",))
    shown = repr(ManagementSettings(keys=(key,)))
    assert "cli" in shown
    assert "abab" not in shown
