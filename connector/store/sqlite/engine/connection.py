"""Open a database file: private to its user, with a write-ahead log, each commit on the disk before it returns."""

import ctypes
import logging
import os
import sqlite3
from datetime import tzinfo
from functools import partial
from pathlib import Path

from connector.ports.store_errors import StoreDamaged
from connector.store.rules import month_of

_BUSY_SECONDS = 5.0
_WAL_PAGES = 4_000
_WAL_BYTES = 64 * 1024 * 1024
# For each of two connections. What is not kept is in the page cache of the system, a few microseconds away.
_CACHE_KIB = 8 * 1024
_DAMAGED = "The database is damaged, nothing was changed: restore a backup."

# A parameter that is neither a number nor a text is asked for a way to adapt it, bytes too, at twice the cost of this.
sqlite3.register_adapter(bytes, bytes)

_log = logging.getLogger(__name__)


class StoreConnection(sqlite3.Connection):
    """A connection that remembers whether its file was found `damaged`: one that is gets no more commits."""

    damaged = False


def create_private(path: Path) -> None:
    """Create the file if it does not exist. Only its user can read it, because it contains evidence and addresses.

    SQLite syncs the folder, with the name of the file, at its first commit; this function syncs the name of the folder.
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


def open_writable(path: Path, *, patient: bool = True) -> StoreConnection:
    """Open a connection that writes. With `synchronous=FULL`, a commit that returned survives power loss.

    Unless `patient`, a lock of another process is reported immediately, without waiting.
    Raises sqlite3.Error if the file cannot be opened or is not a database.
    """
    connection = _open(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    # Checkpoints in larger steps: each delays the writer by two fsyncs.
    connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
    if not patient:
        connection.execute("PRAGMA busy_timeout = 0")
    return connection


def open_readable(path: Path) -> StoreConnection:
    """Open a connection that only reads; it sees every commit that has returned."""
    connection = _open(path)
    connection.execute("PRAGMA query_only = 1")
    return connection


def open_foreign(path: Path) -> sqlite3.Connection:
    """Open an existing file that another process may be using; nothing is written, and no setting of it changes.

    Raises sqlite3.Error if the file cannot be opened.
    """
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)


def release_memory(*connections: sqlite3.Connection) -> None:
    """Give the pages that connections keep in memory back to the system; what is wanted of them is read again."""
    for connection in connections:
        connection.execute("PRAGMA shrink_memory")
    # The C library of most Linux systems keeps what is freed until it is asked. Others have no such call and need none.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


def name_months(connection: sqlite3.Connection, zone: tzinfo) -> None:
    """Let statements name the month of a time (ms) in a zone: `local_month(at)`."""
    connection.create_function("local_month", 1, partial(month_of, zone=zone), deterministic=True)


def is_damage(fault: Exception) -> bool:
    """Return whether an error says that the file is malformed or no database, so that no later attempt helps."""
    # An error of the module itself (a closed connection) has no code; the upper bits of a code give details.
    code: int = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def note_damage(connection: sqlite3.Connection | None, fault: Exception) -> StoreDamaged:
    """Log damage, let the connection remember it, and return the error for the caller."""
    if isinstance(connection, StoreConnection):
        connection.damaged = True
    _log.error("the database is damaged and is not written any more: restore a backup: %s", fault)
    return StoreDamaged(_DAMAGED)


def refuse_damaged(connection: StoreConnection) -> None:
    """Raise StoreDamaged if the connection has met damage: a commit could destroy what is still readable."""
    if connection.damaged:
        raise StoreDamaged(_DAMAGED)


def _open(path: Path) -> StoreConnection:
    connection = sqlite3.connect(
        path,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
        factory=StoreConnection,
    )
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA trusted_schema = 0")
    return connection
