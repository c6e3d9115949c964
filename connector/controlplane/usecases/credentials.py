"""The Credential Service of this participant: it shows credentials to members, and keeps what issuers hand over.

What is shown is never wider than the access token of the caller grants, and what is stored was verified by the rules by
which others verify it. A renewed credential takes the place of the old one, so that the store does not grow.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from msgspec.structs import replace

from connector.controlplane.core import commits
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.processes.inbound import use_token
from connector.ports.changes import Conflict, DropCredential, PutCredential, PutIssuance
from connector.ports.entities import HeldCredential, Issuance
from connector.ports.holder import GRANTED, CredentialRefused, ExaminedCredential, Holder
from connector.ports.identity import Caller
from connector.protocol.dcp.claims import ClaimsProfile
from connector.protocol.dcp.issuance import CredentialContainer, CredentialMessage, CredentialOffer, IssuanceStatus
from connector.protocol.dcp.scopes import Scope, ScopeKind, parse_scope
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.views.credentials import CredentialStanding, IssuanceState

MOST_HELD = 256
LOOK_MS = 300_000
"""How long the stored standing of a credential counts without a look at its status list, in ms."""
_PROFILES = frozenset(str(profile) for profile in ClaimsProfile)


@dataclass(frozen=True)
class CredentialService:
    """The values of the use cases: the context of the participant, and its identity mechanism as a holder."""

    context: Context
    holder: Holder


async def present(service: CredentialService, caller: Caller, asked: Sequence[Scope]) -> Sequence[str]:
    """Return presentations of the credentials that are asked for, as far as the caller's access token grants them.

    A credential that has expired or is not in force is left out (DCP 1.0, 5.4.2).
    """
    granted = [parse_scope(text) for text in caller.evidence[GRANTED]]
    context, now = service.context, service.context.now()
    found = [
        held
        for held in await context.store.credentials(context.owner)
        if any(_names(scope, held) for scope in asked) and any(_names(scope, held) for scope in granted)
        if find_standing(held, now) is CredentialStanding.VALID
    ]
    looked = await asyncio.gather(*(_look_at(service, held, now) for held in found))
    return service.holder.present(
        [held for held in looked if held.standing is CredentialStanding.VALID], caller.participant
    )


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
        after = replace(request, state=IssuanceState.REJECTED, reason=message.reason, at=now)
    else:
        examined = [await _examine_container(service, request, container) for container in message.credentials]
        # Of two that take each other's place, the last one counts.
        pairs = zip(examined, message.credentials, strict=True)
        puts = [await _put(service, found, container.secured) for found, container in pairs]
        changes += {put.credential.key: put for put in puts}.values()
        after = replace(request, state=IssuanceState.ISSUED, reason="", at=now)
    fields = {"issuer": request.issuer, "credentials": len(message.credentials)}
    leaf = commits.record(context, f"credentials {after.state}", request.id, fields)
    await context.store.commit([*changes, PutIssuance(after), leaf])


async def receive_offer(service: CredentialService, caller: Caller, offer: CredentialOffer) -> None:
    """Keep what an issuer offers, in place of its earlier offer. Raises RemoteProtocolError."""
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
    )
    await context.store.commit([*use_token(caller), PutIssuance(kept)])


async def add(service: CredentialService, secured: str, *, by: str) -> HeldCredential:
    """Verify and store a credential that was handed over in another way. Raises Invalid, NotAllowed.

    `by` names the user or the management key; AuthenticationUnavailable goes through.
    """
    context, secured = service.context, secured.strip()
    try:
        change = await _put(service, await service.holder.examine(secured), secured)
    except CredentialRefused as refused:
        raise Invalid("credential", refused.reason) from None
    held = change.credential
    leaf = commits.record(context, "credential stored", held.key, {"issuer": held.issuer, "by": by})
    await context.store.commit([change, leaf])
    return held


async def remove(service: CredentialService, key: str, *, by: str) -> HeldCredential:
    """Remove a credential, which is shown to nobody any more, and return it. Raises NoSuchEntity."""
    context, held = service.context, await find(service, key)
    leaf = commits.record(context, "credential removed", key, {"issuer": held.issuer, "by": by})
    await context.store.commit([DropCredential(context.owner, key), leaf])
    return held


async def find(service: CredentialService, key: str) -> HeldCredential:
    """Return one credential. Raises NoSuchEntity."""
    held = await service.context.store.credential(service.context.owner, key)
    if held is None:
        raise NoSuchEntity("no-credential", "No such credential: list the credentials to find its key.")
    return held


def find_standing(held: HeldCredential, now: int) -> CredentialStanding:
    """Return whether a credential can be shown at `now` (ms), as far as is known."""
    if held.standing is not CredentialStanding.VALID:
        return held.standing
    if held.valid_until is not None and held.valid_until <= now:
        return CredentialStanding.EXPIRED
    if held.valid_from is not None and held.valid_from > now:
        return CredentialStanding.NOT_YET
    return CredentialStanding.VALID


def _names(scope: Scope, held: HeldCredential) -> bool:
    return scope.value == held.id if scope.kind is ScopeKind.ID else scope.value in held.types


async def _look_at(service: CredentialService, held: HeldCredential, now: int) -> HeldCredential:
    """Return a credential with its present standing, which is stored when it was looked at."""
    if held.looked_at is not None and 0 <= now - held.looked_at < LOOK_MS:
        return held
    standing = await service.holder.read_standing(held)
    if standing is None:
        # Nobody knows now. Who verifies the presentation looks at the list too.
        return held
    after = replace(held, standing=standing, looked_at=now, version=held.version + 1)
    with suppress(Conflict):  # It was renewed or looked at meanwhile.
        await service.context.store.commit([PutCredential(after, held.version)])
    return after


async def _examine_container(
    service: CredentialService, request: Issuance, container: CredentialContainer
) -> ExaminedCredential:
    """Verify a credential that answers a request. Raises RemoteProtocolError."""
    try:
        found = await service.holder.examine(container.secured)
    except CredentialRefused as refused:
        raise RemoteProtocolError(refused.reason, code="credential", status=400) from None
    problem = ""
    if found.issuer != request.issuer:
        problem = "A credential is signed by another issuer than the sender."
    elif container.kind not in found.types:
        problem = "A credential is not of its credentialType, or its issuer is not trusted for it."
    elif request.types and container.kind not in request.types:
        problem = "A credential has a type that was not requested."
    elif container.format in _PROFILES and container.format != found.profile:
        problem = "A credential is of another profile than its format says."
    if problem:
        raise RemoteProtocolError(problem, code="credential", status=400)
    return found


async def _put(service: CredentialService, found: ExaminedCredential, secured: str) -> PutCredential:
    """Return the change that stores a verified credential, in place of the one that it renews. Raises NotAllowed."""
    context = service.context
    key = name_credential(found.issuer, found.types, found.profile)
    held = {one.key: one.version for one in await context.store.credentials(context.owner)}
    if key not in held and len(held) >= MOST_HELD:
        raise NotAllowed("too-many", f"The limit of {MOST_HELD} credentials is reached: remove others first.")
    expected = held.get(key)
    stored = HeldCredential(
        owner=context.owner,
        key=key,
        version=(expected or 0) + 1,
        id=found.id,
        issuer=found.issuer,
        types=found.types,
        profile=found.profile,
        secured=secured,
        received_at=context.now(),
        valid_from=found.valid_from,
        valid_until=found.valid_until,
        looked_at=context.now(),
    )
    return PutCredential(stored, expected)


def name_credential(issuer: str, types: Sequence[str], profile: str) -> str:
    """Return the key of a credential: the same for each that its issuer gives in place of an earlier one.

    >>> name_credential("did:web:stadt.example", ["MembershipCredential"], "vc20-bssl/jwt")
    'fd74e9bf2ec3d2af'
    """
    return hashlib.sha256("\n".join((issuer, *sorted(types), profile)).encode()).hexdigest()[:16]


def read_claims(service: CredentialService, held: HeldCredential) -> Mapping[str, object]:
    """Return what a credential says about this participant."""
    return service.holder.read_claims(held.secured)
