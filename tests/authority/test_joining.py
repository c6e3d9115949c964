"""Joining: the order of what is checked, and that a refusal changes nothing."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.authority import card as cards
from connector.authority import keeping, membership, roster
from connector.authority.asking import LATEST_MS
from connector.authority.card import IdentityCard
from connector.authority.inviting import InvitationLink, invite, parse_link, withdraw
from connector.authority.joining import join, renew_credential
from connector.authority.keeping import Authority
from connector.authority.roster import RosterFault
from connector.identity.keys import generate
from connector.protocol.dcp.claims import read_claims
from connector.protocol.dcp.document import DidDocument
from tests.authority.folders import NOW, NOW_MS, Applicant, found
from tests.authority.test_issuing import payload


def invited(authority: Authority, **more: object) -> InvitationLink:
    return parse_link(invite(authority, "Firma GmbH", now=NOW, **more))  # type: ignore[arg-type]  # by the test


def look(authority: Authority) -> tuple[bytes, bytes, bool]:
    return (
        (authority.folder / keeping.RECORD).read_bytes(),
        authority.members.read_bytes(),
        authority.signed.exists(),
    )


async def test_who_has_an_invitation_and_answers_at_its_identifier_is_a_member(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    joined = await join(authority, firm.asks(invited(authority, roles=["company"])), firm.resolve, NOW_MS)
    assert (joined.participant, joined.name, joined.repeated) == (firm.did, "Firma GmbH", False)
    assert read_claims(payload(joined.credential)).subject == firm.did
    (entry,) = roster.show(authority.members).members
    assert (entry.id, entry.name, entry.roles, entry.by_document) == (firm.did, "Firma GmbH", ("company",), True)
    assert roster.verify(authority.signed, keeping.load_roots(authority), now=NOW).participants.keys() == {firm.did}
    assert roster.show(authority.members).given == {firm.did: ()}, "the data URLs are those of its card"


async def test_a_repeated_request_of_the_same_member_gets_the_same_place(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    link = invited(authority)
    await join(authority, firm.asks(link), firm.resolve, NOW_MS)
    again = await join(authority, firm.asks(link), firm.resolve, NOW_MS)
    assert again.repeated
    assert len(keeping.show(authority).issued) == 1


async def test_the_same_member_may_ask_twice_at_once(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    body, both_looked_up = firm.asks(invited(authority)), asyncio.Barrier(2)

    async def resolve(did: str) -> DidDocument:
        await both_looked_up.wait()
        return await firm.resolve(did)

    answers = await asyncio.gather(*(join(authority, body, resolve, NOW_MS) for _ in range(2)))
    assert {answer.participant for answer in answers} == {firm.did}
    assert len(keeping.show(authority).issued) == 1


async def test_who_asks_for_nothing_new_makes_no_list_that_all_fetch(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    authority = msgspec.structs.replace(authority, mirror=tmp_path / "roster.jws")
    assert authority.mirror
    link = invited(authority)
    await join(authority, firm.asks(link), firm.resolve, NOW_MS)
    signed = authority.signed.read_bytes()
    assert (await join(authority, firm.asks(link), firm.resolve, NOW_MS)).repeated
    await join(authority, firm.asks(None, dropped=("none",)), firm.resolve, NOW_MS)
    assert authority.signed.read_bytes() == signed
    authority.mirror.unlink()
    await join(authority, firm.asks(link), firm.resolve, NOW_MS)
    assert authority.mirror.read_bytes() == authority.signed.read_bytes(), "a publication that was cut short is mended"


async def test_a_crash_after_the_record_is_mended_by_the_repeated_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, firm = found(tmp_path), Applicant()
    link = invited(authority)

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(roster, "add", crash)
        with pytest.raises(KeyboardInterrupt):
            await join(authority, firm.asks(link), firm.resolve, NOW_MS)
    assert roster.show(authority.members).members == ()
    assert (await join(authority, firm.asks(link), firm.resolve, NOW_MS)).repeated
    assert [each.id for each in roster.show(authority.members).members] == [firm.did]


def with_data(firm: Applicant, *urls: str) -> IdentityCard:
    return msgspec.structs.replace(firm.card(), data=urls)


Ask = Callable[[Authority, Applicant], bytes]
CASES: dict[str, tuple[Ask, str, bool]] = {
    "a wrong secret": (lambda a, f: f.asks(invited(a), "guess"), "no such invitation", False),
    "no such invitation": (lambda a, f: f.asks(InvitationLink("", "none", "x", "y")), "no such invitation", False),
    "another authority": (lambda a, f: f.asks(invited(a), authority="did:web:x.example"), "another authority", False),
    "for somebody else": (lambda a, f: f.asks(invited(a, did="did:web:x.example")), "nobody else", False),
    "an old request": (lambda a, f: f.asks(invited(a), at=NOW_MS - LATEST_MS - 1), "last minutes", False),
    "late": (lambda a, f: f.asks(invited(a, valid_for=timedelta(milliseconds=0.5))), "expired", False),
    "the card of another host": (
        lambda a, f: f.asks(invited(a), card=f.card(address="https://x.example/dsp")), "one host for both", True,
    ),
    "an address that no list takes": (
        lambda a, f: f.asks(invited(a), card=f.card(address=f"https://{f.did[8:]}/dsp?x")), "has a query", True,
    ),
    "a data plane at the host of somebody else": (
        lambda a, f: f.asks(invited(a, data=["https://x.example:1"]), card=with_data(f, "https://x.example:9000")),
        "--data https://x.example:9000", False,
    ),
    "a data plane that is no address": (
        lambda a, f: f.asks(invited(a), card=with_data(f, "https://[x")), "cannot be used", False,
    ),
    "the card of another key": (
        lambda a, f: f.asks(invited(a), card=cards.card(generate(), id=f.did, name="x", address=None)),
        "not signed with the key", False,
    ),
    "no did": (
        lambda a, f: f.asks(invited(a), card=cards.card(f.key, id="urn:x", name="x", address=None)),
        "cannot be verified", False,
    ),
    "a former identifier that is not listed": (lambda a, f: f.asks(invited(a), former="urn:x"), "does not know", False),
    "a member that asks for its credential": (lambda a, f: f.asks(None), "does not know", False),
    "nothing": (lambda a, f: b"", "cannot be read", False),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
async def test_what_is_refused_changes_nothing_and_fetches_nothing_without_an_invitation(
    tmp_path: Path, name: str
) -> None:
    ask, problem, fetches = CASES[name]
    authority, firm = found(tmp_path), Applicant()
    body = ask(authority, firm)
    before = look(authority)
    with pytest.raises(RosterFault, match=problem):
        await join(authority, body, firm.resolve, NOW_MS)
    assert look(authority) == before
    assert bool(firm.fetched) is fetches


async def test_who_does_not_answer_at_its_identifier_or_with_another_key_is_refused(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    body, before = firm.asks(invited(authority)), look(authority)
    for served, problem in (({}, "does not answer"), ({firm.did: generate()}, "does not publish the key")):
        firm.served = served
        with pytest.raises(RosterFault, match=problem):
            await join(authority, body, firm.resolve, NOW_MS)
    assert look(authority) == before


async def test_a_key_that_is_listed_for_somebody_else_uses_up_no_invitation(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    await join(authority, firm.asks(invited(authority)), firm.resolve, NOW_MS)
    twin, link = Applicant("twin", firm.key), invited(authority)
    before = look(authority)
    with pytest.raises(RosterFault, match="listed with the same key"):
        await join(authority, twin.asks(link), twin.resolve, NOW_MS)
    assert look(authority) == before
    twin.key = generate()
    twin.served = {twin.did: twin.key}
    assert not (await join(authority, twin.asks(link), twin.resolve, NOW_MS)).repeated


async def test_data_planes_are_at_the_own_host_or_where_the_operator_says(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    places = ("https://firm.example:9000", "https://store.example")
    link = invited(authority, data=["https://store.example/"])
    await join(authority, firm.asks(link, card=with_data(firm, *places)), firm.resolve, NOW_MS)
    assert roster.show(authority.members).members[0].data == places


async def test_an_invitation_is_used_once(tmp_path: Path) -> None:
    authority, firm, thief = found(tmp_path), Applicant(), Applicant("thief")
    link = invited(authority)
    await join(authority, firm.asks(link), firm.resolve, NOW_MS)
    before = look(authority)
    for other in (thief, Applicant("firm")):
        with pytest.raises(RosterFault, match="used already"):
            await join(authority, other.asks(link), other.resolve, NOW_MS)
    assert look(authority) == before
    with pytest.raises(RosterFault, match="member already"):
        await join(authority, firm.asks(invited(authority)), firm.resolve, NOW_MS)


async def test_who_comes_with_a_withdrawn_invitation_changes_nothing_and_causes_no_fetch(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    link = invited(authority)
    withdraw(authority, link.id, NOW_MS)
    before = look(authority)
    with pytest.raises(RosterFault, match="was withdrawn"):
        await join(authority, firm.asks(link), firm.resolve, NOW_MS)
    assert (look(authority), firm.fetched) == (before, [])


async def test_an_invitation_that_is_withdrawn_while_it_is_used_makes_no_member(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    link = invited(authority)

    async def resolve(did: str) -> DidDocument:
        withdraw(authority, link.id, NOW_MS)
        return await firm.resolve(did)

    with pytest.raises(RosterFault, match="was withdrawn"):
        await join(authority, firm.asks(link), resolve, NOW_MS)
    assert roster.show(authority.members).members == ()


async def test_an_invitation_that_was_used_is_not_withdrawn(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    link = invited(authority)
    await join(authority, firm.asks(link), firm.resolve, NOW_MS)
    with pytest.raises(RosterFault, match=f"{firm.did} has used the invitation"):
        withdraw(authority, link.id, NOW_MS)
    assert (await join(authority, firm.asks(link), firm.resolve, NOW_MS)).repeated


async def test_a_revoked_member_does_not_come_back_by_its_old_invitation(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    link = invited(authority)
    await join(authority, firm.asks(link), firm.resolve, NOW_MS)
    membership.revoke(authority, firm.did, now=NOW)
    with pytest.raises(RosterFault, match="no such invitation"):
        await join(authority, firm.asks(link), firm.resolve, NOW_MS)
    assert roster.show(authority.members).members == ()


async def test_a_member_that_was_known_by_its_key_keeps_its_identifier(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    old = cards.card(firm.key, id="urn:participant:firm", name="Firma", address="https://firm.example/dsp/2025-1")
    roster.add(authority.members, cards.make_member(old, roles=("company",), claims={"purpose": ["x"]}))
    link = invited(authority)
    stranger = Applicant()
    with pytest.raises(RosterFault, match="does not know"):
        await join(authority, stranger.asks(link, former="urn:participant:firm"), stranger.resolve, NOW_MS)
    joined = await join(authority, firm.asks(link, former="urn:participant:firm"), firm.resolve, NOW_MS)
    assert joined.participant == "urn:participant:firm"
    (entry,) = roster.show(authority.members).members
    assert (entry.id, entry.former, entry.roles) == (firm.did, ("urn:participant:firm",), ("company",))
    assert entry.claims == {"purpose": ("x",)}


async def test_a_member_gets_its_credential_anew_with_a_listed_key(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    first = await join(authority, firm.asks(invited(authority)), firm.resolve, NOW_MS)
    second = await join(authority, firm.asks(None), firm.resolve, NOW_MS)
    places = [read_claims(payload(each.credential)).statuses[0].bit for each in (first, second)]
    assert places[0] != places[1]
    roster.change(authority.members, firm.did, lambda entry: msgspec.structs.replace(entry, suspended=True))
    with pytest.raises(RosterFault, match="is suspended: ask the data-space operator"):
        await join(authority, firm.asks(None), firm.resolve, NOW_MS)


@given(body=st.binary(max_size=400) | st.sampled_from([b'{"request":"a.b.c"}', b'{"request":"' + b"e30" * 9 + b'"}']))
async def test_any_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    authority = Authority(folder=Path("/nonexistent"), members=Path("/nonexistent"))
    with pytest.raises(RosterFault):
        await join(authority, body, Applicant().resolve, NOW_MS)


async def test_a_member_that_is_revoked_while_its_document_is_awaited_stays_revoked(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    link = invited(authority)
    await join(authority, firm.asks(link), firm.resolve, NOW_MS)

    async def resolve(did: str) -> DidDocument:
        membership.revoke(authority, firm.did, now=NOW)
        return await firm.resolve(did)

    with pytest.raises(RosterFault, match="no such invitation"):
        await join(authority, firm.asks(link), resolve, NOW_MS)
    assert roster.show(authority.members).members == ()
    assert not roster.verify(authority.signed, keeping.load_roots(authority), now=NOW).participants
    assert all(each.revoked for each in keeping.show(authority).issued)


async def test_a_member_that_is_suspended_while_it_moves_over_stays_suspended(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    card = firm.card()
    roster.add(authority.members, cards.make_member(msgspec.structs.replace(card, id="urn:participant:firm")))

    async def resolve(did: str) -> DidDocument:
        membership.suspend(authority, "urn:participant:firm", now=NOW)
        return await firm.resolve(did)

    await join(authority, firm.asks(invited(authority), former="urn:participant:firm"), resolve, NOW_MS)
    (entry,) = roster.show(authority.members).members
    assert (entry.id, entry.suspended, entry.former) == (firm.did, True, ("urn:participant:firm",))


async def test_a_credential_that_is_asked_for_during_a_revocation_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, firm = found(tmp_path), Applicant()
    await join(authority, firm.asks(invited(authority)), firm.resolve, NOW_MS)
    remove = roster.remove

    def ask_first(draft: Path, id: str) -> roster.RosterDraft:
        renew_credential(authority, firm.did, NOW_MS)
        return remove(draft, id)

    monkeypatch.setattr(roster, "remove", ask_first)
    membership.revoke(authority, firm.did, now=NOW)
    assert [each.revoked for each in keeping.show(authority).issued] == [True, True]
    with pytest.raises(RosterFault, match="not a member"):
        renew_credential(authority, firm.did, NOW_MS)
