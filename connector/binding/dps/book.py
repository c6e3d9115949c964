"""The registered planes at the other end, in memory beside the store: each message needs the keys of its sender."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from connector.ports.changes import DropPlane, PutPlane
from connector.ports.entities import Plane
from connector.ports.store import Store
from connector.ports.store_errors import StoreError

LOOK_S = 5.0
_log = logging.getLogger(__name__)


class PlaneBook:
    """The registered planes of one participant context."""

    def __init__(self, owner: str, store: Store) -> None:
        self.owner = owner
        self._store = store
        self._planes: dict[str, Plane] = {}
        self._lock = asyncio.Lock()

    async def load(self) -> None:
        """Read the planes from the store."""
        async with self._lock:
            self._planes = {plane.id: plane for plane in await self._store.planes(self.owner)}

    async def follow(self, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Read the planes again and again, until cancelled: another process on the store may change them."""
        while True:
            await pause(LOOK_S)
            try:
                await self.load()
            except StoreError as fault:
                _log.warning("the data planes are read later: the store is unavailable: %s", fault)

    def find(self, id: str) -> Plane | None:
        """Return a registered plane."""
        return self._planes.get(id)

    def list(self) -> Sequence[Plane]:
        """Return all registered planes, ordered by identifier."""
        return sorted(self._planes.values(), key=lambda plane: plane.id)

    async def put(self, plane: Plane) -> None:
        """Register a plane, or replace what was registered."""
        async with self._lock:
            await self._store.commit([PutPlane(plane)])
            self._planes[plane.id] = plane

    async def drop(self, id: str) -> None:
        """Forget a plane: its tokens are worth nothing from now on."""
        async with self._lock:
            await self._store.commit([DropPlane(self.owner, id)])
            self._planes.pop(id, None)
