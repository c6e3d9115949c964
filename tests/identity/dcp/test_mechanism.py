"""The mechanism `dcp`: the list is the gate, credentials are shown once in a while, and nobody waits for each other."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from jwt.utils import base64url_decode

from connector.identity.dcp import mechanism as mechanisms
from connector.identity.dcp.mechanism import MAX_FETCHES, SHOWN_MS, DcpIdentity
from connector.identity.dcp.partners import PartnerLists
from connector.identity.dcp.self_issued import verify_self_issued
from connector.identity.dcp.statuses import FRESH_MS
from connector.identity.jws import Rejected, sign
from connector.identity.keys import public_jwk
from connector.identity.listing.partner import Partner
from connector.identity.listing.profile import (
    KIND,
    ProfileRejected,
    TrustProfile,
    list_granted,
    parse_profile,
    read_profile,
)
from connector.identity.roster import GRACE_MS, LOOK_AGAIN_MS, Member, RosterRejected, RosterSource
from connector.identity.tokens import issue
from connector.ports.identity import AuthenticationUnavailable, Exclusion, Intent
from connector.protocol.dcp.presentations import read_query, write_response
from connector.protocol.dcp.scopes import Scope, ScopeKind
from tests.identity.dcp.places import (
    CITY,
    FIRM,
    KEYS,
    NOW_S,
    STRANGER,
    US,
    Places,
    credential,
    jwk_of,
    key_of,
    make_mechanism,
    presentation,
    signed,
    status_at,
)
from tests.identity.lists import NOW, OPERATOR, Board, document
from tests.identity.lists import signed as signed_list

SERVICE = "https://firma.example/credentials/presentations/query"
PROFILE = parse_profile(
    """
    [issuers]
    "did:web:stadt.example" = ["MembershipCredential"]
    [show]
    catalog = ["MembershipCredential"]
    transfer = ["MembershipCredential"]
    [claims.MembershipCredential]
    sector = "role"
    """
)
MEMBERS = tuple(Member(id=did, name=did, claims={"membership": ("gold",)}) for did in (US, FIRM, CITY))


def list_of(*members: Member, version: int = 1) -> bytes:
    return signed_list(document(version, members))


async def mechanism(places: Places, board: Board | None = None, profile: TrustProfile = PROFILE) -> DcpIdentity:
    return await make_mechanism(places, US, KEYS[US], board or Board(list_of(*MEMBERS)), profile)


def token(places: Places, jti: str = "j", did: str = FIRM, **more: Any) -> str:
    more.setdefault("token", "opaque")
    key = more.pop("key", KEYS[did])
    return "Bearer " + issue(key, issuer=did, audience=US, jti=jti, now_s=places.now_ms // 1000, **more)


class Wallet:
    """The Credential Service of the firm: it verifies who asks, and shows what it has."""

    def __init__(self, places: Places, *credentials: str) -> None:
        self.places, self.presented = places, [credentials]
        self.asked: list[tuple[str, ...]] = []
        places.services[SERVICE] = self.answer

    async def answer(self, authorization: str, body: bytes) -> tuple[int, bytes]:
        sent = await verify_self_issued(
            authorization.removeprefix("Bearer "),
            audience=FIRM,
            is_member=lambda did: did == US,
            resolve=self.places.resolve,
            now_s=self.places.now_ms / 1000,
        )
        if sent.claims.token != "opaque":
            return 401, b""
        self.asked.append(tuple(scope.value for scope in read_query(body)))
        now_s = self.places.now_ms // 1000
        shown = [json.dumps(presentation(*each, exp=now_s + 60)).encode() for each in self.presented]
        return 200, write_response([sign(KEYS[FIRM], each, kind="vp+jwt") for each in shown])


async def test_a_member_that_shows_its_membership_is_authenticated_with_what_it_says() -> None:
    places = Places()
    wallet, us = Wallet(places, signed(credential())), await mechanism(places)
    caller = await us.authenticate(token(places), Intent.CATALOG)
    assert caller.participant == FIRM
    assert caller.claims == {"membership": ("gold",), "sector": ("company",)}
    assert caller.evidence["shown"] == {"sector": ["company"]}
    assert caller.replay_key is not None
    assert caller.replay_key.jti == "j"
    assert caller.evidence["credentials"] == [{"id": "urn:uuid:1", "issuer": CITY, "types": ["MembershipCredential"]}]
    assert wallet.asked == [("MembershipCredential",)]


async def test_an_intent_that_asks_for_nothing_causes_no_question() -> None:
    places = Places()
    wallet, us = Wallet(places), await mechanism(places)
    caller = await us.authenticate(token(places), Intent.ENDING)
    assert (caller.participant, wallet.asked) == (FIRM, [])


async def test_somebody_who_is_not_on_the_list_causes_no_fetch() -> None:
    places = Places()
    us = await mechanism(places)
    with pytest.raises(Rejected, match="member"):
        await us.authenticate(token(places, did=STRANGER), Intent.CATALOG)
    assert places.fetched == []


async def test_a_member_that_was_listed_a_moment_ago_is_found() -> None:
    places, board = Places(), Board(list_of(*MEMBERS[:1]))
    us = await mechanism(places, board)
    Wallet(places, signed(credential()))
    board.content = list_of(*MEMBERS, version=2)
    assert (await us.authenticate(token(places), Intent.CATALOG)).participant == FIRM


async def test_what_was_shown_counts_for_minutes_and_callers_that_come_together_are_asked_once() -> None:
    places = Places()
    wallet, us = Wallet(places, signed(credential())), await mechanism(places)
    await asyncio.gather(*(us.authenticate(token(places, f"{number}"), Intent.CATALOG) for number in range(40)))
    await us.authenticate(token(places, "other"), Intent.TRANSFER)
    assert len(wallet.asked) == 1
    places.now_ms += SHOWN_MS
    await us.authenticate(token(places, "later"), Intent.CATALOG)
    assert len(wallet.asked) == 2


@pytest.mark.parametrize("ending", ["the credential", "its status list"])
async def test_nothing_counts_longer_than_the_credential_or_its_status(ending: str) -> None:
    places, ends = Places(), {"validUntil": "2026-03-01T12:00:20Z"}
    of_credential, of_list = (ends, {}) if ending == "the credential" else ({}, ends)
    places.publish_list(**of_list)
    Wallet(places, signed(credential(credentialStatus=status_at(7), **of_credential)))
    us = await mechanism(places)
    await us.authenticate(token(places), Intent.CATALOG)
    places.now_ms += 20_000
    with pytest.raises(Rejected, match="expired"):
        await us.authenticate(token(places, "k"), Intent.CATALOG)


async def test_a_revoked_membership_ends_when_the_status_list_is_looked_at_or_a_new_list_comes() -> None:
    places, board = Places(), Board(list_of(*MEMBERS))
    places.publish_list()
    Wallet(places, signed(credential(credentialStatus=status_at(7))))
    us = await mechanism(places, board)
    caller = await us.authenticate(token(places), Intent.CATALOG)
    (status,) = caller.shown
    assert (status.issuer, status.entry.bit) == (CITY, 7)
    listed = places.served[status.entry.list_url][2]
    assert await us.verify_list(listed, CITY)
    with pytest.raises(Rejected, match="no trusted issuer"):
        await us.verify_list(listed, FIRM)
    places.publish_list(7)
    await us.authenticate(token(places, "k"), Intent.CATALOG)
    board.content = list_of(*MEMBERS, version=2)
    await us.refresh()
    with pytest.raises(Rejected, match="revocation"):
        await us.authenticate(token(places, "l"), Intent.CATALOG)
    assert FRESH_MS <= SHOWN_MS


@pytest.mark.parametrize(
    ("token_claim", "services", "shown", "rule"),
    [
        (None, True, [signed(credential())], "access-token"),
        ("another", True, [signed(credential())], "service"),
        ("opaque", True, [], "shown"),
        ("opaque", True, [signed(credential(), key_of(CITY))], "signature"),
        ("opaque", False, [signed(credential())], "service"),
    ],
)
async def test_who_does_not_show_what_is_asked_for_is_refused(
    token_claim: str | None, services: bool, shown: list[str], rule: str
) -> None:
    places = Places()
    Wallet(places, *shown)
    if not services:
        places.publish(FIRM, KEYS[FIRM], service=[])
    us = await mechanism(places)
    with pytest.raises(Rejected) as refused:
        await us.authenticate(token(places, token=token_claim), Intent.CATALOG)
    assert refused.value.rule == rule


@pytest.mark.parametrize("comes_first", [True, False])
async def test_a_presentation_with_a_revoked_membership_spoils_no_other_one(comes_first: bool) -> None:
    places = Places()
    places.publish_list(94)
    wallet, us = Wallet(places), await mechanism(places)
    ended, valid = [signed(credential(credentialStatus=status_at(bit))) for bit in (94, 7)]
    wallet.presented = [(ended,), (valid,)] if comes_first else [(valid,), (ended,)]
    caller = await us.authenticate(token(places), Intent.CATALOG)
    (status,) = caller.shown
    assert status.entry.bit == 7
    places.now_ms += SHOWN_MS
    for jti, presented in {"together": [(ended, valid)], "alone": [(ended,), ()]}.items():
        wallet.presented = presented
        with pytest.raises(Rejected, match="revocation"):
            await us.authenticate(token(places, jti), Intent.CATALOG)


async def test_a_service_that_is_away_is_no_fault_of_the_member() -> None:
    places = Places()
    us = await mechanism(places)
    with pytest.raises(AuthenticationUnavailable):
        await us.authenticate(token(places), Intent.CATALOG)


async def test_whoever_gets_hold_of_a_former_name_of_a_member_is_not_that_member() -> None:
    places = Places()
    moved = Member(id="did:web:neu.example", name="Firma", former=(FIRM,), keys=(jwk_of(key_of(FIRM)),))
    other = await mechanism(places, Board(list_of(MEMBERS[0], moved)))
    with pytest.raises(Rejected) as refused:
        await other.authenticate(token(places), Intent.ENDING)
    assert refused.value.rule == "pinned"


async def test_a_member_with_keys_on_the_list_signs_with_one_of_them() -> None:
    places = Places()
    pinned = Member(id=FIRM, name="Firma", keys=(jwk_of(key_of(FIRM)),))
    other = await mechanism(places, Board(list_of(MEMBERS[0], pinned)))
    with pytest.raises(Rejected) as refused:
        await other.authenticate(token(places), Intent.ENDING)
    assert refused.value.rule == "pinned"
    listed = Member(id=FIRM, name="Firma", keys=(jwk_of(KEYS[FIRM]),))
    same = await mechanism(places, Board(list_of(MEMBERS[0], listed)))
    assert (await same.authenticate(token(places), Intent.ENDING)).participant == FIRM


@pytest.mark.parametrize("door", ["verifiers", "issuer"])
async def test_the_keys_of_the_list_count_at_every_door_and_a_new_list_at_once(door: str) -> None:
    """Who has got hold of the host name of a member is refused as a verifier and as a holder too."""
    places, board = Places(), Board(list_of(MEMBERS[0], Member(id=FIRM, name="Firma", keys=(jwk_of(key_of(FIRM)),))))
    us = await mechanism(places, board)
    gate = us.holder.verifiers if door == "verifiers" else us.issuer.holders
    opens = us.issue_for(FIRM, [Scope(ScopeKind.TYPE, "MembershipCredential")])
    access = json.loads(base64url_decode(opens.split(".")[1]))["token"]
    with pytest.raises(Rejected) as refused:
        await gate.authenticate(token(places, token=access), Intent.CATALOG)
    assert refused.value.rule == "pinned"
    board.content = list_of(MEMBERS[0], Member(id=FIRM, name="Firma", keys=(jwk_of(KEYS[FIRM]),)), version=2)
    places.now_ms += LOOK_AGAIN_MS
    assert (await gate.authenticate(token(places, token=access), Intent.CATALOG)).participant == FIRM


async def test_two_members_that_verify_each_other_at_their_limits_do_not_wait_for_each_other() -> None:
    """The wallet verifies who asks while that one verifies the wallet's owner: many at a time, on both sides."""
    places = Places()
    Wallet(places, signed(credential()))
    us = await mechanism(places)
    callers = await asyncio.gather(
        *(us.authenticate(token(places, f"{number}"), Intent.CATALOG) for number in range(4 * MAX_FETCHES))
    )
    assert {caller.participant for caller in callers} == {FIRM}


