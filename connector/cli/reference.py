"""docs/cli.md, generated from the commands: the page and `--help` have the same text."""

from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup

from connector.cli.frame.failure import Code
from connector.cli.main import WORDS, app

WIDTH = 100

_EXPLAINED = frozenset({"json", "lang", "settings", "connector", "key"})

_MEANINGS = {
    Code.OK: "done",
    Code.FAILED: "failed; a sentence on standard error names the reason",
    Code.USAGE: "wrong use: an option, an argument or a request is not valid",
    Code.NOT_FOUND: "not found, or not unique",
    Code.REFUSED: "refused by the counterparty, by a policy, by a state or for lack of rights",
    Code.NOT_REACHABLE: "the connector, the counterparty or the broker cannot be reached",
    Code.WAITING: "not ended: a person has to act first, or the time to wait is over",
    Code.INTERRUPTED: "interrupted (Ctrl-C)",
}

_HEAD = """# The command line

Nouns, then verbs; the most frequent commands are single words. Every command has `--help` with an example.

- `--json` prints one JSON value on standard output and nothing else (`demo`: one for each step).
  A listing is `{"items": […], "next": …}`; pass `next` as `--after` for the next page, or fetch all pages with `--all`.
- Results go to standard output; progress, hints and questions go to standard error. A failure is one sentence there.
- `--settings FILE` (or `DATENKONTOR_SETTINGS`, default `./datenkontor.toml`) or `--connector URL` (`DATENKONTOR_URL`)
  names the connector; the management key comes from `DATENKONTOR_KEY` or `--key`.
- Commands that withdraw, terminate or overwrite ask for confirmation, or need `--yes`.
  Without a terminal `--yes` is required.
- Times are those of the setting `zone`, or of `DATENKONTOR_ZONE`; a time that is given without a zone, too.
- Sentences are German or English by `--lang`, `DATENKONTOR_LANG` or `LANG`. Colours appear only on a terminal and not
  with `NO_COLOR`. `DATENKONTOR_TRACE=1` prints the trace of an unforeseen failure.

Most commands have the options above; they are not repeated below. This page is generated from the commands
(`connector/cli/reference.py`).
"""


def render_markdown() -> str:
    """Return docs/cli.md."""
    lines = [_HEAD, "## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += [f"| {code.value} | {meaning} |" for code, meaning in _MEANINGS.items()]
    for name, command in list_commands():
        level = "##" if name in WORDS else "###"
        lines += ["", f"{level} {name}", "", "```text", render_help(name, command), "```"]
    return "\n".join(lines) + "\n"


def list_commands() -> Iterator[tuple[str, Any]]:
    """Yield every command with its full name, nouns before their verbs."""
    root: Any = typer.main.get_command(app)
    for word in WORDS:
        command = root.get_command(None, word)
        yield from _walk(word, command)


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield name, command
    if isinstance(command, TyperGroup):
        for verb in command.list_commands(None):  # type: ignore[arg-type]  # needs no context to list
            yield from _walk(f"{name} {verb}", command.commands[verb])


def render_help(name: str, command: Any) -> str:
    """Return the output of `--help` at the width of the page, without the options that its head explains."""
    command.params = [parameter for parameter in command.params if parameter.name not in _EXPLAINED]
    context = command.context_class(
        command,
        info_name=f"datenkontor {name}",
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        help_option_names=["--help", "-h"],
    )
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
