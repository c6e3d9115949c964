"""What is asked of a socket beside the event loop: whether anything has arrived, and to drop its bytes at the end."""

import asyncio
import contextlib
import os
import select
import socket
import struct


def is_quiet(transport: asyncio.BaseTransport | None) -> bool:
    """Return whether a connection is open and nothing has arrived on it, neither bytes nor its end."""
    if transport is None or transport.is_closing():
        return False
    return not watch(transport).poll(0)


def watch(transport: asyncio.BaseTransport) -> select.poll:
    """Return what says whether anything has arrived on an open connection; not to be asked once it is closing."""
    poll = select.poll()
    poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
    return poll


def drop_when_closed(descriptor: int) -> None:
    """Set the connection of a descriptor to drop what it has not sent when its last descriptor is closed."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
