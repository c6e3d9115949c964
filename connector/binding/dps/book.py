"""The registered planes at the other end, in memory beside the store: each message needs the keys of its sender."""

from collections.abc import Sequence

from connector.ports.changes import DropPlane, PutPlane
from connector.ports.entities import Plane
from connector.ports.store import Store


class PlaneBook:
    """The registered planes of one participant context."""

    def __init__(self, owner: str, store: Store) -> None:
        self.owner = owner
        self._store = store
        self._planes: dict[str, Plane] = {}

    async def load(self) -> None:
        """Read the planes from the store."""
        self._planes = {plane.id: plane for plane in await self._store.planes(self.owner)}

    def find(self, id: str) -> Plane | None:
        """Return a registered plane."""
        return self._planes.get(id)

    def list(self) -> Sequence[Plane]:
        """Return all registered planes, ordered by identifier."""
        return sorted(self._planes.values(), key=lambda plane: plane.id)

    async def put(self, plane: Plane) -> None:
        """Register a plane, or replace what was registered."""
        await self._store.commit([PutPlane(plane)])
        self._planes[plane.id] = plane

    async def drop(self, id: str) -> None:
        """Forget a plane: its tokens are worth nothing from now on."""
        await self._store.commit([DropPlane(self.owner, id)])
        self._planes.pop(id, None)
