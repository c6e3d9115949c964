"""The port of a replica: this process among those that share one store."""

import asyncio
from collections.abc import Callable
from typing import Protocol


class Replica(Protocol):
    """This process among those that share a store."""

    is_first: asyncio.Event
    """Set as soon as this process is the oldest one: it alone does what one process does for all."""
    count: int
    """How many processes share the store now, with this one."""
    leads: asyncio.Event
    """Set while this process leads: of those that share the record of a broker, one takes in for all."""
    turned: Callable[[], None]
    """Called when this process has begun or ceased to lead, or to hear the others."""
    ended: asyncio.Event
    """Set when another process has replaced this one, which was silent for too long: it must stop."""
    heard: Callable[[str], None]
    """Called with the identifier of a process (negotiation or transfer) that another replica has changed."""
    missed: Callable[[], None]
    """Called when the others are heard again, after a time in which what they have changed was not heard."""
    freed: Callable[[], None]
    """Called when another replica has ended, and its due work belongs to nobody."""


class Alone:
    """The only process on its store."""

    def __init__(self) -> None:
        self.is_first = asyncio.Event()
        self.is_first.set()
        self.count = 1
        self.leads = asyncio.Event()
        self.leads.set()
        self.turned: Callable[[], None] = lambda: None
        self.ended = asyncio.Event()
        self.heard: Callable[[str], None] = lambda _: None
        self.missed: Callable[[], None] = lambda: None
        self.freed: Callable[[], None] = lambda: None