async def test_a_service_that_hangs_ends_with_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    places = Places()
    us = await mechanism(places)

    async def hang(_: str, __: bytes) -> tuple[int, bytes]:
        await asyncio.Event().wait()
        return 200, b""

    places.services[SERVICE] = hang
    monkeypatch.setattr("connector.identity.dcp.mechanism.DEADLINE_S", 0.05)
    with pytest.raises(AuthenticationUnavailable, match="within"):
        async with asyncio.timeout(10):
            await us.authenticate(token(places), Intent.CATALOG)


async def test_an_expired_list_authenticates_nobody() -> None:
    places = Places()
    us = await mechanism(places)
    places.now_ms += 2 * 86_400_000
    with pytest.raises(AuthenticationUnavailable, match="expired"):
        await us.authenticate(token(places), Intent.ENDING)


async def test_the_tokens_of_this_side_carry_the_name_of_the_key_in_its_document() -> None:
    places = Places()
    us = await mechanism(places)
    sent = await verify_self_issued(
        (await us.issue_token(FIRM, Intent.CATALOG)).removeprefix("Bearer "),
        audience=FIRM,
        is_member=lambda _: True,
        resolve=places.resolve,
        now_s=NOW_S,
    )
    assert sent.key.kid == KEYS[US].kid


@pytest.mark.parametrize(
    "text",
    [
        "issuers = 1",
        "unknown = true",
        'issuers."did:web:127.0.0.1" = ["A"]',
        'issuers."https://stadt.example" = ["A"]',
        'show.catalog = ["MembershipCredential"]',
        'show.everything = ["MembershipCredential"]',
        'claims.MembershipCredential.role = "role"',
        "[",
    ],
)
def test_a_profile_that_could_not_be_kept_is_refused(text: str) -> None:
    with pytest.raises(ProfileRejected):
        parse_profile(text)


