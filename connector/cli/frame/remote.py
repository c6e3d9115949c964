"""The connector a command speaks to: its address and key, what may go wrong there, pages, and policies from files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Columns
from connector.client.connector import Connector
from connector.client.frame.errors import ClientError
from connector.client.frame.flow import Page
from connector.controlplane.judging.policy_input import from_turtle
from connector.policy.model.decision import PolicyError

LARGEST_POLICY = 1_000_000

Item = TypeVar("Item")


@contextmanager
def connect(call: CommandCall) -> Iterator[Connector]:
    """Speak to the connector of this call; what goes wrong there is a Failure, with the exit code the client names."""
    try:
        with Connector(*find_door(call)) as connector:
            yield connector
    except ClientError as error:
        raise Failure(Code(error.exit_code), error.reasons.get(call.output.lang, error.reason)) from None


def find_door(call: CommandCall) -> tuple[str, str]:
    """Return the management address and the key of a call. Raises Failure where one is missing."""
    if not call.key:
        raise Failure(Code.USAGE, "There is no management key: set DATENKONTOR_KEY, or give --key.")
    if call.connector:
        return call.connector, call.key
    if call.settings is None and not call.file.exists():
        raise Failure(
            Code.USAGE, "No connector is named: give --settings FILE or --connector URL, or go to its folder."
        )
    management = call.read_settings().management
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(management.host, management.host)  # noqa: S104 - compared only
    return f"http://{f'[{host}]' if ':' in host else host}:{management.port}", call.key


def print_listing(
    call: CommandCall,
    fetch: Callable[[int, str | None], Page[Item]],
    columns: Columns[Item],
    *,
    limit: int,
    after: str | None,
    everything: bool,
) -> None:
    """Print a page of a listing, or all pages from `after` on."""
    page = fetch(limit, after)
    rows = list(page.items)
    while everything and page.next is not None:
        page = fetch(limit, page.next)
        rows += page.items
    call.output.rows(rows, columns, after=page.next)


def read_policy(path: Path | None) -> dict[str, Any] | None:
    """Read an ODRL policy from a file (`-` is standard input): a JSON object, or Turtle in a file `….ttl`.

    Raises Failure where it is neither.
    """
    if path is None:
        return None
    try:
        with (Path("/dev/stdin") if str(path) == "-" else path).open("rb") as file:
            content = file.read(LARGEST_POLICY + 1)
    except OSError as error:
        raise Failure(Code.USAGE, f"The policy {path} cannot be read: {error.strerror}.") from None
    if len(content) > LARGEST_POLICY:
        raise Failure(Code.USAGE, f"The policy {path} is larger than {LARGEST_POLICY} bytes.")
    if path.suffix == ".ttl":
        try:
            return from_turtle(content)
        except PolicyError as error:
            raise Failure(Code.USAGE, f"The policy {path} cannot be used: {error.sentence}") from None
    try:
        policy: dict[str, Any] = msgspec.json.decode(content, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise Failure(Code.USAGE, f"The policy {path} is not a JSON object: {error}.") from None
    return policy


def participant(connector: Connector, word: str) -> str:
    """Return the identifier of the participant whose identifier, or whose name alone, is `word`. Raises Failure."""
    if ":" in word:
        return word
    known = list(connector.participants.all())
    found = [entry.id for entry in known if word.lower() in {entry.id.lower(), entry.name.lower()}]
    if not found:
        # A part of the name is enough where it leaves no doubt.
        found = [entry.id for entry in known if word.lower() in entry.name.lower()]
    if len(found) == 1:
        return found[0]
    if found:
        raise Failure(Code.USAGE, f"{word} may be {', '.join(sorted(found))}: give the identifier.")
    raise Failure(Code.NOT_FOUND, f"There is no participant {word}: `datenkontor catalog` lists who there is.")


def choose_text(texts: dict[str, str], lang: str) -> str:
    """Return a text in the language of the call, else in any."""
    return texts.get(lang) or next(iter(texts.values()), "")
