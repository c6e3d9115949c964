"""The door of a listener: how many connections are open, what they hold, and when their time is over."""

import asyncio
from typing import Protocol

from connector.net.limits import ConcurrencyLimit, TokenBuckets
from connector.net.serving.bounds import ServingBounds, is_in_networks, name_network

TICK_S = 0.5


class OpenConnection(Protocol):
    """A connection that the door knows."""

    @property
    def resting(self) -> bool:
        """Whether no request is being answered."""

    @property
    def dawdling(self) -> bool:
        """Whether a request has begun whose body hardly arrives."""

    def enforce_deadline(self, now: float) -> None:
        """Close the connection if its deadline has passed."""

    def shut_down(self) -> None:
        """Close the connection as soon as the current answer is written."""

    def abort(self) -> None:
        """Close the connection at once."""


class Seat:
    """The place of one connection, from its acceptance to its end; `address` is empty if it stands for many callers.

    `holder` is what the connection is at present.
    """

    __slots__ = ("_door", "address", "holder")

    def __init__(self, door: "Door", holder: OpenConnection, address: str) -> None:
        self._door = door
        self.holder = holder
        self.address = address

    def leave(self) -> None:
        """Return the place, if that was not done before."""
        self._door.leave(self)


class Door:
    """The counts that all connections of a listener share. One timer looks after the deadlines of all of them."""

    def __init__(self, bounds: ServingBounds) -> None:
        self.bounds = bounds
        # In the order in which they came.
        self.open: dict[Seat, None] = {}
        self.held = 0
        self.running: set[asyncio.Task[None]] = set()
        self._empty = asyncio.Event()
        self._places = ConcurrencyLimit(total=bounds.connections, per_key=bounds.connections)
        # One more: the place of the connection for which another gives way.
        self._addresses = ConcurrencyLimit(total=bounds.connections + 1, per_key=bounds.per_address)
        self._handshakes = TokenBuckets(per_second=bounds.handshakes_per_s, burst=bounds.handshakes_at_once)
        self._timer: asyncio.TimerHandle | None = None
        self._tick_s = min(TICK_S, bounds.head_s / 4, bounds.body_s / 4, bounds.idle_s / 4, bounds.write_s / 4)

    def enter(self, holder: OpenConnection, address: str) -> Seat | None:
        """Take a place for a connection, or return None; `address` is empty if it stands for many callers.

        If every place is taken, the oldest connection that rests gives way, or else the oldest whose body hardly
        arrives: who holds places idly keeps nobody out.
        """
        if address and not self._addresses.enter(address):
            return None
        if not self._places.enter("") and not self._make_room():
            if address:
                self._addresses.leave(address)
            return None
        place = Seat(self, holder, address)
        self.open[place] = None
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._tick_s, self._look)
        return place

    def admit_handshake(self, address: str) -> bool:
        """Count a TLS handshake, which costs processor time also if it ends at once; return whether it may begin."""
        return not address or not self._handshakes.take(address, int(asyncio.get_running_loop().time() * 1000))

    def leave(self, place: Seat) -> None:
        """Return a place; one that was returned before changes nothing."""
        if place not in self.open:
            return
        del self.open[place]
        self._note_empty()
        self._places.leave("")
        if place.address:
            self._addresses.leave(place.address)

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
        idle = next((place for place in self.open if place.holder.resting), None)
        idle = idle or next((place for place in self.open if place.holder.dawdling), None)
        if idle is None:
            return False
        # The place is free at once, the connection is closed by the loop.
        idle.leave()
        idle.holder.abort()
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
        for place in tuple(self.open):
            place.holder.enforce_deadline(now)
        self._timer = loop.call_later(self._tick_s, self._look) if self.open else None
