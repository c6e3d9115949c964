"""Who may pass at the data-plane listener: token, direction, state, lease; and how everybody else is answered.

An unknown flow and a wrong token get the same answer. Transient things (no lease yet, busy) are 503 with Retry-After,
because deployed consumers take every 4xx for final.
"""

import logging
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from connector.dataplane.control.gate import NEVER_GRANTED, SUPERSEDED, Gate, LeaseEnded
from connector.dataplane.flows import SUSPENDED, LocalDataPlane
from connector.net.limits import ConcurrencyLimit
from connector.ports.changes import LimitReached, StoreError
from connector.ports.entities import Flow, FlowDirection
from connector.protocol.dsp.machines.transfer_machine import FlowState

_log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refusal(Exception):
    """A request that is answered with an error. `code` is for programs, the text one sentence without a secret."""

    def __init__(self, status: int, code: str, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.headers = headers or {}


def busy(text: str, seconds: int = 2) -> Refusal:
    """Return the refusal of something that is worth another try."""
    return Refusal(503, "unavailable", text, {"Retry-After": str(seconds)})


def error_answer(refusal: Refusal) -> web.Response:
    """Return the small JSON error body."""
    body = msgspec.json.encode({"error": refusal.code, "message": refusal.text})
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **refusal.headers}
    return web.Response(status=refusal.status, body=body, headers=headers, content_type="application/json")


class FlowAccess:
    """The way in for pulls and pushes. `patience_s` is how long a request waits for the first lease of its flow.

    The lease may come a moment after the peer learned the address, because it is granted when the message with the
    address was acknowledged.
    """

    def __init__(
        self, plane: LocalDataPlane, *, patience_s: float = 5.0, budget: ConcurrencyLimit | None = None
    ) -> None:
        self.plane = plane
        self._patience_s = patience_s
        self.budget = budget or ConcurrencyLimit(total=512, per_key=16)

    async def flow(self, request: web.Request, direction: FlowDirection) -> Flow:
        """Return the flow that the request's token opens, whatever its state. Raises Refusal."""
        shown = request.headers.getall("Authorization", [])
        flow = await self.plane.admit(request.match_info["flow_id"], shown[0]) if len(shown) == 1 else None
        if flow is None:
            raise Refusal(401, "unauthorized", "There is no such flow for this token.", {"WWW-Authenticate": "Bearer"})
        if flow.direction is not direction:
            allowed = "GET, HEAD" if flow.direction is FlowDirection.SERVE else "HEAD, PUT, POST"
            raise Refusal(405, "method-not-allowed", "Data of this flow moves the other way.", {"Allow": allowed})
        return flow

    async def gate(self, flow: Flow) -> Gate:
        """Return the open gate of a flow. Raises Refusal where no byte may move."""
        if flow.state == FlowState.SUSPENDED:
            raise Refusal(409, "suspended", "The transfer is suspended.")
        if flow.state not in {FlowState.STARTED, FlowState.PREPARED}:
            raise Refusal(403, "ended", "The transfer has ended.")
        gate = await self.plane.register.find_gate(flow)
        problem = await gate.wait(self._patience_s)
        if problem:
            raise no_leave(problem)
        return gate


def no_leave(problem: str) -> Refusal:
    """Return the refusal for a gate that is closed."""
    if problem == NEVER_GRANTED:
        return busy("The transfer was not yet released for this access: try again.")
    if problem == SUPERSEDED:
        return busy("What may leave has just changed: try again.")
    if problem == SUSPENDED:
        return Refusal(409, "suspended", "The transfer is suspended.")
    return Refusal(403, "no-lease", f"Access ended: {problem}.")


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into the small JSON body; what went wrong inside stays in the log."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return error_answer(refusal)
    except LeaseEnded as ending:
        return error_answer(no_leave(ending.reason))
    except LimitReached:
        return error_answer(Refusal(403, "used-up", "The uses that the agreement allows are used up."))
    except StoreError as error:
        _log.warning("data plane: the store failed: %s", error)
        return error_answer(busy("The data plane cannot work at present: try again.", 10))
    except web.HTTPException as error:
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        return error_answer(Refusal(error.status, "http", error.reason, allow))
    except Exception:  # noqa: BLE001 - the HTTP edge
        _log.exception("data plane: a request failed unexpectedly")
        return error_answer(Refusal(500, "internal", "The request failed by a defect of this connector."))
