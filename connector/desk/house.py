"""What each person of a participant may take of what a broker grants that participant.

A broker knows participants, and no persons. So the participant shares out by itself what it has there: requests at
once, needs and saved searches. Who has what is in memory while the process runs: nothing of a person is stored or sent.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Protocol, TypeVar

from connector.broker.board.needs import NEEDS_OPEN
from connector.broker.board.saved import SEARCHES
from connector.controlplane.core.errors import NotAllowed
from connector.language.catalogue import say_in_all
from connector.net.slots import CallerShares, Slots

AT_ONCE, WAITING = 2, 30
"""The requests of one person to the broker that are in work, of the four of a participant, and those that wait."""

_PERSONS = 10_000


class _Made(Protocol):
    @property
    def id(self) -> str: ...


M = TypeVar("M", bound=_Made)


class Quota(StrEnum):
    """What a broker keeps for a participant, and counts."""

    NEED = "need"
    SEARCH = "search"


MOST = {Quota.NEED: NEEDS_OPEN // 2, Quota.SEARCH: SEARCHES // 2}
"""How many of them one person may have made that are still kept: half, so that no person uses up all."""

_SENTENCES = {Quota.NEED: "needing.share", Quota.SEARCH: "saving.share"}


class HouseShares:
    """The shares of the people of one participant, by the names with which they sign in."""

    def __init__(self) -> None:
        self._places = CallerShares(at_once=AT_ONCE, waiting=WAITING)
        self._turns = Slots(total=_PERSONS, per_origin=1)
        self._made: dict[tuple[str, Quota], frozenset[str]] = {}

    @asynccontextmanager
    async def take_place(self, person: str) -> AsyncIterator[None]:
        """Hold a place for one request of a person to the broker. Raises NotAllowed if too many of hers wait."""
        if not await self._places.enter(person):
            raise NotAllowed("too-many", *_say("finding.share-busy", most=WAITING))
        try:
            yield
        finally:
            self._places.leave(person)

    async def make(
        self,
        person: str,
        kind: Quota,
        *,
        list_living: Callable[[], Awaitable[Collection[str]]],
        create: Callable[[], Awaitable[M]],
    ) -> M:
        """Return what `create` makes at the broker for a person, one after the other.

        `list_living` returns the identifiers of what the participant has there: what ended counts no more, whoever
        ended it. Raises NotAllowed if the person has made her share of them, and what the two functions raise.
        """
        await self._turns.enter(person)
        try:
            living = await list_living()
            made = self._made.get((person, kind), frozenset()).intersection(living)
            if len(made) >= MOST[kind]:
                raise NotAllowed("share", *_say(_SENTENCES[kind], most=MOST[kind]))
            created = await create()
            self._made[person, kind] = made | {created.id}
            return created
        finally:
            self._turns.leave(person)


def _say(key: str, most: int) -> tuple[str, dict[str, str]]:
    """Return a sentence in English, and in each language."""
    texts = say_in_all(key, most=most)
    return texts["en"], texts
