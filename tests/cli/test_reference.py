"""The words and their help: complete, quick, and the same as the page."""

from pathlib import Path
from typing import Any

import pytest

from connector.cli.reference import list_commands, render_markdown
from tests.cli.conftest import Cli

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [(name, command) for name, command in list_commands() if not hasattr(command, "commands")]


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
