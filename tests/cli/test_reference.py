"""The words and their help: complete, quick, and the same as the page."""

import re
import subprocess
import sys
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from connector.cli.frame.words import SENTENCES
from connector.cli.main import WORDS
from connector.cli.reference import commands, render_markdown
from tests.cli.conftest import Cli

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [(name, command) for name, command in commands() if not hasattr(command, "commands")]


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_every_command_has_help_with_an_example_and_json(cli: Cli, name: str, command: Any) -> None:
    shown = cli(*name.split(), "--help")
    assert shown.code == 0
    assert "--json" in shown.out
    example = shown.out.partition("Example:\n")[2].strip()
    assert example.startswith(f"datenkontor {name}")
    assert all(option.help for option in command.params if option.param_type_name == "option")


def test_the_verbs_of_the_main_way_are_there() -> None:
    names = {name for name, _ in COMMANDS}
    verbs = {
        "asset": "add list show publish withdraw",
        "negotiation": "start list show approve reject counter terminate wait",
        "agreement": "list show duties receipt payment withdraw",
        "event": "begin end list",
        "transfer": "start list show suspend resume complete terminate pull wait",
        "hold": "list",
        "broker": "serve status",
        "roster": "create add remove publish show verify",
    }
    assert {f"{noun} {verb}" for noun, all_of_it in verbs.items() for verb in all_of_it.split()} <= names
    assert {"init", "serve", "search", "get", "catalog", "doctor", "demo", "version"} <= names


def test_the_page_says_what_the_commands_say() -> None:
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    assert page == render_markdown(), "write connector.cli.reference.render_markdown() to docs/cli.md"


def test_help_imports_nothing_heavy() -> None:
    heavy = ("httpx", "fastapi", "aiohttp", "cryptography", "rich", "connector.app", "connector.client")
    code = f"""
import sys
from connector.cli.main import main
assert main(["--help"]) == 0
assert not [name for name in {heavy!r} if name in sys.modules]
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["rooster"], "did you mean roster?"),
        (["asset", "lisst"], "list"),
        (["asset", "show"], "ASSET"),
        (["asset", "list", "--limit", "many"], "--limit"),
        (["asset", "list", "--colour"], "--colour"),
    ],
)
def test_a_slip_is_answered_in_one_sentence(cli: Cli, arguments: list[str], expected: str) -> None:
    done = cli(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert expected in done.err
    assert done.err.count("\n") == 1


def test_a_noun_alone_shows_its_verbs(cli: Cli) -> None:
    done = cli("asset")
    assert done.code == 2
    assert "withdraw" in done.err


def test_both_languages_have_the_same_sentences() -> None:
    english, german = SENTENCES["en"], SENTENCES["de"]
    assert english.keys() == german.keys()
    for key in english:
        fields = [{name for _, name, _, _ in Formatter().parse(text[key]) if name} for text in (english, german)]
        assert fields[0] == fields[1], key


def test_the_sentences_are_those_that_are_said() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "connector/cli").rglob("*.py"))
    said = set(re.findall(r"""(?:output|self)\.say\(\s*["']([\w-]+)["']""", code))
    assert said | {f"step-{step}" for step in ("negotiating", "agreed", "transferring")} == SENTENCES["en"].keys()


def test_an_unforeseen_failure_is_one_sentence_without_a_trace() -> None:
    code = "import sys; from connector.cli.main import _unforeseen; sys.excepthook = _unforeseen; {}['x']"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "Traceback" not in run.stderr


def test_the_version_is_said(cli: Cli) -> None:
    assert cli("version", "--json").json["dataspace-protocol"] == "2025-1"
    assert set(WORDS) >= {"version"}
