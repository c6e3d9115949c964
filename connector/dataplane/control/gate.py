"""The gate of a flow: without a lease, no byte moves.

A lease is the control plane's time-limited permission to move bytes (`ports.entities.Lease`). A stream runs inside
`Gate.open_passage()`, which cancels it at `valid_until` or when the lease is revoked. `Gate.take()` and
`Gate.spend()` check the lease again before each piece of data, so that no byte moves between the end of the lease and
the cancellation: `take` allows as many bytes as are left, `spend` all of a piece or none.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from connector.ports.entities import Lease

NEVER_GRANTED = "the lease is not granted yet"
EXPIRED = "the lease has expired"
USED_UP = "the limit of bytes in the lease is reached"
SUPERSEDED = "the treatment of the data has changed"


class LeaseEnded(Exception):
    """No byte may move; `reason` is one clause for the operator and the peer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Volume:
    """The bytes that moved under one agreement in all its flows, including those that are not booked yet."""

    def __init__(self, moved: int = 0) -> None:
        self.moved = moved


class Gate:
    """The lease of one flow, in memory. `now` returns ms since the epoch; `moved` are the bytes that the flow moved.

    All flows of an agreement share its `volume`, so that they cannot use the remaining bytes twice. `used_up` is true
    after the bytes of the lease were not enough.
    """

    def __init__(self, now: Callable[[], int], moved: int = 0, volume: Volume | None = None) -> None:
        self._now = now
        self._lease: Lease | None = None
        self._epoch = -1
        self._closed = NEVER_GRANTED
        self._granted = asyncio.Event()
        self._passages: set[asyncio.Timeout] = set()
        self._outdated: set[asyncio.Timeout] = set()
        self._required: bytes | None = None
        self.moved = moved
        self.volume = volume or Volume(moved)
        self.used_up = False

    @property
    def in_passage(self) -> bool:
        """True if a stream is active."""
        return bool(self._passages)

    @property
    def treatment(self) -> bytes:
        """The treatment that the lease requires (JSON). Raises LeaseEnded without a lease."""
        if self._lease is None:
            raise LeaseEnded(self._closed)
        return self._lease.treatment

    @property
    def max_uses(self) -> int | None:
        """The number of uses of the agreement that the lease allows."""
        return self._lease.max_uses if self._lease else None

    @property
    def counts(self) -> bool:
        """True if the lease limits bytes or uses, so that this process has to send the bytes itself."""
        return self.max_bytes is not None or self.limits_uses

    @property
    def limits_uses(self) -> bool:
        """True if the lease limits uses."""
        lease = self._lease
        return lease is not None and (lease.max_uses, lease.max_per_hour, lease.max_within) != (None, None, {})

    @property
    def max_bytes(self) -> int | None:
        """The number of bytes of the agreement that the lease allows."""
        return self._lease.max_bytes if self._lease else None

    @property
    def max_within(self) -> dict[str, int]:
        """The uses of the dataset by the counterparty that may begin within periods, under all agreements."""
        return self._lease.max_within if self._lease else {}

    @property
    def max_per_hour(self) -> int | None:
        """The number of uses of the agreement that may begin within one hour."""
        return self._lease.max_per_hour if self._lease else None

    @property
    def ends_at(self) -> int | None:
        """The end of the lease (ms); None for a lease without an end."""
        return self._lease.valid_until if self._lease else None

    @property
    def awaits_first_lease(self) -> bool:
        """True if the flow was started and its first lease has not arrived yet."""
        return self._closed == NEVER_GRANTED

    def grant(self, lease: Lease) -> bool:
        """Open the gate or change its end; return False and change nothing for an older epoch.

        If the new lease requires another treatment, active streams end, and no stream begins before the last has ended.
        """
        if lease.epoch < self._epoch:
            return False
        if self._required not in {None, lease.treatment}:
            self._outdated |= self._passages
        self._lease, self._epoch, self._closed, self._required = lease, lease.epoch, "", lease.treatment
        self._granted.set()
        self.volume.moved = max(self.volume.moved, lease.moved)
        deadline = self._deadline()
        for passage in self._passages:
            if not passage.expired():
                outdated = passage in self._outdated
                passage.reschedule(asyncio.get_running_loop().time() if outdated else deadline)
        return True

    def revoke(self, reason: str) -> None:
        """Close the gate and end every running stream at once.

        The next lease may have any epoch: the stored one is dropped too, and a clock that was ahead may be right now.
        """
        self._lease, self._epoch, self._closed = None, -1, reason
        self._granted.clear()
        at_once = asyncio.get_running_loop().time()
        for passage in self._passages:
            if not passage.expired():
                passage.reschedule(at_once)

    def await_lease(self) -> None:
        """Expect a lease: the flow was started or resumed."""
        if self._lease is None:
            self._closed = NEVER_GRANTED

    def find_problem(self) -> str | None:
        """Return why no byte may move, or None."""
        if self._lease is None:
            return self._closed
        if self._lease.valid_until is not None and self._now() >= self._lease.valid_until:
            return EXPIRED
        return SUPERSEDED if self._outdated else None

    async def wait(self, seconds: float) -> str | None:
        """Wait for the first lease of a started flow, at most `seconds`; return why no byte may move, or None."""
        if self.awaits_first_lease:
            try:
                async with asyncio.timeout(seconds):
                    await self._granted.wait()
            except TimeoutError:
                return NEVER_GRANTED
        return self.find_problem()

    def spend(self, count: int) -> None:
        """Take the next `count` bytes from the lease. Raises LeaseEnded."""
        left = self._count_left()
        self.used_up = left is not None and count > left
        if self.used_up:
            raise LeaseEnded(USED_UP)
        self._note(count)

    def take(self, most: int) -> int:
        """Take at most `most` bytes from the lease and return how many; the caller gives back those that do not move.

        Raises LeaseEnded if no byte may move.
        """
        left = self._count_left()
        self.used_up = left == 0
        if self.used_up:
            raise LeaseEnded(USED_UP)
        count = most if left is None else min(most, left)
        self._note(count)
        return count

    def give_back(self, count: int) -> None:
        """Give back bytes that were taken and did not move."""
        self._note(-count)

    def _count_left(self) -> int | None:
        """Return how many bytes may move; None without a limit. Raises LeaseEnded."""
        problem = self.find_problem()
        if problem or self._lease is None:
            raise LeaseEnded(problem or self._closed)
        most = self._lease.max_bytes
        return None if most is None else max(0, most - self.volume.moved)

    def _note(self, count: int) -> None:
        self.moved += count
        self.volume.moved += count

    @asynccontextmanager
    async def open_passage(self) -> AsyncIterator[None]:
        """Run a stream while the lease is valid. Raises LeaseEnded in the task of the stream when the lease ends."""
        problem = self.find_problem()
        if problem:
            raise LeaseEnded(problem)
        timer = asyncio.timeout_at(self._deadline())
        try:
            async with timer:
                self._passages.add(timer)
                yield
        except TimeoutError:
            if timer.expired():
                raise LeaseEnded(self.find_problem() or EXPIRED) from None
            raise
        finally:
            self._passages.discard(timer)
            self._outdated.discard(timer)

    def _deadline(self) -> float | None:
        if self._lease is None or self._lease.valid_until is None:
            return None
        left = (self._lease.valid_until - self._now()) / 1000
        return asyncio.get_running_loop().time() + left
