"""The call of a command: which settings it reads."""

from pathlib import Path

import pytest

from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output
from tests.cli.conftest import Cli

OUTPUT = Output(json=False, lang="en")


def test_settings_are_those_of_the_option_or_of_the_folder(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("init", "firma", "--identity", "roster")
    named = CommandCall(output=OUTPUT, settings=Path("firma/datenkontor.toml"))
    assert named.read_settings().participant.id == "urn:participant:firma"
    monkeypatch.chdir(tmp_path / "firma")
    assert CommandCall(output=OUTPUT).read_settings().participant.id == "urn:participant:firma"


def test_settings_that_cannot_be_read_are_a_failure(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"missing\.toml") as failed:
        CommandCall(output=OUTPUT, settings=tmp_path / "missing.toml").read_settings()
    assert failed.value.code is Code.FAILED
