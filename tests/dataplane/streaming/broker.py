"""A broker in memory, as a source of streams: it keeps what is not acknowledged and sends it again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from connector.ports.flow import Cause, SourceError
from connector.ports.streams import Arrived, ArrivedBatch

ADDRESS = {"kind": "memory", "topic": "city/air"}


class Broker:
    """One topic. `held` are the messages without an acknowledgement; `opened` counts connections."""

    def __init__(self) -> None:
        self.held: list[tuple[int, Arrived]] = []
        self.sent = 0
        self.down = False
        self.opened = 0
        self.forgotten: list[str] = []
        self.some = asyncio.Event()

    def send(self, *messages: bytes | Arrived) -> None:
        for message in messages:
            self.sent += 1
            self.held.append((self.sent, message if isinstance(message, Arrived) else Arrived(message)))
        self.some.set()

    def fail(self) -> None:
        self.down = True
        self.some.set()

    def check(self, address: dict[str, Any]) -> None:
        if "topic" not in address:
            raise SourceError("The address has no topic.")

    async def probe(self, address: dict[str, Any]) -> None:
        self.check(address)

    @asynccontextmanager
    async def open(self, address: dict[str, Any], name: str, mark: bytes) -> AsyncIterator["_Inlet"]:
        self.check(address)
        if self.down:
            raise SourceError("The broker is down.", Cause.UNAVAILABLE)
        self.opened += 1
        yield _Inlet(self, int(mark or b"0"))

    async def forget(self, address: dict[str, Any], name: str) -> None:
        self.forgotten.append(name)


class _Inlet:
    def __init__(self, broker: Broker, stored: int) -> None:
        self._broker = broker
        self._stored = stored

    async def take(self) -> ArrivedBatch:
        while True:
            if self._broker.down:
                raise SourceError("The broker is down.", Cause.UNAVAILABLE)
            fresh = [(number, message) for number, message in self._broker.held if number > self._stored]
            if fresh:
                self._stored = fresh[-1][0]
                return ArrivedBatch(tuple(message for _, message in fresh), b"%d" % self._stored)
            self._broker.some.clear()
            await self._broker.some.wait()

    async def acknowledge(self) -> None:
        self._broker.held = [(number, message) for number, message in self._broker.held if number > self._stored]
