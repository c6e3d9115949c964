"""What every DSP route does: size limit → authenticate → one parse → use case → answer, and only then wake the worker.

Errors have the body of their chapter (catalogue, negotiation, transfer). An unknown pid, a foreign one and a process in
another role answer the same 404. What is transient is 503, because peers take every 4xx as final.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from connector.binding.dsp.routing import RequestHandler
from connector.controlplane.processes.inbound import Declined, ProcessAnswer, use_token
from connector.ports.changes import Replayed, StoreError
from connector.ports.identity import AuthenticationUnavailable, Caller, Identity, Intent, Unauthenticated
from connector.ports.store import AnyProcess, Store
from connector.protocol.dsp import negotiation, transfer
from connector.protocol.dsp.catalog import CatalogError
from connector.protocol.dsp.codec import Received, decode, encode, error_body
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.errors import ProtocolError, RemoteProtocolError
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState
from connector.protocol.dsp.machines.transfer_machine import TransferState

log = logging.getLogger(__name__)

BODY_LIMIT = 1024 * 1024
BODY_S = 15.0
UNTOLD_S = 60
JSON = "application/json"

M = TypeVar("M", bound=msgspec.Struct)
Wake = Callable[[AnyProcess], None]
ErrorKind = type[negotiation.ContractNegotiationError] | type[transfer.TransferError] | type[CatalogError]


@dataclass(frozen=True)
class Gatekeeper:
    """Who lets requests in: the identity mechanism that authenticates them, and the store that uses up their tokens."""

    identity: Identity
    store: Store

    async def let_pass(self, caller: Caller) -> None:
        """Use up the caller's token, if it is a single-use one. Raises Replayed and the other errors of the store."""
        await self.store.commit(use_token(caller))


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """Read a request's body, at most `limit` bytes of it. Raises RemoteProtocolError (408, 413, 415)."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in {JSON, "application/ld+json"}:
        reason = f"The media type is not {JSON}: send the message as {JSON}."
        raise RemoteProtocolError(reason, code="media-type", status=415)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RemoteProtocolError("The body is compressed: send it plain.", code="encoding", status=415)
    too_large = RemoteProtocolError(f"The body is larger than {limit} bytes.", code="too-large", status=413)
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 12 or int(announced) > limit):
        raise too_large
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                size += len(part)
                if size > limit:
                    raise too_large
                parts.append(part)
    except TimeoutError:
        reason = f"The body did not arrive within {BODY_S:g} s: send the message again."
        raise RemoteProtocolError(reason, code="slow", status=408) from None
    return b"".join(parts)


def endpoint(
    gatekeeper: Gatekeeper, errors: ErrorKind, intent: Intent, handle: Callable[..., Awaitable[Response]]
) -> RequestHandler:
    """Return the route that authenticates a request and hands it, its caller and its body to `handle`."""

    async def route(request: Request) -> Response:
        try:
            body = await read_body(request) if request.method == "POST" else b""
            caller = await gatekeeper.identity.authenticate(request.headers.get("authorization"), intent)
            return await _answer(gatekeeper, errors, caller, request, handle(request, caller, body))
        except ClientDisconnect:
            return Response(status_code=400)
        except Unauthenticated as error:
            log.info("request not authenticated: %s", error.reason, extra={"path": request.url.path})
            fault = RemoteProtocolError("The request is not authenticated.", code="unauthenticated", status=401)
            return refuse(errors, fault)
        except AuthenticationUnavailable as error:
            # Peers take every 4xx for final, and this is our own lack, which ends.
            log.warning("nobody is let in: %s", error.reason, extra={"path": request.url.path})
            fault = RemoteProtocolError("Nobody can be let in at present: send it again.", code="busy", status=503)
            return refuse(errors, fault, retry_after_s=UNTOLD_S)
        except ProtocolError as error:
            return _log_refusal(errors, error, request)
        except Replayed:
            fault = RemoteProtocolError("The token was used before.", code="replayed", status=401)
            return refuse(errors, fault)
        except StoreError as error:
            log.warning("request cannot be stored: %s", error, extra={"path": request.url.path})
            fault = RemoteProtocolError("Nothing can be stored at present: send it again.", code="busy", status=503)
            return refuse(errors, fault, retry_after_s=2)
        except Exception:
            # The edge: whatever we got wrong is logged here with its trace and told to the peer as transient.
            log.exception("request failed", extra={"path": request.url.path})
            fault = RemoteProtocolError("The request failed here: send it again later.", code="internal", status=503)
            return refuse(errors, fault, retry_after_s=5)

    return route


async def _answer(
    gatekeeper: Gatekeeper, errors: ErrorKind, caller: Caller, request: Request, handling: Awaitable[Response]
) -> Response:
    """Answer a caller, and use up the token of what is refused too: what is taken uses it up with its own commit."""
    try:
        answer = await handling
    except ProtocolError as error:
        answer = _log_refusal(errors, error, request)
    if 400 <= answer.status_code < 500:
        with contextlib.suppress(Replayed):
            await gatekeeper.let_pass(caller)
    return answer


def _log_refusal(errors: ErrorKind, error: ProtocolError, request: Request) -> Response:
    log.info("request refused: %s", error.reason, extra={"path": request.url.path})
    return refuse(errors, error)


def refuse(errors: ErrorKind, error: ProtocolError, *, retry_after_s: int | None = None) -> Response:
    """Return the error answer of a chapter."""
    headers = {"Retry-After": str(retry_after_s)} if retry_after_s else {}
    if error.status in {408, 413}:
        # The rest of the body is not read: the connection cannot be used again.
        headers["Connection"] = "close"
    return Response(error_body(errors, error), error.status, headers, JSON)


def answer_outcome(wake: Wake, errors: ErrorKind, outcome: ProcessAnswer | Declined) -> Response:
    """Return the answer for what a use case said; the worker is woken after the answer has been written."""
    if isinstance(outcome, Declined):
        error = RemoteProtocolError(outcome.reason, code=outcome.code, status=outcome.status)
        pids = {"provider_pid": outcome.provider_pid, "consumer_pid": outcome.consumer_pid}
        body = error_body(errors, error, **pids) if errors is not CatalogError else error_body(errors, error)
        headers = {"Retry-After": str(outcome.retry_after_s)} if outcome.retry_after_s else None
        return Response(body, outcome.status, headers, JSON)
    status = 201 if outcome.created else 200
    body = acknowledgement(outcome.process, outcome.state)
    return Response(body, status, None, JSON, _make_waker(wake, outcome.process) if outcome.woken else None)


def acknowledgement(process: AnyProcess, state: str) -> bytes:
    """Return the process as the acknowledgements and the GETs show it."""
    own, other = process.id, process.peer_pid or ""
    consumer, provider = (own, other) if process.role is Role.CONSUMER else (other, own)
    if isinstance(process, Negotiation):
        reached = NegotiationState(state)
        return encode(negotiation.ContractNegotiation(provider_pid=provider, consumer_pid=consumer, state=reached))
    moved = TransferState(state)
    return encode(transfer.TransferProcess(provider_pid=provider, consumer_pid=consumer, state=moved))


def answer_state(errors: ErrorKind, process: AnyProcess | None, caller: Caller) -> Response:
    """Return the state of a process to its counter-party, and to nobody else."""
    if process is None or process.peer != caller.participant or process.state is None:
        fault = RemoteProtocolError("There is no such process between us.", code="not-found", status=404)
        return refuse(errors, fault)
    return Response(acknowledgement(process, process.state), 200, None, JSON)


def read(kind: type[M], body: bytes) -> Received[M]:
    """Parse a message once. Raises RemoteProtocolError."""
    return decode(kind, body)


def _make_waker(wake: Wake, process: AnyProcess) -> BackgroundTask:
    async def run() -> None:
        wake(process)

    return BackgroundTask(run)
