"""What issuers say later about self-descriptions: ended ones are removed (Bitstring Status List 1.0).

The issuers are those who pushed them, and those of the credentials that were shown with the push: with the membership
of a participant ends all that it has pushed.

Each list is fetched once for all descriptions on it, at the pace at which lists are used, and at once after the news of
a participant, which is a change notice. Nobody sends an event for a list, so this alone is asked again and again;
without a description on a list, the task sleeps.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from connector.ports.credentials import CredentialStatuses
from connector.ports.descriptions import DescriptionStore, NamedList
from connector.ports.identity import AuthenticationUnavailable, Unauthenticated
from connector.protocol.dcp.claims import StatusEntry

log = logging.getLogger(__name__)

APART_S = 300.0
"""The seconds between two looks at all lists."""
UNKNOWN_MS = 86_400_000
"""How long descriptions stay whose list says nothing, in ms: nobody knows any more whether they hold."""
BATCH = 100


class StatusWatch:
    """Removes self-descriptions that their issuers have ended. `now` returns ms since the Unix epoch.

    `changed(participant)` is called after entries of a participant were removed.
    """

    def __init__(
        self,
        store: DescriptionStore,
        statuses: CredentialStatuses,
        *,
        now: Callable[[], int],
        changed: Callable[[str], None],
    ) -> None:
        self._store = store
        self._statuses = statuses
        self._now = now
        self._changed = changed
        self._wake = asyncio.Event()
        self._news: set[str] = set()
        self._is_watching = True
        # Since when (ms) a list says nothing.
        self._silent: dict[NamedList, int] = {}

    def wake(self) -> None:
        """Look at the lists from now on: a description was pushed, and there may be a first one on a list."""
        if not self._is_watching:
            self._is_watching = True
            self._wake.set()

    def note_news(self, participant: str) -> None:
        """Fetch the lists that a participant issues anew: it may have ended something."""
        if self._is_watching:
            self._news.add(participant)
            self._wake.set()

    async def run(self) -> None:
        """Look at the lists until cancelled; an error is logged and the turn repeated later."""
        clock = asyncio.get_running_loop().time
        due = clock()
        while True:
            self._wake.clear()
            try:
                await self.follow_news()
                if clock() >= due:
                    due = clock() + APART_S
                    self._is_watching = await self.take_turn()
            except Exception:
                # The loop of a task: a record that is unavailable must not end all looking.
                log.exception("the status lists of self-descriptions were not looked at")
                self._is_watching = True
            with contextlib.suppress(TimeoutError):
                # News does not put off the next look at all lists.
                async with asyncio.timeout(max(due - clock(), 0) if self._is_watching else None):
                    await self._wake.wait()

    async def take_turn(self) -> bool:
        """Look at every list; return whether there is one."""
        named = await self._store.named_lists()
        for one in named:
            await self._look(one)
        self._silent = {one: since for one, since in self._silent.items() if one in set(named)}
        return bool(named)

    async def follow_news(self) -> None:
        """Fetch the lists of those who have news, and look at them."""
        while self._news:
            participant = self._news.pop()
            named = await self._store.named_lists(participant)
            if named:
                self._statuses.forget(participant)
            for one in named:
                await self._look(one)

    async def _look(self, named: NamedList) -> None:
        """Remove the descriptions that a list says have ended, or about which it has long said nothing."""
        rows = await self._store.named_on(named)
        try:
            ended = [name for name, status in rows if await self._is_ended(named, status)]
        except (Unauthenticated, AuthenticationUnavailable) as fault:
            since = self._silent.setdefault(named, self._now())
            if self._now() - since < UNKNOWN_MS:
                log.warning("a status list says nothing: %s", fault, extra={"peer": named.issuer})
                return
            # Others whose list is silent have the participant list to say who is a member.
            ended = [name for name, _ in rows if await self._is_own(named, name)]
        else:
            self._silent.pop(named, None)
        await self._drop(list(dict.fromkeys(ended)))

    async def _is_ended(self, named: NamedList, status: StatusEntry) -> bool:
        return await self._statuses.find_ended(named.issuer, (status,)) is not None

    async def _is_own(self, named: NamedList, name: str) -> bool:
        """Return whether the participant of a description issues the list itself."""
        found = await self._store.description(name)
        return found is not None and found.participant == named.issuer

    async def _drop(self, names: list[str]) -> None:
        for begin in range(0, len(names), BATCH):
            batch = names[begin : begin + BATCH]
            found = [await self._store.description(name) for name in batch]
            removed = await self._store.drop_descriptions(batch, self._now())
            for participant in sorted({one.participant for one in found if one is not None}):
                log.info("self-descriptions removed: an issuer has ended them", extra={"peer": participant})
                if removed:
                    self._changed(participant)
