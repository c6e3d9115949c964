"""A `join` without its end: nothing is left of what was refused, and after all else the same call goes on."""

import json
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from connector.cli.setup.beginning import begin, end, has_begun, keep, remove
from tests.cli.commands.authorities import BROKER, answering, invite, set_up
from tests.cli.commands.spoiling import Spoil, spoiling
from tests.cli.conftest import Cli

RUN = "from connector.cli.main import run; run()"
FOLDER = "firma"


@pytest.fixture
def port(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    return set_up(cli, tmp_path, monkeypatch)


def words(link: str, port: int) -> tuple[str, ...]:
    return ("join", link, FOLDER, "--public-url", f"https://localhost:{port}", "--port-base", str(port), "--json")


def told(**changed: Any) -> Spoil:
    """Return what changes members of the true answer."""
    return lambda status, body: (status, json.dumps({**json.loads(body), **changed}).encode())


def check_member(cli: Cli, folder: Path, made: dict[str, Any]) -> None:
    """Check that a folder is that of a member: with a key that people can use, and a credential in its store."""
    settings = tomllib.loads((folder / "datenkontor.toml").read_text())
    assert settings["identity"]["mechanism"] == "dcp"
    assert len(made["key"]) == 43
    assert (folder / "store.sqlite").exists()
    assert not has_begun(folder)
    assert [name for name in folder.iterdir() if name.name.startswith(".roots")] == []
    listed = cli("authority", "member", "list", "--json", *BROKER).json["items"]
    assert [row["name"] for row in listed].count("Firma GmbH") == 1


SPOILT: dict[str, Spoil] = {
    "no answer": lambda _status, _body: None,
    "a page": lambda _status, _body: (200, b"<html>"),
    "nothing": lambda _status, _body: (200, b"{}"),
    "a gateway's fault": lambda _status, _body: (502, b""),
    "cut": lambda status, body: (status, body[:-20]),
    "no credential": told(credential=""),
    "a credential of nobody": told(credential="e30.e30.AAAA"),
    "a long credential": told(credential="a" * 200_000),
    "a long name": told(name="n" * 200_000),
    "no URL": told(search="javascript:alert(1)"),
    "a line more": told(search="https://x.example\n[net]\nplain_http = ['*']"),
    "a number": told(broker=7),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_after_an_answer_that_cannot_be_used_the_same_call_goes_on(
    cli: Cli, tmp_path: Path, port: int, spoil: Spoil
) -> None:
    link = invite(cli, "Firma GmbH")
    folder = tmp_path / FOLDER
    with answering(tmp_path / "broker/datenkontor.toml"):
        with spoiling(link, spoil) as spoilt:
            failed = cli(*words(spoilt, port)[:-1])
        assert (failed.code, failed.out, "call `join` again" in failed.err) == (1, "", True), failed.err
        # Nothing of the answer is in the settings.
        settings = tomllib.loads((folder / "datenkontor.toml").read_text())
        assert (settings["broker"].get("api"), settings["identity"]["mechanism"]) == (None, "roster")
        done = cli(*words(link, port))
        assert done.code == 0, done.err
    check_member(cli, folder, done.json)


def test_a_refusal_leaves_what_was_there_before_and_nothing_else(cli: Cli, tmp_path: Path, port: int) -> None:
    link = invite(cli, "Firma GmbH", "--did", "did:web:somebody.example")
    folder = tmp_path / FOLDER
    (folder / "offered").mkdir(parents=True)
    (folder / "offered/counts.csv").write_text("a\n")
    with answering(tmp_path / "broker/datenkontor.toml"):
        assert cli(*words(link, port)).code == 1
    assert {str(each.relative_to(folder)) for each in folder.glob("**/*")} == {"offered", "offered/counts.csv"}


@pytest.mark.parametrize("at", ["before it is asked", "when it has answered"])
def test_whoever_is_killed_goes_on_with_the_same_call(cli: Cli, tmp_path: Path, port: int, at: str) -> None:
    link, folder = invite(cli, "Firma GmbH"), tmp_path / FOLDER
    running: list[subprocess.Popen[bytes]] = []

    def kill(_status: int, _body: bytes) -> None:
        running[0].send_signal(signal.SIGKILL)
        running[0].wait(20)

    if at == "before it is asked":
        assert begin(folder) != []
        (folder / "key.pem").touch(0o600)
    else:
        with answering(tmp_path / "broker/datenkontor.toml"), spoiling(link, kill) as spoilt:
            running.append(subprocess.Popen([sys.executable, "-c", RUN, *words(spoilt, port)], cwd=tmp_path))
            assert running[0].wait(60) == -signal.SIGKILL
        before = (folder / "key.pem").read_bytes()
    with answering(tmp_path / "broker/datenkontor.toml"):
        assert cli("join", link, FOLDER).code == 2
        done = cli(*words(link, port))
    assert done.code == 0, done.err
    check_member(cli, folder, done.json)
    if at == "when it has answered":
        assert (folder / "key.pem").read_bytes() == before


def test_what_the_authority_may_know_is_not_removed_and_a_note_names_no_other_place(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    begin(folder)
    (folder / "key.pem").write_text("x")
    keep(folder)
    remove(folder, begin(folder))
    assert (folder / "key.pem").exists()
    (folder / "joining.json").write_text('["../other", "key.pem", {}]')
    other = tmp_path / "other"
    other.write_text("x")
    remove(folder, ["key.pem"])
    assert other.exists()
    assert not (folder / "key.pem").exists()
    end(folder)
