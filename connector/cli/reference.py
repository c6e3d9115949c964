"""docs/cli.md, made from the commands themselves: the page cannot say anything else than `--help` does."""

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
    Code.FAILED: "failed; the sentence on standard error says why",
    Code.USAGE: "used wrongly: an option, an argument or what was asked for cannot be understood",
    Code.NOT_FOUND: "there is no such thing",
    Code.REFUSED: "refused: by the counter-party, by policy, by the state of the thing or for lack of rights",
    Code.NOT_REACHABLE: "the connector, the counter-party or the broker cannot be reached",
    Code.WAITING: "it goes on: somebody has to act first, or it takes longer than was waited",
    Code.INTERRUPTED: "interrupted (Ctrl-C)",
}

_HEAD = """# The command line

Nouns, then verbs; the few words of the main way stand alone. Every command has `--help` with an example.

- `--json` prints one JSON value on standard output and nothing else. A listing is `{"items": […], "next": …}`;
  give `next` as `--after` for the next page, or fetch all pages with `--all`.
- Results go to standard output; progress, hints and questions to standard error. A failure is one sentence there.
- Which connector is meant: `--settings FILE` (or `DATENKONTOR_SETTINGS`, else `./datenkontor.toml`), or
  `--connector URL` (`DATENKONTOR_URL`); the management key comes from `DATENKONTOR_KEY` or `--key`.
- What withdraws, ends or overwrites asks first, or takes `--yes`. Without a terminal `--yes` is needed.
- Sentences are German or English by `--lang`, `DATENKONTOR_LANG` or `LANG`. Colours only on a terminal,
  and not with `NO_COLOR`. `DATENKONTOR_TRACE=1` shows where an unforeseen failure came from.

The options named above, which most commands have, are left out below. This page is made from the commands
(`connector/cli/reference.py`).
"""


def render_markdown() -> str:
    """Return docs/cli.md."""
    lines = [_HEAD, "## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += [f"| {code.value} | {meaning} |" for code, meaning in _MEANINGS.items()]
    for name, command in commands():
        level = "##" if name in WORDS else "###"
        lines += ["", f"{level} {name}", "", "```text", render_help(name, command), "```"]
    return "\n".join(lines) + "\n"


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command with its full name, nouns before their verbs."""
    root: Any = typer.main.get_command(app)
    for word in WORDS:
        command = root.get_command(None, word)
        yield from _below(word, command)


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield name, command
    if isinstance(command, TyperGroup):
        for verb in command.list_commands(None):  # type: ignore[arg-type]  # needs no context to list
            yield from _below(f"{name} {verb}", command.commands[verb])


def render_help(name: str, command: Any) -> str:
    """Return what `--help` prints, as wide as a page, without the options that the page's head explains."""
    command.params = [parameter for parameter in command.params if parameter.name not in _EXPLAINED]
    context = command.context_class(
        command,
        info_name=f"datenkontor {name}",
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        help_option_names=["--help", "-h"],
    )
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
