"""Joining: who has an invitation and answers at its identifier becomes a member, and gets its credential at once.

The new member signs its request with the key that its document publishes. So the authority knows that it speaks with
who answers there, and nobody copies a key or a token by hand. A member that was known by a key of the list before
signs with this key too: then its new identifier means the same organisation.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final, NamedTuple

import msgspec

from connector.authority import acts, issuing, keeping, roster
from connector.authority.acts import Doer, MembershipDeed
from connector.authority.asking import JoinRequest, read_sent
from connector.authority.card import IdentityCard, make_member, verification_keys
from connector.authority.inviting import find_invitation, read_origin
from connector.authority.keeping import Authority, AuthorityRecord, Invitation
from connector.authority.rekeying import change_keys
from connector.authority.roster import RosterFault
from connector.identity.dcp.methods import find_key
from connector.identity.keys import KeyFault, from_jwk
from connector.identity.roster import Member
from connector.ports.identity import AuthenticationUnavailable
from connector.protocol.dcp.claims import MAX_CREDENTIAL
from connector.protocol.dcp.did import parse_web_did
from connector.protocol.dcp.document import DidDocument, Relationship
from connector.protocol.dcp.errors import ClaimFault
from connector.views.conversion import moment

ResolveApplicant = Callable[[str], Awaitable[DidDocument]]
"""Fetches the document of an identifier; raises ClaimFault and AuthenticationUnavailable."""


MOST: Final = 1000
"""The characters of a word in an answer: who reads it puts it into settings."""
_AnsweredWord = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST)]


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: the identifier by which processes and agreements know the member, its credential, and what is new.

    `broker` and `search` are the participant that answers searches in the data space and the URL of its search API.
    """

    participant: _AnsweredWord
    name: _AnsweredWord
    credential: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_CREDENTIAL)]
    repeated: bool = False
    broker: Annotated[str, msgspec.Meta(max_length=MOST)] = ""
    search: Annotated[str, msgspec.Meta(max_length=MOST, pattern=r"^(https?://[!-~]+)?\Z")] = ""


async def join(authority: Authority, body: bytes, resolve: ResolveApplicant, now: int) -> Joined:
    """Make the sender of a request a member, or give a member its credential anew; `now` in ms. Raises RosterFault.

    The order is a promise: nothing is fetched for who has no invitation, and nothing changes before all is checked. A
    repeated request of the same member is answered as the first one was.
    """
    # The process that answers has others to serve: files are read and locked aside.
    wanted = await asyncio.to_thread(_look_up, authority, body, now)
    if isinstance(wanted, Joined):
        return wanted
    await _check_document(wanted.request.card, resolve)
    return await asyncio.to_thread(_admit, authority, wanted, now)


class _Allowed(NamedTuple):
    """A request that an invitation allows. `again` is whether the same member has used it before."""

    request: JoinRequest
    secret: str
    again: bool


def _look_up(authority: Authority, body: bytes, now: int) -> _Allowed | Joined:
    """Read a request and find its invitation, or answer a member that asks anew; raises RosterFault."""
    request, secret = read_sent(body, now)
    record = keeping.show(authority)
    if request.authority != record.did:
        raise RosterFault(f"The request is for another authority: expected {record.did}.")
    if not request.invitation:
        return _renew(authority, request, now)
    invitation = find_invitation(record, request.invitation, secret, now)
    key = verification_keys(request.card)[0]
    again = invitation.used_by == request.card.id and invitation.used_key == key.kid
    if invitation.used_by:
        _check_user(invitation, request.card.id, key.kid)
    if invitation.did not in ("", request.card.id):
        raise RosterFault(
            f"The invitation is for {invitation.did}, and for nobody else: ask the operator for your own."
        )
    if not again:
        former = _find_former(authority, request)
        _check_data(request.card, (*invitation.data, *(former.data if former else ())))
    return _Allowed(request, secret, again)


