"""Schema versions: numbered SQL files, applied forward at start, each in one transaction, after a backup.

The version is SQLite's `user_version`, the number of the last file applied. A file of a newer version than ours is
refused: what it holds may mean something that we would destroy.
"""

import sqlite3
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from connector.ports.changes import StoreError
from connector.store.sqlite.engine.connection import create_private, open_writable


class SchemaRefused(StoreError):
    """The database cannot be brought to our schema; it was left as it is."""


def steps(schema: str) -> tuple[str, ...]:
    """Return the SQL of the numbered files of a schema (`store` or `record`), in their order."""
    folder = files("connector.store.sqlite").joinpath("schema", schema)
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple(folder.joinpath(name).read_text("utf-8") for name in names)


def migrate(path: Path, scripts: Sequence[str]) -> Path | None:
    """Bring the database at `path` to the last of `scripts`, creating it where it is missing.

    Returns the backup that was made beside the file, or None if nothing had to be changed or there was nothing yet.
    Raises SchemaRefused if the file is newer than `scripts`, no database of ours, or a step fails; it then is what
    it was.
    """
    try:
        create_private(path)
        connection = open_writable(path)
    except (OSError, sqlite3.Error) as fault:
        raise SchemaRefused(
            f"The database {path} cannot be opened ({fault}): check the path and its rights."
        ) from fault
    try:
        return _forward(connection, path, scripts)
    except (OSError, sqlite3.Error) as fault:
        raise SchemaRefused(
            f"The database {path} could not be brought to schema {len(scripts)} ({fault}); it was left as it was. "
            "Check the space on its disk, then start again."
        ) from fault
    finally:
        connection.close()


def _forward(connection: sqlite3.Connection, path: Path, scripts: Sequence[str]) -> Path | None:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(scripts):
        raise SchemaRefused(
            f"The database {path} has schema {version}, and this release knows schemas up to {len(scripts)}: "
            "start a release that knows it, or put back the backup that lies beside it."
        )
    if version == 0 and connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        raise SchemaRefused(f"The database {path} has tables but no schema version: it is none of ours, name another.")
    if version == len(scripts):
        return None
    backup = _back_up(connection, path, version) if version else None
    for number, script in enumerate(scripts[version:], version + 1):
        try:
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    return backup


def _back_up(connection: sqlite3.Connection, path: Path, version: int) -> Path:
    """Copy the database beside itself, whole or not at all."""
    backup = path.with_name(f"{path.name}.schema-{version}.backup")
    partial = backup.with_name(backup.name + ".partial")
    partial.unlink(missing_ok=True)
    create_private(partial)
    copy = sqlite3.connect(partial, isolation_level=None)
    try:
        copy.execute("PRAGMA synchronous = FULL")
        connection.backup(copy)
    finally:
        copy.close()
    partial.replace(backup)
    return backup
