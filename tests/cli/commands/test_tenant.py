"""`tenant`: what is printed, what is refused with which sentence, and that a removal is confirmed."""

from pathlib import Path

import pytest

from connector.app.tenants.listing import read_list
from tests.cli.conftest import Cli

AT = ("--settings", "city/datenkontor.toml")


@pytest.fixture
def city(cli: Cli, tmp_path: Path) -> Path:
    assert cli("init", "city", "--identity", "roster").code == 0
    settings = tmp_path / "city" / "datenkontor.toml"
    settings.write_text(
        settings.read_text().replace("#folder =", "folder = 'tenants'", 2).replace("folder = 'tenants'", "#folder =", 1)
    )
    return tmp_path / "city" / "tenants"


def test_without_a_folder_the_setting_is_named(cli: Cli) -> None:
    cli("init", "city", "--identity", "roster")
    outcome = cli("tenant", "list", *AT)
    assert (outcome.code, "[tenants]" in outcome.err) == (1, True)


def test_a_tenant_is_added_listed_and_suspended(cli: Cli, city: Path) -> None:
    added = cli("tenant", "add", "parks", "--json", *AT).json
    assert added["id"] == "urn:participant:parks"
    (line,) = cli("tenant", "list", "--json", *AT).json["items"]
    assert (line["name"], line["state"], line["address"]) == ("parks", "active", added["address"])
    assert "angehalten" in cli("tenant", "suspend", "parks", "--yes", "--lang", "de", *AT).out
    assert read_list(city)["parks"].state == "suspended"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "parks"), "already"),
        (("add", "Parks"), "lower-case"),
        (("add", "dsp"), "connector itself"),
        (("suspend", "club", "--yes"), "no tenant club"),
        (("export", "club", "x.tar"), "no tenant club"),
        (("remove", "club", "--yes"), "no tenant club"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    cli: Cli, city: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    assert cli("tenant", "add", "parks", *AT).code == 0
    outcome = cli("tenant", *arguments, *AT)
    assert outcome.code != 0
    assert sentence in outcome.err
    assert set(read_list(city)) == {"parks"}


def test_a_removal_without_confirmation_changes_nothing(cli: Cli, city: Path) -> None:
    cli("tenant", "add", "parks", *AT)
    assert cli("tenant", "remove", "parks", *AT).code != 0
    assert read_list(city)["parks"].state == "active"
