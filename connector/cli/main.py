"""The entry point: knows every word, loads the module of the one that was said, and turns failures into exit codes."""

import difflib
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from types import TracebackType
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import strip_controls


class CommandEntry(NamedTuple):
    """A word of the first level: the module of that name under `connector.cli.commands`, and its line in the help."""

    module: str
    help: str


WORDS = {
    "init": CommandEntry("init", "Set up a connector or a broker in a folder."),
    "serve": CommandEntry("serve", "Run a connector."),
    "demo": CommandEntry("demo", "Run a small data space on this machine and do the main job in it."),
    "doctor": CommandEntry("doctor", "Check a connector: settings, key, ports, list, reachability."),
    "search": CommandEntry("search", "Search the offers of the whole data space at its broker."),
    "get": CommandEntry("get", "Get a dataset: negotiate, transfer, check, save."),
    "asset": CommandEntry("asset", "What we offer."),
    "policy": CommandEntry("policy", "Terms in plain words: examine, explain, compare, try out, make from templates."),
    "catalog": CommandEntry("catalog", "What a participant offers us."),
    "negotiation": CommandEntry("negotiation", "Contract negotiations, in both roles."),
    "agreement": CommandEntry("agreement", "Contracts that were made."),
    "transfer": CommandEntry("transfer", "Deliveries, in both roles."),
    "event": CommandEntry("event", "Events that policies may ask about, as we declare them."),
    "consent": CommandEntry("consent", "Consent of people whom data is about."),
    "hold": CommandEntry("hold", "What waits for a person."),
    "broker": CommandEntry("broker", "The broker: run it, or ask how it is doing."),
    "roster": CommandEntry("roster", "The participant list, for its operator."),
    "version": CommandEntry("version", "Say which version this is."),
}


class CommandGroup(TyperGroup):
    """The first level of commands; a word's module is imported when it is said, so that help is quick."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is typer's
        """Return the words in the order of the help."""
        return list(WORDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the signature is typer's
        """Import the module of a word and return its command. Raises Failure for a word that is none."""
        word = WORDS.get(cmd_name)
        if word is None:
            near = difflib.get_close_matches(cmd_name, WORDS, n=1)
            hint = f"did you mean {near[0]}?" if near else "`datenkontor --help` lists all."
            raise Failure(Code.USAGE, f"There is no command {cmd_name}: {hint}")
        module = importlib.import_module(f"connector.cli.commands.{word.module}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the signature is typer's
        """Write the words of the help without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, word.help) for name, word in WORDS.items()])


app = typer.Typer(
    cls=CommandGroup,
    help="Datenkontor, the data-space connector a city can run.",
    epilog="\b\nExample:\n  datenkontor demo\n  datenkontor asset add --help",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
)


@app.callback()
def _datenkontor() -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line (default: this process's) and return its exit code."""
    command = typer.main.get_command(app)
    try:
        result = command.main(args=arguments, prog_name="datenkontor", standalone_mode=False)
    except Failure as failure:
        _complain(failure.sentence)
        return failure.code
    except typer.Abort:
        return Code.INTERRUPTED
    except TyperException as error:
        if error.message.startswith("Usage:"):
            # A noun without a verb: typer puts the whole help into the error.
            print(error.message, file=sys.stderr)
            return Code.USAGE
        _complain(error.format_message())
        return error.exit_code
    except BrokenPipeError:
        # Whoever read us has heard enough (`| head`); the interpreter must not complain when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Code.FAILED
    return result if isinstance(result, int) else Code.OK


def run() -> None:
    """Carry out the command line of this process and exit."""
    sys.excepthook = _unforeseen
    sys.exit(main())


def _complain(sentence: str) -> None:
    print(f"datenkontor: {strip_controls(sentence)}", file=sys.stderr)


def _unforeseen(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say in one sentence what nobody foresaw; with DATENKONTOR_TRACE=1 also where."""
    if os.environ.get("DATENKONTOR_TRACE"):
        traceback.print_exception(kind, error, trace)
    said = str(error) or kind.__name__
    # Errors of our own are sentences already; others are not meant for people.
    own = kind.__module__.startswith("connector.") or isinstance(error, OSError)
    hint = "" if own else f" ({kind.__name__}; set DATENKONTOR_TRACE=1 to see where)"
    _complain(f"{said}{hint}")
