"""The register of data planes, for the people and programs that operate a connector."""

from collections.abc import Sequence
from typing import Protocol

from connector.views.planes import DataPlaneOrder, DataPlaneView


class PlaneRegister(Protocol):
    """Lists, adds, drains and removes data planes; raises the errors of use cases."""

    async def list(self) -> Sequence[DataPlaneView]:
        """Return the data planes, ordered by identifier."""

    async def add(self, order: DataPlaneOrder) -> DataPlaneView:
        """Register a data plane, or replace what was registered."""

    async def drain(self, id: str, drain: bool) -> DataPlaneView:
        """Keep new flows away from a data plane, or let it have new ones again."""

    async def remove(self, id: str, *, force: bool = False) -> DataPlaneView:
        """Remove a data plane without flows; with `force` also one with flows, which are then ended here."""
