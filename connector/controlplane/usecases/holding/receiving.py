"""What issuers hand over and offer is kept (DCP 1.0, 6.5 and 6.6): verified, and only what was asked for."""

from msgspec.structs import replace

from connector.controlplane.core import commits
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.processes.inbound import use_token
from connector.controlplane.usecases.holding.keeping import CredentialService, make_put
from connector.controlplane.usecases.holding.requesting import ASK
from connector.ports.changes import PutIssuance
from connector.ports.entities import Issuance
from connector.ports.holder import CredentialRefused, ExaminedCredential
from connector.ports.identity import Caller
from connector.protocol.dcp.claims import ClaimsProfile
from connector.protocol.dcp.issuance import (
    EVERY_TYPE,
    CredentialContainer,
    CredentialMessage,
    CredentialOffer,
    IssuanceStatus,
)
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.views.credentials import IssuanceState

_EVENTS = {IssuanceState.ISSUED: "credentials issued", IssuanceState.REJECTED: "credentials rejected"}
_PROFILES = frozenset(str(profile) for profile in ClaimsProfile)


async def receive_message(service: CredentialService, caller: Caller, message: CredentialMessage) -> None:
    """Store what an issuer says about a request: the credentials, all or none, or that there are none.

    The same message may come again. Raises RemoteProtocolError, and AuthenticationUnavailable if a credential cannot be
    verified now.
    """
    context = service.context
    request = await context.store.issuance(context.owner, message.holder_pid)
    if request is None or request.issuer != caller.participant or request.state is IssuanceState.OFFERED:
        raise RemoteProtocolError("No such request was made: check holderPid.", code="not-found", status=404)
    now, changes = context.now(), use_token(caller)
    if message.status is IssuanceStatus.REJECTED:
        if request.state is IssuanceState.ISSUED:
            raise RemoteProtocolError(
                "The request was answered with credentials before.", code="wrong-state", status=400
            )
        after = replace(request, state=IssuanceState.REJECTED, reason=message.reason, at=now, due_at=None)
    else:
        examined = [await _examine_container(service, request, container) for container in message.credentials]
        # Of two that take each other's place, the last one counts.
        pairs = zip(examined, message.credentials, strict=True)
        try:
            puts = [await make_put(service, found, container.secured) for found, container in pairs]
        except NotAllowed as full:
            raise RemoteProtocolError(full.reason, code=full.code, status=503) from None
        changes += {put.credential.key: put for put in puts}.values()
        after = replace(request, state=IssuanceState.ISSUED, reason="", at=now, due_at=None)
    fields = {"issuer": request.issuer, "credentials": len(message.credentials)}
    leaf = commits.record(context, _EVENTS[after.state], request.id, fields)
    await context.store.commit([*changes, PutIssuance(after), leaf])
    context.watch.notify(request.id)


async def receive_offer(service: CredentialService, caller: Caller, offer: CredentialOffer) -> None:
    """Keep what an issuer offers, in place of its earlier offer, and answer it soon. Raises RemoteProtocolError."""
    if offer.issuer != caller.participant:
        raise RemoteProtocolError("issuer is not who sends the offer.", code="issuer", status=400)
    context = service.context
    types = tuple(dict.fromkeys(entry.kind or entry.id for entry in offer.credentials))
    reasons = dict.fromkeys(entry.reason for entry in offer.credentials if entry.reason)
    kept = Issuance(
        owner=context.owner,
        id=f"offer {offer.issuer}",
        issuer=offer.issuer,
        types=types,
        state=IssuanceState.OFFERED,
        at=context.now(),
        reason=", ".join(reasons)[:1000],
        objects=tuple(dict.fromkeys(entry.id for entry in offer.credentials)),
        due_at=context.now(),
    )
    await context.store.commit([*use_token(caller), PutIssuance(kept)])
    context.watch.notify(ASK)


async def _examine_container(
    service: CredentialService, request: Issuance, container: CredentialContainer
) -> ExaminedCredential:
    """Verify a credential that answers a request. Raises RemoteProtocolError."""
    try:
        found = await service.holder.examine(container.secured)
    except CredentialRefused as refused:
        raise RemoteProtocolError(refused.reason, code="credential", status=400) from None
    problem, kinds = "", found.types if container.kind == EVERY_TYPE else (container.kind,)
    if found.issuer != request.issuer:
        problem = "A credential is signed by another issuer than the sender."
    elif not set(kinds) <= set(found.types):
        problem = "A credential is not of its credentialType, or its issuer is not trusted for it."
    elif request.types and not set(kinds) & set(request.types):
        problem = "A credential has a type that was not requested."
    elif container.format in _PROFILES and container.format != found.profile:
        problem = "A credential is of another profile than its format says."
    if problem:
        raise RemoteProtocolError(problem, code="credential", status=400)
    return found
