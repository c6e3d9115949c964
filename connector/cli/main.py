"""The entry point: the list of all words, the import of the used one, and the exit code of a failure."""

import difflib
import errno
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

from connector.cli.frame.failure import Code, Failure, say_translated
from connector.cli.frame.output import find_language, strip_controls
from connector.cli.frame.speaking import translate_help, translate_paragraphs
from connector.cli.frame.usage import explain_usage
from connector.language.catalogue import say


class CommandEntry(NamedTuple):
    """A word of the first level: its module under `connector.cli.commands`, and its line in the help."""

    module: str
    help: str


WORDS = {
    "init": CommandEntry("init", "Set up a connector or a broker in a folder."),
    "serve": CommandEntry("serve", "Run a connector."),
    "demo": CommandEntry("demo", "Run a small data space on this machine, step by step."),
    "doctor": CommandEntry("doctor", "Check a connector: settings, key, ports, participant list, addresses."),
    "card": CommandEntry("card", "Write the identity card anew: after a change of the settings, or with a new key."),
    "key": CommandEntry("key", "The private keys of the participant: list, protect, create, rotate, revoke."),
    "search": CommandEntry("search", "Search the offers of the whole data space at its broker."),
    "saved": CommandEntry("saved", "Saved searches: what is new in them, and their feeds."),
    "get": CommandEntry("get", "Get a dataset: negotiate, transfer, check, save."),
    "sync": CommandEntry("sync", "Keep a folder up to date with the data of all agreements."),
    "asset": CommandEntry("asset", "Assets of this participant."),
    "description": CommandEntry("description", "Signed self-descriptions: show them, check any."),
    "policy": CommandEntry("policy", "Policies: check, explain, compare, try out, fill in from templates."),
    "catalog": CommandEntry("catalog", "Catalogue of a participant, or the list of participants."),
    "participant": CommandEntry("participant", "Participants of the data space: list, block, unblock."),
    "negotiation": CommandEntry("negotiation", "Contract negotiations as provider and as consumer."),
    "agreement": CommandEntry("agreement", "Agreements as provider and as consumer."),
    "transfer": CommandEntry("transfer", "Transfers as provider and as consumer."),
    "subscription": CommandEntry("subscription", "Subscriptions: get the data of agreements regularly."),
    "received": CommandEntry("received", "Received files: list them, remove old ones."),
    "need": CommandEntry("need", "Needs for data: post them, answer those of others."),
    "event": CommandEntry("event", "Events that policies can refer to."),
    "consent": CommandEntry("consent", "Consents of persons whom data is about."),
    "credential": CommandEntry("credential", "Credentials that this participant shows to others."),
    "issuer": CommandEntry("issuer", "Credentials that this process issues to members."),
    "privacy": CommandEntry("privacy", "Data protection: record of processing, late duties, vetoes."),
    "audit": CommandEntry("audit", "The audit log: list, show, export, verify."),
    "hold": CommandEntry("hold", "Holds: processes that wait for a person."),
    "user": CommandEntry("user", "Users: people who sign in to the pages."),
    "dataplane": CommandEntry("dataplane", "Data planes in processes of their own."),
    "tenant": CommandEntry("tenant", "Tenants: other participants in the process of this one."),
    "store": CommandEntry("store", "The store: move it to another database."),
    "broker": CommandEntry("broker", "The broker: run it, or show its state."),
    "authority": CommandEntry("authority", "The authority of a data space: its keys, its members, the signed list."),
    "join": CommandEntry("join", "Become a member of a data space by an invitation."),
    "roster": CommandEntry("roster", "The participant list, for the data-space operator."),
    "backup": CommandEntry("backup", "Write a backup of a connector or a broker."),
    "restore": CommandEntry("restore", "Restore a backup into a folder."),
    "version": CommandEntry("version", "Show the version."),
}


