"""One connection for messages: one request at a time, and no byte that was not asked for.

Bytes that arrive while no request is under way belong to none, so they end the connection.
"""

import asyncio
import select
from typing import cast

from connector.net.messages.reader import AnswerReader, Malformed, Oversized
from connector.net.sockets import watch


class Broken(Exception):
    """The connection ended before the answer was complete."""


class MessageConnection(asyncio.Protocol):
    """A connection to one address; `idle_since` is the loop's time at its last answer, `ended` set at its end."""

    __slots__ = ("_loop", "_reader", "_transport", "_waiter", "_watch", "address", "closed", "ended", "idle_since")

    def __init__(self, loop: asyncio.AbstractEventLoop, address: str) -> None:
        self._loop = loop
        self._reader = AnswerReader()
        self._transport: asyncio.Transport | None = None
        self._watch: select.poll | None = None
        self._waiter: asyncio.Future[None] | None = None
        self.address = address
        self.closed = False
        self.ended: asyncio.Future[None] = loop.create_future()
        self.idle_since = 0.0

    async def ask(self, request: bytes, *, no_body: bool, most: int) -> AnswerReader:
        """Send a request and return the reader with the whole answer; raises Malformed, Oversized or Broken."""
        if self.closed or self._transport is None:
            raise Broken
        self._reader.begin(no_body=no_body, most=most)
        waiter = self._waiter = self._loop.create_future()
        self._transport.write(request)
        try:
            await waiter
        finally:
            self._waiter = None
        return self._reader

    def may_be_kept(self) -> bool:
        """Return whether another request may follow: the answer allows it, and the whole request has left."""
        transport = self._transport
        if self.closed or transport is None:
            return False
        return self._reader.keep and transport.get_write_buffer_size() == 0

    def is_quiet(self) -> bool:
        """Return whether the connection is open and nothing has arrived, not even what the loop has yet to read."""
        if self.closed or self._transport is None or self._transport.is_closing():
            return False
        self._watch = self._watch or watch(self._transport)
        return not self._watch.poll(0)

    def abort(self) -> None:
        """Close at once; what the peer sends now is not read."""
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """Close an idle connection in order."""
        self.closed = True
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Read a piece of the answer; without a request, end the connection."""
        waiter = self._waiter
        if waiter is None or waiter.done():
            self.abort()
            return
        try:
            self._reader.feed(data)
        except (Malformed, Oversized) as fault:
            self.abort()
            waiter.set_exception(fault)
            return
        if self._reader.done:
            waiter.set_result(None)

    def eof_received(self) -> bool:
        """Close our side too; the end may complete the answer."""
        self._end()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits for an answer."""
        self._end(exc)
        self._reader.close()
        self._transport = None
        self.ended.set_result(None)

    def _end(self, reason: Exception | None = None) -> None:
        self.closed = True
        waiter = self._waiter
        if waiter is None or waiter.done():
            return
        # A connection that breaks is no orderly end, so it completes nothing.
        if reason is None and self._reader.finish():
            waiter.set_result(None)
        else:
            waiter.set_exception(Broken())
