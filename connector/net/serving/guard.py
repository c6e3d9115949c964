"""A guard in front of a general server: its connection sees no byte that breaks the bounds of the listener.

The guard parses what arrives only for its frames: heads are counted and timed, bodies are counted. It does not rely on
what the server behind it limits by itself, now or in its next version.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import cast

import httptools
import msgspec

from connector.net.serving.bounds import ServingBounds
from connector.net.serving.door import Seat
from connector.net.serving.head import PIECE, HeadGatherer
from connector.net.serving.steady import SteadyParser
from connector.net.serving.writing import render_refusal

LINGER_S = 2.0
_SLACK = 64 * 1024
_NEVER = float("inf")


def do_nothing(_: asyncio.Protocol) -> None:
    """Leave the end of a connection to its server."""


class GeneralServer(msgspec.Struct, frozen=True):
    """What the guard has to know of the server behind it.

    `make` makes the protocol of a connection, `rests` says whether it waits for the next request, and `shut_down` tells
    it to close the connection after the current answer.
    """

    make: Callable[[], asyncio.Protocol]
    rests: Callable[[asyncio.Protocol], bool]
    shut_down: Callable[[asyncio.Protocol], None] = do_nothing


class GuardedConnection(asyncio.Protocol):
    """Passes the bytes of a connection on to the protocol of a server, within the bounds of the listener."""

    def __init__(self, server: GeneralServer, bounds: ServingBounds, place: Seat) -> None:
        self._server = server
        self._inner = server.make()
        self._place = place
        self._bounds = bounds
        self._loop = asyncio.get_running_loop()
        self._head = HeadGatherer(bounds)
        # The parser calls these itself: each field would cost one call more.
        self.on_url, self.on_header = self._head.add_target, self._head.add_field
        self._parser = SteadyParser(self, lambda name: self._head.headers.get(name))
        self._deadline = self._resting = _NEVER
        self._refused = self._passed = self._in_body = self._last = self._served = False
        self._body = self._begun = 0
        self._asked = 0.0

    # The transport's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over the place of the connection."""
        # The transports of uvloop are no subclass of the standard library's.
        self._transport = cast("asyncio.Transport", transport)
        self._place.holder = self
        self._deadline = self._loop.time() + self._bounds.head_s
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Return the place."""
        self._place.leave()
        self._inner.connection_lost(exc)

    def eof_received(self) -> bool | None:
        """Pass it on."""
        return None if self._refused else self._inner.eof_received()

    def pause_writing(self) -> None:
        """The caller reads slowly: it has a limited time for that."""
        self._resting, self._deadline = self._deadline, self._loop.time() + self._bounds.write_s
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """The caller has read."""
        self._deadline = self._resting
        self._inner.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Look at what has arrived, and pass it on."""
        if self._refused or self._last:
            return
        self._begun = 0
        view = memoryview(data)
        for at in range(0, len(data), PIECE):
            status = self._look(view[at : at + PIECE])
            if status:
                self._refuse(status)
                return
        self._passed = True
        self._inner.data_received(data)

    @property
    def resting(self) -> bool:
        """Whether no request is being answered: none was handed over, or the server behind waits for the next."""
        return not self._served or (not self._in_body and self._server.rests(self._inner))

    @property
    def dawdling(self) -> bool:
        """Whether a request has begun whose body hardly arrives."""
        waited = self._loop.time() - self._asked
        late = waited > self._bounds.body_grace_s
        return self._in_body and late and self._body < waited * self._bounds.body_rate

    def enforce_deadline(self, now: float) -> None:
        """Close the connection if its deadline has passed."""
        if now < self._deadline:
            return
        self._deadline = _NEVER
        if self._refused or self._in_body or self._transport.get_write_buffer_size():
            self._transport.abort()
        elif self._head.open:
            self._refuse(408)
        else:
            self._transport.close()

    def shut_down(self) -> None:
        """Close the connection as soon as the current answer is written."""
        self._server.shut_down(self._inner)

    def abort(self) -> None:
        """Close the connection at once."""
        self._transport.abort()

    # The parser's side

    def on_message_begin(self) -> None:
        """Begin a head."""
        self._head.begin()
        self._begun += 1
        self._body = 0
        self._deadline = self._loop.time() + self._bounds.head_s

    def on_headers_complete(self) -> None:
        """End the head; a body has a time of its own."""
        self._head.close(self._parser.get_http_version())
        self._head.read_target()
        self._in_body = self._served = True
        self._asked = self._loop.time()
        patience = self._bounds.pause_s if self._bounds.body is None else self._bounds.body_s
        self._deadline = _NEVER if patience is None else self._loop.time() + patience

    def on_body(self, part: bytes) -> None:
        """Do nothing: bodies are counted as they arrive, with their framing."""

    def on_message_complete(self) -> None:
        """End the request: the server behind decides how long the connection may rest."""
        self._in_body = False
        self._deadline = _NEVER
        # What follows the last request of a connection is ignored.
        self._last = not self._parser.should_keep_alive()

    def _look(self, piece: memoryview) -> int:
        """Parse a piece; return the status of a refusal, or 0."""
        if self._is_over():
            return 0
        body = self._in_body
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserError:
            return 0 if self._is_over() else self._head.status or 400
        if self._is_over():
            return self._head.status
        if self._begun > self._bounds.pipelined:
            return 503
        if body and self._in_body:
            self._body += len(piece)
            largest = self._bounds.body
            if largest is None and self._bounds.pause_s is not None:
                self._deadline = self._loop.time() + self._bounds.pause_s
            if largest is not None and self._body > largest + _SLACK:
                return 413
        elif not self._in_body:
            self._head.count_unreported(len(piece))
        return self._head.status

    def _is_over(self) -> bool:
        return self._last

    def _refuse(self, status: int) -> None:
        """Close the connection, with an answer if none of another request can be on its way."""
        self._refused = True
        if self._passed:
            self._transport.close()
            self._deadline = self._loop.time() + LINGER_S
            return
        # With bytes unread, a plain close would take the answer away from the caller.
        self._transport.write(render_refusal(status))
        self._deadline = self._loop.time() + LINGER_S
        if self._transport.can_write_eof():
            with contextlib.suppress(OSError):
                self._transport.write_eof()
