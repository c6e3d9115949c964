"""The entry of every signaling route: who calls, the body within its limit, the handler, and the errors.

A message is authenticated by its head, before its body is read. Its token counts once: it is used before the handler
runs, so a repeat needs a new token and is the same message by its `messageId`. Errors are JSON with one sentence.
"""

import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from connector.binding.dsp.body import JSON, read_body
from connector.binding.dsp.routing import RequestHandler
from connector.net.serving.messages import Disconnected, PeerRequest, Reply
from connector.net.serving.rates import CallerRates
from connector.ports.changes import UseReplayKey
from connector.ports.dataplane import PlaneUnavailable
from connector.ports.identity import Unauthenticated, describe_claimed
from connector.ports.signaling import PlaneProof
from connector.ports.store import Store
from connector.ports.store_errors import Replayed, StoreError
from connector.protocol.dsp.errors import RemoteProtocolError

_log = logging.getLogger(__name__)

PlaneHandler = Callable[[str, PeerRequest, bytes], Awaitable[Reply]]
"""Takes the identifier of the calling plane (for a registration: the name of the key), the request and its body."""

UNKNOWN = RemoteProtocolError("Unknown data flow: compare its identifier.", code="not-found", status=404)
"""The same for a flow that does not exist and for one of another plane."""


@dataclass(frozen=True)
class RegistrationKey:
    """A key that may register planes: a management key with the scope `admin`, by its SHA-256 (hex)."""

    id: str
    sha256: str


@dataclass(frozen=True)
class SignalingGate:
    """What every route of a plane needs: the proof of callers, the store of used tokens, and the rates."""

    proof: PlaneProof
    store: Store
    keys: Sequence[RegistrationKey] = ()
    rates: CallerRates | None = None


def answer(document: Any = None, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Return an answer, with a JSON document if there is one."""
    given = {"Cache-Control": "no-store", **(headers or {})}
    if document is None:
        return Reply(status=status, headers=given)
    return Reply(status=status, body=msgspec.json.encode(document), media_type=JSON, headers=given)


def refuse(code: str, sentence: str, status: int, headers: dict[str, str] | None = None) -> Reply:
    """Return an error answer: a word for programs, a sentence for people."""
    return answer({"error": code, "message": sentence}, status, headers)


def refuse_path(_: str, status: int) -> Reply:
    """Return the refusal of a request that no route takes."""
    if status == 404:
        return refuse("not-found", "Unknown path: compare it with the paths of Data Plane Signaling.", 404)
    if status >= 500:
        return refuse(
            "busy", "The request cannot be served at present: send it again later.", 503, {"Retry-After": "2"}
        )
    return refuse("malformed", "The request is not one that this listener takes: correct it.", status)


def plane_route(gate: SignalingGate, handle: PlaneHandler) -> RequestHandler:
    """Return a route for the registered planes: the token proves who calls, and is used once."""

    async def admit(request: PeerRequest) -> str:
        caller = gate.proof.authenticate(request.headers.get("authorization"))
        await gate.store.commit([UseReplayKey(caller.replay_key)])
        return caller.id

    return _make_route(gate, admit, handle)


def registration_route(gate: SignalingGate, handle: PlaneHandler) -> RequestHandler:
    """Return a route for who may register planes: a management key with the scope `admin` proves it."""

    async def admit(request: PeerRequest) -> str:
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        digest = hashlib.sha256(shown.lstrip(" ").encode("utf-8", "surrogateescape")).hexdigest()
        found = ""
        for key in gate.keys:  # all of them, so that the time tells nothing about any
            found = key.id if hmac.compare_digest(digest, key.sha256) else found
        if not found or scheme.lower() != "bearer":
            raise Unauthenticated("no management key with the scope admin")
        return found

    return _make_route(gate, admit, handle)


def _make_route(
    gate: SignalingGate, admit: Callable[[PeerRequest], Awaitable[str]], handle: PlaneHandler
) -> RequestHandler:
    async def route(request: PeerRequest) -> Reply:
        try:
            address, rates = "", gate.rates
            if rates is not None:
                address = rates.name_caller(request.address, request.headers)
                if wait := rates.find_wait(address):
                    return refuse("busy", "Too many requests: send it again later.", 503, {"Retry-After": str(wait)})
            try:
                caller = await admit(request)
            except (Unauthenticated, Replayed) as error:
                if rates is not None:
                    rates.note_failure(address)
                claimed = describe_claimed(request.headers.get("authorization"))
                _log.info("signaling message not authenticated: %s", error, extra={"path": request.path, **claimed})
                sentence = "The message is not authenticated: send a new token of a registered plane for this one."
                return refuse("unauthenticated", sentence, 401, {"WWW-Authenticate": "Bearer"})
            body = await read_body(request) if has_body(request) else b""
            return await handle(caller, request, body)
        except Disconnected:
            return Reply(status=400)
        except Exception as error:  # noqa: BLE001 - the HTTP edge
            return _refuse_fault(error, request)

    return route


def has_body(request: PeerRequest) -> bool:
    """Return whether a request has a body: a completion has none, and a GET never."""
    if request.method not in {"POST", "PUT"}:
        return False
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"


def _refuse_fault(error: Exception, request: PeerRequest) -> Reply:
    if isinstance(error, RemoteProtocolError):
        return refuse(error.code, error.reason, error.status, {"Retry-After": "2"} if error.status == 503 else None)
    if isinstance(error, StoreError | PlaneUnavailable):
        _log.warning("signaling message not carried out: %s", error, extra={"path": request.path})
    else:
        _log.error("signaling message failed", exc_info=error, extra={"path": request.path})
    return refuse(
        "busy", "The message cannot be carried out at present: send it again later.", 503, {"Retry-After": "2"}
    )
