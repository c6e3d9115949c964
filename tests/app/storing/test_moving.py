"""The store of a connector moves to where a person says."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.app.storing.moving import move_store
from connector.ports.store_errors import StoreError
from connector.store.sqlite.store import open_store
from tests.pair.space import SOON, Space
from tests.store.postgres.server import make_database_now


@pytest.mark.postgres
def test_the_store_of_the_settings_moves_to_a_database_and_to_a_file(space: Space, tmp_path: Path) -> None:
    settings, url = space.settings("city", SOON), make_database_now()

    async def create() -> None:
        await (await open_store(settings.store.path)).close()

    asyncio.run(create())
    assert len(move_store(settings, None, url)) > 30
    there = replace(settings, store=replace(settings.store, url=url))
    assert len(move_store(there, None, str(tmp_path / "new.sqlite"))) > 30
    with pytest.raises(StoreError, match="was moved"):
        move_store(there, None, str(tmp_path / "other.sqlite"))


def test_a_store_that_is_not_there_does_not_move(space: Space, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        move_store(space.settings("city", SOON), str(tmp_path / "gone.sqlite"), str(tmp_path / "new.sqlite"))
    assert not list(tmp_path.glob("new.sqlite*"))
