"""Words that stand for a participant, a dataset or a process: an identifier, a name or title, or a part of one.

A word that stands for nothing is refused: an empty listing would say that there is nothing, where the word is wrong.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from connector.cli.frame.failure import Code, Failure
from connector.client.connector import Connector
from connector.client.frame.errors import KeyRefused
from connector.views.common import Page

_SHOWN = 10

Lookup = Callable[[str], Page[Any]]
"""Lists the entries of an identifier: a page with at least one entry if it has any."""


def find_matches(word: str, named: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the identifiers with this identifier or name, else those with a name of which the word is a part.

    >>> find_matches("amt", {"urn:1": ["Amt"], "urn:2": ["Tiefbauamt"]})
    ['urn:1']
    """
    if word in named:
        return [word]
    wanted = word.casefold()
    known = {one: [name.casefold() for name in (one, *names)] for one, names in named.items()}
    exact = [one for one, names in known.items() if wanted in names]
    return exact or [one for one, (_, *names) in known.items() if any(wanted in name for name in names)]


def find_participant(connector: Connector, word: str) -> str:
    """Return the identifier of the participant with this identifier or this name. Raises Failure."""
    return word if ":" in word else _choose_participant(word, _name_participants(connector))


def find_counterparty(connector: Connector, word: str, look: Lookup) -> str:
    """Return the identifier of a participant of the list, or of a former one of which `look` or an agreement knows.

    Raises Failure.
    """
    if ":" in word and look(word).items:
        return word
    named = _name_participants(connector)
    if ":" in word and not find_matches(word, named) and connector.agreements.list(counterparty=word, limit=1).items:
        return word
    return _choose_participant(word, named)


def find_dataset(connector: Connector, word: str, look: Lookup) -> str:
    """Return the identifier of an asset, or of a dataset of which `look`, an agreement or a negotiation knows.

    Raises Failure.
    """
    if look(word).items:
        return word
    named = name_assets(connector)
    agreed = [(found.dataset, found.title) for found in connector.agreements.all()]
    asked = [(found.dataset, found.title) for found in connector.negotiations.all()]
    for dataset, title in agreed + asked:
        named.setdefault(dataset, set()).update(title.values())
    return _choose(word, named, Failure(Code.NOT_FOUND, "errors.unknown-dataset", word=word))


def find_subject(connector: Connector, word: str, look: Lookup) -> str:
    """Return the identifier of a process, a participant or an asset of which the audit log knows. Raises Failure."""
    if look(word).items:
        return word
    named: dict[str, Iterable[str]] = {**name_assets(connector), **_name_participants(connector)}
    return _choose(word, named, Failure(Code.NOT_FOUND, "errors.nothing-recorded", process=word))


def name_assets(connector: Connector) -> dict[str, set[str]]:
    """Return the titles of the assets; none if the key may not see them."""
    with suppress(KeyRefused):
        return {asset.id: set(asset.title.values()) for asset in connector.assets.all(limit=500)}
    return {}


def build_ambiguity(word: str, matches: list[str]) -> Failure:
    """Return the failure of a word that several things have."""
    return Failure(
        Code.NOT_FOUND, "errors.ambiguous", count=len(matches), word=word, ids=", ".join(sorted(matches)[:_SHOWN])
    )


def _name_participants(connector: Connector) -> dict[str, tuple[str, ...]]:
    return {entry.id: (entry.name,) for entry in connector.participants.all()}


def _choose_participant(word: str, named: Mapping[str, Iterable[str]]) -> str:
    return _choose(word, named, Failure(Code.NOT_FOUND, "errors.unknown-participant", word=word))


def _choose(word: str, named: Mapping[str, Iterable[str]], unknown: Failure) -> str:
    """Return the one identifier for which a word stands. Raises Failure: `unknown` if it stands for none."""
    matches = find_matches(word, named)
    if len(matches) == 1:
        return matches[0]
    raise build_ambiguity(word, matches) if matches else unknown
