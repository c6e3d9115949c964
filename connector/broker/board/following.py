"""Those who follow a saved search: each is woken by changes that its search may find, and by no others."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from connector.ports.search_index import Query


class Follower(msgspec.Struct, frozen=True, eq=False):
    """A search, and the event that is set when something has changed that it may find."""

    query: Query
    changed: asyncio.Event


class Followers:
    """The present followers. Follow first, clear the event, read what is new, then wait: so nothing is missed."""

    def __init__(self) -> None:
        self._present: set[Follower] = set()

    def present(self) -> Sequence[Follower]:
        """Return those who follow now."""
        return tuple(self._present)

    @contextmanager
    def follow(self, query: Query) -> Iterator[asyncio.Event]:
        """Follow a search for a while."""
        follower = Follower(query, asyncio.Event())
        self._present.add(follower)
        try:
            yield follower.changed
        finally:
            self._present.discard(follower)
