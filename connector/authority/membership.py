"""Members are suspended, admitted again and revoked: what the list and the status list say of them from then on."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from connector.authority import issuing, keeping, roster
from connector.authority.keeping import Authority, AuthorityRecord
from connector.authority.roster import RosterFault
from connector.identity.listing.partner import MAX_PARTNERS, Partner
from connector.identity.roster import Member, RosterDocument


def suspend(authority: Authority, id: str, *, now: datetime, suspended: bool = True) -> RosterDocument:
    """Publish a list in which a member takes no part, or takes part again; raises RosterFault."""
    roster.change(authority.members, id, lambda entry: msgspec.structs.replace(entry, suspended=suspended))
    return issuing.publish(authority, now=now)


def revoke(authority: Authority, id: str, *, now: datetime) -> tuple[Member, RosterDocument]:
    """Take a member off the list, end its credentials, and return its entry and the new list; raises RosterFault."""
    members = roster.show(authority.members).members
    entry = next((each for each in members if id in (each.id, *each.former)), None)
    if entry is None:
        raise RosterFault(f"{id} is not a member.")

    take_off(authority, entry.id)
    return entry, issuing.publish(authority, now=now)


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