class CommandGroup(TyperGroup):
    """The first level of commands; the module of a word is imported when it is used, so that help is quick."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is typer's
        """Return the words in the order of the help."""
        return list(WORDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the module of a word and return its command. Raises Failure for an unknown word."""
        word = WORDS.get(cmd_name)
        if word is None:
            near = difflib.get_close_matches(cmd_name, WORDS, n=1)
            if near:
                raise Failure(Code.USAGE, "errors.near-command", word=cmd_name, near=near[0])
            raise Failure(Code.USAGE, "errors.unknown-command", word=cmd_name)
        module = importlib.import_module(f"connector.cli.commands.{word.module}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command if ctx is None else translate_help(command, ctx.obj or "en")

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the words of the help without an import."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, translate_paragraphs(word.help, ctx.obj or "en")) for name, word in WORDS.items()]
            )


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
    """Run a command line (default: that of this process) and return its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    language = find_language(given)
    command = translate_help(typer.main.get_command(app), language)
    try:
        result = command.main(args=_move_leading(given), prog_name="datenkontor", standalone_mode=False, obj=language)
    except Failure as failure:
        _print_error(failure.say(language))
        return failure.code
    except typer.Abort:
        return Code.INTERRUPTED
    except TyperException as error:
        if error.message.startswith(say(language, "usage.prefix")):
            # For a noun without a verb, typer puts the whole help into the error.
            print(error.message, file=sys.stderr)
            return Code.USAGE
        _print_error(explain_usage(error.format_message(), language))
        return error.exit_code
    except BrokenPipeError:
        # The reader has closed the pipe (`| head`); the interpreter must not complain when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Code.FAILED
    return result if isinstance(result, int) else Code.OK


def _move_leading(arguments: list[str]) -> list[str]:
    """Return the arguments with `--lang` and `--json` behind the command if they stand before it.

    >>> _move_leading(["--lang", "de", "--json", "asset", "list"])
    ['asset', 'list', '--lang', 'de', '--json']
    """
    arguments = _drop_needless(arguments)
    at = 0
    while arguments[at : at + 1] and arguments[at].partition("=")[0] in {"--lang", "--json"}:
        at += 2 if arguments[at] == "--lang" else 1
    leading, rest = arguments[:at], arguments[at:]
    if not rest or rest[0].startswith("-"):
        return rest  # the help of all commands, which is in the language already
    end = rest.index("--") if "--" in rest else len(rest)
    return [*rest[:end], *leading, *rest[end:]]


def _drop_needless(arguments: list[str]) -> list[str]:
    """Return the arguments without `--lang` and `--json` where the help is shown, which is in the language already.

    A noun has no such options itself.

    >>> _drop_needless(["audit", "--help", "--lang", "de"])
    ['audit', '--help']
    """
    bare, rest = [], iter(arguments)
    for argument in rest:
        if argument == "--lang":
            next(rest, None)
        elif argument.partition("=")[0] not in {"--lang", "--json"}:
            bare.append(argument)
    word = WORDS.get(bare[0]) if len(bare) == 1 else None
    asked = {"--help", "-h"} & set(bare) and "--" not in bare
    return bare if asked or (word is not None and _is_noun(word)) else arguments


def _is_noun(word: CommandEntry) -> bool:
    command = typer.main.get_command(importlib.import_module(f"connector.cli.commands.{word.module}").app)
    return isinstance(command, TyperGroup)


def run() -> None:
    """Run the command line of this process and exit."""
    sys.excepthook = _report_unforeseen
    sys.exit(main())


def _print_error(sentence: str) -> None:
    print(f"datenkontor: {strip_controls(sentence)}", file=sys.stderr)


_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})


def _describe_system_fault(error: OSError) -> str:
    """Return an error of the system as a sentence, with the file that it is about, and without its number."""
    reason = error.strerror or str(error) or "the disk failed"
    if error.errno in _NO_SPACE:
        return f"{error.filename or 'A file'} cannot be written ({reason}): make room, then make the same call again."
    return f"{error.filename} cannot be used: {reason}." if error.filename else f"{reason}."


def _report_unforeseen(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Report an unforeseen error in one sentence; with DATENKONTOR_TRACE=1 also its trace."""
    if os.environ.get("DATENKONTOR_TRACE"):
        traceback.print_exception(kind, error, trace)
    sentence = _describe_system_fault(error) if isinstance(error, OSError) else str(error) or kind.__name__
    # Errors of this package are sentences already; others are not meant for people.
    own = kind.__module__.startswith("connector.") or isinstance(error, OSError)
    language = find_language(sys.argv[1:])
    if own:
        _print_error(say_translated(language, "errors.reported", {"reason": {"en": sentence}}))
    else:
        _print_error(say(language, "errors.unforeseen", reason=sentence, kind=kind.__name__))
