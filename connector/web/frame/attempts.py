"""Attempts to sign in: bounded for an address, for a name, and for both together. Reads no clock.

Both together are few, so that nobody guesses passwords. A name alone has more, so that a stranger cannot keep its owner
out from elsewhere. What was counted is forgotten with the process.
"""

from connector.net.limits import TokenBuckets

_QUARTER_S = 900


class SignInAttempts:
    """The failed attempts of the last minutes."""

    def __init__(self) -> None:
        self._both = TokenBuckets(per_second=5 / _QUARTER_S, burst=5)
        self._names = TokenBuckets(per_second=60 / _QUARTER_S, burst=60)
        self._addresses = TokenBuckets(per_second=60 / _QUARTER_S, burst=60)

    def find_wait(self, name: str, address: str, now_ms: int) -> int:
        """Return how many seconds an address has to wait before it may try a name, 0 if it need not."""
        waits = (
            self._both.peek(f"{address} {name}", now_ms),
            self._names.peek(name, now_ms),
            self._addresses.peek(address, now_ms),
        )
        return -(-max(waits) // 1000)

    def note_failure(self, name: str, address: str, now_ms: int) -> None:
        """Count an attempt that failed."""
        self._both.take(f"{address} {name}", now_ms)
        self._names.take(name, now_ms)
        self._addresses.take(address, now_ms)