def test_only_the_operator_signs_a_profile() -> None:
    text = b'issuers."did:web:stadt.example" = ["MembershipCredential"]'
    keys = (OPERATOR.verification,)
    assert read_profile(sign(OPERATOR, text, kind=KIND).encode() + b"\n", keys).issuers
    for wrong in (sign(KEYS[CITY], text, kind=KIND), sign(OPERATOR, text, kind="JWT"), "x", text.decode()):
        with pytest.raises(ProfileRejected):
            read_profile(wrong.encode(), keys)


async def test_a_partner_that_never_answers_does_not_delay_the_own_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mechanisms, "BESIDE_S", 0.01)
    places, board = Places(), Board(list_of(*MEMBERS))
    us = await mechanism(places, board)
    asked: list[str] = []

    def fetch(url: str) -> RosterSource:
        async def never() -> bytes:
            asked.append(url)
            return await asyncio.get_running_loop().create_future()

        return never

    us._partners = PartnerLists(fetch, lambda: places.now_ms, {}, lambda _: None)
    partner = Partner(authority=STRANGER, list="https://fremd.example/list", roots=(public_jwk(OPERATOR.verification),))

    def list_with_partner(*members: Member, version: int) -> bytes:
        return signed_list(msgspec.structs.replace(document(version, members), partners=(partner,)))

    board.content = list_with_partner(MEMBERS[0], version=2)
    assert await us.refresh()
    assert us.exclude(FIRM) is Exclusion.NOT_LISTED
    # The look at the partners goes on, and a second one does not begin beside it.
    assert not await us.refresh()
    assert len(asked) == 1
    board.content = list_with_partner(*MEMBERS, version=3)
    assert await us.refresh()
    assert (us.exclude(FIRM), len(asked)) == (None, 2)


