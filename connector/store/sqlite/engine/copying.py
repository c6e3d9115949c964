"""Copy a database that another process may be using: the copy is consistent, and only its owner can read it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from connector.ports.store_errors import StoreError
from connector.store.sqlite.engine.connection import open_foreign


def copy_database(source: Path, target: Path) -> None:
    """Copy the database at `source` to the new file `target`, with all commits that have returned.

    Raises StoreError if the source is not a sound database.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with (
            closing(open_foreign(source)) as read,
            closing(sqlite3.connect(target)) as copy,
        ):
            read.backup(copy)
            found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
            # One file without a log beside it: that is what is moved and restored.
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as fault:
        raise StoreError(f"The database {source} cannot be copied ({fault}): check it and its permissions.") from fault
    if found != "ok":
        raise StoreError(f"The database {source} is damaged ({found}): restore an older backup.")
