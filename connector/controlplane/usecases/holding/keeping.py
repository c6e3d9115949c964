"""Credentials are kept: imported, found, removed. A renewed one takes the place of the old one, so nothing grows."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.controlplane.core import commits
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.ports.changes import DropCredential, PutCredential
from connector.ports.entities import HeldCredential
from connector.ports.holder import CredentialRefused, ExaminedCredential, Holder
from connector.views.credentials import CredentialStanding

MOST_HELD = 256


@dataclass(frozen=True)
class CredentialService:
    """The values of the use cases: the context of the participant, and its identity mechanism as a holder.

    `of_kit` refuses a query for more than was granted, as the conformance kit expects (docs/dcp.md).
    """

    context: Context
    holder: Holder
    of_kit: bool = False


async def add(service: CredentialService, secured: str, *, by: str) -> HeldCredential:
    """Verify and store a credential that was handed over in another way. Raises Invalid, NotAllowed.

    `by` names the user or the management key; AuthenticationUnavailable goes through.
    """
    context, secured = service.context, secured.strip()
    try:
        change = await make_put(service, await service.holder.examine(secured), secured)
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


async def make_put(service: CredentialService, found: ExaminedCredential, secured: str) -> PutCredential:
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
