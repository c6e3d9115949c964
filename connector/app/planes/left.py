"""The flows that another process on the store has left: this one moves them."""

import asyncio
from contextlib import suppress

from connector.app.parts import log
from connector.dataplane.signaling.plane import LocalDataPlane
from connector.ports.store_errors import StoreError

LOOK_S = 60.0
"""How often it is looked for them, in seconds, beside the times when a process has ended."""


async def move_left(plane: LocalDataPlane, owner: str, ended: asyncio.Event) -> None:
    """Move what others have left: at the start, whenever `ended` is set, and at intervals. Runs until cancelled."""
    while True:
        ended.clear()
        try:
            await plane.take_up(owner)
        except StoreError as fault:
            log.warning("flows that other processes have left are looked for later: %s", fault)
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await ended.wait()
