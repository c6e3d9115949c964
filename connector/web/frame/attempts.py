"""Attempts to sign in: bounded for an address, for a name, and for both together. Reads no clock.

Both together are few, so that nobody guesses passwords. A name alone has more, so that a stranger cannot keep its owner
out from elsewhere. A browser in which the person has signed in before is counted by itself: what others fail at keeps
nobody out there. What was counted is forgotten with the process.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connector.net.limits import ConcurrencyLimit, TokenBuckets

_QUARTER_S = 900
STRANGERS, STRANGERS_OF_ONE = 12, 6
"""The most attempts of unknown browsers at the same time, in all and of one address: fewer than may wait for a hash."""


@dataclass
class SignInAttempt:
    """One attempt: how many seconds it has to wait (0: it is made now), and whether it failed."""

    wait_s: int
    failed: bool = False


class SignInAttempts:
    """The failed attempts of the last minutes."""

    def __init__(self, processes: Callable[[], int] = lambda: 1) -> None:
        """`processes` returns how many processes people may come to: together they allow what one does."""
        self._few, self._names, self._addresses = (
            TokenBuckets(per_second=most / _QUARTER_S, burst=most, processes=processes) for most in (5, 60, 60)
        )
        self._open: set[str] = set()
        self._last_ms, self._behind_ms = 0, 0
        self._strangers = ConcurrencyLimit(total=STRANGERS, per_key=STRANGERS_OF_ONE)

    @contextmanager
    def open_attempt(
        self, name: str, address: str, now_ms: int, *, browser: str = "", hashes: bool = False
    ) -> Iterator["SignInAttempt"]:
        """Open an attempt of an address at a name; `wait_s` of it is above 0 if it may not be made now.

        Several attempts at the same time would all be made before the first one is counted: there is one at a time.
        `browser` is one in which the person of this name has signed in before; empty if it is not known. An attempt
        that `hashes` a password costs time, of which browsers that are not known get a share.
        """
        now_ms = self._keep_forward(now_ms)
        key = f"browser {browser} {name}" if browser else f"{address} {name}"
        counts = [(self._few, key)]
        if not browser:
            counts += [(self._names, name), (self._addresses, address)]
        attempt = SignInAttempt(wait_s=-(-max(bucket.peek(one, now_ms) for bucket, one in counts) // 1000))
        shared = hashes and not browser
        if key in self._open or (not attempt.wait_s and shared and not self._strangers.enter(address)):
            attempt.wait_s = 1
        if attempt.wait_s:
            yield attempt
            return
        self._open.add(key)
        try:
            yield attempt
        finally:
            self._open.discard(key)
            if shared:
                self._strangers.leave(address)
            if attempt.failed:
                for bucket, one in counts:
                    bucket.take(one, now_ms)

    def _keep_forward(self, now_ms: int) -> int:
        """Return the time of a clock that goes on where that of the machine is set back: nobody waits for it."""
        self._behind_ms += max(0, self._last_ms - now_ms)
        self._last_ms = now_ms
        return now_ms + self._behind_ms
