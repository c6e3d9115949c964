"""The log of an authority: numbered, bounded, and the version of each member and invitation."""

from pathlib import Path

import pytest

from connector.authority import acts, inviting, keeping, membership
from connector.authority.acts import LONGEST_REASON, MAX_ACTS, Doer, MembershipChanged, MembershipDeed, find_stand, note
from connector.authority.inviting import find_invitation, parse_link
from connector.authority.joining import join
from connector.authority.roster import RosterFault
from tests.authority.folders import NOW, NOW_MS, Applicant, found

ADA, BEN = Doer(by="a.kaya"), Doer(by="b.trieb")


def test_the_newest_acts_are_kept_and_numbers_go_on() -> None:
    log: tuple[acts.MembershipAct, ...] = ()
    for _ in range(MAX_ACTS + 2):
        log = note(
            log, MembershipDeed.SUSPEND, "did:web:firm.example", Doer(by="a", reason="x" * 2 * LONGEST_REASON), at=1
        )
    assert (len(log), log[0].number, log[-1].number) == (MAX_ACTS, 3, MAX_ACTS + 2)
    assert len(log[-1].reason) == LONGEST_REASON
    assert find_stand(log, "did:web:firm.example") == MAX_ACTS + 2
    assert find_stand(log, "did:web:other.example") == 0


def test_who_has_seen_another_state_does_nothing() -> None:
    log = note((), MembershipDeed.SUSPEND, "a", ADA, at=1)
    with pytest.raises(MembershipChanged, match="meanwhile"):
        note(log, MembershipDeed.REVOKE, "a", Doer(by="b", seen=0), at=2)
    assert note(log, MembershipDeed.REVOKE, "a", Doer(by="b", seen=1), at=2)[-1].number == 2
    assert note(log, MembershipDeed.ADD, "b", Doer(by="b", seen=0), at=2)[-1].number == 2


async def test_what_happens_to_a_member_is_in_the_log_of_the_record(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    link = parse_link(inviting.invite(authority, "Firma", now=NOW, doer=ADA))
    await join(authority, firm.asks(link), firm.resolve, NOW_MS)
    await join(authority, firm.asks(link), firm.resolve, NOW_MS)
    membership.suspend(authority, firm.did, now=NOW, doer=Doer(by="b.trieb", reason="Rechnung offen."))
    membership.suspend(authority, firm.did, now=NOW, suspended=False)
    membership.suspend(authority, firm.did, now=NOW, suspended=False)
    membership.revoke(authority, firm.did, now=NOW, doer=ADA)
    log = keeping.show(authority).acts
    assert [(act.deed, act.about, act.by) for act in log] == [
        (MembershipDeed.INVITE, link.id, "a.kaya"),
        (MembershipDeed.JOIN, link.id, firm.did),
        (MembershipDeed.SUSPEND, firm.did, "b.trieb"),
        (MembershipDeed.ADMIT, firm.did, ""),
        (MembershipDeed.REVOKE, firm.did, "a.kaya"),
    ]
    assert (log[2].reason, log[0].name) == ("Rechnung offen.", "Firma")
    assert link.secret not in (authority.folder / keeping.RECORD).read_text()


async def test_an_act_that_comes_too_late_changes_neither_the_list_nor_the_log(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    membership.add(authority, firm.card(), now=NOW)
    membership.suspend(authority, firm.did, now=NOW)
    before = keeping.show(authority), authority.signed.read_bytes()
    with pytest.raises(MembershipChanged):
        membership.revoke(authority, firm.did, now=NOW, doer=Doer(by="a.kaya", seen=1))
    assert (keeping.show(authority), authority.signed.read_bytes()) == before


async def test_an_invitation_that_waits_counts_from_the_second_person_on(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    link = parse_link(inviting.invite(authority, "Firma", now=NOW, doer=ADA, waits=True))
    with pytest.raises(RosterFault, match="second person"):
        await join(authority, firm.asks(link), firm.resolve, NOW_MS)
    assert firm.fetched == []
    with pytest.raises(RosterFault, match="else than who invites"):
        inviting.agree(authority, link.id, NOW_MS, doer=ADA)
    inviting.agree(authority, link.id, NOW_MS, doer=BEN)
    kept = find_invitation(keeping.show(authority), link.id, link.secret, NOW_MS)
    assert (kept.by, kept.agreed_by, inviting.find_state(kept, NOW_MS)) == ("a.kaya", "b.trieb", "open")
    with pytest.raises(RosterFault, match="Nobody has to agree"):
        inviting.agree(authority, link.id, NOW_MS, doer=BEN)
    assert (await join(authority, firm.asks(link), firm.resolve, NOW_MS)).participant == firm.did


def test_what_waits_can_be_withdrawn(tmp_path: Path) -> None:
    authority = found(tmp_path)
    link = parse_link(inviting.invite(authority, "Firma", now=NOW, doer=ADA, waits=True))
    inviting.withdraw(authority, link.id, NOW_MS, doer=ADA)
    with pytest.raises(RosterFault, match="was withdrawn"):
        find_invitation(keeping.show(authority), link.id, link.secret, NOW_MS)
    with pytest.raises(RosterFault, match="no open invitation"):
        inviting.agree(authority, link.id, NOW_MS, doer=BEN)
