"""Slots for requests in flight: a limited number for each origin and in all; who finds none waits for one."""

import asyncio
from collections import OrderedDict, deque

from connector.net.limits import ConcurrencyLimit

# More callers than a process has connections.
_CALLERS = 10_000


class Slots:
    """The slots of one transport. An origin without requests takes no memory.

    Whoever waits gets the first slot that it may have: while one is free, nobody waits who could take it, so a newcomer
    that finds one takes it from nobody.
    """

    def __init__(self, *, total: int, per_origin: int) -> None:
        self._taken = ConcurrencyLimit(total=total, per_key=per_origin)
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    async def enter(self, origin: str) -> None:
        """Take a slot, and wait for it in turn; each return needs one `leave`."""
        if self._taken.enter(origin):
            return
        place = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(origin, deque()).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.leave(origin)
            else:
                self._forget(origin, place)
            raise

    def leave(self, origin: str) -> None:
        """Return a slot; raises KeyError if none was taken."""
        self._taken.leave(origin)
        if self._waiting:
            self._hand_on()

    def _hand_on(self) -> None:
        """Give the free slot to the origin that has waited longest and may have it; then it is that of others."""
        for origin, places in self._waiting.items():
            if self._taken.enter(origin):
                place = places[0]
                self._forget(origin, place)
                if origin in self._waiting:
                    self._waiting.move_to_end(origin)
                place.set_result(None)
                return

    def _forget(self, origin: str, place: asyncio.Future[None]) -> None:
        places = self._waiting[origin]
        places.remove(place)
        if not places:
            del self._waiting[origin]


class CallerShares:
    """The share of each caller in the work of a process: some of its requests at once, and some that wait.

    There is no number in all: nobody waits here for requests of others. In the queues behind, for threads and
    processes, a caller is in front of others with its share alone, however much it asks for.
    """

    def __init__(self, *, at_once: int = 4, waiting: int = 124) -> None:
        self._admitted = ConcurrencyLimit(total=_CALLERS, per_key=at_once + waiting)
        self._running = Slots(total=_CALLERS, per_origin=at_once)

    async def enter(self, caller: str) -> bool:
        """Take a place, and wait for it in turn; each True needs one `leave`. False if too many requests wait."""
        if not self._admitted.enter(caller):
            return False
        try:
            await self._running.enter(caller)
        except BaseException:
            self._admitted.leave(caller)
            raise
        return True

    def leave(self, caller: str) -> None:
        """Return a place; raises KeyError if none was taken."""
        self._running.leave(caller)
        self._admitted.leave(caller)
