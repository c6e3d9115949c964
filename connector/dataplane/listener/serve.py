"""The data-plane listener: peers pull here (`GET`, `HEAD`) and push here (`PUT`, `POST`, `HEAD`).

`/flows/{flow_id}` is the data of a flow or, for a folder, the listing of its members; `/flows/{flow_id}/{part}` is a
member. `/features/{flow_id}` has the rows of a flow as OGC API – Features, if they are offered so. At
`/notifications/{name}` context brokers tell changes.
"""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import ClientError, web
from aiohttp.http_exceptions import HttpProcessingError

from connector.dataplane.backends.notices import NOTICES
from connector.dataplane.listener.admission import FlowAccess, Refusal, answer_errors
from connector.dataplane.listener.features import FeaturesHandler
from connector.dataplane.listener.notified import NoticeHandler
from connector.dataplane.listener.pull import Accel, PullHandler
from connector.dataplane.listener.receive import PushHandler
from connector.dataplane.signaling.plane import LocalDataPlane
from connector.net.limits import ConcurrencyLimit
from connector.net.serving.rates import CallerRates

READ_BUFFER = 1024 * 1024
IDLE_S = 15.0
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


def make_app(
    plane: LocalDataPlane,
    *,
    patience_s: float = 5.0,
    stall_s: float = 60.0,
    budget: ConcurrencyLimit | None = None,
    accel: Accel | None = None,
    rates: CallerRates | None = None,
) -> web.Application:
    """Build the application of the listener; `make_runner` serves it.

    `patience_s` is how long a request waits for the first lease of its flow, `stall_s` how long a peer may accept no
    byte before its stream is closed, both in seconds. `rates` limit requests without a valid token.
    """
    access = FlowAccess(plane, patience_s=patience_s, budget=budget, rates=rates)
    pulls, pushes = PullHandler(access, accel, stall_s), PushHandler(access)
    app = web.Application(middlewares=[answer_errors])
    for path in ("/flows/{flow_id}", "/flows/{flow_id}/{part:.+}"):
        app.router.add_route("GET", path, pulls.get)
        app.router.add_route("HEAD", path, make_head_handler(pulls, pushes))
        app.router.add_route("PUT", path, pushes.put)
        app.router.add_route("POST", path, pushes.put)
    features = FeaturesHandler(access, pulls)
    for path in ("/features/{flow_id}", "/features/{flow_id}/{path:.*}"):
        for method in ("GET", "HEAD"):
            app.router.add_route(method, path, features.get)
    app.router.add_route("POST", f"{NOTICES}/{{name}}", NoticeHandler(access, plane.notices).post)
    return app


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


def make_head_handler(
    pulls: PullHandler, pushes: PushHandler
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return the handler for HEAD: of a pull the head of the GET answer, of a push the number of received bytes."""

    async def head(request: web.Request) -> web.StreamResponse:
        try:
            return await pulls.get(request)
        except Refusal as refusal:
            if refusal.status != 405:
                raise
            return await pushes.head(request)

    return head
