"""The register of data planes as their operator uses it. Implements `ports.planes.PlaneRegister`."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from connector.binding.dps.planes import DataPlanes
from connector.binding.dps.registering import Introducer, NotRegistered, Registrar, describe_plane
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed, PeerFailed
from connector.ports.entities import Plane
from connector.protocol.dps.messages import check_id
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.views.conversion import moment
from connector.views.planes import DataPlaneOrder, DataPlaneView, PlaneState


@dataclass(frozen=True)
class PlaneOffice:
    """The registered data planes, their flows, and the introduction of this side to new ones."""

    registrar: Registrar
    planes: DataPlanes
    introducer: Introducer

    async def list(self) -> Sequence[DataPlaneView]:
        """Return the data planes, ordered by identifier."""
        return [await self._view(plane) for plane in self.registrar.book.list()]

    async def add(self, order: DataPlaneOrder) -> DataPlaneView:
        """Register a data plane; one of Datenkontor is asked what it is. Raises Invalid, PeerFailed."""
        owner, keys = self.registrar.book.owner, order.keys
        try:
            if order.key is not None:
                found = await self.introducer.introduce(order.endpoint, order.key)
                plane = describe_plane(owner, order.endpoint, found, order.labels)
            elif order.id is None or not order.profiles or keys is None:
                raise Invalid(
                    "plane",
                    "The order lacks what the data plane is: give a key of a data plane of Datenkontor, or the "
                    "identifier, the profiles and the key set of another one.",
                )
            else:
                plane = Plane(
                    owner=owner,
                    id=check_id(order.id, "id"),
                    endpoint=order.endpoint,
                    keys=msgspec.json.encode(keys),
                    profiles=order.profiles,
                    labels=order.labels,
                )
            await self.registrar.put(plane)
        except NotRegistered as fault:
            raise PeerFailed("not-registered", str(fault)) from None
        except RemoteProtocolError as fault:
            raise Invalid("plane", fault.reason) from None
        return await self._view(self._find(plane.id))

    async def drain(self, id: str, drain: bool) -> DataPlaneView:
        """Keep new flows away from a data plane, or let it have new ones again. Raises NoSuchEntity."""
        plane = msgspec.structs.replace(self._find(id), draining=drain)
        await self.registrar.book.put(plane)
        return await self._view(plane)

    async def remove(self, id: str, *, force: bool = False) -> DataPlaneView:
        """Remove a data plane; its flows that have not ended are ended here. Raises NoSuchEntity, NotAllowed."""
        plane = self._find(id)
        view = await self._view(plane)
        if view.flows and not force:
            raise NotAllowed(
                "has-flows",
                f"The data plane {id} has {view.flows} flows that have not ended: drain it and wait, or use --force.",
            )
        await self.registrar.book.drop(id)
        await self.planes.give_up(id)
        return view

    def _find(self, id: str) -> Plane:
        plane = self.registrar.book.find(id)
        if plane is None:
            raise NoSuchEntity("no-data-plane", f"Unknown data plane {id[:200]}: list them to find its identifier.")
        return plane

    async def _view(self, plane: Plane) -> DataPlaneView:
        return DataPlaneView(
            id=plane.id,
            endpoint=plane.endpoint,
            state=PlaneState.DRAINING if plane.draining else PlaneState.ACTIVE,
            profiles=plane.profiles,
            labels=plane.labels,
            leases=plane.leased,
            flows=await self.planes.count_open(plane.id),
            registered_at=moment(plane.registered_at),
        )
