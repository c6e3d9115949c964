"""Policies from templates on the command line: `--template NAME` and `--set NAME=VALUE`."""

from typing import Annotated, Any

import typer

from connector.cli.frame.failure import Code, Failure
from connector.cli.policies.files import translate_errors
from connector.controlplane.judging.library import template
from connector.controlplane.usecases import policies
from connector.policy.reading.templates import Input

SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Value of a template parameter. May be repeated."),
]


def read_parameters(name: str, given: list[str] | None) -> dict[str, Input]:
    """Return the values of `--set NAME=VALUE`; a parameter that takes several values may be set several times."""
    several = {entry.name for entry in template(name).parameter if entry.several}
    single: dict[str, Input] = {}
    lists: dict[str, list[str]] = {}
    for pair in given or ():
        parameter, sign, value = pair.partition("=")
        if not sign:
            raise Failure(Code.USAGE, "errors.parameter-value", pair=pair)
        if parameter in several:
            lists.setdefault(parameter, []).append(value)
        elif parameter in single:
            raise Failure(Code.USAGE, "errors.parameter-twice", parameter=parameter)
        else:
            single[parameter] = value
    return single | lists


def choose_policy(name: str | None, sets: list[str] | None, policy: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the policy of `--template` and `--set`, or that of `--policy`. Raises Failure if both are given."""
    if name is None:
        if sets:
            raise Failure(Code.USAGE, "errors.set-template")
        return policy
    if policy is not None:
        raise Failure(Code.USAGE, "errors.policy-or-template")
    return fill_template(name, sets)


def fill_template(name: str, sets: list[str] | None) -> dict[str, Any]:
    """Return the policy of a template with its parameters filled in. Raises Failure."""
    with translate_errors():
        return policies.fill_template(name, read_parameters(name, sets))
