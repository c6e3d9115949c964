"""What the system knows of a socket before the event loop has read it."""

import asyncio
import select


def is_quiet(transport: asyncio.BaseTransport | None) -> bool:
    """Return whether a connection is open and nothing has arrived on it, neither bytes nor its end."""
    if transport is None or transport.is_closing():
        return False
    poll = select.poll()
    poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
    return not poll.poll(0)
