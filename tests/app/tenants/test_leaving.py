"""A tenant leaves: its export has all that is its own, and after its removal nothing of it is left."""

import asyncio
import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

from connector.app.tenants.leaving import export_tenant, remove_here
from connector.app.tenants.listing import TenantState, read_list
from connector.store.sqlite.chapters.owners import TABLES
from connector.store.sqlite.engine.migrate import migrate, steps
from tests.app.tenants.test_house import FREE
from tests.support.tenants import house_settings, housed, member_of, set_state, tenants_of


def _count(path: Path) -> dict[str, dict[str, int]]:
    """Return the rows of each owner in each table of a store, as SQLite itself counts them."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: dict(connection.execute(f"SELECT owner, count(*) FROM {table} GROUP BY owner")) for table in TABLES
        }


def test_the_tables_with_an_owner_are_all_known(tmp_path: Path) -> None:
    migrate(tmp_path / "store.sqlite", steps("store"))
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as connection:
        names = connection.execute(
            "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c "
            "WHERE m.type = 'table' AND c.name = 'owner'"
        ).fetchall()
    assert {name for (name,) in names} == set(TABLES)


async def test_an_export_is_complete_and_a_removal_leaves_nothing(tmp_path: Path) -> None:
    async with housed(tmp_path) as (space, house):
        for name in ("parks", "roads"):
            tenant = member_of(house, name)
            asset = await tenant.offers(policy=FREE)
            asked = await space.firm.api.negotiations.start(tenant.id, asset.id)
            await space.firm.reaches(asked.id, "FINALIZED")
        settings, folder = house_settings(space), tenants_of(space)
    before = _count(settings.store.path)
    assert before["leaves"]["parks"] > 0

    # A command that was killed has left it.
    (tmp_path / ".parks.tar.new").write_bytes(b"half")
    written = export_tenant(settings, folder, "parks", tmp_path / "parks.tar")
    assert {table: count for table, count in written.rows.items() if count} == {
        table: found["parks"] for table, found in before.items() if "parks" in found
    }
    with tarfile.open(tmp_path / "parks.tar") as archive:
        names = set(archive.getnames())
        assert {"export.json", "files/key.pem", "files/datenkontor.toml", "files/offered/counts.csv"} <= names
        lines = (archive.extractfile("rows/agreements.jsonl") or b"").read().splitlines()  # type: ignore[union-attr]
        assert [json.loads(line)["owner"] for line in lines] == ["parks"]

    set_state(space, "parks", TenantState.LEAVING)
    assert await asyncio.to_thread(remove_here, settings, folder, "parks")
    after = _count(settings.store.path)
    assert all("parks" not in found for found in after.values())
    # Of the others, everything is left. Used tokens are swept by time.
    assert {t: f.get("roads") for t, f in after.items() if t != "replay_keys"} == {
        t: f.get("roads") for t, f in before.items() if t != "replay_keys"
    }
    assert (set(read_list(folder)), (folder / "parks").exists()) == ({"roads"}, False)


async def test_a_process_that_runs_removes_who_leaves(tmp_path: Path) -> None:
    async with housed(tmp_path) as (space, house):
        await member_of(house, "parks").offers()
        settings, folder = house_settings(space), tenants_of(space)
        set_state(space, "parks", TenantState.LEAVING)
        assert not remove_here(settings, folder, "parks")
        await house.look()
        assert (set(read_list(folder)), set(house.seats.taken)) == ({"roads"}, {"roads"})
        assert "parks" not in _count(settings.store.path)["leaves"]
