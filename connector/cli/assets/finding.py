"""An asset is named by its identifier or by its title."""

from collections.abc import Callable
from typing import TypeVar

from connector.cli.frame.failure import Code, Failure
from connector.client.connector import Connector
from connector.client.frame.errors import NotFound
from connector.views.assets import AssetView

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
    named = word.casefold()
    known = list(connector.assets.all(limit=500))
    matches = [asset for asset in known if named in _list_titles(asset)]
    if not matches:
        matches = [asset for asset in known if any(named in title for title in _list_titles(asset))]
    if len(matches) == 1:
        return matches[0].id
    if matches:
        ids = ", ".join(asset.id for asset in matches[:10])
        raise Failure(Code.USAGE, "errors.ambiguous-asset", count=len(matches), word=word, ids=ids)
    raise Failure(Code.NOT_FOUND, "errors.unknown-asset", word=word)


def _list_titles(asset: AssetView) -> list[str]:
    return [title.casefold() for title in asset.title.values()]
