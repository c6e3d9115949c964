"""The bytes of an answer that the peer has not confirmed yet, and those that never left when the connection breaks.

Bytes on their way may have arrived, so they count as received: only those that were not sent are known to be lost. The
socket is kept open beside its transport, so that its bytes can be counted after the transport has closed it.
"""

import asyncio
import fcntl
import os
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from connector.net.sockets import drop_when_closed

_POLL_PAUSES = (0.0005, 0.05)
_SPEED = 1024 * 1024
_ROUNDS = 3
_UNSENT = 0x894B if sys.platform == "linux" else termios.TIOCOUTQ  # SIOCOUTQNSD of linux/sockios.h


class Outflow:
    """The connection of an answer; `descriptor` is a duplicate of its socket, None if there is none.

    `written` is true when the whole answer was written.
    """

    def __init__(self, transport: asyncio.Transport | None, descriptor: int | None) -> None:
        self._transport = transport
        self._descriptor = descriptor
        self.written = False

    def count_unconfirmed(self) -> int:
        """Return how many written bytes the peer has not confirmed."""
        if self._transport is None or self._descriptor is None:
            return 0
        waiting = 0 if self._transport.is_closing() else self._transport.get_write_buffer_size()
        return waiting + _count(self._descriptor, termios.TIOCOUTQ)

    async def wait_confirmed(self, stall_s: float) -> None:
        """Wait until the peer has confirmed every byte. Raises ConnectionError, TimeoutError after `stall_s`."""
        if self._transport is None:
            return
        clock = asyncio.get_running_loop().time
        deadline = clock() + stall_s * (1 + self.count_unconfirmed() // _SPEED)  # the speed that is allowed elsewhere
        pause, longest = _POLL_PAUSES
        while self.count_unconfirmed():
            if self._transport.is_closing():
                raise ConnectionResetError("the peer closed the connection")
            if clock() > deadline:
                raise TimeoutError("the peer stopped confirming bytes")
            await asyncio.sleep(pause)
            pause = min(2 * pause, longest)

    def abort(self) -> None:
        """Close the connection; bytes that are not confirmed when the socket is released are dropped."""
        if self._descriptor is not None:
            drop_when_closed(self._descriptor)
        if self._transport is not None:
            self._transport.abort()

    async def cut(self) -> int:
        """Abort, and return how many written bytes were dropped."""
        closed = self._transport is None or self._transport.is_closing()
        waiting = 0 if self._transport is None or closed else self._transport.get_write_buffer_size()
        self.abort()
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)  # the transport closes its socket in a later round of the loop
        return waiting + self.release()

    def release(self) -> int:
        """Release the socket, and return how many bytes in the kernel were never sent."""
        if self._descriptor is None:
            return 0
        descriptor, self._descriptor = self._descriptor, None
        unsent = _count(descriptor, _UNSENT)
        os.close(descriptor)
        return unsent


@contextmanager
def open_outflow(request: web.Request) -> Iterator[Outflow]:
    """Return the connection of a request for the time of its answer."""
    transport = request.transport
    kept = transport.get_extra_info("socket") if transport else None
    descriptor = os.dup(kept.fileno()) if kept is not None and kept.fileno() >= 0 else None
    outflow = Outflow(transport, descriptor)
    try:
        yield outflow
    finally:
        outflow.release()


def _count(descriptor: int, request: int) -> int:
    try:
        return int.from_bytes(fcntl.ioctl(descriptor, request, bytes(4)), sys.byteorder)
    except OSError:
        return 0
