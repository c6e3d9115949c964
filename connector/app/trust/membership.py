"""The own membership: who is on the list of an authority holds its credential, and asks for the next one in time.

So nobody carries a credential by hand: it is there when the process is ready, and again before it ends.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

from connector.app.identities import find_did, find_own_authority, find_suspending_authority
from connector.app.parts import Parts, Work, find_authority, keep_fresh
from connector.app.trust.joining import locate_authority, request_credential
from connector.authority.card import card
from connector.authority.joining import renew_credential
from connector.authority.roster import RosterFault
from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.usecases.holding import keeping, presenting
from connector.controlplane.usecases.holding.keeping import CredentialService
from connector.identity.keys import KeyFault
from connector.ports.entities import HeldCredential
from connector.ports.holder import CredentialRefused
from connector.ports.identity import AuthenticationUnavailable
from connector.ports.store_errors import StoreError
from connector.views.credentials import CredentialStanding

log = logging.getLogger(__name__)

RENEWED_MS: Final = 30 * 86_400_000
"""How long before its end a credential is renewed, in ms."""
START_S: Final = 5.0
"""How long a start waits for the first credential, in seconds."""
FIRST_S, LONGEST_S, LOOK_S = 1.0, 3600.0, 6 * 3600.0
"""The pauses in seconds: after a first failure, after many, and while there is nothing to do."""


async def begin_membership(parts: Parts, service: CredentialService | None) -> None:
    """Ask for the own credential once, for a bounded time: who is ready can show it if its authority answers."""
    if service is not None and await _list_lasting(service, find_own_authority(parts.identity)) == []:
        with suppress(TimeoutError):
            async with asyncio.timeout(START_S):
                await renew_membership(parts, service)


async def keep_membership(parts: Parts, service: CredentialService | None) -> None:
    """Ask for the own credential whenever none lasts, until cancelled: after each look at the list, and in time."""
    pause = FIRST_S
    while service is not None:
        parts.membership_wanted.clear()
        await review_held(parts, service)
        done = await renew_membership(parts, service)
        wait = LOOK_S if done else pause
        pause = FIRST_S if done else min(2 * pause, LONGEST_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await parts.membership_wanted.wait()


async def review_held(parts: Parts, service: CredentialService) -> None:
    """Read the standing of what is held: who was suspended or revoked sees it, though nobody asks for it."""
    try:
        await presenting.review(service, find_suspending_authority(parts.identity))
    except StoreError as fault:
        log.warning("the standing of the own credentials was not stored: %s", fault)


def list_trust_work(
    parts: Parts, service: CredentialService | None, refreshed: Callable[[], None]
) -> list[tuple[str, Work]]:
    """Return what keeps the participant list and the own credential fresh; `refreshed` is that of `keep_fresh`."""
    return [
        ("roster", partial(keep_fresh, parts, refreshed)),
        ("membership", partial(keep_membership, parts, service)),
    ]


async def renew_membership(parts: Parts, service: CredentialService) -> bool:
    """Ask the own authority for a credential if none of it lasts and counts, and return False if that failed.

    One whose issuer key was stolen lasts, and counts for nobody any more.
    """
    parts.troubles.membership = None
    authority = find_own_authority(parts.identity)
    if authority is None or await _holds_one(service, authority):
        return True
    try:
        await keeping.add(service, await _ask(parts, authority), by="membership")
    except (RosterFault, KeyFault) as fault:
        return _note(parts, authority, str(fault))
    except (Invalid, NotAllowed, AuthenticationUnavailable) as fault:
        return _note(parts, authority, fault.reason)
    log.info("%s has issued the credential of this participant", authority)
    return True


def _note(parts: Parts, authority: str, reason: str) -> bool:
    log.warning("the credential of %s was not renewed: %s", authority, reason)
    parts.troubles.membership = (
        f"The credential of {authority} was not renewed: {reason} It is asked for again by itself; "
        "`datenkontor credential renew` asks at once."
    )
    return False


async def _holds_one(service: CredentialService, authority: str) -> bool:
    """Return whether there is a credential of the authority that lasts, and that others take, as far as is known."""
    for each in await _list_lasting(service, authority):
        if await _counts(service, each):
            return True
    return False


async def _counts(service: CredentialService, held: HeldCredential) -> bool:
    """Return False if others refuse a credential: its key ended with a new list, or its issuer has ended it."""
    try:
        await service.holder.examine(held.secured)
    except CredentialRefused as fault:
        log.info("the own credential of %s does not count any more: %s", held.issuer, fault.reason)
        return False
    except AuthenticationUnavailable:
        return True  # Nobody knows now: the next look at the list asks again.
    return True


async def _list_lasting(service: CredentialService, authority: str | None) -> list[HeldCredential]:
    context = service.context
    now = context.now()
    return [
        each
        for each in await context.store.credentials(context.owner)
        if each.issuer == authority
        and keeping.find_standing(each, now) is CredentialStanding.VALID
        and (each.valid_until is None or each.valid_until - now > RENEWED_MS)
    ]


async def _ask(parts: Parts, issuer: str) -> str:
    """Return a new credential of the authority, also if this process answers for it; raises RosterFault, KeyFault."""
    settings, did = parts.settings, find_did(parts.settings)
    authority = find_authority(settings)
    if authority is not None:
        return await asyncio.to_thread(renew_credential, authority, did, parts.now())
    base, key = locate_authority(parts.client, issuer), parts.find_key()
    own = card(key, id=did, name=settings.participant.name, address=None)
    return (await request_credential(parts.client, base, issuer, own, key, parts.now())).credential
