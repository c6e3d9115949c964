"""The page about EDC: its settings and its list of participants are read as the connector reads them."""

import re
from pathlib import Path

import msgspec

from connector.app.identities import MockParticipants
from connector.settings import load
from tests.docs.pages import ROOT
from tests.interop.edc.runtime import PROTOCOL

PAGE = (ROOT / "docs" / "edc.md").read_text("utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    return str(found)


def test_its_settings_are_valid_and_its_participants_are_both_sides(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(block("toml"), "utf-8")
    settings = load(file, {})
    listed = msgspec.json.decode(block("json"), type=MockParticipants).participants
    ours, theirs = listed
    assert settings.identity.mechanism == "mock-token"
    assert (ours.id, ours.address) == (settings.participant.id, settings.protocol.public_url + settings.protocol.path)
    properties = dict(line.split("=", 1) for line in block("properties").splitlines())
    assert theirs.id == properties["edc.participant.id"]
    assert theirs.address == properties["edc.dsp.callback.address"] + "/2025-1"
    assert f"`{PROTOCOL}`" in PAGE
