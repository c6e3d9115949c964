"""Examine a database before it is used: whether it is a database, of a known schema, and whole."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from connector.ports.store_errors import StoreError
from connector.store.sqlite.engine.connection import is_damage, open_foreign

LEFT = 2_000_000_000
"""The schema version of a store that was copied to another place: this file is used no more."""
_AGAIN_S = 0.01


class SchemaRefused(StoreError):
    """The database cannot be used by this release; it was not changed."""


def examine(path: Path, release: int, seconds: float) -> None:
    """Check the database at `path`, which another process may be using; nothing is written.

    Raises SchemaRefused as `check_whole`, and if it cannot be read.
    """
    try:
        with closing(open_foreign(path)) as connection:
            check_whole(connection, path, release, seconds)
    except sqlite3.Error as fault:
        raise to_refusal(path, fault) from fault


def check_whole(connection: sqlite3.Connection, path: Path, release: int, seconds: float) -> int:
    """Return the schema version of a database of ours that is whole.

    `release` is the newest schema that this release knows. The pages are checked for at most `seconds`; what is not
    checked by then counts as whole. Raises SchemaRefused if the schema is newer or of another program, or a page is
    damaged, and sqlite3.Error.
    """
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == LEFT:
        raise SchemaRefused(f"The store {path} was moved to another place: name that one in the settings.")
    if version > release:
        raise SchemaRefused(
            f"The database {path} has schema {version}, but this release supports schemas up to {release}: "
            "start a newer release, or restore the backup beside it."
        )
    if version == 0 and connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        raise SchemaRefused(f"The database {path} was not created by Datenkontor: name another file.")
    if not _are_pages_whole(connection, seconds):
        raise _refuse(path)
    return version


def to_refusal(path: Path, fault: Exception) -> SchemaRefused:
    """Return the refusal of a database that cannot be opened or read."""
    if isinstance(fault, sqlite3.Error) and is_damage(fault):
        if fault.sqlite_errorcode & 0xFF == sqlite3.SQLITE_NOTADB:
            return SchemaRefused(f"The file {path} is not a database: restore a backup, or name another file.")
        return _refuse(path)
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
        return SchemaRefused(f"{path} cannot be written ({fault}): make room or repair its disk.")
    return SchemaRefused(f"The database {path} cannot be opened ({fault}): check the path and its permissions.")


def _are_pages_whole(connection: sqlite3.Connection, seconds: float) -> bool:
    done = threading.Event()
    # A progress handler is not called within the check of a table, and a large one takes minutes.
    clock = threading.Thread(target=_interrupt, args=(connection, seconds, done), daemon=True)
    clock.start()
    try:
        found: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as fault:
        if fault.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return True
    finally:
        done.set()
        clock.join()
    return found == "ok"


def _interrupt(connection: sqlite3.Connection, seconds: float, done: threading.Event) -> None:
    """Interrupt a statement that runs longer than it may; it may not have begun yet."""
    wait = seconds
    while not done.wait(wait):
        connection.interrupt()
        wait = _AGAIN_S


def _refuse(path: Path) -> SchemaRefused:
    return SchemaRefused(f"The database {path} is damaged: restore a backup with `datenkontor restore`.")
