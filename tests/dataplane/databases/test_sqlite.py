"""A SQLite file is found below the root only, read in batches, and let go when the reader leaves."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from connector.dataplane.address.members import read_members
from connector.dataplane.databases.query import SqlAddress
from connector.dataplane.databases.sqlite import locate, read_sqlite
from connector.ports.flow import SourceError


async def test_rows_come_in_batches_and_the_file_is_let_go(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE t (n INTEGER)")
        database.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(500)])
        database.commit()
    address = read_members({"kind": "sql", "path": "a.sqlite", "table": "t"}, SqlAddress, "sql")
    async with read_sqlite(file, address, {}) as (columns, batches):
        assert columns == ("n",)
        assert len(await anext(batches)) == 200
    with closing(sqlite3.connect(file)) as database:
        database.execute("DROP TABLE t")


def test_a_file_lies_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "link.sqlite").symlink_to("/etc/hostname")
    for path in ("../a", "/etc/hostname", "link.sqlite", "nothing", ""):
        with pytest.raises(SourceError):
            locate(tmp_path, path)
    with pytest.raises(SourceError, match="data_root"):
        locate(None, "a")
