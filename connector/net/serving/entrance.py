"""The entrance of a listener: each connection takes its place when it is accepted; the TLS handshake comes after that.

So callers that begin a handshake and never end it are counted like all others, per address and in total. Handshakes
that do end are counted by their rate.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Callable
from functools import partial

from connector.net.serving.door import Door, Seat
from connector.net.serving.writing import render_refusal

BACKLOG = 1024
BATCH = 64
REST_S = 0.5

_log = logging.getLogger(__name__)


class Newcomer:
    """A connection between its acceptance and its protocol: under TLS, the time of the handshake."""

    resting, dawdling = True, False

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None

    def enforce_deadline(self, now: float) -> None:
        """Do nothing: the handshake has a time limit of its own."""

    def shut_down(self) -> None:
        """Close the connection: no request has arrived."""
        self.abort()

    def abort(self) -> None:
        """Close the connection at once."""
        if self.task is not None:
            self.task.cancel()


class Entrance:
    """Accepts connections at a bound socket until it is closed. `make` makes the protocol of a connection."""

    def __init__(
        self, bound: socket.socket, door: Door, make: Callable[[Seat], asyncio.Protocol], tls: ssl.SSLContext | None
    ) -> None:
        self._bound = bound
        self._door = door
        self._make = make
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.TimerHandle | None = None
        bound.listen(BACKLOG)
        self._open()

    def close(self) -> None:
        """Accept no more connections."""
        if self._waiting is not None:
            self._waiting.cancel()
        if self._bound.fileno() >= 0:
            self._loop.remove_reader(self._bound)
            self._bound.close()

    def _open(self) -> None:
        self._loop.add_reader(self._bound, self._accept)

    def _accept(self) -> None:
        """Accept what waits; a flood has to wait for its next turn."""
        for _ in range(BATCH):
            try:
                accepted, peername = self._bound.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                # Without this pause, the waiting connection would wake the loop again and again.
                _log.warning("a listener rests for %g s, since it cannot accept: %s", REST_S, error.strerror)
                self._loop.remove_reader(self._bound)
                self._waiting = self._loop.call_later(REST_S, self._open)
                return
            accepted.setblocking(False)
            newcomer = Newcomer()
            address = self._door.name_caller(peername)
            admitted = self._tls is None or self._door.admit_handshake(address)
            place = self._door.enter(newcomer, address) if admitted else None
            if place is None:
                self._refuse(accepted)
            else:
                newcomer.task = self._loop.create_task(self._receive(accepted, place))
                newcomer.task.add_done_callback(partial(_end, accepted, place))

    async def _receive(self, accepted: socket.socket, place: Seat) -> None:
        """Give a connection its protocol, under TLS after the handshake."""
        handshake_s = self._door.bounds.handshake_s if self._tls else None
        await self._loop.connect_accepted_socket(
            lambda: self._make(place),
            accepted,
            ssl=self._tls,
            ssl_handshake_timeout=handshake_s,
            ssl_shutdown_timeout=handshake_s,
        )

    def _refuse(self, accepted: socket.socket) -> None:
        # Under TLS an answer would cost a handshake.
        with contextlib.suppress(OSError), accepted:
            if self._tls is None:
                accepted.send(render_refusal(503))


def _end(accepted: socket.socket, place: Seat, task: asyncio.Task[None]) -> None:
    """Give up a connection whose caller left, whose TLS failed, or that gave way, possibly before its task began."""
    fault = None if task.cancelled() else task.exception()
    if task.cancelled() or fault is not None:
        place.leave()
        accepted.close()
    if fault is not None and not isinstance(fault, OSError):
        _log.error("a connection was not begun", exc_info=fault)
