"""A server: it takes connections at a bound socket until it is closed, and lets the current answers end."""

import asyncio
import logging
import socket
import ssl

import msgspec

from connector.net.serving.bounds import ServingBounds
from connector.net.serving.connection import PeerConnection
from connector.net.serving.door import Door
from connector.net.serving.entrance import Entrance
from connector.net.serving.guard import GeneralServer, GuardedConnection
from connector.net.serving.messages import Application

_log = logging.getLogger(__name__)


class GuardedServer(msgspec.Struct, frozen=True):
    """A running server, and the door of its connections."""

    door: Door
    entrance: Entrance

    async def close(self, grace_s: float) -> None:
        """Take no more connections, let the current answers end for a time, and close the rest."""
        self.entrance.close()
        for place in tuple(self.door.open):
            place.holder.shut_down()
        try:
            async with asyncio.timeout(grace_s):
                await self.door.wait_until_empty()
        except TimeoutError:
            _log.warning("%d connections were still open when the listener closed", len(self.door.open))
        for place in tuple(self.door.open):
            place.holder.abort()
        running = tuple(self.door.running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self.door.close()


def serve_peers(
    application: Application, bound: socket.socket, bounds: ServingBounds, tls: ssl.SSLContext | None = None
) -> GuardedServer:
    """Serve an application at a bound socket by the lean server."""
    door = Door(bounds)
    return GuardedServer(door, Entrance(bound, door, lambda place: PeerConnection(application, door, place), tls))


def serve_guarded(
    general: GeneralServer, bound: socket.socket, bounds: ServingBounds, tls: ssl.SSLContext | None = None
) -> GuardedServer:
    """Serve by a general server at a bound socket, with a guard in front of each connection."""
    door = Door(bounds)
    return GuardedServer(door, Entrance(bound, door, lambda place: GuardedConnection(general, bounds, place), tls))
