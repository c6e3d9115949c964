"""Policies from templates on the command line: `--set name=value`, and files that are not overwritten unasked."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.controlplane.core.errors import Invalid, NoSuchEntity
from connector.controlplane.judging.library import UnknownTemplate, template
from connector.controlplane.usecases import policies
from connector.policy.reading.templates import Input

SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the template; several times."),
]


@contextmanager
def translate_errors(file: Path | None = None) -> Iterator[None]:
    """Turn what a policy, a fact or a template cannot be into a Failure; `file` is named in it."""
    where = f"{file}: " if file else ""
    try:
        yield
    except Invalid as error:
        raise Failure(Code.USAGE, f"{where}{error.reason}") from None
    except NoSuchEntity as error:
        raise Failure(Code.NOT_FOUND, f"{where}{error.reason}") from None
    except UnknownTemplate as error:
        raise Failure(Code.NOT_FOUND, str(error)) from None


def read_sets(name: str, given: list[str] | None) -> dict[str, Input]:
    """Read `--set name=value` for a template; a parameter that takes several values may be set several times."""
    several = {entry.name for entry in template(name).parameter if entry.several}
    found: dict[str, Input] = {}
    lists: dict[str, list[str]] = {}
    for pair in given or ():
        parameter, sign, value = pair.partition("=")
        if not sign:
            raise Failure(Code.USAGE, f"A parameter is set as NAME=VALUE, and {pair} is not.")
        if parameter in several:
            lists.setdefault(parameter, []).append(value)
        elif parameter in found:
            raise Failure(Code.USAGE, f"The parameter {parameter} takes one value and is set twice.")
        else:
            found[parameter] = value
    return found | lists


def read_terms(name: str | None, sets: list[str] | None, policy: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the terms that `--template` and `--set`, or else `--policy`, name. Raises Failure for both at once."""
    if name is None:
        if sets:
            raise Failure(Code.USAGE, "--set belongs to a --template.")
        return policy
    if policy is not None:
        raise Failure(Code.USAGE, "Say the terms once: --policy or --template.")
    with translate_errors():
        return policies.fill_template(name, read_sets(name, sets))


def write_policy(call: CommandCall, path: Path, policy: Mapping[str, Any], *, yes: bool) -> None:
    """Write a policy as JSON; an existing file only with a person's consent. Raises Failure."""
    if path.exists():
        call.output.confirm(call.output.say("ask-overwrite", path=path), yes)
    try:
        path.write_text(json.dumps(policy, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise Failure(Code.FAILED, f"{path} cannot be written: {error.strerror}.") from None
