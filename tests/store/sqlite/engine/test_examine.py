"""A database is examined: no database, a newer schema, damage; nothing is written."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from connector.ports.changes import PutBackoff, PutHold
from connector.ports.entities import Backoff, PageBounds
from connector.ports.store_errors import StoreDamaged
from connector.store.sqlite.engine.examine import SchemaRefused, examine, to_refusal
from connector.store.sqlite.engine.migrate import migrate, steps
from connector.store.sqlite.record.record import open_record
from connector.store.sqlite.store import open_store
from tests.contract import values
from tests.contract.values import OWNER
from tests.support.damage import damage_pages

_RELEASE = len(steps("store"))


def test_a_whole_database_passes_and_stays_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    migrate(path, steps("store"))
    before = path.read_bytes()
    examine(path, _RELEASE, 10)
    assert path.read_bytes() == before


def test_damaged_pages_are_named_before_and_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    migrate(path, steps("store"))
    damage_pages(path, every=3)
    with pytest.raises(SchemaRefused, match="is damaged: restore a backup"):
        examine(path, _RELEASE, 10)
    with pytest.raises(SchemaRefused, match="is damaged: restore a backup"):
        migrate(path, steps("store"))


def test_pages_are_looked_at_for_as_long_as_was_said_and_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    migrate(path, steps("store"))
    first = path.stat().st_size
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE large (body BLOB)")
        connection.executemany("INSERT INTO large VALUES (zeroblob(4000))", [()] * 30_000)
        connection.commit()
    with path.open("r+b") as file:
        file.seek(first + 10 * 4096)  # the pages of a table are looked at from the last one on
        file.write(b"\xff" * 4096)
    with pytest.raises(SchemaRefused, match="is damaged"):
        examine(path, _RELEASE, 60)
    examine(path, _RELEASE, 0)


def test_a_file_that_is_no_database_is_named_before_and_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_text("quatsch")
    with pytest.raises(SchemaRefused, match="is not a database"):
        examine(path, _RELEASE, 10)
    with pytest.raises(SchemaRefused, match="is not a database"):
        migrate(path, steps("store"))


def test_a_schema_of_a_newer_release_is_named(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    migrate(path, steps("store"))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SchemaRefused, match="has schema 99"):
        examine(path, _RELEASE, 10)


async def test_a_store_that_meets_damage_says_so_and_writes_nothing_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "store.sqlite"
    store = await open_store(path)
    await store.commit([PutHold(values.hold("a"))])
    await store.close()
    store = await open_store(path)
    damage_pages(path)
    with pytest.raises(StoreDamaged):
        await store.holds(OWNER, PageBounds(limit=10))
    assert "the database is damaged" in caplog.text
    before = path.read_bytes()
    with pytest.raises(StoreDamaged):
        await store.commit([PutBackoff(Backoff(owner=OWNER, peer="", failures=0, until=0))])
    assert path.read_bytes() == before
    await store.close()


async def test_a_store_whose_write_meets_damage_writes_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    await (await open_store(path)).close()
    store = await open_store(path)
    damage_pages(path)
    for _attempt in range(2):
        with pytest.raises(StoreDamaged):
            await store.commit([PutHold(values.hold("a"))])
    await store.close()


async def test_a_record_that_meets_damage_says_so(tmp_path: Path) -> None:
    path = tmp_path / "record.sqlite"
    await (await open_record(path)).close()
    record = await open_record(path)
    damage_pages(path)
    with pytest.raises(StoreDamaged):
        await record.sources()
    with pytest.raises(StoreDamaged):
        await record.source("")
    await record.close()


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_IOERR_SHMSIZE])
def test_a_database_on_a_full_disk_asks_for_room(code: int, tmp_path: Path) -> None:
    fault = sqlite3.OperationalError("disk I/O error")
    fault.sqlite_errorcode = code
    assert "make room or repair its disk" in str(to_refusal(tmp_path / "store.sqlite", fault))
    fault.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
    assert "check the path and its permissions" in str(to_refusal(tmp_path / "store.sqlite", fault))
