"""Several participants in one process: each negotiates with a foreign connector in its own name."""

import asyncio
import dataclasses
import shutil
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from connector.app.tenants.house import TenantHouse, build_house
from connector.app.tenants.leaving import export_tenant, remove_here
from connector.app.tenants.listing import TenantState, read_list
from connector.ports.entities import PageBounds
from connector.settings import Settings
from tests.pair.space import Space, participant
from tests.store.postgres.server import make_database
from tests.support.tenants import (
    NAMES,
    house_settings,
    housed,
    identify,
    member_of,
    publish,
    set_state,
    tenants_of,
    write_tenant,
)

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


@asynccontextmanager
async def _replicas(base: Path) -> AsyncIterator[tuple[Space, TenantHouse, TenantHouse, Settings]]:
    """Run two processes of the city on one database, with one folder of tenants; the first one serves the wire."""
    url = await make_database()
    async with housed(base, url=url) as (space, first):
        settings = house_settings(space, url)
        beside = base / "city2" / "store.sqlite"
        beside.parent.mkdir()
        shutil.copy(settings.store.path.with_suffix(".secret"), beside.with_suffix(".secret"))
        settings = replace(settings, store=replace(settings.store, path=beside))
        second = await build_house(settings, transport=space.wire)
        second.follow()
        await second.seats.seated.wait()
        try:
            yield space, first, second, settings
        finally:
            await second.stop()


@pytest.mark.postgres
async def test_tenants_of_two_processes_on_a_database_agree_whichever_is_asked(tmp_path: Path) -> None:
    async with _replicas(tmp_path) as (space, first, second, settings):
        asset = await member_of(first, "parks").offers("urn:dataset:trees", policy=FREE)
        roads = member_of(second, "roads")
        agreed = await roads.reaches((await roads.api.negotiations.start(identify("parks"), asset.id)).id, "FINALIZED")
        there = await member_of(first, "parks").other_side(agreed)
        assert (there.agreement_id, there.peer) == (agreed.agreement_id, identify("roads"))
        # Who is outside speaks with the first, and the second has it too.
        of_firm = await space.firm.api.negotiations.start(identify("parks"), asset.id)
        kept = await member_of(second, "parks").other_side(await space.firm.reaches(of_firm.id, "FINALIZED"))
        assert kept.peer == participant("firm")

        written = await asyncio.to_thread(export_tenant, settings, tenants_of(space), "parks", tmp_path / "parks.tar")
        with tarfile.open(written.file) as archive:
            lines = (archive.extractfile("rows/agreements.jsonl") or b"").read().splitlines()  # type: ignore[union-attr]
            rows = [msgspec.json.decode(line) for line in lines]
        assert [row["owner"] for row in rows] == ["parks", "parks"]
        assert written.rows["agreements"] == 2
        assert written.rows["leaves"] == await first.house.parts.store.leaf_count("parks")


@pytest.mark.postgres
async def test_a_tenant_is_removed_after_other_processes_have_let_it_go(tmp_path: Path) -> None:
    async with _replicas(tmp_path) as (space, first, second, settings):
        for task in (*first.tasks, *second.tasks):
            task.cancel()
        folder, store = tenants_of(space), first.house.parts.store
        set_state(space, "parks", TenantState.LEAVING)
        # The command leaves it to the processes that run.
        aside = replace(settings, store=replace(settings.store, path=tmp_path / "aside" / "store.sqlite"))
        assert not await asyncio.to_thread(remove_here, aside, folder, "parks")
        await second.look()
        assert set(second.seats.taken) == {"roads"}
        assert read_list(folder)["parks"].state is TenantState.LEAVING
        # The other process has not looked yet, and writes.
        await member_of(first, "parks").offers("urn:dataset:trees", policy=FREE)
        assert await store.leaf_count("parks") > 0
        await first.seats.follow(read_list(folder))
        await dataclasses.replace(second, others_s=0.0, removed_at={}).look()
        assert (await store.leaf_count("parks"), await store.asset("parks", "urn:dataset:trees")) == (0, None)
        assert (set(read_list(folder)), (folder / "parks").exists()) == ({"roads"}, False)
        # For the other one there is nothing left to do.
        await first.look()
        assert set(first.seats.taken) == {"roads"}
