"""The entry of every DSP route: authenticate, read the body within its limit, call the handler, answer.

The caller is authenticated by the head of its request, before its body is read. Each failure becomes an answer in the
form of the chapter (catalogue, negotiation, transfer). A temporary failure is 503, because peers treat every 4xx as
final, a 429 too.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec

from connector.binding.dsp.answers import ErrorKind, read_pids, refuse
from connector.binding.dsp.body import BODY_LIMIT, read_body
from connector.binding.dsp.routing import RequestHandler
from connector.controlplane.processes.inbound import COMMITTED, NOT_AUTHENTICATED, use_token
from connector.net.serving.messages import Disconnected, PeerRequest, Reply
from connector.net.serving.rates import CallerRates
from connector.ports.identity import (
    AuthenticationUnavailable,
    Authenticator,
    Caller,
    Intent,
    Unauthenticated,
    describe_claimed,
)
from connector.ports.seals import SealedHead, SealRejected, Seals
from connector.ports.store import Store
from connector.ports.store_errors import Replayed, StoreError
from connector.protocol.dsp.errors import ProtocolError, RemoteProtocolError
from connector.protocol.dsp.paths import fill, join

log = logging.getLogger(__name__)

UNAVAILABLE_S = 60

Handle = Callable[[PeerRequest, Caller, bytes], Awaitable[Reply]]
NoteRefusal = Callable[[PeerRequest, Caller, str], Awaitable[None]]
INTERNAL = "Internal error: send the request again later."


class TooMany(Exception):
    """A caller comes too often; it may come again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again after {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Gatekeeper:
    """The mechanism that authenticates requests, the store of single-use tokens, rates of callers, and seals.

    `find_addresses` returns the base URLs that peers know this participant by: its own, then that of the list.
    """

    identity: Authenticator
    store: Store
    rates: CallerRates | None = None
    seals: Seals | None = None
    find_addresses: Callable[[], Sequence[str]] = tuple

    async def use_token(self, caller: Caller) -> None:
        """Record that the caller's single-use token is used. Raises Replayed and the other errors of the store."""
        await self.store.commit(use_token(caller))

    @asynccontextmanager
    async def using_token(self, caller: Caller) -> AsyncIterator[None]:
        """Record the token as `use_token` while the body of the statement makes the answer, which changes nothing.

        The answer is made while the disk writes: two turns of the loop begin the commit. Raises as `use_token`.
        """
        used = asyncio.ensure_future(self.use_token(caller))
        try:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            yield
        finally:
            await used

    async def admit(self, request: PeerRequest, intent: Intent, head: SealedHead | None = None) -> Caller:
        """Return the caller of a request. Raises TooMany, Unauthenticated and AuthenticationUnavailable."""
        authorization, rates = request.headers.get("authorization"), self.rates
        if rates is None:
            return await self.identity.authenticate(authorization, intent, head)
        address = rates.name_caller(request.address, request.headers)
        if wait := rates.find_wait(address):
            raise TooMany(wait)
        try:
            caller = await self.identity.authenticate(authorization, intent, head)
        except Unauthenticated:
            rates.note_failure(address)
            raise
        if wait := rates.admit_peer(caller.participant):
            raise TooMany(wait)
        return caller

    def find_head(self, request: PeerRequest, template: str) -> SealedHead | None:
        """Return the head of a message to the path of `template`, which may be sealed; None if nobody opens seals.

        The Host of a request is not asked: a message that was sealed for somebody else must not count here.
        """
        if self.seals is None or not template:
            return None
        path = fill(template, request.names["pid"]) if request.names else template
        path += f"?{request.query}" if request.query else ""
        return SealedHead([join(address, path) for address in self.find_addresses()], request.headers)

    def open_seal(self, head: SealedHead | None, caller: Caller, body: bytes) -> Caller:
        """Return the caller with the verified seal of its message, if it has sealed that.

        Raises RemoteProtocolError for a seal that does not hold, and for a missing one of who seals all its messages.
        """
        if self.seals is None or head is None:
            return caller
        try:
            if caller.seal is not None:
                self.seals.check_body(caller.seal, body)
                return caller
            kept = self.seals.open(caller.participant, head, body, required=caller.seals)
        except SealRejected as fault:
            raise RemoteProtocolError(fault.reason, code="seal") from None
        return caller if kept is None else msgspec.structs.replace(caller, seal=kept)


async def note_nothing(_: PeerRequest, __: Caller, ___: str) -> None:
    """Note no refusal: the request belongs to no process yet."""


def endpoint(
    gatekeeper: Gatekeeper,
    errors: ErrorKind | None,
    intent: Intent,
    handle: Handle,
    note: NoteRefusal = note_nothing,
    *,
    limit: int = BODY_LIMIT,
    sealed: str = "",
) -> RequestHandler:
    """Return a route that authenticates a request and passes it, its caller and its body to `handle`.

    `note` takes the reason of a request of an authenticated caller that cannot be read. `limit` is that of the body in
    bytes. `sealed` is the path of a message that peers may seal, below the own address.
    """

    async def route(request: PeerRequest) -> Reply:
        body, sender = b"", ""
        COMMITTED.set([])
        try:
            head = gatekeeper.find_head(request, sealed)
            caller = await gatekeeper.admit(request, intent, head)
            sender = caller.participant
            try:
                try:
                    body = await read_body(request, limit) if request.method == "POST" else b""
                    caller = gatekeeper.open_seal(head, caller, body)
                    answer = await handle(request, caller, body)
                except ProtocolError as error:
                    answer = _log_refusal(errors, error, request, body, sender)
                    await _record_refused(gatekeeper, caller, answer)
                    if error.status < 500:
                        await note(request, caller, error.reason)
                    return answer
                await _record_refused(gatekeeper, caller, answer)
            except Replayed:
                # It proves nothing: whoever holds it learns no more than who has none, whose body is not even read.
                body = b""
                raise Unauthenticated(f"replayed: the token of {caller.participant} was used before.") from None
        except Disconnected:
            return Reply(status=400)
        except Exception as error:  # noqa: BLE001 - the HTTP edge
            return _refuse_fault(errors, error, request, body, sender)
        return answer

    return route


async def _record_refused(gatekeeper: Gatekeeper, caller: Caller, answer: Reply) -> None:
    """Record the token of a refused request; an accepted one records it in its own commit. Raises Replayed."""
    if not 400 <= answer.status < 500:
        return
    # What the handler has committed before it refused is no replay, unless that is why it refused.
    own = bool(COMMITTED.get()) and answer.status != NOT_AUTHENTICATED.status
    try:
        await gatekeeper.use_token(caller)
    except Replayed:
        if not own:
            raise


def _refuse_fault(errors: ErrorKind | None, error: Exception, request: PeerRequest, body: bytes, sender: str) -> Reply:
    """Return the refusal for what a request met on its way; an unforeseen fault is logged and told as temporary."""
    status, code, retry_s = 503, "busy", 0
    # Of a caller that comes too often, not even the token is looked at.
    about = {"path": request.path} if isinstance(error, TooMany) else _describe(request, sender)
    if isinstance(error, Unauthenticated):
        log.info("request not authenticated: %s", error.reason, extra=about)
        reason, code, status = NOT_AUTHENTICATED.reason, NOT_AUTHENTICATED.code, NOT_AUTHENTICATED.status
    elif isinstance(error, TooMany):
        # Not for each at the level of others: a flood of requests is none of lines.
        log.debug("request put off: its caller comes too often", extra=about)
        reason, retry_s = "Too many requests: send the request again later.", error.seconds
    elif isinstance(error, AuthenticationUnavailable):
        # Not a 401: the fault is on this side and temporary.
        log.warning("authentication is unavailable: %s", error.reason, extra=about)
        reason, retry_s = "Authentication is unavailable: send the request again later.", UNAVAILABLE_S
    elif isinstance(error, StoreError):
        log.warning("request not stored: %s", error, extra=about)
        reason, retry_s = "The store is unavailable: send the message again later.", 2
    else:
        log.error("request failed", exc_info=error, extra=about)
        reason, code, retry_s = INTERNAL, "internal", 5
    fault = RemoteProtocolError(reason, code=code, status=status)
    return refuse(errors, fault, retry_after_s=retry_s or None, pids=read_pids(body))


def _describe(request: PeerRequest, sender: str) -> dict[str, str]:
    """Return what a line of the log says of a request: its path, and its proved sender, or else the claimed one."""
    who = {"peer": sender} if sender else describe_claimed(request.headers.get("authorization"))
    return {"path": request.path, **who}


def _log_refusal(
    errors: ErrorKind | None, error: ProtocolError, request: PeerRequest, body: bytes, sender: str
) -> Reply:
    log.info("request refused: %s", error.reason, extra=_describe(request, sender))
    retry_s = 5 if error.status == 503 else None
    return refuse(errors, error, retry_after_s=retry_s, pids=read_pids(body))
