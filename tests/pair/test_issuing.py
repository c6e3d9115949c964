"""An issuer, a holder and a verifier, whole but for the sockets: credentials are requested, shown, ended."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from connector.api.frame.desk import wait
from connector.app.control.credentials import list_credential_work
from connector.authority import roster
from connector.authority.profile import publish_profile
from connector.client.frame.errors import ClientError
from connector.controlplane.usecases.holding.requesting import ASK
from connector.controlplane.usecases.issuing.receiving import TELL
from connector.settings import CredentialSettings, IssuerSettings
from connector.views.common import Page
from connector.views.credentials import CredentialStanding, IssuanceState
from connector.views.issuing import Otherwise, RequestState
from tests.pair.space import SOON, Member, Space, begin, participant

R = TypeVar("R")
CITY = participant("city")
PROFILE = f"""
[issuers]
"{CITY}" = ["MembershipCredential", "UtilityCredential", "AuditorCredential"]
[show]
catalog = ["MembershipCredential"]
negotiation = ["MembershipCredential"]
transfer = ["MembershipCredential"]
"""
ISSUED_HERE = IssuerSettings(
    credentials=(
        CredentialSettings(type="MembershipCredential", claims=("name", "roles")),
        CredentialSettings(type="UtilityCredential", role="utility"),
        CredentialSettings(type="AuditorCredential", role="auditor", otherwise=Otherwise.REJECT),
    )
)


@asynccontextmanager
async def issuing(base: Path) -> AsyncIterator[Space]:
    """Let the city, the issuer, and two companies join a data space that asks for a membership."""
    made = Space(base, {"mechanism": "dcp"})
    made.issuers["city"] = ISSUED_HERE
    made.found("city", "firm", "other")
    text = base / "trust.toml"
    text.write_text(PROFILE)
    publish_profile(text, base / "profile.jws", made.keys["broker"])
    publish(made)
    try:
        for name in ("city", "firm", "other"):
            begin(await made.join(name, SOON))
        yield made
    finally:
        for name in list(made.members):
            await made.leave(name)


def publish(made: Space, **roles: list[str]) -> None:
    """Sign the list of members anew, without keys, and with roles."""
    draft = json.loads((made.base / "members.json").read_bytes())
    for member in draft["members"]:
        member.pop("keys", None)
        member["roles"] = [*member.get("roles", []), *roles.get(member["name"].lower(), [])]
    (made.base / "members.json").write_text(json.dumps(draft))
    roster.publish(made.base / "members.json", made.base / "roster.jws", made.keys["broker"], now=datetime.now(UTC))


async def look_again(made: Space) -> None:
    """Let everybody read a new list of members: what was seen of credentials and their status is looked at again."""
    publish(made)
    for member in made.members.values():
        await member.connector.parts.identity.refresh()


async def until(member: Member, key: str, read: Callable[[], Awaitable[Sequence[R]]]) -> Sequence[R]:
    """Read after each event of a kind at a member until something is found."""
    return await wait(member.connector.context.watch, key, 10, read, bool)


async def listed(rows: Awaitable[Page[R]]) -> Sequence[R]:
    return (await rows).items


async def get(member: Member, *types: str) -> None:
    asked = await member.api.credentials.request(CITY, types or ["MembershipCredential"])
    answered = await member.api.credentials.wait(asked.id, timeout_s=10)
    assert answered.state is IssuanceState.ISSUED, answered


async def test_a_member_gets_its_membership_shows_it_and_is_served(tmp_path: Path) -> None:
    async with issuing(tmp_path) as made:
        asset = await made.other.offers()
        with pytest.raises(ClientError):
            await made.firm.api.catalog.dataset(made.other.id, asset.id)
        await get(made.firm)
        await get(made.other)
        (held,) = await made.firm.api.credentials.list()
        shown = await made.firm.api.credentials.show(held.key)
        says = {"name": "Firm", "roles": ["participant"]}
        assert (shown.claims, shown.standing) == (says, CredentialStanding.VALID)
        assert await made.firm.api.catalog.dataset(made.other.id, asset.id)


async def test_who_is_revoked_is_refused_and_who_is_suspended_until_it_is_reinstated(tmp_path: Path) -> None:
    async with issuing(tmp_path) as made:
        asset, issuer = await made.other.offers(), made.city.api.issuing
        await get(made.firm)
        await get(made.other)
        (credential,) = (await issuer.list(holder=made.firm.id)).items

        async def served() -> bool:
            await look_again(made)
            try:
                return bool(await made.firm.api.catalog.dataset(made.other.id, asset.id))
            except ClientError:
                return False

        assert await served()
        assert (await issuer.suspend(credential.id)).standing is CredentialStanding.SUSPENDED
        assert not await served()
        assert (await issuer.reinstate(credential.id)).standing is CredentialStanding.VALID
        assert await served()
        assert (await issuer.revoke(credential.id, reason="It has left.")).reason == "It has left."
        assert not await served()
        with pytest.raises(ClientError, match="final"):
            await issuer.reinstate(credential.id)


async def test_a_request_without_the_role_waits_for_the_operator(tmp_path: Path) -> None:
    async with issuing(tmp_path) as made:
        issuer = made.city.api.issuing
        asked = await made.firm.api.credentials.request(CITY, ["UtilityCredential"])
        waiting = await until(made.city, TELL, lambda: listed(issuer.requests(state="received")))
        assert (waiting[0].holder, waiting[0].types) == (made.firm.id, ("UtilityCredential",))
        assert "utility" in waiting[0].reason
        assert (await made.firm.api.credentials.wait(asked.id, timeout_s=0)).state is IssuanceState.REQUESTED
        assert (await issuer.approve(waiting[0].id)).state is RequestState.ISSUED
        assert (await made.firm.api.credentials.wait(asked.id, timeout_s=10)).state is IssuanceState.ISSUED
        with pytest.raises(ClientError, match="only a request that waits"):
            await issuer.reject(waiting[0].id)


async def test_a_rejection_is_told_with_its_reason(tmp_path: Path) -> None:
    async with issuing(tmp_path) as made:
        asked = await made.firm.api.credentials.request(CITY, ["AuditorCredential", "MembershipCredential"])
        told = await made.firm.api.credentials.wait(asked.id, timeout_s=10)
        assert (told.state, "auditor" in told.reason) == (IssuanceState.REJECTED, True)
        assert await made.firm.api.credentials.list() == ()


async def test_an_offer_leads_to_the_credentials_without_a_person(tmp_path: Path) -> None:
    async with issuing(tmp_path) as made:
        offered = await made.city.api.issuing.offer(made.firm.id, ["UtilityCredential"], profiles=["vc11-sl2021/jwt"])
        assert offered.state is RequestState.OFFERED
        held = await until(made.firm, ASK, made.firm.api.credentials.list)
        assert (held[0].types, held[0].profile) == (("UtilityCredential",), "vc11-sl2021/jwt")
        assert [row.state for row in (await made.city.api.issuing.requests()).items] == [RequestState.ISSUED]


async def test_both_profiles_are_issued_and_shown(tmp_path: Path) -> None:
    async with issuing(tmp_path) as made:
        profiles = ["vc20-bssl/jwt", "vc11-sl2021/jwt"]
        asked = await made.firm.api.credentials.request(CITY, ["MembershipCredential"], profiles=profiles)
        await made.firm.api.credentials.wait(asked.id, timeout_s=10)
        assert sorted(held.profile for held in await made.firm.api.credentials.list()) == sorted(profiles)
        await get(made.other)
        asset = await made.other.offers()
        assert await made.firm.api.catalog.dataset(made.other.id, asset.id)


async def test_credentials_that_are_issued_by_hand_are_imported(tmp_path: Path) -> None:
    async with issuing(tmp_path) as made:
        (made_by_hand,) = await made.city.api.issuing.issue(made.firm.id, ["MembershipCredential"])
        held = await made.firm.api.credentials.add(made_by_hand.credential)
        assert held.id == made_by_hand.id
        with pytest.raises(ClientError, match="not on the participant list"):
            await made.city.api.issuing.issue("did:web:stranger.example", ["MembershipCredential"])
        with pytest.raises(ClientError, match="not issued here"):
            await made.city.api.issuing.issue(made.firm.id, ["Diploma"])


async def test_what_was_answered_before_a_crash_is_delivered_after_it_once(tmp_path: Path) -> None:
    async with issuing(tmp_path) as made:
        city = made.city
        next(task for task in city.connector.tasks if task.get_name() == "holders").cancel()
        asked = await made.firm.api.credentials.request(CITY, ["MembershipCredential"])
        before = await until(city, TELL, lambda: listed(city.api.issuing.list()))
        await made.leave("city")
        back = await made.join("city", SOON)
        for name, work in list_credential_work(None, back.connector.issuing):
            back.connector.tasks.append(asyncio.create_task(work(), name=name))
        assert (await made.firm.api.credentials.wait(asked.id, timeout_s=10)).state is IssuanceState.ISSUED
        (held,) = await made.firm.api.credentials.list()
        assert [held.id] == [each.id for each in before] == [each.id for each in (await back.api.issuing.list()).items]
