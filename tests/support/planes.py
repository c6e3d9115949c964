"""A register of data planes with one plane, for tests of those who use it."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from connector.controlplane.core.errors import NoSuchEntity
from connector.views.planes import DataPlaneOrder, DataPlaneView, PlaneState

PLANE = DataPlaneView(
    id="urn:plane:1", endpoint="https://plane.example:7084", state=PlaneState.ACTIVE, profiles=("p",),
    labels=("gold",), leases=True, flows=2, registered_at=datetime(2026, 11, 1, tzinfo=UTC),
)  # fmt: skip


class Register:
    """`ports.planes.PlaneRegister` with one plane; `orders` are what was asked of it."""

    def __init__(self) -> None:
        self.orders: list[object] = []

    async def list(self) -> Sequence[DataPlaneView]:
        return (PLANE,)

    async def add(self, order: DataPlaneOrder) -> DataPlaneView:
        self.orders.append(order)
        return PLANE

    async def drain(self, id: str, drain: bool) -> DataPlaneView:
        if id != PLANE.id:
            raise NoSuchEntity("no-data-plane", f"Unknown data plane {id}: list them to find its identifier.")
        return msgspec.structs.replace(PLANE, state=PlaneState.DRAINING if drain else PlaneState.ACTIVE)

    async def remove(self, id: str, *, force: bool = False) -> DataPlaneView:
        self.orders.append(force)
        return PLANE
