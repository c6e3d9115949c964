"""No lease, no byte: the gate every stream of a flow passes.

A lease is the control plane's leave to move bytes (`ports.entities.Lease`). Its end is an event, not something to be
looked up now and then: a stream runs inside `Gate.passage()`, which cancels it at `valid_until` or the moment the lease
is taken away, wherever it waits. `Gate.spend()` asks again before every piece of data, so that nothing slips out
between the event and the cancellation.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from connector.ports.entities import Lease

NEVER_GRANTED = "the lease was not granted yet"
EXPIRED = "the lease has expired"
USED_UP = "the bytes that the lease allows are used up"
SUPERSEDED = "what may leave has changed"


class LeaseEnded(Exception):
    """Bytes may not move (any longer); `reason` is one clause for the operator and the peer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Volume:
    """The bytes that moved under one agreement, whatever its flows; those that are not yet booked are counted too."""

    def __init__(self, moved: int = 0) -> None:
        self.moved = moved


class Gate:
    """The leave of one flow, in memory. `now` gives ms since the epoch; `moved` are the bytes the flow has moved.

    `volume` is that of the agreement, shared by all its flows, so that they cannot use twice what is left.
    `used_up` is set once the bytes of the lease were not enough.
    """

    def __init__(self, now: Callable[[], int], moved: int = 0, volume: Volume | None = None) -> None:
        self._now = now
        self._lease: Lease | None = None
        self._epoch = -1
        self._closed = NEVER_GRANTED
        self._granted = asyncio.Event()
        self._passages: set[asyncio.Timeout] = set()
        self._outdated: set[asyncio.Timeout] = set()
        self._demanded: bytes | None = None
        self.moved = moved
        self.volume = volume or Volume(moved)
        self.used_up = False

    @property
    def in_passage(self) -> bool:
        """Tell whether a stream runs."""
        return bool(self._passages)

    @property
    def treatment(self) -> bytes:
        """What the lease demands to be done to the data (JSON). Raises LeaseEnded where there is no lease."""
        if self._lease is None:
            raise LeaseEnded(self._closed)
        return self._lease.treatment

    @property
    def max_uses(self) -> int | None:
        """How many uses of the agreement the lease allows in all."""
        return self._lease.max_uses if self._lease else None

    @property
    def counts(self) -> bool:
        """Tell whether the lease bounds bytes or uses, so that what moves has to be seen moving."""
        lease = self._lease
        return lease is not None and (lease.max_bytes, lease.max_uses, lease.max_per_hour) != (None, None, None)

    @property
    def max_per_hour(self) -> int | None:
        """How many uses of the agreement the lease lets begin within any hour."""
        return self._lease.max_per_hour if self._lease else None

    @property
    def ends_at(self) -> int | None:
        """When (ms) the lease ends, and is decided again at the latest; None for an open one."""
        return self._lease.valid_until if self._lease else None

    @property
    def awaits_first_lease(self) -> bool:
        """Tell whether the flow was started and its first lease is still on its way."""
        return self._closed == NEVER_GRANTED

    def grant(self, lease: Lease) -> bool:
        """Open the gate, or move its end; an older epoch than one seen before changes nothing and answers False.

        Streams that run end where the new lease demands another treatment; until the last has, nothing new begins.
        """
        if lease.epoch < self._epoch:
            return False
        if self._demanded not in {None, lease.treatment}:
            self._outdated |= self._passages
        self._lease, self._epoch, self._closed, self._demanded = lease, lease.epoch, "", lease.treatment
        self._granted.set()
        deadline = self._deadline()
        for passage in self._passages:
            if not passage.expired():
                outdated = passage in self._outdated
                passage.reschedule(asyncio.get_running_loop().time() if outdated else deadline)
        return True

    def revoke(self, reason: str) -> None:
        """Close the gate and end every running stream at once."""
        self._lease, self._closed = None, reason
        self._granted.clear()
        at_once = asyncio.get_running_loop().time()
        for passage in self._passages:
            if not passage.expired():
                passage.reschedule(at_once)

    def await_lease(self) -> None:
        """Note that the flow was started (again) and that a lease will follow."""
        if self._lease is None:
            self._closed = NEVER_GRANTED

    def problem(self) -> str | None:
        """Return why no byte may move now, or None."""
        if self._lease is None:
            return self._closed
        if self._lease.valid_until is not None and self._now() >= self._lease.valid_until:
            return EXPIRED
        return SUPERSEDED if self._outdated else None

    async def wait(self, seconds: float) -> str | None:
        """Wait a bounded time for the first lease of a flow that was started; return the problem that is left."""
        if self.awaits_first_lease:
            try:
                async with asyncio.timeout(seconds):
                    await self._granted.wait()
            except TimeoutError:
                return NEVER_GRANTED
        return self.problem()

    def spend(self, count: int) -> None:
        """Take leave for the next `count` bytes. Raises LeaseEnded."""
        left = self._left()
        self.used_up = left is not None and count > left
        if self.used_up:
            raise LeaseEnded(USED_UP)
        self._note(count)

    def take(self, most: int) -> int:
        """Take leave for at most `most` bytes and return for how many; what does not move is given back.

        Raises LeaseEnded where not one byte may move.
        """
        left = self._left()
        self.used_up = left == 0
        if self.used_up:
            raise LeaseEnded(USED_UP)
        count = most if left is None else min(most, left)
        self._note(count)
        return count

    def give_back(self, count: int) -> None:
        """Return leave that was taken for bytes that did not move."""
        self._note(-count)

    def _left(self) -> int | None:
        """Return how many bytes may move now; None without a bound. Raises LeaseEnded."""
        problem = self.problem()
        if problem or self._lease is None:
            raise LeaseEnded(problem or self._closed)
        most = self._lease.max_bytes
        return None if most is None else max(0, most - self.volume.moved)

    def _note(self, count: int) -> None:
        self.moved += count
        self.volume.moved += count

    @asynccontextmanager
    async def passage(self) -> AsyncIterator[None]:
        """Run a stream for as long as the lease lives. Raises LeaseEnded in the stream's task when it ends."""
        problem = self.problem()
        if problem:
            raise LeaseEnded(problem)
        timer = asyncio.timeout_at(self._deadline())
        try:
            async with timer:
                self._passages.add(timer)
                yield
        except TimeoutError:
            if timer.expired():
                raise LeaseEnded(self.problem() or EXPIRED) from None
            raise
        finally:
            self._passages.discard(timer)
            self._outdated.discard(timer)

    def _deadline(self) -> float | None:
        if self._lease is None or self._lease.valid_until is None:
            return None
        left = (self._lease.valid_until - self._now()) / 1000
        return asyncio.get_running_loop().time() + left
