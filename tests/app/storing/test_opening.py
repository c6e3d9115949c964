"""The store that the settings name: a file, or a database with a password by reference."""

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.app.storing import opening
from connector.app.storing.opening import build_database, check_database, open_configured
from connector.ports.replica import Alone
from connector.settings import Settings, SettingsError, StoreSettings, load
from connector.store.sqlite.store import SqliteStore
from tests.pair.space import SOON, Space
from tests.store.postgres.server import make_database

ADDRESS = "postgresql://office@db.example/office"


@pytest.fixture
def settings(space: Space) -> Settings:
    return space.settings("city", SOON)


async def test_without_an_address_the_store_is_a_file_of_this_process_alone(settings: Settings) -> None:
    store, replica = await open_configured(settings, lambda: 0)
    assert isinstance(store, SqliteStore)
    assert isinstance(replica, Alone)
    assert replica.is_first.is_set()
    assert check_database(settings) is None
    await store.close()


def test_the_password_comes_from_a_file_or_a_variable_and_is_never_shown(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "password"
    file.touch(mode=0o600)
    file.write_text("canary-1\n")
    named = replace(settings, store=StoreSettings(url=ADDRESS, secret_file=file))
    assert build_database(named).password == "canary-1"
    assert "canary" not in repr(build_database(named))
    monkeypatch.setitem(os.environ, "DATABASE_PASSWORD", "canary-2")
    named = replace(settings, store=StoreSettings(url=ADDRESS, secret_variable="DATABASE_PASSWORD"))
    assert build_database(named).password == "canary-2"


def test_without_the_driver_one_sentence_says_what_to_install(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r"store\.url needs the driver .* install datenkontor\[postgres\]"):
        build_database(replace(settings, store=StoreSettings(url=ADDRESS)))


@pytest.mark.parametrize(
    ("address", "accepted"),
    [
        (ADDRESS, True),
        ("postgresql://db.example:5432/office?sslmode=verify-full", True),
        ("postgresql://office:canary@db.example/office", False),
        ("mysql://db.example/office", False),
        ("postgresql://db.example", False),
    ],
)
def test_an_address_names_a_database_and_no_password(tmp_path: Path, address: str, accepted: bool) -> None:
    file = tmp_path / "datenkontor.toml"
    file.write_text(
        f'[participant]\nid = "urn:p"\nname = "P"\n[protocol]\npublic_url = "https://p.example"\n'
        f'[store]\nurl = "{address}"\n[identity]\noperator_key = "o.jwk"\nroster = "list.jws"\n'
    )
    if accepted:
        assert load(file, {}).store.url == address
    else:
        with pytest.raises(SettingsError, match=r"store\.url") as refused:
            load(file, {})
        assert "canary" not in str(refused.value)


@pytest.mark.postgres
async def test_a_database_is_opened_by_its_address(settings: Settings) -> None:
    named = replace(settings, store=replace(settings.store, url=await make_database()))
    store, replica = await open_configured(named, lambda: 0)
    assert replica.is_first.is_set()
    assert await store.due("o", 1, 1) == []
    await store.close()
