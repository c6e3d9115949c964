"""Slots for requests in flight: a limited number for each origin and in all; who finds none waits for one."""

import asyncio

from connector.net.limits import ConcurrencyLimit

# More callers than a process has connections.
_CALLERS = 10_000


class _Gate:
    __slots__ = ("free", "users")

    def __init__(self, size: int) -> None:
        self.free = asyncio.Semaphore(size)
        self.users = 0


class Slots:
    """The slots of one transport. An origin without requests takes no memory."""

    def __init__(self, *, total: int, per_origin: int) -> None:
        self._total = asyncio.Semaphore(total)
        self._per_origin = per_origin
        self._gates: dict[str, _Gate] = {}

    async def enter(self, origin: str) -> None:
        """Take a slot, and wait for it in turn; each return needs one `leave`."""
        gate = self._gates.get(origin)
        if gate is None:
            gate = self._gates[origin] = _Gate(self._per_origin)
        gate.users += 1
        try:
            await gate.free.acquire()
            try:
                await self._total.acquire()
            except BaseException:
                gate.free.release()
                raise
        except BaseException:
            self._forget(origin, gate)
            raise

    def leave(self, origin: str) -> None:
        """Return a slot; raises KeyError if none was taken."""
        gate = self._gates[origin]
        self._total.release()
        gate.free.release()
        self._forget(origin, gate)

    def _forget(self, origin: str, gate: _Gate) -> None:
        gate.users -= 1
        if gate.users == 0:
            del self._gates[origin]


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
