"""The door of a listener: how many connections are open, what they hold, and when their time is over."""

import asyncio
from typing import Protocol

from connector.net.limits import ConcurrencyLimit
from connector.net.serving.bounds import ServingBounds, is_in_networks, name_network

TICK_S = 0.5


class OpenConnection(Protocol):
    """A connection that the door knows."""

    @property
    def resting(self) -> bool:
        """Whether no request is being answered."""

    def enforce_deadline(self, now: float) -> None:
        """Close the connection if its deadline has passed."""

    def give_way(self) -> None:
        """Return the place at once, and close the connection."""

    def shut_down(self) -> None:
        """Close the connection as soon as the current answer is written."""

    def abort(self) -> None:
        """Close the connection at once."""


class Door:
    """The counts that all connections of a listener share. One timer looks after the deadlines of all of them."""

    def __init__(self, bounds: ServingBounds) -> None:
        self.bounds = bounds
        # In the order in which they came.
        self.open: dict[OpenConnection, None] = {}
        self.held = 0
        self.running: set[asyncio.Task[None]] = set()
        self._empty = asyncio.Event()
        self._places = ConcurrencyLimit(total=bounds.connections, per_key=bounds.connections)
        # One more: the place of the connection for which another gives way.
        self._addresses = ConcurrencyLimit(total=bounds.connections + 1, per_key=bounds.per_address)
        self._timer: asyncio.TimerHandle | None = None
        self._tick_s = min(TICK_S, bounds.head_s / 4, bounds.body_s / 4, bounds.idle_s / 4, bounds.write_s / 4)

    def enter(self, connection: OpenConnection, address: str) -> bool:
        """Take a place for a connection, or return False; `address` is empty if it stands for many callers.

        If every place is taken, the oldest connection that rests gives way: who holds places idly keeps nobody out.
        """
        if address and not self._addresses.enter(address):
            return False
        if not self._places.enter("") and not self._make_room():
            if address:
                self._addresses.leave(address)
            return False
        self.open[connection] = None
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._tick_s, self._look)
        return True

    def leave(self, connection: OpenConnection, address: str) -> None:
        """Return the place of a connection that entered."""
        self.open.pop(connection, None)
        self._note_empty()
        self._places.leave("")
        if address:
            self._addresses.leave(address)

    def keep(self, task: asyncio.Task[None]) -> None:
        """Keep the task that answers a request until it ends, also if its caller leaves."""
        self.running.add(task)
        task.add_done_callback(self._end_task)

    def hold(self, size: int) -> bool:
        """Take `size` bytes of the budget for large bodies, or return False."""
        if self.held + size > self.bounds.held:
            return False
        self.held += size
        return True

    def release(self, size: int) -> None:
        """Return bytes of the budget."""
        self.held -= size

    def name_caller(self, peername: object) -> str:
        """Return the address of a connection, or nothing if it is that of a proxy or no IP address."""
        address = str(peername[0]) if isinstance(peername, tuple) and peername else ""
        return "" if is_in_networks(address, self.bounds.proxies) else name_network(address)

    async def wait_until_empty(self) -> None:
        """Wait until no connection is open and no request is being answered."""
        self._note_empty()
        await self._empty.wait()

    def close(self) -> None:
        """Stop the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _make_room(self) -> bool:
        resting = next((connection for connection in self.open if connection.resting), None)
        if resting is None:
            return False
        resting.give_way()
        return self._places.enter("")

    def _end_task(self, task: asyncio.Task[None]) -> None:
        self.running.discard(task)
        self._note_empty()

    def _note_empty(self) -> None:
        if self.open or self.running:
            self._empty.clear()
        else:
            self._empty.set()

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in tuple(self.open):
            connection.enforce_deadline(now)
        self._timer = loop.call_later(self._tick_s, self._look) if self.open else None
