"""A data space moves over: members by keys of the list are met beside those by documents, and nobody goes back."""

import asyncio

import pytest

from connector.identity.dcp import mechanism as mechanisms
from connector.identity.dcp.mechanism import DcpIdentity
from connector.identity.jws import Rejected, open_signed
from connector.identity.keys import SigningKey, from_jwk, public_jwk
from connector.identity.listing.profile import parse_profile
from connector.identity.roster import Member
from connector.identity.tokens import KIND, MAX_TOKEN, issue, read_token_claims
from connector.ports.identity import AuthenticationUnavailable, Intent
from tests.identity.dcp.places import FIRM, KEYS, NOW_S, US, Places, credential, jwk_of, make_mechanism, signed
from tests.identity.dcp.test_mechanism import Wallet, token
from tests.identity.lists import Board, document
from tests.identity.lists import signed as signed_list

OLD = "urn:participant:firma"
LISTED = SigningKey(KEYS[FIRM].private, from_jwk(jwk_of(KEYS[FIRM])))
"""The key of the firm under the name that the list gives it."""


def profile_of(*, moving: bool) -> str:
    return f"""
        {"moving_over = true" if moving else ""}
        [issuers]
        "did:web:stadt.example" = ["MembershipCredential"]
        [show]
        catalog = ["MembershipCredential"]
    """


async def meet(places: Places, firm: Member, *, moving: bool = True) -> DcpIdentity:
    """Return a member by its document, in a data space that has this entry for the firm."""
    board = Board(signed_list(document(1, [Member(id=US, name="Amt", by_document=True), firm])))
    return await make_mechanism(places, US, KEYS[US], board, parse_profile(profile_of(moving=moving)))


def entry(id: str, *, by_document: bool, former: tuple[str, ...] = ()) -> Member:
    return Member(id=id, name="Firma", keys=(public_jwk(LISTED),), former=former, by_document=by_document)


def by_key(issuer: str) -> str:
    return "Bearer " + issue(LISTED, issuer=issuer, audience=US, jti="j", now_s=NOW_S)


async def refused(us: DcpIdentity, sent: str) -> str:
    with pytest.raises(Rejected) as fault:
        await us.authenticate(sent, Intent.CATALOG)
    return fault.value.rule


async def test_who_has_not_joined_yet_is_met_by_its_key_and_shows_nothing() -> None:
    places = Places()
    us = await meet(places, entry(OLD, by_document=False))
    caller = await us.authenticate(by_key(OLD), Intent.CATALOG)
    assert (caller.participant, caller.evidence["mechanism"], places.fetched) == (OLD, "roster", [])


async def test_who_has_joined_is_met_by_its_document_and_never_by_its_key_again() -> None:
    places = Places()
    Wallet(places, signed(credential()))
    us = await meet(places, entry(FIRM, by_document=True, former=(OLD,)))
    for name in (OLD, FIRM):
        assert await refused(us, by_key(name)) == "moved"
    assert places.fetched == []
    assert (await us.authenticate(token(places), Intent.CATALOG)).participant == OLD


async def test_a_list_that_never_comes_keeps_nobody_waiting_who_comes_by_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    us = await meet(Places(), entry(OLD, by_document=False))

    async def hang() -> bytes:
        await asyncio.Event().wait()
        return b""

    monkeypatch.setattr(us._members, "_source", hang)
    monkeypatch.setattr(mechanisms, "DEADLINE_S", 0.05)
    with pytest.raises(AuthenticationUnavailable, match="within"):
        async with asyncio.timeout(10):
            await us.authenticate(by_key("urn:participant:stranger"), Intent.CATALOG)


async def test_when_all_have_moved_a_key_of_the_list_is_no_proof() -> None:
    places = Places()
    us = await meet(places, entry(OLD, by_document=False), moving=False)
    assert await refused(us, by_key(OLD)) == "key-name"
    assert places.fetched == []


@pytest.mark.parametrize("by_document", [False, True])
async def test_each_is_sent_what_it_takes(by_document: bool) -> None:
    us = await meet(Places(), entry(FIRM, by_document=by_document))
    opened = open_signed((await us.issue_token(FIRM, Intent.CATALOG)).partition(" ")[2], limit=MAX_TOKEN, kinds=(KIND,))
    claims = read_token_claims(opened, audience=FIRM, now_s=NOW_S)
    assert (claims.token is not None) is by_document
