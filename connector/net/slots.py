"""Slots for requests in flight: a limited number for each origin and in all; who finds none waits for one."""

import asyncio


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