async def test_a_list_that_is_refused_hides_no_revocation() -> None:
    places, board = Places(), Board(list_of(*MEMBERS))
    places.publish_list()
    Wallet(places, signed(credential(credentialStatus=status_at(7))))
    us = await mechanism(places, board)
    await us.authenticate(token(places), Intent.CATALOG)
    places.publish_list(7)
    places.now_ms += FRESH_MS
    board.content = b"damaged"
    with pytest.raises(RosterRejected):
        await us.refresh()
    assert us.exclude(FIRM) is Exclusion.CREDENTIAL_ENDED


@pytest.mark.parametrize("at_first", [True, False])
async def test_what_a_profile_permits_counts_from_its_list_on_and_no_longer(at_first: bool) -> None:
    places = Places()
    without = {name: [] for name in ("capabilityInvocation", "authentication", "assertionMethod")}
    for did in (FIRM, CITY):
        places.publish(did, KEYS[did], **without)
    places.publish_list()
    Wallet(places, signed(credential(credentialStatus=status_at(7))))

    def list_with(permitted: bool, version: int) -> bytes:
        profile = msgspec.structs.replace(PROFILE, without_relationships=permitted)
        return signed_list(msgspec.structs.replace(document(version, MEMBERS), profile=profile))

    async def is_admitted(number: int) -> bool:
        try:
            await us.authenticate(token(places, str(number)), Intent.CATALOG)
        except Rejected:
            return False
        return True

    board = Board(list_with(at_first, 1))
    us = await mechanism(places, board)
    assert await is_admitted(1) is at_first
    board.content = list_with(not at_first, 2)
    places.now_ms += FRESH_MS * 4
    await us.refresh()
    assert await is_admitted(2) is not at_first


