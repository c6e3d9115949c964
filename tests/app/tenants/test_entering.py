"""A tenant is added whole or not at all."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.app.tenants.entering import TenantPlan, TenantRefused, add_tenant
from connector.app.tenants.listing import read_list
from connector.authority.card import read_card
from connector.settings import Settings, SettingsError, load_tenant
from tests.pair.space import Space
from tests.support.tenants import house_settings


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    space = Space(tmp_path)
    space.found("city")
    return house_settings(space)


def test_a_tenant_has_settings_that_load_a_card_and_a_place_on_the_list(house: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "tenants"
    added = add_tenant(house, folder, TenantPlan(name="parks", title="Gartenbauamt"), 5)
    assert read_list(folder)["parks"].since == 5
    own, card = load_tenant(house, "parks", folder / "parks"), read_card(Path(added.card))
    assert own.participant.name == card.name == "Gartenbauamt"
    assert card.address == added.address == "https://city.example/parks/dsp/2025-1"
    assert card.data == ("https://data.city.example/parks",)
    assert (folder / "parks" / "key.pem").stat().st_mode & 0o077 == 0
    assert added.key not in Path(added.settings).read_text()


@pytest.mark.parametrize(
    ("name", "code"), [("parks", "taken"), ("Parks", "form"), ("dsp", "reserved"), ("old", "folder")]
)
def test_a_name_that_collides_is_refused_and_writes_nothing(
    house: Settings, tmp_path: Path, name: str, code: str
) -> None:
    folder = tmp_path / "tenants"
    add_tenant(house, folder, TenantPlan(name="parks", title="Gartenbauamt"), 5)
    (folder / "old").mkdir()
    before = sorted(folder.rglob("*"))
    with pytest.raises(TenantRefused) as refused:
        add_tenant(house, folder, TenantPlan(name=name, title="x"), 6)
    assert (refused.value.code, sorted(folder.rglob("*"))) == (code, before)


def test_the_path_of_the_process_itself_is_no_name(house: Settings, tmp_path: Path) -> None:
    own = replace(house, protocol=replace(house.protocol, path="/edc/dsp"))
    with pytest.raises(TenantRefused) as refused:
        add_tenant(own, tmp_path / "tenants", TenantPlan(name="edc", title="x"), 5)
    assert refused.value.code == "reserved"
    add_tenant(house, tmp_path / "tenants", TenantPlan(name="edc", title="x"), 5)


def test_what_a_killed_command_left_is_in_nobodys_way(house: Settings, tmp_path: Path) -> None:
    draft = tmp_path / "tenants" / ".parks.new"
    (draft / "offered").mkdir(parents=True)
    (draft / "key.pem").write_text("half")
    add_tenant(house, tmp_path / "tenants", TenantPlan(name="parks", title="x"), 5)
    assert not draft.exists()
    assert "half" not in (tmp_path / "tenants" / "parks" / "key.pem").read_text()


def test_a_wrong_address_leaves_no_folder(house: Settings, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="public_url"):
        add_tenant(house, tmp_path / "tenants", TenantPlan(name="parks", title="x", public_url="nowhere"), 5)
    assert [path.name for path in (tmp_path / "tenants").iterdir() if path.is_dir()] == []
