"""Make a connection drop its queued bytes when it closes, instead of sending them on."""

import contextlib
import os
import socket
import struct


def drop_when_closed(descriptor: int) -> None:
    """Set the connection of a descriptor to drop what it has not sent when its last descriptor is closed."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
