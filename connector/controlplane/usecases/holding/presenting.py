"""Credentials are shown to members: never more than the access token of the caller grants (DCP 1.0, 5.4)."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from msgspec.structs import replace

from connector.controlplane.usecases.holding.keeping import CredentialService, find_standing
from connector.ports.changes import PutCredential
from connector.ports.entities import HeldCredential
from connector.ports.holder import GRANTED
from connector.ports.identity import Caller
from connector.ports.store_errors import Conflict
from connector.protocol.dcp.scopes import Scope, ScopeKind, parse_scope
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.views.credentials import CredentialStanding

LOOK_MS = 300_000
"""How long the stored standing of a credential counts without a look at its status list, in ms."""


async def present(service: CredentialService, caller: Caller, asked: Sequence[Scope]) -> Sequence[str]:
    """Return presentations of the credentials that are asked for, as far as the caller's access token grants them.

    A credential that has expired or is not in force is left out (DCP 1.0, 5.4.2). Raises RemoteProtocolError for the
    conformance kit alone, if more is asked for than is granted.
    """
    granted = [parse_scope(text) for text in caller.evidence[GRANTED]]
    if service.of_kit and not set(asked) <= set(granted):
        raise RemoteProtocolError("The query asks for more than its access token grants.", code="scope", status=403)
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


def _names(scope: Scope, held: HeldCredential) -> bool:
    return scope.value == held.id if scope.kind is ScopeKind.ID else scope.value in held.types


async def review(service: CredentialService, suspended_by: str | None) -> None:
    """Store the standing of each credential that has not ended, if it is another one than before.

    `suspended_by` is the issuer whose list says that this participant takes no part for now.
    """
    context, now = service.context, service.context.now()
    held = await context.store.credentials(context.owner)
    lasting = [each for each in held if each.valid_until is None or each.valid_until > now]
    read = await asyncio.gather(*(service.holder.read_standing(each) for each in lasting))
    for each, found in zip(lasting, read, strict=True):
        standing = found or each.standing
        if standing is CredentialStanding.VALID and each.issuer == suspended_by:
            standing = CredentialStanding.SUSPENDED
        if standing is not each.standing:
            await _store_standing(service, each, standing, now)


async def _look_at(service: CredentialService, held: HeldCredential, now: int) -> HeldCredential:
    """Return a credential with its present standing, which is stored when it was looked at."""
    if held.looked_at is not None and 0 <= now - held.looked_at < LOOK_MS:
        return held
    standing = await service.holder.read_standing(held)
    if standing is None:
        # Nobody knows now. Who verifies the presentation looks at the list too.
        return held
    return await _store_standing(service, held, standing, now)


async def _store_standing(
    service: CredentialService, held: HeldCredential, standing: CredentialStanding, now: int
) -> HeldCredential:
    after = replace(held, standing=standing, looked_at=now, version=held.version + 1)
    with suppress(Conflict):  # It was renewed or looked at meanwhile.
        await service.context.store.commit([PutCredential(after, held.version)])
    return after
