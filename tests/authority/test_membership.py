"""Members are suspended, admitted and revoked; partners are listed."""

from pathlib import Path

import pytest

from connector.authority import issuing, keeping, membership, roster
from connector.authority.inviting import invite, parse_link
from connector.authority.joining import join, renew_credential
from connector.authority.keeping import Authority
from connector.authority.renewal import change_member
from connector.authority.roster import RosterFault
from connector.identity.keys import generate, public_jwk
from connector.identity.listing.partner import MAX_PARTNERS, Partner
from tests.authority.folders import DID, NOW, NOW_MS, Applicant, found


async def admit(tmp_path: Path) -> tuple[Authority, Applicant]:
    authority, firm = found(tmp_path), Applicant()
    link = parse_link(invite(authority, "Firma", now=NOW))
    await join(authority, firm.asks(link), firm.resolve, NOW_MS)
    return authority, firm


def listed(authority: Authority) -> set[str]:
    return set(roster.verify(authority.signed, keeping.load_roots(authority), now=NOW).participants)


async def test_a_suspended_member_takes_no_part_until_it_is_admitted(tmp_path: Path) -> None:
    authority, firm = await admit(tmp_path)
    membership.suspend(authority, firm.did, now=NOW)
    assert listed(authority) == set()
    membership.suspend(authority, firm.did, now=NOW, suspended=False)
    assert listed(authority) == {firm.did}


async def test_a_revoked_member_leaves_the_list_and_its_credentials_end(tmp_path: Path) -> None:
    authority, firm = await admit(tmp_path)
    entry, document = membership.revoke(authority, firm.did, now=NOW)
    assert (entry.id, document.members, listed(authority)) == (firm.did, (), set())
    assert all(each.revoked for each in keeping.show(authority).issued)
    with pytest.raises(RosterFault, match="not a member"):
        membership.revoke(authority, firm.did, now=NOW)
    with pytest.raises(RosterFault, match="not a member"):
        membership.suspend(authority, firm.did, now=NOW)


async def test_a_credential_that_states_a_lost_role_ends_with_the_next_list(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    link = parse_link(invite(authority, "Firma", now=NOW, roles=["company", "utility"]))
    await join(authority, firm.asks(link), firm.resolve, NOW_MS)

    def publish(*roles: str) -> list[bool]:
        roster.change(authority.members, firm.did, lambda entry: change_member(entry, roles=roles))
        issuing.publish(authority, now=NOW)
        return [each.revoked for each in keeping.show(authority).issued]

    assert publish("company", "utility", "office") == [False], "who gains a role shows the next credential in time"
    assert publish("company", "office") == [True]
    renew_credential(authority, firm.did, NOW_MS)
    assert publish("company", "office") == [True, False], "it ends once"


async def test_a_member_that_has_changed_its_place_is_revoked_by_each_identifier_that_it_had(tmp_path: Path) -> None:
    authority, firm = await admit(tmp_path)
    moved = Applicant("moved", firm.key)
    link = parse_link(invite(authority, "Firma", now=NOW))
    joined = await join(authority, moved.asks(link, former=firm.did), moved.resolve, NOW_MS)
    assert joined.participant == firm.did, "others know it by the identifier that it had first"
    (entry,) = roster.show(authority.members).members
    assert (entry.id, entry.former) == (moved.did, (firm.did,))
    assert {each.holder for each in keeping.show(authority).issued} == {firm.did, moved.did}
    membership.revoke(authority, firm.did, now=NOW)
    record = keeping.show(authority)
    assert all(each.revoked for each in record.issued)
    assert record.invitations == {}


def partner(name: str) -> Partner:
    return Partner(authority=name, list="https://x.example/authority/members", roots=(public_jwk(generate()),))


def test_authorities_of_others_are_listed_exchanged_and_removed(tmp_path: Path) -> None:
    authority = found(tmp_path)
    for number in range(MAX_PARTNERS):
        membership.list_partner(authority, partner(f"did:web:p{number}.example"))
    record = membership.list_partner(authority, partner("did:web:p0.example"))
    assert len(record.partners) == MAX_PARTNERS
    with pytest.raises(RosterFault, match="as many"):
        membership.list_partner(authority, partner("did:web:more.example"))
    membership.remove_partner(authority, "did:web:p0.example")
    with pytest.raises(RosterFault, match="not a listed authority"):
        membership.remove_partner(authority, "did:web:p0.example")
    with pytest.raises(RosterFault, match="own authority"):
        membership.list_partner(authority, partner(DID))
