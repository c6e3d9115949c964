"""The idle connections for messages, by origin: the newest is used first, so that a pool shrinks after a burst."""

import asyncio
from collections import deque
from collections.abc import Collection

from connector.net.messages.connection import MessageConnection


class IdlePool:
    """Keeps idle connections for `keep_s`, and closes them by a timer; at most `most` at a time."""

    def __init__(self, *, keep_s: float, most: int) -> None:
        self._keep_s = keep_s
        self._most = most
        self._idle: dict[str, deque[MessageConnection]] = {}
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    def __len__(self) -> int:
        """The number of idle connections."""
        return self._count

    def take(self, origin: str, addresses: Collection[str]) -> MessageConnection | None:
        """Return an idle connection to one of the addresses, on which nothing has arrived; close those that fail."""
        idle = self._idle.get(origin)
        if not idle:
            return None
        limit = asyncio.get_running_loop().time() - self._keep_s
        while idle:
            connection = idle.pop()
            self._count -= 1
            if connection.idle_since > limit and connection.address in addresses and connection.is_quiet():
                return connection
            connection.abort()
        return None

    def put(self, origin: str, connection: MessageConnection) -> None:
        """Keep a connection for the next request to its origin."""
        if self._closed:
            connection.close()
            return
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        self._idle.setdefault(origin, deque()).append(connection)
        self._count += 1
        self.shrink(self._most)
        if self._timer is None:
            self._timer = loop.call_later(self._keep_s, self._sweep)

    def shrink(self, most: int) -> None:
        """Close the oldest connections until at most `most` are idle."""
        while self._count > max(most, 0):
            oldest = min((idle for idle in self._idle.values() if idle), key=lambda idle: idle[0].idle_since)
            oldest.popleft().close()
            self._count -= 1

    def close(self) -> Collection[MessageConnection]:
        """Close all idle connections, and those that come back later; end the timer. Return those that end now."""
        self._closed = True
        ending = [connection for idle in self._idle.values() for connection in idle]
        self.shrink(0)
        self._idle.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return ending

    def _sweep(self) -> None:
        """Close what has been idle for too long, or was closed by its peer; come again while any is left."""
        loop = asyncio.get_running_loop()
        limit = loop.time() - self._keep_s
        for origin, idle in list(self._idle.items()):
            left = deque(connection for connection in idle if not connection.closed and connection.idle_since > limit)
            for connection in idle:
                if connection.idle_since <= limit:
                    connection.close()
            self._count += len(left) - len(idle)
            if left:
                self._idle[origin] = left
            else:
                del self._idle[origin]
        self._timer = loop.call_later(self._keep_s, self._sweep) if self._idle else None
