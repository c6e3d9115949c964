"""The entry of every DSP route: limit the body, authenticate, call the handler, answer.

Each failure becomes an answer in the form of the chapter (catalogue, negotiation, transfer). A temporary failure is
503, because peers treat every 4xx as final.
"""

import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from connector.binding.dsp.answers import ErrorKind, refuse
from connector.binding.dsp.body import read_body
from connector.binding.dsp.routing import RequestHandler
from connector.controlplane.processes.inbound import REPLAYED, use_token
from connector.ports.changes import Replayed, StoreError
from connector.ports.identity import AuthenticationUnavailable, Caller, Identity, Intent, Unauthenticated
from connector.ports.store import Store
from connector.protocol.dsp.errors import ProtocolError, RemoteProtocolError

log = logging.getLogger(__name__)

UNAVAILABLE_S = 60

Handle = Callable[[Request, Caller, bytes], Awaitable[Response]]
INTERNAL = "Internal error: send the request again later."


@dataclass(frozen=True)
class Gatekeeper:
    """The identity mechanism that authenticates requests, and the store that records their single-use tokens."""

    identity: Identity
    store: Store

    async def use_token(self, caller: Caller) -> None:
        """Record that the caller's single-use token is used. Raises Replayed and the other errors of the store."""
        await self.store.commit(use_token(caller))


def endpoint(gatekeeper: Gatekeeper, errors: ErrorKind, intent: Intent, handle: Handle) -> RequestHandler:
    """Return a route that authenticates a request and passes it, its caller and its body to `handle`."""

    async def route(request: Request) -> Response:
        try:
            body = await read_body(request) if request.method == "POST" else b""
            caller = await gatekeeper.identity.authenticate(request.headers.get("authorization"), intent)
            return await _answer(gatekeeper, errors, caller, request, handle(request, caller, body))
        except ClientDisconnect:
            return Response(status_code=400)
        except Unauthenticated as error:
            log.info("request not authenticated: %s", error.reason, extra={"path": request.url.path})
            fault = RemoteProtocolError(
                "The request is not authenticated: send a valid token in the Authorization header.",
                code="unauthenticated",
                status=401,
            )
            return refuse(errors, fault)
        except AuthenticationUnavailable as error:
            # Not a 401: the fault is on this side and temporary, and peers treat every 4xx as final.
            log.warning("authentication is unavailable: %s", error.reason, extra={"path": request.url.path})
            reason = "Authentication is unavailable: send the request again later."
            fault = RemoteProtocolError(reason, code="busy", status=503)
            return refuse(errors, fault, retry_after_s=UNAVAILABLE_S)
        except ProtocolError as error:
            return _log_refusal(errors, error, request)
        except Replayed:
            fault = RemoteProtocolError(REPLAYED.reason, code=REPLAYED.code, status=REPLAYED.status)
            return refuse(errors, fault)
        except StoreError as error:
            log.warning("request not stored: %s", error, extra={"path": request.url.path})
            reason = "The store is unavailable: send the message again later."
            fault = RemoteProtocolError(reason, code="busy", status=503)
            return refuse(errors, fault, retry_after_s=2)
        except Exception:
            # The last resort: an unexpected fault is logged with its trace and reported to the peer as temporary.
            log.exception("request failed", extra={"path": request.url.path})
            fault = RemoteProtocolError(INTERNAL, code="internal", status=503)
            return refuse(errors, fault, retry_after_s=5)

    return route


async def _answer(
    gatekeeper: Gatekeeper, errors: ErrorKind, caller: Caller, request: Request, handling: Awaitable[Response]
) -> Response:
    """Answer a caller, and record the token of a refused request; an accepted one records it in its own commit."""
    try:
        answer = await handling
    except ProtocolError as error:
        answer = _log_refusal(errors, error, request)
    if 400 <= answer.status_code < 500:
        with contextlib.suppress(Replayed):
            await gatekeeper.use_token(caller)
    return answer


def _log_refusal(errors: ErrorKind, error: ProtocolError, request: Request) -> Response:
    log.info("request refused: %s", error.reason, extra={"path": request.url.path})
    return refuse(errors, error)
