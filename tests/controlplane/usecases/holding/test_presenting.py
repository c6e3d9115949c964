"""What is shown: what was asked for, granted, and in force; and nothing else."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from typing import Any

import pytest

from connector.controlplane.usecases.holding import keeping, presenting
from connector.identity.dcp.statuses import FRESH_MS
from connector.protocol.dcp.claims import read_presentation
from connector.protocol.dcp.scopes import Scope, ScopeKind
from connector.views.credentials import CredentialStanding
from tests.identity.dcp.places import FIRM, NOW_S, US, signed, status_at
from tests.support.holding import COMPANY, MEMBERSHIP, Holding, hold, member


def payload(text: str) -> bytes:
    part = text.split(".")[1]
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def types(shown: Sequence[str]) -> list[str]:
    """Return the types of all credentials in presentations for us."""
    found = []
    for text in shown:
        presentation = read_presentation(payload(text))
        assert (presentation.holder, presentation.audience) == (FIRM, US)
        for each in presentation.credentials:
            content: dict[str, Any] = json.loads(payload(each))
            found.append(content.get("vc", content)["type"][1])
    return sorted(found)


async def both() -> Holding:
    firm = await hold()
    for kind in ("MembershipCredential", "CompanyCredential"):
        await keeping.add(firm.service, member(kind, id=f"urn:{kind}"), by="person")
    return firm


@pytest.mark.parametrize(
    ("granted", "asked", "shown"),
    [
        ([MEMBERSHIP], [MEMBERSHIP], ["MembershipCredential"]),
        ([MEMBERSHIP, COMPANY], [COMPANY], ["CompanyCredential"]),
        ([MEMBERSHIP], [MEMBERSHIP, COMPANY], ["MembershipCredential"]),
        ([MEMBERSHIP], [COMPANY], []),
        ([MEMBERSHIP], [Scope(ScopeKind.TYPE, "Membership")], []),
        ([MEMBERSHIP], [Scope(ScopeKind.ID, "urn:MembershipCredential")], ["MembershipCredential"]),
        ([MEMBERSHIP], [Scope(ScopeKind.ID, "urn:CompanyCredential")], []),
        ([Scope(ScopeKind.ID, "urn:CompanyCredential")], [COMPANY], ["CompanyCredential"]),
    ],
    ids=["one", "less", "more", "another", "a part of a type", "by id", "by an id not granted", "granted by id"],
)
async def test_no_more_is_shown_than_the_access_token_grants(
    granted: list[Scope], asked: list[Scope], shown: list[str]
) -> None:
    firm = await both()
    assert types(await presenting.present(firm.service, await firm.grant(*granted), asked)) == shown


async def test_credentials_of_two_profiles_are_two_presentations() -> None:
    firm = await hold()
    older = {
        "iss": "did:web:stadt.example",
        "sub": FIRM,
        "nbf": NOW_S - 60,
        "vc": {
            "@context": ["https://www.w3.org/2018/credentials/v1"],
            "type": ["VerifiableCredential", "MembershipCredential"],
            "issuer": "did:web:stadt.example",
            "credentialSubject": {"id": FIRM},
        },
    }
    for secured in (member(), signed(older, kind="JWT")):
        await keeping.add(firm.service, secured, by="person")
    shown = await presenting.present(firm.service, await firm.grant(MEMBERSHIP), [MEMBERSHIP])
    assert (len(shown), types(shown)) == (2, ["MembershipCredential"] * 2)


async def test_what_has_expired_or_was_revoked_is_left_out_and_the_store_knows_it() -> None:
    firm = await hold()
    firm.places.publish_list()
    held = await keeping.add(firm.service, member(credentialStatus=status_at(7)), by="person")
    firm.places.publish_list(7)
    firm.places.now_ms += FRESH_MS
    assert await presenting.present(firm.service, await firm.grant(MEMBERSHIP), [MEMBERSHIP]) == []
    assert (await keeping.find(firm.service, held.key)).standing is CredentialStanding.REVOKED


async def test_who_was_suspended_or_revoked_sees_it_though_nobody_asks_for_a_presentation() -> None:
    firm = await hold()
    firm.places.publish_list()
    held = await keeping.add(firm.service, member(credentialStatus=status_at(7)), by="person")

    async def review(suspended_by: str | None = None) -> CredentialStanding:
        firm.service.holder.forget(())  # type: ignore[attr-defined]  # as after a new participant list
        await presenting.review(firm.service, suspended_by)
        return (await keeping.find(firm.service, held.key)).standing

    assert await review("did:web:another.example") is CredentialStanding.VALID
    assert (await keeping.find(firm.service, held.key)).version == held.version
    assert await review(held.issuer) is CredentialStanding.SUSPENDED
    assert await presenting.present(firm.service, await firm.grant(MEMBERSHIP), [MEMBERSHIP]) == []
    assert await review() is CredentialStanding.VALID
    firm.places.publish_list(7)
    assert await review(held.issuer) is CredentialStanding.REVOKED
    # Nobody knows now: what was known last stays.
    firm.places.served.pop("https://stadt.example/status/1")
    assert await review() is CredentialStanding.REVOKED


async def test_a_status_list_that_is_away_hides_nothing() -> None:
    firm = await hold()
    firm.places.publish_list()
    await keeping.add(firm.service, member(credentialStatus=status_at(7)), by="person")
    firm.places.served.pop("https://stadt.example/status/1")
    firm.places.now_ms += FRESH_MS
    shown = await presenting.present(firm.service, await firm.grant(MEMBERSHIP), [MEMBERSHIP])
    assert types(shown) == ["MembershipCredential"]
