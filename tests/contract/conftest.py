"""The stores of the suite."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.ports.store import Store
from connector.store.memory.store import MemoryStore
from connector.store.sqlite.store import open_store


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    opened: Store = MemoryStore() if request.param == "memory" else await open_store(tmp_path / "store.db")
    yield opened
    await opened.close()
