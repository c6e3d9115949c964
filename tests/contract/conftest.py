"""The stores of the suite: in memory, in SQLite, and, where `make test-postgres` started a server, in PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.ports.store import Store
from connector.store.memory.store import MemoryStore
from connector.store.postgres.store import Server, open_postgres
from connector.store.sqlite.store import open_store
from tests.store.postgres.server import make_database


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    opened: Store
    if request.param == "memory":
        opened = MemoryStore()
    elif request.param == "sqlite":
        opened = await open_store(tmp_path / "store.db")
    else:
        opened = await open_postgres(Server(await make_database()), "urn:participant:me")
    yield opened
    await opened.close()
