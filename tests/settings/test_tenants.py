"""The settings of a tenant: what is its own, and what only the process decides."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.settings import DataSettings, ParticipantSettings, ProtocolSettings, Settings, SettingsError, load_tenant

HOUSE = Settings(
    participant=ParticipantSettings(id="urn:city", name="City"),
    protocol=ProtocolSettings(public_url="https://city.example", port=7000),
    data=DataSettings(public_url="https://data.city.example"),
    zone="Europe/Berlin",
)
OWN = '[participant]\nid = "urn:parks"\nname = "Parks"\n'


def _load(folder: Path, text: str, house: Settings = HOUSE) -> Settings:
    (folder / "datenkontor.toml").write_text(text)
    return load_tenant(house, "parks", folder)


def test_a_tenant_has_its_own_files_and_the_listeners_of_the_process(tmp_path: Path) -> None:
    own = _load(tmp_path, f'received = "in"\n{OWN}')
    assert (own.protocol.public_url, own.protocol.port) == ("https://city.example/parks", 7000)
    assert (own.data.public_url, own.zone) == ("https://data.city.example/parks", "Europe/Berlin")
    assert (own.received, own.identity.key) == (tmp_path / "in", tmp_path / "key.pem")
    assert own.store.path.parent == tmp_path
    assert own.web.port is None


def test_a_tenant_with_a_host_of_its_own_has_no_path(tmp_path: Path) -> None:
    own = _load(tmp_path, f'{OWN}[protocol]\npublic_url = "https://parks.example"\n')
    assert own.protocol.public_url == "https://parks.example"


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ("[store]\npath = 'x'", "store.path"),
        ("[net]\nhosts = ['*:*']", "net.hosts"),
        ("[protocol]\nport = 1", "protocol.port"),
        ("[logging]\nlevel = 'debug'", "logging.level"),
        ("[tenants]\nfolder = 'x'", "tenants.folder"),
        ("[web]\nport = 0", "web.port"),
        ("[signaling]\nport = 1", "signaling.port"),
        ("[authority]\nfolder = 'x'", "authority.folder"),
    ],
)
def test_what_the_process_decides_is_refused(tmp_path: Path, more: str, named: str) -> None:
    with pytest.raises(SettingsError, match=f"{named} is a setting of the whole process"):
        _load(tmp_path, f"{OWN}{more}\n")


def test_the_mode_and_the_environment_are_those_of_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="mode is a setting of the whole process"):
        _load(tmp_path, f'mode = "development"\n{OWN}')
    monkeypatch.setenv("DATENKONTOR_PARTICIPANT__ID", "urn:city")
    assert _load(tmp_path, OWN).participant.id == "urn:parks"


def test_tenants_need_a_known_address_of_the_data_plane(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"data\.public_url is missing"):
        _load(tmp_path, OWN, replace(HOUSE, data=DataSettings(port=0)))
