"""A copy of a database has every commit that has returned, and none that is under way."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from connector.ports.store_errors import StoreError
from connector.store.sqlite.engine.connection import open_writable
from connector.store.sqlite.engine.copying import copy_database


def test_a_copy_has_what_is_committed_and_only_that(tmp_path: Path) -> None:
    with closing(open_writable(tmp_path / "store")) as connection:
        connection.execute("CREATE TABLE numbers (number INTEGER)")
        connection.execute("INSERT INTO numbers VALUES (1)")
        connection.execute("BEGIN")
        connection.execute("INSERT INTO numbers VALUES (2)")
        copy_database(tmp_path / "store", tmp_path / "copy")
        connection.execute("ROLLBACK")
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("SELECT number FROM numbers").fetchall() == [(1,)]
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert not (tmp_path / "copy-wal").exists()


def test_what_is_no_database_is_not_copied(tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(b"x" * 10_000)
    with pytest.raises(StoreError, match="cannot be copied"):
        copy_database(tmp_path / "store", tmp_path / "copy")
    with pytest.raises(StoreError, match="cannot be copied"):
        copy_database(tmp_path / "none", tmp_path / "other")
