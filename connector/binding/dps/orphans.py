"""Flows at data planes whose transfer was never stored: this process ended between the message and the commit.

A flow of this process is stored with its transfer. One at another data plane has to be begun before: its address is
part of the message that is stored. It has no lease and nobody has its address, so nothing moves until it is ended.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from connector.binding.dps.book import PlaneBook
from connector.binding.dps.planes import OPEN, DataPlanes
from connector.ports.dataplane import PlaneUnavailable
from connector.ports.store import Store

_log = logging.getLogger(__name__)
PAUSE_S = 5.0


async def list_orphans(book: PlaneBook, store: Store) -> Sequence[str]:
    """Return the open flows at registered data planes without a transfer; call it before messages are received."""
    found: list[str] = []
    for plane in book.list():
        for state in OPEN:
            flows = [flow.id for flow in await store.flows_of(book.owner, plane.id, state=state)]
            known = await store.transfers_of(book.owner, flows)
            found += [flow for flow in flows if flow not in known]
    return found


async def end_orphans(
    planes: DataPlanes, owner: str, orphans: Sequence[str], pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """End these flows, as soon as their data planes answer."""
    for flow_id in orphans:
        while True:
            try:
                await planes.terminate(owner, flow_id, "the transfer was never begun")
            except PlaneUnavailable as fault:
                _log.info("the flow %s is ended later: %s", flow_id, fault)
                await pause(PAUSE_S)
            else:
                break
