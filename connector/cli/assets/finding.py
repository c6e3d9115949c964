"""An asset is named by its identifier or by its title."""

from collections.abc import Callable
from typing import TypeVar

from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.finding import build_ambiguity, find_matches, name_assets
from connector.client.connector import Connector
from connector.client.frame.errors import NotFound

Result = TypeVar("Result")


def apply_to_asset(connector: Connector, word: str, action: Callable[[str], Result]) -> Result:
    """Return the result of an action on the asset with this identifier, else on the one with this title.

    Raises Failure if no asset or several have the title.
    """
    try:
        return action(word)
    except NotFound:
        return action(_find_titled(connector, word))


def _find_titled(connector: Connector, word: str) -> str:
    """Return the identifier of the asset with this title; a part of the title is enough if it is unique."""
    matches = find_matches(word, name_assets(connector))
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise build_ambiguity(word, matches)
    raise Failure(Code.NOT_FOUND, "errors.unknown-asset", word=word)
