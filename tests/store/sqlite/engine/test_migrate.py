"""Schema versions: forward with a backup, never backward, nothing half done."""

import sqlite3
from pathlib import Path

import pytest

from connector.ports import changes
from connector.store.sqlite.engine.migrate import SchemaRefused, migrate, steps
from connector.store.sqlite.store import open_store
from tests.contract import values
from tests.contract.values import OWNER

_FIRST = "CREATE TABLE things (name TEXT NOT NULL);\nINSERT INTO things VALUES ('Bäume; Bänke');"
_SECOND = "ALTER TABLE things ADD COLUMN count INTEGER NOT NULL DEFAULT 7;"
_BROKEN = "ALTER TABLE things ADD COLUMN third TEXT; INSERT INTO nowhere VALUES (1);"


def _rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    rows = connection.execute(statement).fetchall()
    connection.close()
    return rows


def test_an_older_schema_goes_forward_after_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "store.db"
    assert migrate(path, [_FIRST]) is None
    backup = migrate(path, [_FIRST, _SECOND])
    assert _rows(path, "SELECT * FROM things") == [("Bäume; Bänke", 7)]
    assert backup
    assert backup.parent == path.parent
    assert backup.stat().st_mode & 0o077 == 0
    assert _rows(backup, "SELECT * FROM things") == [("Bäume; Bänke",)]
    assert _rows(backup, "PRAGMA user_version") == [(1,)]
    assert migrate(path, [_FIRST, _SECOND]) is None


def test_a_step_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    migrate(path, [_FIRST])
    with pytest.raises(SchemaRefused, match="was not changed"):
        migrate(path, [_FIRST, _BROKEN])
    assert _rows(path, "SELECT * FROM things") == [("Bäume; Bänke",)]
    assert _rows(path, "PRAGMA user_version") == [(1,)]
    migrate(path, [_FIRST, _SECOND])
    assert _rows(path, "SELECT count FROM things") == [(7,)]


async def test_a_newer_schema_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = await open_store(path)
    await store.commit([changes.PutHold(values.hold("a"))])
    await store.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SchemaRefused, match=r"has schema 99, but this release supports schemas up to \d+"):
        await open_store(path)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(steps('store'))}")
    connection.close()
    store = await open_store(path)
    assert await store.hold(OWNER, "a")
    await store.close()


@pytest.mark.parametrize("kind", ["foreign tables", "no database", "a folder"])
def test_a_file_that_is_none_of_ours_is_refused_untouched(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "store.db"
    if kind == "a folder":
        path.mkdir()
    elif kind == "no database":
        path.write_text("Straßenbäume " * 500)
    else:
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE others (name TEXT)")
        connection.close()
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(SchemaRefused, match=str(path)):
        migrate(path, steps("store"))
    if kind == "no database":
        assert path.read_bytes() == before
    if kind == "foreign tables":
        assert _rows(path, "SELECT name FROM sqlite_schema") == [("others",)]
