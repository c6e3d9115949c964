"""The databases and folders of a connector or a broker, examined while its process may be running or not."""

from pathlib import Path
from typing import Literal

from connector.dataplane.files.space import is_writable
from connector.store.sqlite.engine.examine import examine
from connector.store.sqlite.engine.migrate import steps

_SECONDS = 10.0


def examine_database(path: Path, schema: Literal["store", "record"]) -> None:
    """Check that a database is whole and of a schema that this release knows; nothing is written. Raises StoreError."""
    examine(path, len(steps(schema)), _SECONDS)


def can_receive(folder: Path) -> bool:
    """Return whether received data can be written into a folder, which need not exist yet."""
    return is_writable(folder)
