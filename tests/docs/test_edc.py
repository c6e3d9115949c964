"""The page about EDC: its settings and its list of participants are read as the connector reads them."""

import re
import shlex
from pathlib import Path

import msgspec

from connector.app.identities import MockParticipants
from connector.settings import load
from tests.cli.conftest import Cli
from tests.docs.pages import ROOT
from tests.interop.edc.runtime import PROTOCOL

PAGE = (ROOT / "docs" / "edc.md").read_text("utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    return str(found)


def follow(cli: Cli, folder: Path) -> Path:
    """Do what the page says about our side; return the settings."""
    assert cli(*shlex.split(block("sh"))[1:]).code == 0
    file = folder / "city" / "datenkontor.toml"
    before, _, after = file.read_text("utf-8").partition("[identity]\n")
    file.write_text(before + block("toml") + after[after.index("\n[") :], "utf-8")
    (folder / "city" / "participants.json").write_text(block("json"), "utf-8")
    return file


def test_its_settings_are_valid_and_its_participants_are_both_sides(cli: Cli, tmp_path: Path) -> None:
    settings = load(follow(cli, tmp_path), {})
    listed = msgspec.json.decode(block("json"), type=MockParticipants).participants
    ours, theirs = listed
    assert settings.identity.mechanism == "mock-token"
    assert (ours.id, ours.address) == (settings.participant.id, settings.protocol.public_url + settings.protocol.path)
    properties = dict(line.split("=", 1) for line in block("properties").splitlines())
    assert theirs.id == properties["edc.participant.id"]
    assert theirs.address == properties["edc.dsp.callback.address"] + "/2025-1"
    assert f"`{PROTOCOL}`" in PAGE


def test_who_follows_it_has_a_management_key_and_a_folder_to_offer_from(cli: Cli, tmp_path: Path) -> None:
    file = follow(cli, tmp_path)
    settings = load(file, {})
    assert [key.scopes for key in settings.management.keys] == [("admin",)]
    assert settings.data_root == tmp_path / "city" / "offered"
    found = cli("doctor", "--peers", "none", "--json", "--settings", file).json["checks"]
    ours = {"settings", "key", "store", "offered files", "received files", "participant list"}
    assert [check for check in found if check["name"] in ours and check["ok"] is False] == []
