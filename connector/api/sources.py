"""The portals of a broker: add, show and remove them, and harvest one now. For the operator of the broker alone.

The operator sends a token of the broker itself, as it does to build the search index anew.
"""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response

from connector.api.broker import AtBroker, BrokerDesk, KnownMember
from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.errors import ApiError
from connector.api.frame.models import answer_model
from connector.broker import schedule
from connector.ports.broker_store import PORTALS, CrawlSource
from connector.ports.identity import Caller
from connector.views.common import ErrorView
from connector.views.conversion import moment
from connector.views.portals import PortalOrder, PortalsView, PortalView

MOST = 200
"""The most portals of a broker."""

_FAILURES: dict[int | str, dict[str, Any]] = {
    code: {"model": answer_model(ErrorView)} for code in (401, 403, 404, 409, 422, 429, 503)
}

router = ChapterRouter(prefix="/v1/portals", tags=["portals"], responses=_FAILURES)


def add_sources(app: FastAPI) -> None:
    """Add the endpoints for portals to the application of the broker's API."""
    app.include_router(router)


async def _operator(desk: AtBroker, caller: KnownMember) -> Caller:
    if caller.participant != desk.participant:
        raise ApiError(403, "not-allowed", "Only the operator of the broker may see and change its portals.")
    return caller


ByOperator = Annotated[Caller, Depends(_operator)]


@router.get("")
async def list_portals(
    request: Request,
    operator: ByOperator,  # noqa: ARG001 - only the operator
) -> PortalsView:
    """List the portals of the broker, ordered by name."""
    return PortalsView(items=tuple(map(_view, await _list_present(_desk(request)))))


@router.post("", status_code=201)
async def add_portal(
    request: Request,
    operator: ByOperator,  # noqa: ARG001 - only the operator
    order: PortalOrder,
) -> PortalView:
    """Add a portal; its datasets are listed as references as soon as they are read."""
    desk = _desk(request)
    present = {source.participant for source in await _list_present(desk)}
    if PORTALS + order.name in present:
        raise ApiError(409, "exists", f"The portal {order.name} exists: remove it first, or choose another name.")
    if len(present) >= MOST:
        raise ApiError(409, "too-many", f"The broker has {MOST} portals, the most that it may have: remove one first.")
    await desk.crawler.put_portal(schedule.make_portal(order.name, order.kind, order.url, order.title or order.name))
    return _view(await _find(desk, order.name))


@router.get("/{name}")
async def show_portal(
    request: Request,
    operator: ByOperator,  # noqa: ARG001 - only the operator
    name: str,
) -> PortalView:
    """Show one portal."""
    return _view(await _find(_desk(request), name))


@router.delete("/{name}", status_code=204)
async def remove_portal(
    request: Request,
    operator: ByOperator,  # noqa: ARG001 - only the operator
    name: str,
) -> Response:
    """Remove a portal with all its references; one of the settings is removed there."""
    desk = _desk(request)
    source = await _find(desk, name)
    if source.portal is not None and source.portal.configured:
        raise ApiError(409, "configured", f"The portal {name} stands in the settings: remove it from broker.portals.")
    await desk.crawler.remove_portal(source.participant)
    return Response(status_code=204)


@router.post("/{name}/crawl", status_code=202)
async def crawl_portal(
    request: Request,
    operator: ByOperator,  # noqa: ARG001 - only the operator
    name: str,
) -> PortalView:
    """Harvest a portal now, without waiting for its date."""
    desk = _desk(request)
    source = await _find(desk, name)
    desk.crawler.crawl_portal(source.participant)
    return _view(source)


def _desk(request: Request) -> BrokerDesk:
    desk: BrokerDesk = request.app.state.desk
    return desk


async def _list_present(desk: BrokerDesk) -> list[CrawlSource]:
    sources = await desk.record.sources()
    present = [source for source in sources if source.portal is not None and source.next_at < schedule.NEVER]
    return sorted(present, key=lambda source: source.participant)


async def _find(desk: BrokerDesk, name: str) -> CrawlSource:
    for source in await _list_present(desk):
        if source.participant == PORTALS + name:
            return source
    raise ApiError(404, "unknown", "Unknown portal: the list of portals has their names.")


def _view(source: CrawlSource) -> PortalView:
    assert source.portal is not None
    return PortalView(
        name=source.participant.removeprefix(PORTALS),
        kind=source.portal.kind,
        url=source.address,
        title=source.name,
        configured=source.portal.configured,
        liveness=source.liveness,
        datasets=source.datasets,
        failures=source.failures,
        verified_at=None if source.verified_at is None else moment(source.verified_at),
        failing_since=None if source.failing_since is None else moment(source.failing_since),
        next_at=moment(source.next_at),
        error=source.error,
    )
