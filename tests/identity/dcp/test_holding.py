"""The holder: its gates, what it takes, and what its messages grant."""

import asyncio
import json

import pytest

from connector.identity.dcp import holding
from connector.identity.jws import Rejected, open_signed
from connector.identity.tokens import read_token_claims
from connector.net.transport import HttpCall
from connector.ports.holder import GRANTED, CredentialRefused
from connector.ports.identity import AuthenticationUnavailable, Intent
from tests.identity.dcp.places import CITY, NOW_S, STRANGER, US, signed, status_at
from tests.support.holding import MEMBERSHIP, hold, member
from tests.support.transport import InProcessAnswer


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


async def test_a_verifier_whose_document_never_comes_is_answered_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    firm = await hold()
    monkeypatch.setattr(holding, "NESTED_S", 0.05)

    async def hang(_: HttpCall) -> InProcessAnswer:
        await asyncio.Event().wait()
        raise AssertionError("answered")

    monkeypatch.setattr(firm.places, "send", hang)
    with pytest.raises(AuthenticationUnavailable, match="answered within"):
        async with asyncio.timeout(10):
            await firm.grant(MEMBERSHIP)


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
