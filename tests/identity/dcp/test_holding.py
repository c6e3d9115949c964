"""The holder: its gates, what it takes, and two that verify each other and never wait for each other."""

import asyncio
import json

import pytest

from connector.identity.dcp.mechanism import MAX_FETCHES, DcpIdentity
from connector.identity.jws import Rejected, open_signed
from connector.identity.roster import Member
from connector.identity.tokens import issue, read_token_claims
from connector.ports.holder import GRANTED, CredentialRefused
from connector.ports.identity import AuthenticationUnavailable, Caller, Intent
from connector.protocol.dcp.presentations import write_response
from tests.identity.dcp.places import (
    CITY,
    FIRM,
    KEYS,
    NOW_S,
    STRANGER,
    US,
    Places,
    Service,
    make_mechanism,
    signed,
    status_at,
)
from tests.identity.lists import Board, document
from tests.identity.lists import signed as signed_list
from tests.support.holding import MEMBERSHIP, PROFILE, hold, member


async def test_a_verifier_is_told_what_its_access_token_opens() -> None:
    firm = await hold()
    caller = await firm.grant(MEMBERSHIP)
    assert (caller.participant, caller.evidence[GRANTED]) == (US, [MEMBERSHIP.write()])
    assert caller.replay_key is not None


@pytest.mark.parametrize("sender", [STRANGER, CITY])
async def test_nothing_is_fetched_of_a_verifier_that_is_no_member(sender: str) -> None:
    firm = await hold()
    with pytest.raises(Rejected, match="member"):
        await firm.service.holder.verifiers.authenticate(firm.token(sender), Intent.CATALOG)
    assert firm.places.fetched == []


@pytest.mark.parametrize("sender", [STRANGER, US])
async def test_nothing_is_fetched_of_an_issuer_that_nobody_trusts(sender: str) -> None:
    firm = await hold()
    with pytest.raises(Rejected, match="member"):
        await firm.service.holder.issuers.authenticate(firm.token(sender), Intent.CATALOG)
    assert firm.places.fetched == []


@pytest.mark.parametrize(
    ("secured", "rule"),
    [
        ("", "form"),
        (member("OtherCredential"), "issuer"),
        (member(credentialSubject={"id": US}), "subject"),
        (member(validUntil="2026-02-01T00:00:00Z"), "time"),
        (signed(json.loads("{}")), "form-of-claims"),
    ],
    ids=["empty", "not trusted for it", "about another one", "expired", "no credential"],
)
async def test_a_credential_that_others_would_refuse_is_refused(secured: str, rule: str) -> None:
    firm = await hold()
    with pytest.raises(CredentialRefused, match=rule):
        await firm.service.holder.examine(secured)


async def test_a_status_that_nobody_knows_is_no_standing() -> None:
    firm = await hold()
    with pytest.raises(AuthenticationUnavailable):
        await firm.service.holder.examine(member(credentialStatus=status_at(7)))


class Street:
    """Two participants that show each other their membership; each asks only when both have come to their limit."""

    def __init__(self) -> None:
        self.places = Places()
        self.mechanisms: dict[str, DcpIdentity] = {}
        self.asking = {US: 0, FIRM: 0}
        self.full = asyncio.Event()

    async def build(self, *dids: str) -> None:
        members = [Member(id=did, name=did) for did in dids]
        for did in dids:
            board = Board(signed_list(document(1, members)))
            self.mechanisms[did] = await make_mechanism(self.places, did, KEYS[did], board, PROFILE)
            service = f"https://{did.rpartition(':')[2]}/credentials/presentations/query"
            self.places.services[service] = self._serve(did)

    def _serve(self, did: str) -> Service:
        async def answer(authorization: str, _: bytes) -> tuple[int, bytes]:
            self.asking[did] += 1
            if min(self.asking.values()) >= MAX_FETCHES:
                self.full.set()
            await self.full.wait()
            holder = self.mechanisms[did].holder
            caller = await holder.verifiers.authenticate(authorization, Intent.CATALOG)
            return 200, write_response(holder.present([], caller.participant))

        return answer


async def test_two_that_verify_each_other_at_their_limits_come_to_an_end() -> None:
    street = Street()
    await street.build(US, FIRM)
    for us, them in ((US, FIRM), (FIRM, US)):
        mechanism = street.mechanisms[us]
        # The documents of both are known to the mechanisms, not to the holders, which fetch them while all is taken.
        await mechanism._resolver.resolve(them)
    calls = [_verify(street, us, them, n) for us, them in ((US, FIRM), (FIRM, US)) for n in range(MAX_FETCHES)]
    done = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 10)
    # Nobody shows a membership here, and everybody is told so: nobody ran into the deadline.
    assert {type(fault) for fault in done} == {Rejected}


async def _verify(street: Street, us: str, them: str, number: int) -> Caller:
    """Let `us` ask `them`, each time as if for another intent, so that no question is shared."""
    mechanism = street.mechanisms[us]
    token = street.mechanisms[them]._access.issue(us, (MEMBERSHIP,))
    sent = issue(KEYS[them], issuer=them, audience=us, jti=f"{number}", now_s=NOW_S, token=token)
    sender = await mechanism._verify_token(sent)
    await mechanism._find_shown(sender, ("MembershipCredential", f"Unknown{number}"))
    raise AssertionError("shown")


async def test_a_message_carries_an_access_token_for_what_the_profile_asks_for() -> None:
    firm = await hold()
    for intent, types in ((Intent.CATALOG, 1), (Intent.TRANSFER, 2), (Intent.ENDING, 0)):
        token = (await firm.mechanism.issue_token(US, intent)).removeprefix("Bearer ")
        claims = read_token_claims(open_signed(token, limit=8192, kinds=("JWT",)), audience=US, now_s=NOW_S)
        granted = firm.mechanism._access.read(claims.token, US) if claims.token else ()
        assert len(granted) == types


async def test_a_member_without_a_key_on_the_list_is_not_told_to_send_one() -> None:
    firm = await hold()
    assert "key" not in (firm.mechanism.warning() or "")
    assert firm.mechanism.list_in_use() is not None
