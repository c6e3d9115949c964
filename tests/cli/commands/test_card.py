"""`card`: the identity card of the settings, and a new key that keeps them."""

import json
import tomllib
from pathlib import Path

import pytest

from connector.authority.card import operator_keys, read_card
from tests.cli.conftest import Cli

SETTINGS = ("--settings", "firma/datenkontor.toml")


@pytest.fixture
def space(cli: Cli, tmp_path: Path) -> Path:
    """A broker and a company."""
    cli("init", "broker", "--role", "broker", "--identity", "roster")
    cli("init", "firma", "--broker", "broker/card.json")
    return tmp_path


@pytest.mark.parametrize("folder", ["broker", "firma"])
def test_the_card_of_unchanged_settings_is_that_of_init(cli: Cli, space: Path, folder: str) -> None:
    before = (space / folder / "card.json").read_bytes()
    done = cli("card", "--json", "--settings", f"{folder}/datenkontor.toml")
    assert (done.code, done.json["kept"]) == (0, [])
    assert (space / folder / "card.json").read_bytes() == before


def test_a_changed_address_reaches_the_card(cli: Cli, space: Path) -> None:
    settings = space / "firma/datenkontor.toml"
    settings.write_text(
        settings.read_text().replace('public_url = "http://127.0.0.1', 'public_url = "http://127.0.0.2')
    )
    assert "http://127.0.0.2" in cli("card", *SETTINGS).out
    assert (read_card(space / "firma/card.json").address or "").startswith("http://127.0.0.2")


def test_a_new_key_keeps_the_settings_and_the_old_key(cli: Cli, space: Path) -> None:
    settings, key = ((space / "firma" / name).read_bytes() for name in ("datenkontor.toml", "key.pem"))
    unasked = cli("card", "--new-key", *SETTINGS)
    assert (unasked.code, (space / "firma/key.pem").read_bytes()) == (2, key)
    before = read_card(space / "firma/card.json")
    assert cli("card", "--new-key", "--yes", *SETTINGS).code == 0
    assert (space / "firma/datenkontor.toml").read_bytes() == settings
    assert (space / "firma/key.pem.1").read_bytes() == key
    assert (space / "firma/key.pem").stat().st_mode & 0o777 == 0o600
    assert read_card(space / "firma/card.json").keys != before.keys
    assert read_card(space / "firma/card.json.1") == before
    cli("card", "--new-key", "--yes", *SETTINGS)
    assert (space / "firma/key.pem.2").exists()


def test_a_key_in_hardware_is_not_replaced_by_one_in_a_file(cli: Cli, space: Path) -> None:
    with (space / "firma/datenkontor.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[identity.hardware]\nmodule = "away.so"\ntoken = "city"\n')
    before = {path: path.read_bytes() for path in (space / "firma").iterdir() if path.is_file()}
    for command in (("card", "--new-key"), ("key", "rotate")):
        refused = cli(*command, "--yes", *SETTINGS)
        assert (refused.code, "key create" in refused.err, "label" in refused.err) == (2, True, True)
    assert {path: path.read_bytes() for path in (space / "firma").iterdir() if path.is_file()} == before


def test_a_new_key_of_the_data_space_operator_signs_the_next_list(cli: Cli, space: Path) -> None:
    broker = ("--settings", "broker/datenkontor.toml")
    done = cli("card", "--new-key", "--yes", *broker)
    assert "--former" in done.err
    assert operator_keys(space / "broker/operator.jwk") == operator_keys(space / "broker/card.json")
    assert cli("roster", "publish", *broker).code == 1
    assert cli("roster", "add", "broker/card.json", "--replace", *broker).code == 0
    assert cli("roster", "publish", "--former", "broker/card.json.1", *broker).code == 0
    assert cli("roster", "verify", *broker).code == 0


def test_settings_that_make_no_card_change_nothing(cli: Cli, space: Path) -> None:
    settings = space / "firma/datenkontor.toml"
    settings.write_text(settings.read_text().replace('id = "urn:participant:firma"', f'id = "urn:{"x" * 900}"'))
    before = {path: path.read_bytes() for path in (space / "firma").iterdir() if path.is_file()}
    assert cli("card", "--new-key", "--yes", *SETTINGS).code == 1
    assert {path: path.read_bytes() for path in (space / "firma").iterdir() if path.is_file()} == before


def test_a_connector_has_no_search_and_keeps_its_data_addresses(cli: Cli, space: Path) -> None:
    before = (space / "firma/card.json").read_bytes()
    for more in ((), ("--new-key", "--yes")):
        done = cli("card", "--search", "https://suche.example.org", *more, *SETTINGS)
        assert (done.code, "--search" in done.err) == (2, True)
    assert (space / "firma/card.json").read_bytes() == before
    assert cli("card", "--search", "https://suche.example.org", "--lang", "de", *SETTINGS).err.count("Konnektor") == 1


def test_a_broker_states_another_search_on_request(cli: Cli, space: Path) -> None:
    url = "https://suche.example.org"
    cli("card", "--search", url, "--settings", "broker/datenkontor.toml")
    assert json.loads((space / "broker/card.json").read_text())["search"] == url
    settings = tomllib.loads((space / "broker/datenkontor.toml").read_text())
    assert settings["broker"]["public_url"] == url, "who joins is told what the settings state"
    cli("card", "--settings", "broker/datenkontor.toml")
    assert json.loads((space / "broker/card.json").read_text())["search"] == url
