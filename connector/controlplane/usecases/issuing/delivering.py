"""Holders are told: the credentials of a request, its rejection, or an offer, until they take it (DCP 1.0, 6.5)."""

import asyncio
import logging
from functools import partial

from msgspec.structs import replace

from connector.controlplane.core.due import BUSY, MOST_ATTEMPTS, find_retry, perform_due
from connector.controlplane.usecases.issuing.making import IssuerService
from connector.controlplane.usecases.issuing.receiving import MOST_REQUESTS, TELL
from connector.ports.claims_peer import NotReached
from connector.ports.entities import CredentialRequest, PageBounds
from connector.ports.issuing_store import DropIssuing, PutCredentialRequest
from connector.ports.store_errors import StoreError
from connector.protocol.dcp.document import ServiceType
from connector.protocol.dcp.issuance import (
    CREDENTIALS_PATH,
    OFFERS_PATH,
    CredentialContainer,
    CredentialMessage,
    IssuanceStatus,
    write_credential_message,
    write_credential_offer,
)
from connector.views.credentials import CredentialStanding
from connector.views.issuing import RequestState

log = logging.getLogger(__name__)

CLEAN_S = 3600.0
KEPT_MS = 90 * 86_400_000
"""How long a request is kept after its end, in ms: so long the same request is answered with the same credentials."""


async def deliver_due(service: IssuerService) -> None:
    """Tell holders what they are to be told, until cancelled. It goes on where the last process ended."""
    context = service.context
    list_next = partial(context.store.next_credential_requests, context.owner)
    await perform_due(context, TELL, list_next, partial(deliver, service))


async def deliver(service: IssuerService, due: CredentialRequest) -> None:
    """Send what a holder is to be told once, and store what became of it. Raises Conflict."""
    context = service.context
    known = await context.store.credential_request(context.owner, due.id)
    if known is None or known.due_at is None:
        return
    path, body = await _write(service, known)
    if not body:
        await _settle(service, known, problem="The credentials have ended before they were delivered.")
        return
    try:
        sent = await service.issuer.peer.send(known.holder, ServiceType.CREDENTIALS, path, body, token=known.token)
    except NotReached as fault:
        await _retry(service, known, fault.reason)
        return
    answer = sent.status
    if 200 <= answer < 300:
        log.info("a holder was told", extra={"pid": known.id, "peer": known.holder, "state": known.state})
        await _settle(service, known)
    elif answer >= 500 or answer in BUSY or known.attempts == 0:
        # Also the first refusal: a holder may get its credentials before it has stored our answer to its request.
        await _retry(service, known, f"The holder answers with status {answer}.")
    else:
        await _settle(service, known, problem=f"The holder refuses with status {answer}.")


async def keep_clean(service: IssuerService) -> None:
    """Remove what has ended long ago, until cancelled."""
    context = service.context
    while True:
        # Not at the start: a machine that has just booted may have a wrong clock.
        await asyncio.sleep(CLEAN_S)
        now = context.now()
        try:
            await context.store.commit([DropIssuing(context.owner, now - KEPT_MS, now - KEPT_MS)])
        except StoreError as error:
            log.warning("ended credentials were not removed: %s", error)


async def _write(service: IssuerService, known: CredentialRequest) -> tuple[str, bytes]:
    """Return the path and the body of a message; nothing if there is no credential left to deliver."""
    context = service.context
    if known.state is RequestState.OFFERED:
        found = [service.find_supported(each) for each in known.objects]
        offered = [each for each in found if each is not None]
        body = write_credential_offer(context.participant, offered, reason=known.reason) if offered else b""
        return OFFERS_PATH, body
    status, containers = IssuanceStatus.REJECTED, []
    if known.state is RequestState.ISSUED:
        status, page = IssuanceStatus.ISSUED, PageBounds(limit=MOST_REQUESTS)
        issued, _ = await context.store.issued_credentials(context.owner, page, request=known.id)
        containers = [
            CredentialContainer(each.type, each.secured, service.issuer.name_format(each.profile))
            for each in issued
            if each.standing is CredentialStanding.VALID and each.valid_until > context.now()
        ]
        if not containers:
            return CREDENTIALS_PATH, b""
    message = CredentialMessage(known.id, known.holder_pid, status, known.reason, tuple(containers))
    return CREDENTIALS_PATH, write_credential_message(message)


async def _retry(service: IssuerService, known: CredentialRequest, problem: str) -> None:
    """Store that a holder could not be told; after the last attempt, a person has to act."""
    attempts, now = known.attempts + 1, service.context.now()
    due_at = None if attempts >= MOST_ATTEMPTS else find_retry(attempts, now)
    log.info("a holder could not be told: %s", problem, extra={"pid": known.id, "peer": known.holder})
    after = replace(known, version=known.version + 1, attempts=attempts, due_at=due_at, problem=problem)
    await service.context.store.commit([PutCredentialRequest(after, known.version)])


async def _settle(service: IssuerService, known: CredentialRequest, *, problem: str = "") -> None:
    """Store that there is nothing to be told any more. The access token of the holder is forgotten."""
    told = {"delivered_at": known.delivered_at if problem else service.context.now(), "problem": problem}
    after = replace(known, version=known.version + 1, due_at=None, token="", **told)
    await service.context.store.commit([PutCredentialRequest(after, known.version)])
