"""A broker and a member that shows it credentials: when its issuer revokes one, its offers are gone."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from connector.app.broker import BrokerServer, build_broker
from connector.controlplane.usecases.holding import keeping
from connector.identity.dcp import statuses
from connector.identity.dcp.mechanism import DcpIdentity
from connector.ports.identity import Intent
from tests.pair import test_credentials
from tests.pair.space import SOON, Member, participant
from tests.pair.test_credentials import get_credentials, leave, meet


async def nudge(broker: BrokerServer, member: Member) -> int:
    """Let a member send the broker its change notice; return the status of the answer."""
    token = await member.connector.parts.identity.issue_token(participant("broker"), Intent.SEARCH)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(broker.api), base_url="https://search.example"
    ) as client:
        answer = await client.post("/v1/nudge", headers={"Authorization": token})
    return answer.status_code


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(1000):
        if await happened():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("It did not happen.")


async def test_a_revoked_member_is_found_no_more_until_it_shows_a_credential_that_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_credentials, "PROFILE", f'{test_credentials.PROFILE}search = ["MembershipCredential"]\n')
    made, issuer, city, firm = await meet(tmp_path)
    settings = made.settings("broker", SOON)
    settings = replace(
        settings,
        protocol=replace(settings.protocol, port=0),
        management=replace(settings.management, port=0),
        broker=replace(settings.broker, port=0),
        identity=replace(settings.identity, refresh_seconds=3600.0),
    )
    broker = await build_broker(settings, transport=made.wire, now=made.now)
    made.wire.apps["https://broker.example:443"] = broker.protocol
    identity = broker.parts.identity
    assert isinstance(identity, DcpIdentity)

    async def lists(*names: str) -> bool:
        found = [source for source in await broker.record.sources() if source.datasets]
        return {source.participant for source in found} == set(map(participant, names))

    try:
        await get_credentials(issuer, city, firm)
        assert broker.credentials is not None
        await keeping.add(broker.credentials, issuer.issue("MembershipCredential", "broker", 8), by="test")
        await city.offers()
        await broker.start()
        assert await nudge(broker, city) == 202
        await until(lambda: lists("city"))
        issuer.revoked.add(0)
        identity._statuses.forget()
        await identity.refresh()
        broker._relist()
        await until(lists)
        source = await broker.record.source(city.id)
        assert source is not None
        assert source.expelled
        # A credential of another number holds; the first one is shown no more.
        for held in await city.api.credentials.list():
            await city.api.credentials.remove(held.key)
        await city.api.credentials.add(issuer.issue("MembershipCredential", "city", 16))
        identity._shown.clear()
        assert await nudge(broker, city) == 202
        await until(lambda: lists("city"))
    finally:
        await broker.stop()
        await leave(made)
    assert statuses.FRESH_MS <= 300_000
