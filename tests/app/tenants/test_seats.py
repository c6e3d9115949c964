"""Who has a seat: each active tenant whose settings are right, and nobody who says to be another one."""

import asyncio
from pathlib import Path

import pytest

from connector.app.tenants import seats
from connector.app.tenants.house import TenantHouse
from connector.app.tenants.listing import TenantState, read_list
from tests.pair.space import Space
from tests.support.tenants import OWN_HOST, housed, identify, member_of, set_state, tenants_of, write_tenant


async def _follow(house: TenantHouse, space: Space) -> None:
    await house.seats.follow(read_list(tenants_of(space)))


async def test_a_tenant_with_wrong_settings_keeps_no_other_from_its_seat(tmp_path: Path) -> None:
    async with housed(tmp_path) as (space, house):
        (tenants_of(space) / "parks" / "datenkontor.toml").write_text("nonsense")
        set_state(space, "parks", TenantState.SUSPENDED)
        await _follow(house, space)
        set_state(space, "parks", TenantState.ACTIVE)
        await _follow(house, space)
        assert set(house.seats.taken) == {"roads"}
        assert "is not TOML" in house.seats.faults["parks"]
        assert await house.seats.find("parks") is None


async def test_who_says_to_be_another_or_has_its_key_gets_no_seat(tmp_path: Path) -> None:
    async with housed(tmp_path) as (space, house):
        file = tenants_of(space) / "parks" / "datenkontor.toml"
        own = file.read_text()
        for old, new, told in (
            (identify("parks"), identify("roads"), "are both"),
            (
                (digest := own.partition('sha256 = "')[2][:64]),
                next(k for k in house.seats.keys if k != digest),
                "in use",
            ),
        ):
            set_state(space, "parks", TenantState.SUSPENDED)
            await _follow(house, space)
            file.write_text(own.replace(old, new))
            set_state(space, "parks", TenantState.ACTIVE)
            await _follow(house, space)
            assert told in house.seats.faults["parks"]
        assert house.seats.taken["roads"].parts.owner == "roads"
        assert set(house.seats.hosts.values()) == {"roads"}


async def test_a_host_of_another_one_cannot_be_taken(tmp_path: Path) -> None:
    async with housed(tmp_path) as (space, house):
        for number, url in enumerate((OWN_HOST, "https://city.example")):
            name = f"club-{number}"
            write_tenant(space, name, more=f'[protocol]\npublic_url = "{url}"\n')
            await _follow(house, space)
            assert "A host of the tenant" in house.seats.faults[name]
        assert house.seats.hosts == {"roads.example": "roads"}


async def test_a_suspended_tenant_ends_and_comes_back_with_its_data(tmp_path: Path) -> None:
    async with housed(tmp_path) as (space, house):
        asset = await member_of(house, "parks").offers()
        seat = house.seats.taken["parks"]
        set_state(space, "parks", TenantState.SUSPENDED)
        await _follow(house, space)
        assert all(task.done() for task in seat.tasks)
        assert await house.seats.find("parks") is None
        assert {name for _, name in house.seats.keys.values()} == {"roads"}
        set_state(space, "parks", TenantState.ACTIVE)
        await _follow(house, space)
        assert (await member_of(house, "parks").api.assets.show(asset.id)).status == "published"


async def test_who_leaves_has_answered_what_it_had_begun_with(tmp_path: Path) -> None:
    async with housed(tmp_path) as (space, house):
        begun, goes_on, stored = asyncio.Event(), asyncio.Event(), []

        async def answer() -> str:
            begun.set()
            await goes_on.wait()
            stored.append("row")
            return "told"

        answering = asyncio.create_task(house.seats.serve("parks", answer()))
        await begun.wait()
        set_state(space, "parks", TenantState.LEAVING)
        leaving = asyncio.create_task(house.look())
        while "parks" in house.seats.taken:  # noqa: ASYNC110 - nobody tells that it begins to leave
            await asyncio.sleep(0)
        goes_on.set()
        await leaving
        # What was stored while it left is gone with the rest.
        assert stored == ["row"]
        assert await answering == "told"
        assert "parks" not in read_list(tenants_of(space))


async def test_who_leaves_gives_up_what_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "LEAVING_S", 0.01)
    async with housed(tmp_path) as (space, house):
        begun = asyncio.Event()

        async def answer() -> None:
            begun.set()
            await asyncio.Event().wait()

        answering = asyncio.create_task(house.seats.serve("parks", answer()))
        await begun.wait()
        set_state(space, "parks", TenantState.SUSPENDED)
        await house.look()
        with pytest.raises(seats.TenantLeft):
            await answering
