"""A connection to a store's file: what it keeps in memory is bounded, and goes back."""

import _sqlite3
import ctypes
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from connector.store.sqlite.engine.connection import create_private, open_readable, open_writable, release_memory

MIB = 1024


@pytest.mark.parametrize("opened", [open_writable, open_readable])
def test_a_connection_keeps_eight_mebibytes_of_pages_at_most(
    tmp_path: Path, opened: Callable[[Path], Connection]
) -> None:
    create_private(tmp_path / "store")
    with closing(opened(tmp_path / "store")) as connection:
        ((kibibytes,),) = connection.execute("PRAGMA cache_size")
    assert -8 * MIB <= kibibytes < 0


def test_pages_that_a_connection_keeps_go_back_to_the_system(tmp_path: Path) -> None:
    used = ctypes.CDLL(_sqlite3.__file__).sqlite3_memory_used
    used.restype = ctypes.c_int64
    create_private(tmp_path / "store")
    with closing(open_writable(tmp_path / "store")) as connection:
        connection.execute("CREATE TABLE kept (text TEXT)")
        connection.executemany("INSERT INTO kept VALUES (?)", [("x" * 1_000,)] * 4_000)
        before = used()
        release_memory(connection)
        assert used() < before - 2_000_000
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (4_000,)
