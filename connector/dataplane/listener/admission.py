"""Admission at the data-plane listener: token, direction, state and lease of a request, and the error answers.

An unknown flow and a wrong token have the same answer. Transient errors (no lease yet, busy) are 503 with Retry-After,
because deployed consumers treat every 4xx as final.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

import aiohttp
import msgspec
from aiohttp import web

from connector.dataplane.control.gate import NEVER_GRANTED, SUPERSEDED, Gate, LeaseEnded
from connector.dataplane.forms.choice import BadChoice, UnknownRow
from connector.dataplane.signaling.plane import LocalDataPlane
from connector.dataplane.signaling.verbs import SUSPENDED
from connector.language.catalogue import say
from connector.net.limits import ConcurrencyLimit
from connector.net.serving.rates import CallerRates
from connector.ports.entities import Flow, FlowDirection
from connector.ports.flow import CODE, FINAL, Cause, SourceError
from connector.ports.store_errors import LimitReached, StoreError
from connector.protocol.dsp.machines.transfer_machine import FlowState

_WHOLE_S = 60.0

_log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refusal(Exception):
    """A request that is answered with an error; `code` is for programs, `text` is one sentence without a secret."""

    def __init__(self, status: int, code: str, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.headers = headers or {}


def refuse_busy(text: str, seconds: int = 2) -> Refusal:
    """Return the refusal of a request that can be repeated after `seconds`."""
    return Refusal(503, "unavailable", text, {"Retry-After": str(seconds)})


def refuse_unknown() -> Refusal:
    """Return the refusal of a request that opens no flow here."""
    text = "Unknown flow or token: use the data address of the last start."
    return Refusal(401, "unauthorized", text, {"WWW-Authenticate": "Bearer"})


def refuse_source(error: SourceError) -> Refusal:
    """Return the refusal for a source that failed: final, or to be repeated. Its code is the cause, without details."""
    cause = error.cause or Cause.UNAVAILABLE
    text = say("en", f"processes.flow-{cause}")
    if cause in FINAL:
        return Refusal(404, f"{CODE}{cause}", text)
    return Refusal(503, f"{CODE}{Cause.UNAVAILABLE}", text, {"Retry-After": "10"})


def refuse_choice(error: BadChoice) -> Refusal:
    """Return the refusal of a choice, which changes nothing."""
    if isinstance(error, UnknownRow):
        return Refusal(404, "not-found", str(error))
    return Refusal(400, "choice", str(error))


def render_refusal(refusal: Refusal) -> web.Response:
    """Return the answer with the JSON error body."""
    body = msgspec.json.encode({"error": refusal.code, "message": refusal.text})
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **refusal.headers}
    return web.Response(status=refusal.status, body=body, headers=headers, content_type="application/json")


class FlowAccess:
    """Admits pulls and pushes of the flows of `owner`; None is every owner that the plane serves.

    `patience_s` is how long a request waits for the first lease of its flow, in seconds: that can follow the first
    request, because it is granted after the peer has acknowledged the message with the address.
    """

    def __init__(
        self,
        plane: LocalDataPlane,
        owner: str | None,
        *,
        patience_s: float = 5.0,
        budget: ConcurrencyLimit | None = None,
        rates: CallerRates | None = None,
    ) -> None:
        self.plane = plane
        self._owner = owner
        self._patience_s = patience_s
        self._rates = rates
        self.budget = budget or ConcurrencyLimit(total=512, per_key=16)

    def admit_caller(self, request: web.Request) -> Callable[[], None]:
        """Return what notes that a caller had no valid token. Raises Refusal while it has to wait for that."""
        rates = self._rates
        if rates is None:
            return lambda: None
        address = rates.name_caller(request.remote or "", request.headers)
        if wait := rates.find_wait(address):
            raise refuse_busy("Too many requests without a valid token: try again later.", wait)
        return partial(rates.note_failure, address)

    async def find_flow(self, request: web.Request, direction: FlowDirection) -> Flow:
        """Return the flow of the request's token, in any state. Raises Refusal."""
        note_failure = self.admit_caller(request)
        shown = request.headers.getall("Authorization", [])
        flow = await self.plane.admit(request.match_info["flow_id"], shown[0]) if len(shown) == 1 else None
        # A token opens its flow at any address of the process; the sources and folders here are those of one owner.
        if flow is None or self._owner not in {None, flow.owner}:
            note_failure()
            raise refuse_unknown()
        if flow.direction is not direction:
            allowed = "GET, HEAD" if flow.direction is FlowDirection.SERVE else "HEAD, PUT, POST"
            raise Refusal(
                405, "method-not-allowed", f"This flow does not support the method: use {allowed}.", {"Allow": allowed}
            )
        return flow

    async def open_gate(self, flow: Flow) -> Gate:
        """Return the open gate of a flow. Raises Refusal if no byte may move."""
        if flow.state == FlowState.SUSPENDED:
            raise Refusal(409, "suspended", "The transfer is suspended.")
        if flow.state not in {FlowState.STARTED, FlowState.PREPARED}:
            raise Refusal(403, "ended", "The transfer has ended.")
        gate = await self.plane.register.find_gate(flow)
        if gate.find_problem():
            # The stored flow is open: another process on the store may have resumed it, or have its lease.
            await self.plane.leases.look((flow.owner, flow.id))
        problem = await gate.wait(self._patience_s)
        if problem:
            raise refuse_closed(problem)
        return gate


async def read_whole_body(request: web.Request, most: int) -> bytes:
    """Return a body of at most this number of bytes, within a minute. Raises Refusal."""
    body = bytearray()
    try:
        async with asyncio.timeout(_WHOLE_S):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most:
                    raise Refusal(413, "too-large", f"The body has more than {most} bytes: send less at once.")
    except (ConnectionError, TimeoutError, aiohttp.ClientError, web.RequestPayloadError) as error:
        raise Refusal(400, "interrupted", "The connection closed before the end of the body: send it again.") from error
    return bytes(body)


def refuse_closed(problem: str) -> Refusal:
    """Return the refusal for the problem of a closed gate."""
    if problem == NEVER_GRANTED:
        return refuse_busy("The lease of this transfer is not granted yet: try again later.")
    if problem == SUPERSEDED:
        return refuse_busy("The treatment of the data has just changed: try again.")
    if problem == SUSPENDED:
        return Refusal(409, "suspended", "The transfer is suspended.")
    return Refusal(403, "no-lease", f"Access ended: {problem}.")


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Convert every error to the JSON error body; internal details appear only in the log."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return render_refusal(refusal)
    except LeaseEnded as ending:
        return render_refusal(refuse_closed(ending.reason))
    except LimitReached:
        return render_refusal(
            Refusal(
                403, "used-up", "The limit of uses is reached: the terms of the agreement say how many begin, and when."
            )
        )
    except StoreError as error:
        _log.warning("data plane: store failed: %s", error)
        return render_refusal(refuse_busy("The store is unavailable: try again later.", 10))
    except ConnectionError:
        return render_refusal(Refusal(400, "closed", "The connection was closed before the answer."))
    except web.HTTPException as error:
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        return render_refusal(Refusal(error.status, "http", error.reason, allow))
    except Exception:  # noqa: BLE001 - the HTTP edge
        _log.exception("data plane: request failed unexpectedly")
        return render_refusal(
            Refusal(500, "internal", "Internal error: the log of this connector contains the details.")
        )
