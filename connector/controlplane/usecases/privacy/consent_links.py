"""A link with which a person sees and changes the own consents, without an account.

The link has a secret of 256 bits, of which the store has the hash. There is one link for each person: a new one ends
the old one. It works until its time is over.
"""

import hashlib
import secrets

import msgspec

from connector.controlplane.core.commits import record
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.usecases import consents
from connector.controlplane.usecases.consents import ConsentRegister
from connector.language.catalogue import say_in_all
from connector.ports.changes import DropConsentLink, PutConsentLink
from connector.ports.entities import ConsentLink
from connector.views.consents import MOST_LINK_DAYS

PATH = "/meine-einwilligungen"
_DAY_MS = 86_400_000


class MadeLink(msgspec.Struct, frozen=True):
    """The address to give to the person, once; it works until `until` (ms)."""

    link: str
    until: int


async def make_link(register: ConsentRegister, pages: str, reference: str, *, days: int, by: str) -> MadeLink:
    """Return a new link for a person, by the keyed reference; the old one ends. `pages` is the address of the pages.

    Raises Invalid, NoSuchEntity if nothing is recorded of the person, NotAllowed without pages.
    """
    context = register.context
    if not pages:
        raise NotAllowed("no-pages", "This connector has no pages: set web.port in its settings, and restart it.")
    if not 1 <= days <= MOST_LINK_DAYS:
        told = say_in_all("consents.link-days", most=MOST_LINK_DAYS)
        raise Invalid("days", told["en"], told)
    if not await consents.list_of_reference(register, reference):
        raise NoSuchEntity("no-consent", "No consent of this person is recorded: name a purpose to record a refusal.")
    secret, now = secrets.token_urlsafe(32), context.now()
    link = ConsentLink(owner=context.owner, subject=reference, token_hash=_hash(secret), until=now + days * _DAY_MS)
    await context.store.commit([PutConsentLink(link, now), record(context, "consent link made", "", {"by": by})])
    return MadeLink(f"{pages}{PATH}?link={secret}", link.until)


async def end_link(register: ConsentRegister, reference: str, *, by: str) -> None:
    """End the link of a person; a repeat changes nothing."""
    context = register.context
    if await context.store.consent_link(context.owner, reference):
        leaf = record(context, "consent link ended", "", {"by": by})
        await context.store.commit([DropConsentLink(context.owner, reference), leaf])


async def find_person(register: ConsentRegister, secret: str) -> ConsentLink | None:
    """Return whose link has a secret; None if there is none, or its time is over."""
    context = register.context
    link = await context.store.consent_link_of_token(context.owner, _hash(secret))
    return link if link is not None and context.now() < link.until else None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
