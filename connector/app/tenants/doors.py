"""What the listeners of a process with tenants serve: each request goes to the participant that it is for.

For peers it is the host or the first part of the path, for data the first part of the path, for programs the
management key, for people the host. What leads to no tenant is for the participant of the process itself.
"""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from connector.app.connector import Doors
from connector.app.tenants.listing import find_first
from connector.app.tenants.seats import Seats, TenantLeft, find_netloc
from connector.dataplane.listener.serve import DataRoute, FindRoutes, make_app
from connector.net.serving.messages import Application, PeerRequest, Reply

AWAY_S = 60
_AWAY = b"This participant takes no part at present: send the request again later.\n"


def make_doors(seats: Seats) -> Doors:
    """Return what the listeners serve."""
    house = seats.house
    return Doors(
        protocol=make_protocol(seats),
        data=make_app(house.data_routes, _make_finder(seats)),
        management=house.management(seats.find_by_key),
        pages=TenantPages(seats, house.pages()),
    )


def make_protocol(seats: Seats) -> Application:
    """Return what answers peers: at the listener, and inside the process."""
    house = seats.house.protocol
    settings = seats.house.parts.settings.protocol
    own, own_first = find_netloc(settings.public_url), find_first(settings.path)

    def name_by_path(path: str) -> str:
        # What the process itself serves there was there before any tenant.
        return "" if (first := find_first(path)) == own_first else first

    async def answer(request: PeerRequest) -> Reply:
        name = name_by_path(request.path)
        if name not in seats.listed:
            host = request.headers.get("host", "").lower()
            if host != own and not await seats.wait_settled():
                return _put_off(AWAY_S)
            name = seats.hosts.get(host, "")
        if not name:
            return await house.answer(request)
        seat = await seats.find(name)
        # Peers take every 4xx as final, and who is suspended comes back.
        if seat is None:
            return _put_off(AWAY_S)
        try:
            return await seats.serve(name, seat.protocol.answer(request))
        except TenantLeft:
            return _put_off(AWAY_S)

    def refuse(path: str, status: int) -> Reply:
        seat = seats.taken.get(name_by_path(path))
        return (seat.protocol if seat else house).refuse(path, status)

    return Application(answer=answer, refuse=refuse)


def _put_off(seconds: int) -> Reply:
    return Reply(status=503, body=_AWAY, media_type="text/plain", headers={"Retry-After": str(seconds)})


def _make_finder(seats: Seats) -> FindRoutes:
    async def find(name: str) -> Sequence[DataRoute] | None:
        seat = await seats.find(name)
        return seat.data_routes if seat else None

    return find


class TenantPages:
    """The pages of all participants of a process, as one ASGI application: the host says whose are asked for."""

    def __init__(self, seats: Seats, house: ASGIApp) -> None:
        self._seats = seats
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await (await self._find(scope))(scope, receive, send)

    async def _find(self, scope: Scope) -> ASGIApp:
        host = Headers(scope=scope).get("host", "").lower()
        seats = self._seats
        await seats.wait_settled()
        seat = await seats.find(seats.pages.get(host, ""))
        return seat.own_pages if seat else self._house
