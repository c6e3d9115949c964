"""Schema versions: numbered SQL files, applied forward at start, each in one transaction, after a backup.

The version is `user_version` of SQLite, the number of the last applied file. A database of a newer version is refused,
because this release could destroy data that it does not know. A file can read and write a member of a stored value
with the functions `member(body, name)` and `with_member(body, name, value)`, list the `purposes(document)` of a policy
as JSON, and name the `local_month(at)` of a time.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, tzinfo
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from connector.policy.reading.purposes import read_purposes
from connector.store.sqlite.engine.connection import create_private, is_damage, name_months, open_writable
from connector.store.sqlite.engine.examine import SchemaRefused, check_whole, to_refusal

_CHECK_SECONDS = 0.5
"""How long a start looks at the pages: as long as the rest of it takes, however large the file is."""


def steps(schema: str) -> tuple[str, ...]:
    """Return the SQL of the numbered files of a schema (`store` or `record`), in order."""
    folder = files("connector.store.sqlite").joinpath("schema", schema)
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple(folder.joinpath(name).read_text("utf-8") for name in names)


def migrate(path: Path, scripts: Sequence[str], zone: tzinfo = UTC) -> Path | None:
    """Migrate the database at `path` to the last of `scripts`; create it if it does not exist.

    `zone` decides in which month something is counted.

    Returns the backup beside the file, or None if nothing was changed or the file is new. Raises SchemaRefused if the
    database is newer than `scripts`, damaged, or was not created by Datenkontor, or a step fails; then it is unchanged.
    """
    try:
        create_private(path)
        connection = open_writable(path)
    except (OSError, sqlite3.Error) as fault:
        raise to_refusal(path, fault) from fault
    try:
        connection.create_function("member", 2, _read_member, deterministic=True)
        connection.create_function("with_member", 3, _write_member, deterministic=True)
        connection.create_function("purposes", 1, _write_purposes, deterministic=True)
        name_months(connection, zone)
        return _forward(connection, path, scripts)
    except (OSError, sqlite3.Error) as fault:
        if isinstance(fault, sqlite3.Error) and is_damage(fault):
            raise to_refusal(path, fault) from fault
        raise SchemaRefused(
            f"The database {path} was not migrated to schema {len(scripts)} ({fault}) and was not changed: "
            "check the space on its disk, then start again."
        ) from fault
    finally:
        connection.close()


def _forward(connection: sqlite3.Connection, path: Path, scripts: Sequence[str]) -> Path | None:
    version = check_whole(connection, path, len(scripts), _CHECK_SECONDS)
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


def _read_member(body: bytes, name: str) -> Any:
    return msgspec.msgpack.decode(body).get(name)


def _write_member(body: bytes, name: str, value: Any) -> bytes:
    return msgspec.msgpack.encode({**msgspec.msgpack.decode(body), name: value})


def _write_purposes(document: bytes) -> str:
    return msgspec.json.encode(read_purposes(document)).decode()


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
