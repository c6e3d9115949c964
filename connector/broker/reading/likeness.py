"""What a Dataset states to be: its `dct:identifier` and the addresses of its distributions.

Datasets of two publishers that state the same are possibly one. Nothing more follows from it: anybody can state
anything. Pure.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from connector.broker.reading.members import find_values, read_word
from connector.ports.broker_store import Entry

KEYS = 8
"""The most keys of one entry."""

# Portals and registers number from one: so short an identifier is that of many datasets.
_LEAST = 8
_DISTRIBUTIONS = 20
_ADDRESSES = ("dcat:downloadURL", "dcat:accessURL")
_WEB = re.compile(r"https?://", re.IGNORECASE)


class Likeness(NamedTuple):
    """One thing that a Dataset states to be: `identifier` or `distribution`, and its value."""

    kind: str
    value: str

    @property
    def key(self) -> str:
        """The key of the index: a hash, because values are of any length."""
        return hashlib.sha256(f"{self.kind} {self.value}".encode("utf-8", "replace")).hexdigest()[:32]


def list_likenesses(members: dict[str, Any]) -> list[Likeness]:
    """Return what a parsed Dataset states to be, each once, at most `KEYS`.

    >>> list_likenesses({"@id": "urn:a", "dct:identifier": "https://doi.example/10.1"})
    [Likeness(kind='identifier', value='https://doi.example/10.1')]
    """
    found = dict.fromkeys(Likeness("identifier", name) for name in _read(members, ("dct:identifier",)))
    files = [entry for entry in find_values(members, "dcat:distribution") if isinstance(entry, dict)]
    for file in files[:_DISTRIBUTIONS]:
        found |= dict.fromkeys(Likeness("distribution", url) for url in _read(file, _ADDRESSES) if _WEB.match(url))
    return list(found)[:KEYS]


def _read(members: dict[str, Any], terms: Iterable[str]) -> Iterator[str]:
    words_of = (read_word(value) for term in terms for value in find_values(members, term))
    return (word for word in words_of if len(word) >= _LEAST)


def agree(one: Entry, other: Entry) -> bool:
    """Return whether two entries that are possibly one say the same to who searches: title, licence and price.

    Those that do are one result. Others contradict each other: both are shown, and marked.
    """
    stated = [(frozenset(entry.statements.licences), frozenset(entry.statements.prices)) for entry in (one, other)]
    shared = one.titles.keys() & other.titles.keys()
    titles = [{_fold(entry.titles[tag]) for tag in shared or entry.titles} for entry in (one, other)]
    return stated[0] == stated[1] and bool(titles[0] & titles[1])


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())