def _admit(authority: Authority, wanted: _Allowed, now: int) -> Joined:
    """Use the invitation, enter the member, and publish; raises RosterFault.

    Meanwhile, much may have happened: the invitation, the entry and the member are looked at anew.
    """
    request, secret, again = wanted
    kid = verification_keys(request.card)[0].kid
    if not again:
        keeping.change(authority, lambda before: _use(authority, before, request, secret, now))
    with keeping.hold(authority) as record:
        invitation = find_invitation(record, request.invitation, secret, now)
        _check_user(invitation, request.card.id, kid)
        # After a crash, the repeated request enters and publishes what the record already says.
        entry = _find_entry(authority, request.card.id) or _enter(authority, request, invitation)
    _publish_news(authority, record, entry, now)
    return _answer(authority, keeping.show(authority), entry, now, repeated=again)


def _publish_news(authority: Authority, record: AuthorityRecord, entry: Member, now: int) -> None:
    """Publish the list unless the one before has the entry as it is; raises RosterFault.

    Who asks again, or for nothing new, makes no list that all members fetch.
    """
    if entry not in issuing.list_published(authority, record):
        issuing.publish(authority, now=moment(now))


def _check_user(invitation: Invitation, id: str, kid: str) -> None:
    """Raise RosterFault unless it was this member, with this key, that has used an invitation."""
    if (invitation.used_by, invitation.used_key) != (id, kid):
        raise RosterFault("The invitation was used already: ask the data-space operator for a new one.")


def _find_entry(authority: Authority, id: str) -> Member | None:
    return next((each for each in roster.show(authority.members).members if each.id == id), None)


def _use(authority: Authority, record: AuthorityRecord, request: JoinRequest, secret: str, now: int) -> AuthorityRecord:
    """Return the record with the invitation used and a place for the credential.

    Raises RosterFault if it was used, or if the list would refuse the entry: then the invitation can still be used.
    """
    invitation = find_invitation(record, request.invitation, secret, now)
    if invitation.used_by:
        # The same member may have asked twice at once.
        _check_user(invitation, request.card.id, verification_keys(request.card)[0].kid)
        return record
    former, made = _find_former(authority, request), _describe(request, invitation)
    roster.try_entry(authority.members, made if former is None else _move(former, made), in_place_of=former)
    key = verification_keys(request.card)[0]
    used = msgspec.structs.replace(invitation, used_by=request.card.id, used_key=key.kid)
    placed = issuing.place_credential(record, request.card.id, invitation.types, now)
    # The act is about the invitation: what its list shows changes with it.
    doer = Doer(by=request.card.id)
    noted = acts.note(placed.acts, MembershipDeed.JOIN, request.invitation, doer, at=now, name=invitation.name)
    return msgspec.structs.replace(placed, invitations={**placed.invitations, request.invitation: used}, acts=noted)


def _find_former(authority: Authority, request: JoinRequest) -> Member | None:
    """Return the entry that the sender has already, which one of its listed keys has signed for; raises RosterFault."""
    members = roster.show(authority.members).members
    key = verification_keys(request.card)[0]
    if not request.former:
        if any(request.card.id in (each.id, *each.former) for each in members):
            raise RosterFault(f"{request.card.id} is a member already: ask for its credential without an invitation.")
        return None
    entry = next((each for each in members if request.former in (each.id, *each.former)), None)
    if entry is None or not any(from_jwk(jwk).kid == key.kid for jwk in entry.keys):
        raise RosterFault(f"The list does not know {request.former} by the key that signed the request.")
    return entry


def _enter(authority: Authority, request: JoinRequest, invitation: Invitation) -> Member:
    """Write the entry of a new member, or exchange that which it has; raises RosterFault."""
    former, made = _find_former(authority, request), _describe(request, invitation)
    if former is None:
        roster.add(authority.members, made, given=())
        return made
    return roster.change(authority.members, former.id, lambda entry: _move(entry, made))


def _describe(request: JoinRequest, invitation: Invitation) -> Member:
    """Return the entry of who joins, under the name that its invitation gives it."""
    made = make_member(request.card, roles=invitation.roles, claims=invitation.claims)
    return msgspec.structs.replace(made, name=invitation.name, by_document=True)


