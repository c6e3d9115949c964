"""Attempts to sign in: bounded for an address, for a name, and for both together. Reads no clock.

Both together are few, so that nobody guesses passwords. A name alone has more, so that a stranger cannot keep its owner
out from elsewhere. What was counted is forgotten with the process.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connector.net.limits import TokenBuckets

_QUARTER_S = 900


@dataclass
class SignInAttempt:
    """One attempt: how many seconds it has to wait (0: it is made now), and whether it failed."""

    wait_s: int
    failed: bool = False


class SignInAttempts:
    """The failed attempts of the last minutes."""

    def __init__(self, processes: Callable[[], int] = lambda: 1) -> None:
        """`processes` returns how many processes people may come to: together they allow what one does."""
        self._both, self._names, self._addresses = (
            TokenBuckets(per_second=most / _QUARTER_S, burst=most, processes=processes) for most in (5, 60, 60)
        )
        self._open: set[str] = set()

    @contextmanager
    def open_attempt(self, name: str, address: str, now_ms: int) -> Iterator["SignInAttempt"]:
        """Open an attempt of an address at a name; `wait_s` of it is above 0 if it may not be made now.

        Several attempts at the same time would all be made before the first one is counted: there is one at a time.
        """
        both = f"{address} {name}"
        waits = (self._both.peek(both, now_ms), self._names.peek(name, now_ms), self._addresses.peek(address, now_ms))
        attempt = SignInAttempt(wait_s=1 if both in self._open else -(-max(waits) // 1000))
        if attempt.wait_s:
            yield attempt
            return
        self._open.add(both)
        try:
            yield attempt
        finally:
            self._open.discard(both)
            if attempt.failed:
                self._both.take(both, now_ms)
                self._names.take(name, now_ms)
                self._addresses.take(address, now_ms)
