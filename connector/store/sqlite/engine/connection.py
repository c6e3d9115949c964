"""How a database file is opened: private to its user, write-ahead log, every commit on the disk before it returns."""

import os
import sqlite3
from pathlib import Path

_BUSY_SECONDS = 5.0
_WAL_PAGES = 4_000
_WAL_BYTES = 64 * 1024 * 1024
_CACHE_KIB = 32 * 1024


def create_private(path: Path) -> None:
    """Create the file, readable by its user alone, where it does not exist: it holds evidence and addresses.

    SQLite syncs the folder with its first commit, and with it the file's name; the folder's own name is synced here.
    """
    _make(path.parent)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _make(folder: Path) -> None:
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(exist_ok=True)
    descriptor = os.open(folder.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_writable(path: Path, *, patient: bool = True) -> sqlite3.Connection:
    """Open a connection that writes. `synchronous=FULL`: what COMMIT returned for survives power loss.

    Where it is not `patient`, a lock that another process holds is reported at once instead of waited for.
    Raises sqlite3.Error if the file cannot be opened or is no database.
    """
    connection = _open(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    # Checkpoints in larger steps: each costs two more fsyncs in the writer's way.
    connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
    if not patient:
        connection.execute("PRAGMA busy_timeout = 0")
    return connection


def open_readable(path: Path) -> sqlite3.Connection:
    """Open a connection that only reads; it sees every commit that has returned."""
    connection = _open(path)
    connection.execute("PRAGMA query_only = 1")
    return connection


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA trusted_schema = 0")
    return connection
