"""The data-plane listener: peers pull here (`GET`, `HEAD`) and push here (`PUT`, `POST`, `HEAD`).

`/flows/{flow_id}` is the data of a flow or, for a folder, the listing of its members; `/flows/{flow_id}/{part}` is a
member. `/features/{flow_id}` has the rows of a flow as OGC API – Features, if they are offered so. At
`/notifications/{name}` context brokers tell changes. Those of a tenant are below its name.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from aiohttp import ClientError, web
from aiohttp.http_exceptions import HttpProcessingError

from connector.dataplane.backends.notices import NOTICES
from connector.dataplane.listener.admission import FlowAccess, Handler, Refusal, answer_errors, refuse_unknown
from connector.dataplane.listener.features import FeaturesHandler
from connector.dataplane.listener.notified import NoticeHandler
from connector.dataplane.listener.pull import Accel, PullHandler
from connector.dataplane.listener.receive import PushHandler
from connector.dataplane.signaling.plane import LocalDataPlane
from connector.net.limits import ConcurrencyLimit
from connector.net.serving.rates import CallerRates

READ_BUFFER = 1024 * 1024
IDLE_S = 15.0
_FLOWS = ("/flows/{flow_id}", "/flows/{flow_id}/{part:.+}")
_FEATURES = ("/features/{flow_id}", "/features/{flow_id}/{path:.*}")
_TRACES_A_MINUTE = 5
_OF_CALLERS = (HttpProcessingError, web.RequestPayloadError, ClientError, ConnectionError, EOFError)
"""No HTTP, a body that cannot be decoded, and connections that are closed at any moment."""

_http_log = logging.getLogger("connector.dataplane.http")


class CallerNoise(logging.Filter):
    """Keeps out of the log what any caller can write there with a trace of 25 lines each time.

    What a caller sends or breaks off is dropped. Handlers log their own errors (`answer_errors`), so anything else is a
    defect of the server: its traces are bounded.
    """

    def __init__(self) -> None:
        super().__init__()
        self._minute, self._count = 0, 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is logged."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return True
        if isinstance(error, _OF_CALLERS):
            return False
        minute = int(record.created) // 60
        self._minute, self._count = minute, self._count + 1 if minute == self._minute else 1
        return self._count <= _TRACES_A_MINUTE


_http_log.addFilter(CallerNoise())


class DataRoute(NamedTuple):
    """An endpoint of the data of one participant."""

    method: str
    path: str
    handle: Handler


FindRoutes = Callable[[str], Awaitable[Sequence[DataRoute] | None]]
"""Returns the routes of the tenant of this name, each in its place; None for an unknown one."""


def list_routes(
    plane: LocalDataPlane,
    owner: str | None,
    *,
    patience_s: float = 5.0,
    stall_s: float = 60.0,
    budget: ConcurrencyLimit | None = None,
    accel: Accel | None = None,
    rates: CallerRates | None = None,
) -> Sequence[DataRoute]:
    """Return the routes to the flows of `owner`; None is every owner. Whoever has them, they are in the same order.

    `patience_s` is how long a request waits for the first lease of its flow, `stall_s` how long a peer may accept no
    byte before its stream is closed, both in seconds. `rates` limit requests without a valid token.
    """
    access = FlowAccess(plane, owner, patience_s=patience_s, budget=budget, rates=rates)
    pulls, pushes = PullHandler(access, accel, stall_s), PushHandler(access)
    head = make_head_handler(pulls, pushes)
    flows = {"GET": pulls.get, "HEAD": head, "PUT": pushes.put, "POST": pushes.put}
    features = FeaturesHandler(access, pulls)
    return (
        *(DataRoute(method, path, handle) for path in _FLOWS for method, handle in flows.items()),
        *(DataRoute(method, path, features.get) for path in _FEATURES for method in ("GET", "HEAD")),
        DataRoute("POST", f"{NOTICES}/{{name}}", NoticeHandler(access, plane.notices).post),
    )


def make_app(routes: Sequence[DataRoute], find_routes: FindRoutes | None = None) -> web.Application:
    """Build the application of the listener; `make_runner` serves it.

    With `find_routes`, the same paths below `/{tenant}` are those of the tenants of the process.
    """
    app = web.Application(middlewares=[answer_errors])
    for route in routes:
        app.router.add_route(route.method, route.path, route.handle)
    for place, route in enumerate(routes if find_routes else ()):
        assert find_routes is not None
        app.router.add_route(route.method, "/{tenant}" + route.path, _make_tenant_handler(find_routes, place))
    return app


def _make_tenant_handler(find_routes: FindRoutes, place: int) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        routes = await find_routes(request.match_info["tenant"])
        if routes is None:
            # As for an unknown flow: nobody learns which tenants there are.
            raise refuse_unknown()
        return await routes[place].handle(request)

    return handle


def make_runner(app: web.Application) -> web.AppRunner:
    """Return a runner with the buffers that streaming needs, without an access log, which would repeat paths.

    A connection without a complete request is closed after `IDLE_S`, even if single bytes of a header arrive.
    """
    return web.AppRunner(
        app,
        access_log=None,
        logger=_http_log,
        read_bufsize=READ_BUFFER,
        shutdown_timeout=3.0,
        keepalive_timeout=IDLE_S,
    )


def make_head_handler(pulls: PullHandler, pushes: PushHandler) -> Handler:
    """Return the handler for HEAD: of a pull the head of the GET answer, of a push the number of received bytes."""

    async def head(request: web.Request) -> web.StreamResponse:
        try:
            return await pulls.get(request)
        except Refusal as refusal:
            if refusal.status != 405:
                raise
            return await pushes.head(request)

    return head