def _move(entry: Member, made: Member) -> Member:
    """Return the entry of a member that answers at another identifier from now on, as `made` says."""
    names = tuple(dict.fromkeys((*entry.former, entry.id)))
    return msgspec.structs.replace(
        entry,
        id=made.id,
        address=made.address,
        data=tuple(dict.fromkeys((*made.data, *entry.data))),
        keys=made.keys,
        former=tuple(name for name in names if name != made.id),
        by_document=True,
    )


async def _check_document(card: IdentityCard, resolve: ResolveApplicant) -> None:
    """Check that who answers at the identifier publishes the key of the card there; raises RosterFault."""
    try:
        place = parse_web_did(card.id)
        document = await resolve(card.id)
    except (ClaimFault, AuthenticationUnavailable) as fault:
        raise RosterFault(f"{card.id} cannot be verified: {fault.reason}") from None
    schemes = ("https", "http") if place.is_local else ("https",)
    if card.address is None or not card.address.startswith(tuple(f"{each}://{place.authority}/" for each in schemes)):
        raise RosterFault(f"The address of the card is not at the place that {card.id} names: use one host for both.")
    key = verification_keys(card)[0]
    try:
        is_published = find_key(document, Relationship.TOKEN, f"{card.id}#{key.kid}").public == key.public
    except KeyFault:
        is_published = False
    if not is_published:
        raise RosterFault(f"The document of {card.id} does not publish the key that signed the request.")


def _find_host(did: str) -> str:
    try:
        return parse_web_did(did).authority.partition(":")[0]
    except ClaimFault as fault:
        raise RosterFault(f"{did} cannot be verified: {fault.reason}") from None


def _check_data(card: IdentityCard, given: Sequence[str]) -> None:
    """Check that the data planes of a card are at its host, or places that the operator knows; raises RosterFault.

    Members send data to the places of an entry, with paths and credentials that its holder chooses: nobody may name the
    place of somebody else there.
    """
    host, known = _find_host(card.id), {read_origin(url).origin for url in given}
    for url in card.data:
        place = read_origin(url)
        if place.host != host and place.origin not in known:
            raise RosterFault(
                f"The data plane {place.origin} of the card is at another host than {card.id} names: use one host for "
                f"both, or ask the data-space operator for an invitation with `--data {place.origin}`."
            )


def _renew(authority: Authority, request: JoinRequest, now: int) -> Joined:
    """Issue the credential of a member anew, which a listed key of it asks for, and change its keys as it asks.

    Raises RosterFault.
    """
    key = verification_keys(request.card)[0]
    entry = _find_entry(authority, request.card.id)
    if entry is None or not any(from_jwk(jwk).kid == key.kid for jwk in entry.keys):
        raise RosterFault(f"The list does not know {request.card.id} by the key that signed the request.")
    if entry.suspended:
        raise RosterFault(f"{entry.id} is suspended: ask the data-space operator for the reason.")
    if request.successor or request.dropped:
        entry = change_keys(authority, entry, request, now)
        _publish_news(authority, keeping.show(authority), entry, now)
    credential = renew_credential(authority, entry.id, now)
    return Joined(participant=entry.key, name=entry.name, credential=credential)


def renew_credential(authority: Authority, id: str, now: int) -> str:
    """Issue the credential of a member anew, of the types that it had; `now` in ms. Raises RosterFault."""
    entry = _find_entry(authority, id)
    if entry is None:
        raise RosterFault(f"{id} is not a member.")

    def place(record: AuthorityRecord) -> AuthorityRecord:
        if _find_entry(authority, id) is None:
            raise RosterFault(f"{id} is not a member.")
        held = next((each for each in record.issued if each.holder == id and not each.revoked), None)
        types = held.types if held else keeping.read_profile(authority).issuers.get(record.did, ())
        return issuing.place_credential(record, id, types, now)

    return issuing.issue_credential(authority, keeping.change(authority, place), entry, now)


def _answer(
    authority: Authority, record: AuthorityRecord, entry: Member, now: int, *, repeated: bool = False
) -> Joined:
    credential = issuing.issue_credential(authority, record, entry, now)
    return Joined(participant=entry.key, name=entry.name, credential=credential, repeated=repeated)
