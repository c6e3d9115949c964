"""Places at which servers of the operator tell this data plane of changes: one for each open subscription.

Each place has a token of its own, which only the server is told, and which is valid while the place is open. A
notification is answered when it is stored. What cannot be stored in time is refused, and its reader has to look anew.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from connector.dataplane.control.tokens import hash_token, make_token, matches
from connector.net.aside import work_aside
from connector.ports.flow import Cause, SourceError

NOTICES = "/notifications"
LARGEST_NOTICE = 1024 * 1024
_MOST_WAITING = 64
_MOST_ENTITIES = 256
_PATIENCE_S = 15.0


class BadNotice(Exception):
    """A notification that is refused; the message is one sentence for the server that sent it."""


class NoticesBusy(Exception):
    """Notifications are not stored as fast as they come."""


@dataclass(frozen=True)
class ToldEntity:
    """An entity as it is now: `key` stands for its identifier, `digest` for its content; None if it is too large."""

    key: bytes
    digest: bytes
    data: bytes | None


@dataclass(eq=False)
class ToldTogether:
    """Entities that were told together, and whether they are stored; `since` is set behind the last one of a look."""

    entities: Sequence[ToldEntity]
    since: str | None = None
    stored: asyncio.Event = field(default_factory=asyncio.Event)


class NoticePlace:
    """The place of one subscription: what was told waits here, a bounded number, in order.

    `read` reads a notification, and raises BadNotice. `note` gets what a server has told before it waits here.
    """

    def __init__(
        self,
        url: str,
        read: Callable[[bytes], Sequence[ToldEntity]],
        note: Callable[[Sequence[ToldEntity]], None],
    ) -> None:
        self.url = url
        self.token = make_token()
        self._hash = hash_token(self.token)
        self._read = read
        self._note = note
        self._telling = 0
        self._waiting: deque[ToldTogether] = deque()
        self._changed = asyncio.Event()
        self._broken: SourceError | None = None

    def is_open_to(self, token: str) -> bool:
        """Return whether a token is that of this place."""
        return matches(token, self._hash)

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Count a notification while it is taken. Raises NoticesBusy if there are too many."""
        if self._telling >= _MOST_WAITING:
            raise NoticesBusy
        self._telling += 1
        try:
            yield
        finally:
            self._telling -= 1

    async def tell(self, body: bytes) -> None:
        """Take a notification, and wait until it is stored. Raises BadNotice, NoticesBusy."""
        told = ToldTogether(await work_aside(len(body), lambda: self._read(body)))
        if not told.entities:
            return
        if self._broken is not None or len(self._waiting) >= _MOST_WAITING:
            raise NoticesBusy
        self._note(told.entities)
        self._add(told)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await told.stored.wait()
        except TimeoutError:
            raise NoticesBusy from None

    async def put(self, told: ToldTogether) -> None:
        """Add what a look has found, as soon as there is room for it."""
        while len(self._waiting) >= _MOST_WAITING:
            self._changed.clear()
            await self._changed.wait()
        self._add(told)

    async def take(self) -> list[ToldTogether]:
        """Wait for what is told, and return a bounded number of it. Raises SourceError once the place is broken off."""
        while not self._waiting:
            if self._broken is not None:
                raise self._broken
            self._changed.clear()
            await self._changed.wait()
        taken, count = list[ToldTogether](), 0
        while self._waiting and (not taken or count + len(self._waiting[0].entities) <= _MOST_ENTITIES):
            taken.append(self._waiting.popleft())
            count += len(taken[-1].entities)
        self._changed.set()
        return taken

    def break_off(self, error: SourceError) -> None:
        """Take nothing more; `take` raises the error once nothing waits."""
        self._broken = self._broken or error
        self._changed.set()

    def _add(self, told: ToldTogether) -> None:
        self._waiting.append(told)
        self._changed.set()


class Notices:
    """The open places below a URL at which the listener of this data plane is reached."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url
        self._places: dict[str, NoticePlace] = {}

    @contextmanager
    def open(
        self,
        name: str,
        read: Callable[[bytes], Sequence[ToldEntity]],
        note: Callable[[Sequence[ToldEntity]], None],
        base: str = "",
    ) -> Iterator[NoticePlace]:
        """Open the place with a name of ours; `base` is the URL of the listener for a server that knows another one."""
        url = f"{(base or self._public_url).rstrip('/')}{NOTICES}/{name}"
        place = self._places[name] = NoticePlace(url, read, note)
        try:
            yield place
        finally:
            place.break_off(SourceError("The subscription is closed.", Cause.UNAVAILABLE))
            if self._places.get(name) is place:
                del self._places[name]

    def find(self, name: str, token: str) -> NoticePlace | None:
        """Return the open place with a name and a token; None without one, whichever of the two is wrong."""
        place = self._places.get(name)
        return place if place is not None and place.is_open_to(token) else None
