"""The declaration of a command: its function receives a `CommandCall`; the shared options are added here.

`--json`, `--lang` and, for commands that call a connector, `--settings`, `--connector` and `--key` are the same in all
commands. No command can be declared without an example.
"""

import inspect
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from connector.cli.frame.context import CommandCall, find_settings
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output, choose_language
from connector.cli.frame.zone import find_zone
from connector.language.catalogue import LANGUAGES
from connector.views.conversion import read_end

Parameters = ParamSpec("Parameters")
Function = Callable[Concatenate[CommandCall, Parameters], None]

_JSON = Annotated[bool, typer.Option("--json", help="Print the result as JSON and nothing else.")]
_LANG = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(LANGUAGES), envvar="DATENKONTOR_LANG", help="Language of sentences (default: that of LANG)."
    ),
]
_SETTINGS = Annotated[
    Path | None,
    typer.Option(metavar="FILE", envvar="DATENKONTOR_SETTINGS", help="Settings file (default: `./datenkontor.toml`)."),
]
_URL_HELP = "Address of the management API (default: that of the settings)."
_URL = Annotated[
    str | None, typer.Option("--connector", "--url", metavar="URL", envvar="DATENKONTOR_URL", help=_URL_HELP)
]
# Where a command has a --url of its own, the data's, the long name remains.
_URL_LONG = Annotated[str | None, typer.Option("--connector", metavar="URL", envvar="DATENKONTOR_URL", help=_URL_HELP)]
_KEY = Annotated[
    str | None,
    typer.Option(metavar="KEY", envvar="DATENKONTOR_KEY", help="Management key, as `init` printed it."),
]

_LOCAL: dict[str, tuple[Any, Any]] = {"json": (_JSON, False), "lang": (_LANG, None)}
_HERE = {"settings": (_SETTINGS, None), **_LOCAL}
_REMOTE = {"settings": (_SETTINGS, None), "connector": (_URL, None), "key": (_KEY, None), **_LOCAL}

# Options that several commands share, each with one wording.
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=500, help="Number of rows on a page.")]
AfterOption = Annotated[
    str | None, typer.Option("--after", metavar="CURSOR", help="Cursor of the page to show, as the last page named it.")
]
AllOption = Annotated[bool, typer.Option("--all", help="Fetch all pages.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Reason that the counterparty receives.")
]
PolicyOption = Annotated[
    Path | None, typer.Option("--policy", metavar="FILE", help="ODRL policy: JSON, or Turtle in a `.ttl` file.")
]
TimeoutOption = Annotated[
    float, typer.Option("--timeout", min=0, metavar="SECONDS", help="Maximum time to wait, in seconds.")
]


def parse_time(text: str | None, zone: tzinfo) -> datetime | None:
    """Parse a time in ISO 8601; one that states no zone is in the zone of the call. Raises Failure."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Failure(Code.USAGE, "errors.time", text=text[:50]) from None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def parse_end(text: str | None, zone: tzinfo) -> datetime | None:
    """Parse the end of a period in ISO 8601: a day belongs to the period, which ends with it. Raises Failure."""
    if text is None:
        return None
    try:
        return read_end(text, zone)
    except ValueError:
        raise Failure(Code.USAGE, "errors.time", text=text[:50]) from None


def check_period(begin: datetime | None, end: datetime | None) -> None:
    """Check that a period contains something: an empty answer would say that there is nothing. Raises Failure."""
    if begin is not None and end is not None and end <= begin:
        raise Failure(Code.USAGE, "errors.period")


def create_noun(help: str) -> typer.Typer:
    """Return an empty noun, to which verbs are added."""
    app = typer.Typer(help=help, no_args_is_help=True, rich_markup_mode=None, add_completion=False)
    # With a callback a noun of one verb stays a noun.
    app.callback()(lambda: None)
    return app


def create_part() -> typer.Typer:
    """Return a part of a noun: its verbs are those of the noun, which adds it without a name."""
    return typer.Typer(rich_markup_mode=None, add_completion=False)


def create_word() -> typer.Typer:
    """Return a word that is itself a command; exactly one command is added."""
    return typer.Typer(rich_markup_mode=None, add_completion=False)


def register(
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
        faults: errors of other rooms that the command expects; the text of one becomes the sentence of a Failure.
    """
    shared = {"connector": _REMOTE, "settings": _HERE, "nothing": _LOCAL}[needs]

    def decorate(function: Function[Parameters]) -> Function[Parameters]:
        run: Callable[..., None] = function
        own = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for parameter in list(inspect.signature(function).parameters.values())[1:]
        ]
        parameters = own + _build_shared(shared, own)

        def invoke(**values: Any) -> None:
            given = {name: values.pop(name) for name in shared}
            zone = find_zone(file=find_settings(given.get("settings")))
            output = Output(json=given["json"], lang=choose_language(given["lang"]), zone=zone)
            target = {name: given.get(name) for name in ("settings", "connector", "key")}
            try:
                run(CommandCall(output=output, **target), **values)
            except faults as fault:
                raise Failure(Code.FAILED, "errors.reported", reason={"en": str(fault)}) from None

        # typer reads both: the signature for the order, the annotations for the types.
        invoke.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # PEP 362 attribute
        invoke.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        invoke.__doc__ = function.__doc__
        first = inspect.cleandoc(function.__doc__ or "").partition("\n")[0]
        app.command(name, epilog=_format_examples(example), short_help=first)(invoke)
        return function

    return decorate


def _build_shared(shared: dict[str, tuple[Any, Any]], own: list[inspect.Parameter]) -> list[inspect.Parameter]:
    options = dict(shared)
    if "connector" in options and "url" in {parameter.name for parameter in own}:
        options["connector"] = (_URL_LONG, None)
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in options.items()
    ]


def _format_examples(example: str) -> str:
    lines = "\n".join(f"  {line.strip()}" for line in example.strip().splitlines())
    # \b keeps the help formatter from wrapping a command line.
    return f"\b\nExample:\n{lines}"
