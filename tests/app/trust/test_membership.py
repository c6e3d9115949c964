"""The own membership: a credential is there before anybody asks for it, and renewed before it ends."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.app.trust.membership import (
    RENEWED_MS,
    begin_membership,
    keep_membership,
    renew_membership,
    review_held,
)
from connector.authority import keeping, membership
from connector.authority.keeping import CREDENTIAL_DAYS
from tests.pair.authorities import City
from tests.pair.space import Member, participant

DAY_MS = 86_400_000


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    made = City(tmp_path / "city", "city", "firm")
    await made.open(handed=False)
    yield made
    await made.close()


async def held(member: Member) -> list[str]:
    return [each.id for each in await member.api.credentials.list()]


async def renew(member: Member) -> bool:
    service = member.connector.credentials
    assert service is not None
    return await renew_membership(member.connector.parts, service)


async def test_a_member_asks_its_authority_for_the_credential_that_it_lacks_and_for_no_second_one(city: City) -> None:
    assert await held(city.firm) == []
    assert await renew(city.firm)
    (first,) = await held(city.firm)
    issued = len(keeping.show(city.authority).issued)
    assert await renew(city.firm)
    assert await held(city.firm) == [first]
    assert len(keeping.show(city.authority).issued) == issued


async def test_the_process_of_the_authority_gives_itself_its_credential(city: City) -> None:
    assert await renew(city.members["broker"])
    assert len(await held(city.members["broker"])) == 1


async def test_members_that_nobody_gave_a_credential_agree(city: City) -> None:
    for member in city.members.values():
        await begin_membership(member.connector.parts, member.connector.credentials)
    asset = await city.city.offers()
    asked = await city.firm.api.negotiations.start(city.city.id, asset.id)
    await city.firm.reaches(asked.id, "FINALIZED")


async def test_a_credential_is_renewed_before_it_ends(city: City) -> None:
    await renew(city.firm)
    before = await held(city.firm)
    city.late_ms += CREDENTIAL_DAYS * DAY_MS - RENEWED_MS
    keeping.rotate(city.authority, [city.root()], now=datetime.fromtimestamp(city.now() / 1000, UTC))
    membership.suspend(
        city.authority, participant("firm"), now=datetime.fromtimestamp(city.now() / 1000, UTC), suspended=False
    )
    await city.refresh()
    assert await renew(city.firm)
    assert await held(city.firm) != before


async def test_a_credential_whose_issuer_key_was_stolen_is_replaced_as_soon_as_the_list_is_seen(city: City) -> None:
    await renew(city.firm)
    before = await held(city.firm)
    keeping.rotate(city.authority, [city.root()], now=datetime.now(UTC), stolen=True)
    membership.suspend(city.authority, participant("firm"), now=datetime.now(UTC), suspended=False)
    await city.refresh()
    city.wire.down.add("https://broker.example:443")
    assert await renew(city.firm), "while nobody can say that it ended, it is kept"
    city.wire.down.clear()
    city.late_ms += 11_000
    assert await renew(city.firm)
    after = await held(city.firm)
    assert (len(after), after != before) == (1, True)
    assert await renew(city.firm)
    assert await held(city.firm) == after


async def test_who_has_no_credential_that_counts_is_told_until_there_is_one(city: City) -> None:
    parts = city.firm.connector.parts
    assert parts.trust_warning() is None
    city.wire.down.add("https://broker.example:443")
    await renew(city.firm)
    assert "credential renew" in str(parts.trust_warning())
    city.wire.down.clear()
    await renew(city.firm)
    assert parts.trust_warning() is None


async def test_who_is_suspended_or_revoked_is_told_so_and_whom_to_ask(city: City) -> None:
    parts, now = city.firm.connector.parts, datetime.now(UTC)
    membership.suspend(city.authority, participant("firm"), now=now)
    await city.refresh()
    assert "has suspended this participant" in str(parts.trust_warning())
    membership.suspend(city.authority, participant("firm"), now=now, suspended=False)
    await city.refresh()
    assert parts.trust_warning() is None
    membership.revoke(city.authority, participant("firm"), now=now)
    await city.refresh()
    assert "datenkontor join" in str(parts.trust_warning())


async def test_a_wrong_clock_is_told_before_all_that_follows_from_it(city: City) -> None:
    parts = city.firm.connector.parts
    parts.troubles.membership = "no credential"
    parts.troubles.note_ahead(7200.0)
    assert "is 2:00:00 (hours, minutes, seconds) ahead" in str(parts.trust_warning())
    parts.troubles.note_ahead(-60.0)
    assert "is 0:01:00 (hours, minutes, seconds) behind" in str(parts.trust_warning())
    parts.troubles.note_ahead(0.0)
    assert parts.trust_warning() == "no credential"


async def test_without_its_authority_a_member_starts_and_asks_again_after_the_next_look_at_the_list(
    city: City, caplog: pytest.LogCaptureFixture
) -> None:
    parts = city.firm.connector.parts
    city.wire.down.add("https://broker.example:443")
    assert not await renew(city.firm)
    assert "was not renewed" in caplog.text
    keeper = asyncio.create_task(keep_membership(parts, city.firm.connector.credentials))
    city.wire.down.clear()
    while not await held(city.firm):
        parts.membership_wanted.set()
        await asyncio.sleep(0)
    keeper.cancel()


async def test_who_is_suspended_or_not_a_member_asks_nobody(city: City) -> None:
    membership.suspend(city.authority, participant("firm"), now=datetime.now(UTC))
    await city.refresh()
    city.wire.down.add("https://broker.example:443")
    assert await renew(city.firm)


async def test_who_was_suspended_or_revoked_sees_it_on_its_credential_with_the_list(city: City) -> None:
    await renew(city.firm)
    firm, now = participant("firm"), datetime.now(UTC)

    async def look() -> list[str]:
        service = city.firm.connector.credentials
        assert service is not None
        await city.refresh()
        await review_held(city.firm.connector.parts, service)
        return [each.standing for each in await city.firm.api.credentials.list()]

    assert await look() == ["valid"]
    membership.suspend(city.authority, firm, now=now)
    assert await look() == ["suspended"]
    membership.suspend(city.authority, firm, now=now, suspended=False)
    assert await look() == ["valid"]
    membership.revoke(city.authority, firm, now=now)
    assert await look() == ["revoked"]
