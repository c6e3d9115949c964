"""Members are changed, suspended, admitted again and revoked: what both lists say of them from then on."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from connector.authority import acts, issuing, keeping, roster
from connector.authority.acts import AT_THE_MACHINE, Doer, MembershipDeed
from connector.authority.card import IdentityCard, make_member
from connector.authority.keeping import Authority, AuthorityRecord
from connector.authority.renewal import change_member
from connector.authority.roster import RosterFault
from connector.identity.listing.partner import MAX_PARTNERS, Partner
from connector.identity.roster import Member, RosterDocument
from connector.views.conversion import moment
from connector.views.members import MemberView


def name_standing(member: Member) -> str:
    """Return how a member takes part: `member`, `suspended` or `by its key`."""
    return "suspended" if member.suspended else "member" if member.by_document else "by its key"


def list_ends(record: AuthorityRecord) -> dict[str, datetime]:
    """Return when the newest credential of each member ends that has one which is not revoked."""
    return {each.holder: moment(each.until) for each in record.issued if not each.revoked}


def list_members(authority: Authority) -> tuple[MemberView, ...]:
    """Return the members in the order of the list; raises RosterFault."""
    record = keeping.show(authority)
    ends = list_ends(record)
    stands = {act.about: act.number for act in record.acts}
    return tuple(
        MemberView(
            id=each.id,
            name=each.name,
            address=each.address,
            roles=each.roles,
            former=each.former,
            standing=name_standing(each),
            until=ends.get(each.id),
            stand=stands.get(each.id, 0),
        )
        for each in roster.show(authority.members).members
    )


def list_addresses(document: RosterDocument, *left: Member) -> list[str]:
    """Return where the members of a list, and those that have `left`, are told that there is another one."""
    return [each.address for each in (*document.members, *left) if each.address]


def find_member(authority: Authority, id: str) -> Member:
    """Return the member with an identifier, present or former; raises RosterFault if there is none."""
    members = roster.show(authority.members).members
    entry = next((each for each in members if id in (each.id, *each.former)), None)
    if entry is None:
        raise RosterFault(f"{id} is not a member.")
    return entry


def add(
    authority: Authority,
    card: IdentityCard,
    *,
    now: datetime,
    roles: Sequence[str] = (),
    types: Sequence[str] = (),
    doer: Doer = AT_THE_MACHINE,
) -> tuple[Member, RosterDocument]:
    """Make the holder of a card a member, without an invitation; return its entry and the new list.

    `roles` and `types` as for `inviting.invite`. Raises RosterFault.
    """
    entry = msgspec.structs.replace(make_member(card, roles=roles), by_document=card.id.startswith("did:web:"))
    roster.add(authority.members, entry)

    def place(record: AuthorityRecord) -> AuthorityRecord:
        noted = _note(record, MembershipDeed.ADD, entry, doer, now)
        if not entry.by_document:
            return noted
        known = keeping.read_profile(authority).issuers.get(record.did, ())
        return issuing.place_credential(noted, entry.id, tuple(types) or known, _to_ms(now))

    keeping.change(authority, place)
    return entry, issuing.publish(authority, now=now)


def change(
    authority: Authority,
    id: str,
    *,
    now: datetime,
    roles: Sequence[str] = (),
    claims: Mapping[str, Sequence[str]] | None = None,
    doer: Doer = AT_THE_MACHINE,
) -> tuple[Member, RosterDocument]:
    """Give a member other roles or claims as `change_member` does; return its entry and the new list.

    Raises RosterFault.
    """
    entry = find_member(authority, id)
    keeping.change(authority, lambda record: _note(record, MembershipDeed.CHANGE, entry, doer, now))
    after = roster.change(authority.members, entry.id, lambda before: change_member(before, roles=roles, claims=claims))
    return after, issuing.publish(authority, now=now)


def suspend(
    authority: Authority, id: str, *, now: datetime, suspended: bool = True, doer: Doer = AT_THE_MACHINE
) -> RosterDocument:
    """Publish a list in which a member takes no part, or takes part again; raises RosterFault."""
    entry = find_member(authority, id)
    if entry.suspended is not suspended:
        deed = MembershipDeed.SUSPEND if suspended else MembershipDeed.ADMIT
        keeping.change(authority, lambda record: _note(record, deed, entry, doer, now))
    roster.change(authority.members, id, lambda before: msgspec.structs.replace(before, suspended=suspended))
    return issuing.publish(authority, now=now)


def revoke(
    authority: Authority, id: str, *, now: datetime, doer: Doer = AT_THE_MACHINE
) -> tuple[Member, RosterDocument]:
    """Take a member off the list, end its credentials, and return its entry and the new list; raises RosterFault."""
    entry = find_member(authority, id)
    keeping.change(authority, lambda record: _note(record, MembershipDeed.REVOKE, entry, doer, now))
    take_off(authority, entry.id)
    return entry, issuing.publish(authority, now=now)


def _note(record: AuthorityRecord, deed: MembershipDeed, entry: Member, doer: Doer, now: datetime) -> AuthorityRecord:
    """Return the record with an act about a member: it is in the log before the list says it."""
    noted = acts.note(record.acts, deed, entry.id, doer, at=_to_ms(now), name=entry.name)
    return msgspec.structs.replace(record, acts=noted)


def _to_ms(now: datetime) -> int:
    return int(now.timestamp() * 1000)


def take_off(authority: Authority, id: str) -> None:
    """Take a member off the working list and end its credentials; raises RosterFault.

    The credentials end first: a crash in between leaves a member whose credentials nobody takes. They end again at
    last: until it is off the list, a member can ask for another one.
    """
    members = roster.show(authority.members).members
    names = next(((each.id, *each.former) for each in members if each.id == id), (id,))
    end(authority, names)
    roster.remove(authority.members, id)
    end(authority, names)


def end(authority: Authority, names: Sequence[str]) -> AuthorityRecord:
    """End the credentials of a member by each identifier that it had, and the invitations that it has used.

    Raises RosterFault.
    """

    def drop(record: AuthorityRecord) -> AuthorityRecord:
        # A used invitation answers its member again; a revoked one is no member.
        left = {key: each for key, each in record.invitations.items() if each.used_by not in names}
        for name in names:
            record = issuing.revoke_credentials(record, name)
        return msgspec.structs.replace(record, invitations=left)

    return keeping.change(authority, drop)


def list_partner(authority: Authority, partner: Partner) -> AuthorityRecord:
    """List the authority of another data space, in place of its former entry; raises RosterFault."""

    def add(record: AuthorityRecord) -> AuthorityRecord:
        others = tuple(each for each in record.partners if each.authority != partner.authority)
        if len(others) >= MAX_PARTNERS:
            raise RosterFault(f"{MAX_PARTNERS} authorities are listed, which is as many as there can be.")
        if partner.authority == record.did:
            raise RosterFault("This is the own authority: list another one.")
        return msgspec.structs.replace(record, partners=(*others, partner))

    return keeping.change(authority, add)


def remove_partner(authority: Authority, id: str) -> AuthorityRecord:
    """Take the authority of another data space off the list; raises RosterFault."""

    def drop(record: AuthorityRecord) -> AuthorityRecord:
        others = tuple(each for each in record.partners if each.authority != id)
        if len(others) == len(record.partners):
            raise RosterFault(f"{id} is not a listed authority.")
        return msgspec.structs.replace(record, partners=others)

    return keeping.change(authority, drop)