async def with_partner(places: Places, *members: Member, own: Sequence[Member] = MEMBERS[:1]) -> DcpIdentity:
    """Return the mechanism of a data space that lists `own`, and whose partner lists `members`."""

    def fetch(_: str) -> RosterSource:
        async def get() -> bytes:
            return signed_list(msgspec.structs.replace(document(1, members), issuer=STRANGER))

        return get

    partner = Partner(
        authority=STRANGER,
        list="https://fremd.example/list",
        roots=(public_jwk(OPERATOR.verification),),
        types=("MembershipCredential",),
    )
    lasting = document(1, own, expires=NOW + timedelta(days=9))
    us = await mechanism(places, Board(signed_list(msgspec.structs.replace(lasting, partners=(partner,)))))
    us._partners = PartnerLists(fetch, lambda: places.now_ms, {}, lambda _: None)
    await us.refresh()
    return us


async def test_a_member_of_a_partner_signs_with_a_key_of_its_list() -> None:
    places = Places()
    us = await with_partner(places, Member(id=FIRM, name="Firma", keys=(jwk_of(KEYS[FIRM]),)))
    assert (await us.authenticate(token(places), Intent.ENDING)).participant == FIRM
    moved = Member(id="did:web:neu.example", name="Firma", former=(FIRM,), keys=(jwk_of(key_of(FIRM)),))
    us = await with_partner(places, moved)
    with pytest.raises(Rejected) as refused:
        await us.authenticate(token(places), Intent.ENDING)
    assert refused.value.rule == "pinned"


async def test_a_partner_leads_no_identifier_of_an_own_member_to_a_member_of_its_own() -> None:
    new = "did:web:neu.example"
    us = await with_partner(Places(), Member(id=new, name="Firma", former=(FIRM,)), own=MEMBERS[:2])
    assert (us.participant(new), us._find_of_partner(FIRM)) == (None, None)
    us = await with_partner(Places(), Member(id=new, name="Firma", former=(FIRM,)))
    met = us.participant(new)
    assert met is not None
    assert met.partner == STRANGER


@pytest.mark.parametrize(
    ("own", "kind", "rule"),
    [(False, "Membership", ""), (True, "Membership", "partner"), (False, "Auditor", "issuer")],
    ids=["its member", "an own member", "a type that is not named"],
)
async def test_a_partner_vouches_for_its_own_members_alone_and_for_the_types_that_are_named(
    own: bool, kind: str, rule: str
) -> None:
    places, firm = Places(), Member(id=FIRM, name="Firma")
    us = await with_partner(places, *([] if own else [firm]), own=[MEMBERS[0], *([firm] if own else [])])
    Wallet(
        places, signed(credential(issuer=STRANGER, type=["VerifiableCredential", f"{kind}Credential"]), KEYS[STRANGER])
    )
    try:
        found = (await us.authenticate(token(places), Intent.CATALOG)).participant
    except Rejected as refused:
        found = refused.rule
    assert found == (rule or FIRM)


async def test_what_runs_with_the_member_of_a_partner_goes_on_for_the_time_of_grace_after_its_list() -> None:
    places = Places()
    us = await with_partner(places, Member(id=FIRM, name="Firma"))
    assert us.exclude(FIRM) is None
    places.now_ms += 86_400_000
    assert (us.participant(FIRM), us.exclude(FIRM)) == (None, None)
    places.now_ms += GRACE_MS
    assert us.exclude(FIRM) is Exclusion.NOT_LISTED


def test_an_edc_gets_with_an_end_what_it_gets_with_a_transfer_unless_the_profile_says_otherwise() -> None:
    of_edc = msgspec.structs.replace(PROFILE, of_edc=True)
    assert list_granted(PROFILE, Intent.ENDING) == ()
    assert list_granted(of_edc, Intent.ENDING) == ("MembershipCredential",)
    silent = msgspec.structs.replace(of_edc, show={**PROFILE.show, Intent.ENDING: ()})
    assert list_granted(silent, Intent.ENDING) == ()
    assert list_granted(of_edc, Intent.NEGOTIATION) == ()
