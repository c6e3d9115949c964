"""Read a database that belongs to another process, which may be running: nothing is written."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from connector.store.sqlite.engine.connection import open_foreign
from connector.store.sqlite.engine.examine import SchemaRefused


@contextmanager
def reading_foreign(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database at `path` for reading.

    Raises SchemaRefused if it cannot be opened, or what is read inside is not what this release stores.
    """
    try:
        with closing(open_foreign(path)) as connection:
            yield connection
    except (sqlite3.Error, msgspec.MsgspecError) as fault:
        raise SchemaRefused(
            f"The database {path} cannot be read ({fault}): "
            "start its connector or broker once, or check the path and its permissions."
        ) from fault
