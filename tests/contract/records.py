"""The records of the suites: in memory, in SQLite, and, where `make test-postgres` started a server, in PostgreSQL."""

from pathlib import Path
from typing import Any

import pytest

from connector.ports.descriptions import DescriptionStore
from connector.store.memory.descriptions import MemoryDescriptionStore
from connector.store.memory.record import MemoryBrokerStore
from connector.store.postgres.record import PostgresBrokerStore, PostgresDescriptionStore, open_database_record
from connector.store.postgres.store import Server
from connector.store.sqlite.record.descriptions import SqliteDescriptionStore
from connector.store.sqlite.record.record import SqliteBrokerStore, open_record
from tests.store.postgres.server import make_database

KINDS: list[Any] = ["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]

AnyRecord = MemoryBrokerStore | SqliteBrokerStore
BROKER = "urn:participant:broker"


async def open_kind(kind: str, folder: Path) -> AnyRecord:
    """Return a new record of a kind."""
    if kind == "memory":
        return MemoryBrokerStore()
    if kind == "sqlite":
        return await open_record(folder / "record.db")
    return await open_database_record(Server(await make_database()), BROKER)


def describe_in(record: AnyRecord) -> DescriptionStore:
    """Return the pushed self-descriptions of a record."""
    if isinstance(record, MemoryBrokerStore):
        return MemoryDescriptionStore(record)
    if isinstance(record, PostgresBrokerStore):
        return PostgresDescriptionStore(record)
    return SqliteDescriptionStore(record)
