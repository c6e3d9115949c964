"""Endpoints for data planes in processes of their own; all but the list need the scope `admin`."""

from fastapi import Request

from connector.api.frame.auth import require_admin
from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AtPlanes
from connector.controlplane.core.errors import NotAllowed
from connector.ports.planes import PlaneRegister
from connector.views.planes import DataPlaneOrder, DataPlaneView, DrainOrder

router = ChapterRouter(tags=["data planes"])


def _require(planes: PlaneRegister | None) -> PlaneRegister:
    if planes is None:
        raise NotAllowed(
            "no-signaling",
            "This connector has no listener for other data planes: set signaling.port, then start it again.",
        )
    return planes


@router.get("/dataplanes")
async def list_data_planes(planes: AtPlanes) -> tuple[DataPlaneView, ...]:
    """List the data planes in processes of their own, ordered by identifier."""
    return tuple(await planes.list()) if planes else ()


@router.post("/dataplanes", status_code=201)
async def add_data_plane(planes: AtPlanes, request: Request, order: DataPlaneOrder) -> DataPlaneView:
    """Register a data plane, or replace what was registered."""
    require_admin(request)
    return await _require(planes).add(order)


@router.post("/dataplanes/{id:path}/drain")
async def drain_data_plane(planes: AtPlanes, request: Request, id: str, order: DrainOrder) -> DataPlaneView:
    """Keep new flows away from a data plane, or let it have new ones again; its flows go on."""
    require_admin(request)
    return await _require(planes).drain(id, order.drain)


@router.delete("/dataplanes/{id:path}")
async def remove_data_plane(planes: AtPlanes, request: Request, id: str, force: bool = False) -> DataPlaneView:
    """Remove a data plane that has no flows; with `force`, its transfers end with that reason."""
    require_admin(request)
    return await _require(planes).remove(id, force=force)
