"""A connection to a store's file: what it keeps in memory is bounded."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from connector.store.sqlite.engine.connection import create_private, open_readable, open_writable

MIB = 1024


@pytest.mark.parametrize("opened", [open_writable, open_readable])
def test_a_connection_keeps_eight_mebibytes_of_pages_at_most(
    tmp_path: Path, opened: Callable[[Path], Connection]
) -> None:
    create_private(tmp_path / "store")
    with closing(opened(tmp_path / "store")) as connection:
        ((kibibytes,),) = connection.execute("PRAGMA cache_size")
    assert -8 * MIB <= kibibytes < 0
