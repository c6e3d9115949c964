"""Issued credentials end and come back: revoked for good, suspended for a time, reinstated."""

from msgspec.structs import replace

from connector.controlplane.core import commits
from connector.controlplane.core.errors import NoSuchEntity, NotAllowed
from connector.controlplane.usecases.issuing.making import IssuerService
from connector.ports.entities import IssuedCredential
from connector.ports.issuing_store import PutIssuedCredential
from connector.views.credentials import CredentialStanding

_EVENTS = {
    CredentialStanding.REVOKED: "credential revoked",
    CredentialStanding.SUSPENDED: "credential suspended",
    CredentialStanding.VALID: "credential reinstated",
}


async def find_issued(service: IssuerService, id: str) -> IssuedCredential:
    """Return one credential. Raises NoSuchEntity."""
    found = await service.context.store.issued_credential(service.context.owner, id)
    if found is None:
        raise NoSuchEntity("no-credential", "No such credential was issued here: list the credentials to find it.")
    return found


def find_issued_standing(issued: IssuedCredential, now: int) -> CredentialStanding:
    """Return whether a credential is in force at `now` (ms)."""
    if issued.standing is CredentialStanding.VALID and issued.valid_until <= now:
        return CredentialStanding.EXPIRED
    return issued.standing


async def revoke(service: IssuerService, id: str, reason: str, *, by: str) -> IssuedCredential:
    """End a credential for good; it is on the status list at once. Raises NoSuchEntity, NotAllowed and Conflict."""
    return await _change(service, id, CredentialStanding.REVOKED, reason, by)


async def suspend(service: IssuerService, id: str, reason: str, *, by: str) -> IssuedCredential:
    """End a credential for a time. Raises as `revoke`."""
    return await _change(service, id, CredentialStanding.SUSPENDED, reason, by)


async def reinstate(service: IssuerService, id: str, reason: str, *, by: str) -> IssuedCredential:
    """Let a suspended credential count again. Raises as `revoke`."""
    return await _change(service, id, CredentialStanding.VALID, reason, by)


async def _change(
    service: IssuerService, id: str, standing: CredentialStanding, reason: str, by: str
) -> IssuedCredential:
    context, known = service.context, await find_issued(service, id)
    present = find_issued_standing(known, context.now())
    if present is standing:
        return known
    if present in {CredentialStanding.REVOKED, CredentialStanding.EXPIRED}:
        raise NotAllowed("wrong-state", f"The credential is {present}, which is final: issue another one.")
    after = replace(known, version=known.version + 1, standing=standing, reason=reason)
    leaf = commits.record(context, _EVENTS[standing], id, {"holder": known.holder, "reason": reason, "by": by})
    await context.store.commit([PutIssuedCredential(after, known.version), leaf])
    return after
