"""A member changes its keys: the old one asks, the new one proves itself, and for a time both count."""

from pathlib import Path

import pytest

from connector.authority import roster
from connector.authority.asking import JoinRequest, write_request
from connector.authority.card import card, make_member
from connector.authority.founding import know_by_documents
from connector.authority.joining import join
from connector.authority.keeping import Authority
from connector.authority.rekeying import MOST_KEYS, change_keys, write_change
from connector.authority.roster import RosterFault
from connector.identity.keys import SigningKey, generate, public_jwk
from tests.authority.folders import DID, NOW_MS, Applicant, found


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = found(tmp_path)
    roster.add(made.members, know_by_documents([make_member(Applicant("firm", OLD).card())])[0])
    return made


OLD, NEW, OTHER = generate(), generate("EdDSA"), generate()


def listed(authority: Authority) -> list[str]:
    return [jwk["kid"] for jwk in roster.show(authority.members).members[0].keys]


async def ask(
    authority: Authority, key: SigningKey, successor: SigningKey | None = None, dropped: tuple[str, ...] = ()
) -> None:
    firm = Applicant("firm", key)
    plain = JoinRequest(authority=DID, card=firm.card(), at=NOW_MS)
    changed = write_change(plain, successor=successor, dropped=dropped)
    await join(authority, write_request(key, changed), firm.resolve, NOW_MS)


async def test_both_keys_count_until_the_new_one_drops_the_old(authority: Authority) -> None:
    await ask(authority, OLD, NEW)
    assert listed(authority) == [NEW.kid, OLD.kid]
    await ask(authority, OLD, NEW)
    assert listed(authority) == [NEW.kid, OLD.kid]
    await ask(authority, NEW, dropped=(OLD.kid,))
    assert listed(authority) == [NEW.kid]
    with pytest.raises(RosterFault, match="does not know"):
        await ask(authority, OLD, OTHER)
    assert listed(authority) == [NEW.kid]


def test_a_key_that_was_dropped_meanwhile_changes_nothing(authority: Authority) -> None:
    request = write_change(JoinRequest(authority=DID, card=Applicant("firm", OTHER).card(), at=NOW_MS), successor=NEW)
    with pytest.raises(RosterFault, match="does not know"):
        change_keys(authority, roster.show(authority.members).members[0], request, NOW_MS)
    assert listed(authority) == [OLD.kid]


async def test_a_key_of_somebody_else_is_not_listed(authority: Authority) -> None:
    firm = Applicant("firm", OLD)
    stolen = card(OLD, id=firm.did, name="Firm", address=None)
    plain = JoinRequest(authority=DID, card=stolen, at=NOW_MS)
    signed_by_old = write_change(plain, successor=NEW)
    theirs = write_change(JoinRequest(authority=DID, card=Applicant("other").card(), at=NOW_MS), successor=OTHER)
    for successor, said in (
        (theirs.successor, "somebody else"),
        (signed_by_old.successor[:-4] + "AAAA", "not signed"),
        ("x", "not signed"),
    ):
        request = JoinRequest(authority=DID, card=stolen, at=NOW_MS, successor=successor)
        with pytest.raises(RosterFault, match=said):
            await join(authority, write_request(OLD, request), firm.resolve, NOW_MS)
    assert listed(authority) == [OLD.kid]


async def test_the_key_that_asks_stays_and_keys_do_not_pile_up(authority: Authority) -> None:
    with pytest.raises(RosterFault, match="cannot be dropped"):
        await ask(authority, OLD, dropped=(OLD.kid,))
    for _ in range(MOST_KEYS - 1):
        await ask(authority, OLD, generate())
    with pytest.raises(RosterFault, match="drop old ones"):
        await ask(authority, OLD, generate())
    assert public_jwk(OLD) in roster.show(authority.members).members[0].keys
