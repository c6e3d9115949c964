"""Several participants in one process: each negotiates with a foreign connector in its own name."""

from pathlib import Path

import pytest

from connector.ports.entities import PageBounds
from tests.pair.space import participant
from tests.support.tenants import NAMES, housed, identify, member_of, publish, write_tenant

FREE = {"permission": [{"action": "use"}]}


@pytest.mark.parametrize("name", NAMES)
async def test_a_tenant_provides_to_a_foreign_connector_and_consumes_from_it(tmp_path: Path, name: str) -> None:
    async with housed(tmp_path) as (space, house):
        tenant, firm = member_of(house, name), space.firm
        ours, theirs = (
            await tenant.offers("urn:dataset:ours", policy=FREE),
            await firm.offers("urn:dataset:theirs", policy=FREE),
        )
        for consumer, provider, asset in ((firm, tenant, ours), (tenant, firm, theirs)):
            asked = await consumer.api.negotiations.start(provider.id, asset.id)
            agreed = await consumer.reaches(asked.id, "FINALIZED")
            there = await provider.other_side(agreed)
            assert (agreed.peer, there.peer) == (provider.id, consumer.id)
        kept = {
            owner: {
                entry.counterparty
                for entry in (await house.house.parts.store.agreements(owner, PageBounds(limit=9)))[0]
            }
            for owner in ("default", *NAMES)
        }
        assert kept == {
            "default": set(),
            **{other: {participant("firm")} if other == name else set() for other in NAMES},
        }
        assert tenant.id == identify(name)


async def test_two_tenants_of_one_process_agree_and_each_keeps_its_own_records(tmp_path: Path) -> None:
    async with housed(tmp_path) as (_, house):
        parks, roads = member_of(house, "parks"), member_of(house, "roads")
        asset = await parks.offers("urn:dataset:trees", policy=FREE)
        asked = await roads.api.negotiations.start(parks.id, asset.id)
        agreed = await roads.reaches(asked.id, "FINALIZED")
        there = await parks.other_side(agreed)
        assert (agreed.peer, there.peer, agreed.agreement_id) == (parks.id, roads.id, there.agreement_id)
        store = house.house.parts.store
        for owner, other in (("parks", roads.id), ("roads", parks.id)):
            (kept,), _ = await store.agreements(owner, PageBounds(limit=9))
            assert kept.counterparty == other
            assert await store.leaf_count(owner) > 3
        assert await store.leaf_count("default") == 0


async def test_a_connector_without_tenants_serves_its_own_application(tmp_path: Path) -> None:
    """Nothing stands between a message and the only participant of a process."""
    async with housed(tmp_path) as (space, _):
        firm = space.firm.connector
        assert space.wire.apps["https://firm.example:443"] is firm.protocol
        assert firm.parts.settings.tenants.folder is None


async def test_a_process_follows_its_list_while_it_runs(tmp_path: Path) -> None:
    async with housed(tmp_path) as (space, house):
        write_tenant(space, "club")
        publish(space)
        await house.look()
        assert set(house.seats.taken) == {*NAMES, "club"}
        assert house.seats.taken["club"].parts.owner == "club"
