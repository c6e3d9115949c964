"""The database of another process is read as it is, and never written."""

from pathlib import Path

import msgspec
import pytest

from connector.store.sqlite.engine.connection import open_writable
from connector.store.sqlite.engine.examine import SchemaRefused
from connector.store.sqlite.engine.foreign import reading_foreign


def test_what_another_process_committed_is_read_and_nothing_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "a #store?.sqlite"
    other = open_writable(path)
    other.execute("CREATE TABLE t (x)")
    other.execute("INSERT INTO t VALUES (7)")
    with reading_foreign(path) as connection:
        assert connection.execute("SELECT x FROM t").fetchall() == [(7,)]
    with pytest.raises(SchemaRefused, match="readonly"), reading_foreign(path) as connection:
        connection.execute("DELETE FROM t")
    other.close()


def test_a_file_that_is_missing_strange_or_of_another_release_is_named(tmp_path: Path) -> None:
    with pytest.raises(SchemaRefused, match=r"none\.sqlite cannot be read"), reading_foreign(tmp_path / "none.sqlite"):
        pass
    assert not (tmp_path / "none.sqlite").exists()
    (tmp_path / "text").write_text("no database, but long enough to be looked at" * 20)
    with pytest.raises(SchemaRefused, match="not a database"), reading_foreign(tmp_path / "text") as connection:
        connection.execute("SELECT 1 FROM sqlite_master")
    with pytest.raises(SchemaRefused, match="permissions"), reading_foreign(tmp_path / "text"):
        msgspec.json.decode(b"{")
