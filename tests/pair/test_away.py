"""A member whose list comes from an address starts while the authority is away: with the last list, or with none."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from connector.app.readiness import Readiness
from connector.client.frame.errors import ClientError
from connector.ports.identity import AuthenticationUnavailable, Intent
from connector.settings import LimitSettings, Location, Settings
from tests.pair.authorities import City
from tests.pair.space import SOON, Member, begin, participant

BROKER = "https://broker.example:443"
DAY_MS = 86_400_000


class FarCity(City):
    """A data space whose members fetch the list from the address of the authority."""

    def settings(self, name: str, limits: LimitSettings, accept: tuple[object, ...] = ()) -> Settings:
        made = super().settings(name, limits, accept)
        if name == self.broker:
            return made
        place = Location("https://broker.example/authority/members")
        return msgspec.structs.replace(made, identity=msgspec.structs.replace(made.identity, roster=place))

    async def enter(self, name: str, *, credential: bool = False) -> Member:
        member = await self.join(name, SOON)
        begin(member)
        if credential:
            await member.api.credentials.add(self.credential(name))
        return member


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[FarCity]:
    """A data space in which the firm has not started yet."""
    made = FarCity(tmp_path / "city", "city", "firm")
    await made.enter("broker", credential=True)
    await made.enter("city", credential=True)
    yield made
    await made.close()


async def agree(made: FarCity, number: int = 1) -> None:
    asset = await made.city.offers(f"urn:dataset:counts-{number}")
    asked = await made.firm.api.negotiations.start(made.city.id, asset.id)
    await made.firm.reaches(asked.id, "FINALIZED")


async def told(member: Member) -> str:
    """Return what `/ready` says of the participant list."""
    connector = member.connector
    desk = Readiness(connector.parts, connector.enforcer.evaluator, connector.worker, connector.dataplane, [])
    return await desk.warnings()["participant list"]() or ""


async def test_it_starts_with_the_last_list_says_so_and_catches_up(city: FarCity) -> None:
    await city.enter("firm", credential=True)
    await agree(city)
    await city.leave("firm")
    city.wire.down.add(BROKER)
    firm = await city.enter("firm")
    assert "Version 2 of the participant list is in use until" in await told(firm)
    assert "could not be fetched" in await told(firm)
    assert firm.connector.parts.identity.participant(participant("city")) is not None
    assert len((await firm.api.agreements.list()).items) == 1
    city.wire.down.discard(BROKER)
    city.publish()
    await firm.connector.parts.identity.refresh()
    assert await told(firm) == ""
    used = firm.connector.parts.identity.list_in_use()
    assert used is not None
    assert used.version == 3
    await agree(city, 2)


async def test_a_last_list_that_is_too_old_admits_nobody(city: FarCity) -> None:
    await city.enter("firm", credential=True)
    await city.leave("firm")
    city.wire.down.add(BROKER)
    city.late_ms += 31 * DAY_MS
    firm = await city.enter("firm")
    assert "has expired" in await told(firm)
    with pytest.raises(AuthenticationUnavailable, match="expired"):
        await firm.connector.parts.identity.authenticate("Bearer a.b.c", Intent.CATALOG)


async def test_it_starts_without_any_list_refuses_peers_and_goes_on_when_there_is_one(city: FarCity) -> None:
    city.wire.down.add(BROKER)
    firm = await city.enter("firm")
    assert "There is no participant list yet" in await told(firm)
    assert list((await firm.api.agreements.list()).items) == []
    with pytest.raises(AuthenticationUnavailable, match="participant list is missing"):
        await firm.connector.parts.identity.authenticate("Bearer a.b.c", Intent.CATALOG)
    with pytest.raises(ClientError):
        await firm.api.catalog.dataset(city.city.id, "urn:dataset:counts")
    city.wire.down.discard(BROKER)
    await firm.connector.parts.identity.refresh()
    assert await told(firm) == ""
    await firm.api.credentials.add(city.credential("firm"))
    await agree(city)


async def test_a_kept_list_that_was_changed_is_not_used(city: FarCity) -> None:
    await city.enter("firm", credential=True)
    await city.leave("firm")
    kept = city.base / "firm" / "store.roster.jws"
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_bytes(kept.read_bytes()[:-20] + b"A" * 20)
    city.wire.down.add(BROKER)
    firm = await city.enter("firm")
    assert "There is no participant list yet" in await told(firm)
