"""One way to declare a command: its function gets a `Call`, and the options every command has are added here.

So `--json`, `--lang` and, where a connector is spoken to, `--settings`, `--connector` and `--key` are the same in all
commands, and none can be without an example.
"""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output
from connector.cli.frame.words import choose_language

Parameters = ParamSpec("Parameters")
Function = Callable[Concatenate[CommandCall, Parameters], None]

_JSON = Annotated[bool, typer.Option("--json", help="Print the result as JSON and nothing else.")]
_LANG = Annotated[
    str | None, typer.Option(metavar="de|en", envvar="DATENKONTOR_LANG", help="Language of sentences; else LANG's.")
]
_SETTINGS = Annotated[
    Path | None,
    typer.Option(metavar="FILE", envvar="DATENKONTOR_SETTINGS", help="Settings file; else ./datenkontor.toml."),
]
_URL_HELP = "Management address; else the settings'."
_URL = Annotated[
    str | None, typer.Option("--connector", "--url", metavar="URL", envvar="DATENKONTOR_URL", help=_URL_HELP)
]
# Where a command has a --url of its own, the data's, the long name remains.
_URL_LONG = Annotated[str | None, typer.Option("--connector", metavar="URL", envvar="DATENKONTOR_URL", help=_URL_HELP)]
_KEY = Annotated[
    str | None,
    typer.Option(metavar="KEY", envvar="DATENKONTOR_KEY", help="Management key, as `init` showed it."),
]

_LOCAL: dict[str, tuple[Any, Any]] = {"json": (_JSON, False), "lang": (_LANG, None)}
_HERE = {"settings": (_SETTINGS, None), **_LOCAL}
_REMOTE = {"settings": (_SETTINGS, None), "connector": (_URL, None), "key": (_KEY, None), **_LOCAL}

# Options that several commands share, each with one wording.
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=500, help="Rows of one page.")]
AfterOption = Annotated[str | None, typer.Option("--after", metavar="CURSOR", help="Go on after this cursor.")]
AllOption = Annotated[bool, typer.Option("--all", help="Fetch all pages.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="What the counter-party is told.")]
PolicyOption = Annotated[Path | None, typer.Option("--policy", metavar="FILE", help="ODRL Offer as JSON.")]
TimeoutOption = Annotated[float, typer.Option("--timeout", min=0, metavar="SECONDS", help="Wait at most so long.")]


def instant(text: str | None) -> datetime | None:
    """Read a time; without a zone it is UTC. Raises Failure."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Failure(Code.USAGE, f"{text} is no time: write it as 2026-05-04T12:00Z.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def group(help: str) -> typer.Typer:
    """Return an empty noun, to which verbs are added."""
    app = typer.Typer(help=help, no_args_is_help=True, rich_markup_mode=None, add_completion=False)
    # With a callback a noun of one verb stays a noun.
    app.callback()(lambda: None)
    return app


def single() -> typer.Typer:
    """Return a word that is a command itself; exactly one command is added."""
    return typer.Typer(rich_markup_mode=None, add_completion=False)


def command(
    app: typer.Typer,
    name: str,
    *,
    example: str,
    needs: str = "connector",
    faults: tuple[type[Exception], ...] = (),
) -> Callable[[Function[Parameters]], Function[Parameters]]:
    """Register a command under `app`; its docstring is its help.

    Parameters:
        example: a whole command line; several are separated by newlines.
        needs: `connector` (management API), `settings` (the file alone) or `nothing`.
        faults: errors of other rooms that are expected here; their text becomes the sentence of a Failure.
    """
    shared = {"connector": _REMOTE, "settings": _HERE, "nothing": _LOCAL}[needs]

    def register(function: Function[Parameters]) -> Function[Parameters]:
        run: Callable[..., None] = function
        own = list(inspect.signature(function).parameters.values())[1:]
        options = dict(shared)
        if "connector" in options and "url" in {parameter.name for parameter in own}:
            options["connector"] = (_URL_LONG, None)
        added = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for name, (annotation, default) in options.items()
        ]

        def called(**values: Any) -> None:
            given = {name: values.pop(name) for name in shared}
            output = Output(json=given["json"], lang=choose_language(given["lang"]))
            at = {name: given.get(name) for name in ("settings", "connector", "key")}
            try:
                run(CommandCall(output=output, **at), **values)
            except faults as fault:
                raise Failure(Code.FAILED, str(fault)) from None

        parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own] + added
        # typer reads both: the signature for the order, the annotations for the types.
        called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # PEP 362 attribute
        called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        called.__doc__ = function.__doc__
        first = inspect.cleandoc(function.__doc__ or "").partition("\n")[0]
        app.command(name, epilog=_examples(example), short_help=first)(called)
        return function

    return register


def _examples(example: str) -> str:
    lines = "\n".join(f"  {line.strip()}" for line in example.strip().splitlines())
    # \b keeps the help formatter from wrapping a command line.
    return f"\b\nExample:\n{lines}"
