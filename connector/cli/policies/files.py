"""Policies in files: read from JSON or Turtle, written as JSON, and the failures of both."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.controlplane.core.errors import Invalid, NoSuchEntity
from connector.controlplane.judging.library import UnknownTemplate
from connector.controlplane.judging.policy_input import from_turtle
from connector.policy.model.errors import PolicyError
from connector.views.handed_in import HandedInFault, decode_text, parse_json

LARGEST_POLICY = 1_000_000


@contextmanager
def translate_errors(file: Path | None = None) -> Iterator[None]:
    """Turn an error of a policy, a fact or a template into a Failure that names `file`."""
    try:
        yield
    except Invalid as error:
        raise _name_file(Code.USAGE, file, error.reason, error.reasons) from None
    except NoSuchEntity as error:
        raise _name_file(Code.NOT_FOUND, file, error.reason, error.reasons) from None
    except UnknownTemplate as error:
        raise _name_file(Code.NOT_FOUND, None, str(error), {}) from None


def _name_file(code: Code, file: Path | None, reason: str, reasons: Mapping[str, str]) -> Failure:
    told = {"en": reason, **reasons}
    return (
        Failure(code, "errors.in-file", file=file, reason=told)
        if file
        else Failure(code, "errors.reported", reason=told)
    )


def read_policy(path: Path | None) -> dict[str, Any] | None:
    """Read an ODRL policy from a file (`-` is standard input): a JSON object, or Turtle in a `.ttl` file.

    Raises Failure if it is neither.
    """
    if path is None:
        return None
    try:
        with (Path("/dev/stdin") if str(path) == "-" else path).open("rb") as file:
            content = file.read(LARGEST_POLICY + 1)
    except OSError as error:
        raise Failure(Code.USAGE, "errors.policy-unreadable", path=path, problem=error.strerror) from None
    if len(content) > LARGEST_POLICY:
        raise Failure(Code.USAGE, "errors.policy-size", path=path, largest_policy=LARGEST_POLICY)
    if path.suffix == ".ttl":
        try:
            return from_turtle(content)
        except PolicyError as error:
            raise Failure(Code.USAGE, "errors.policy-unusable", path=path, sentence={"en": error.sentence}) from None
    try:
        found = parse_json(content)
    except HandedInFault as fault:
        raise Failure(Code.USAGE, "errors.policy-malformed", path=path, fault={"en": str(fault)}) from None
    if isinstance(found, list) and found:
        # Expanded and flattened JSON-LD is an array of nodes, which is the same as a graph of them.
        return {"@graph": found}
    if not isinstance(found, dict):
        wanted = "it is not a JSON object: write the policy as one"
        raise Failure(Code.USAGE, "errors.policy-malformed", path=path, fault={"en": wanted})
    return found


def read_text(path: Path) -> str:
    """Read a text file in UTF-8. Raises Failure."""
    try:
        return decode_text(path.read_bytes())
    except OSError as error:
        raise Failure(Code.USAGE, "errors.file-unreadable", path=path, problem=error.strerror) from None
    except HandedInFault as fault:
        raise Failure(Code.USAGE, "errors.file-malformed", path=path, fault={"en": str(fault)}) from None


def write_policy(call: CommandCall, path: Path, policy: Mapping[str, Any], *, yes: bool) -> None:
    """Write a policy as JSON; ask before an existing file is overwritten. Raises Failure."""
    if path.exists():
        call.output.confirm(call.output.say("cli.ask-overwrite", path=path), yes)
    try:
        path.write_text(json.dumps(policy, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise Failure(Code.FAILED, "errors.not-writable", path=path, problem=error.strerror) from None
