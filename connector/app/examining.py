"""The databases, folders and offered files of a participant, examined while its process may be running or not."""

from pathlib import Path
from typing import Literal

from connector.app.parts import OWNER
from connector.dataplane.files.space import is_writable
from connector.settings import Settings
from connector.store.sqlite.chapters.assets import read_published
from connector.store.sqlite.engine.examine import examine
from connector.store.sqlite.engine.migrate import steps

_SECONDS = 10.0


def examine_database(path: Path, schema: Literal["store", "record"]) -> None:
    """Check that a database is whole and of a schema that this release knows; nothing is written. Raises StoreError."""
    examine(path, len(steps(schema)), _SECONDS)


def can_receive(folder: Path) -> bool:
    """Return whether received data can be written into a folder, which need not exist yet."""
    return is_writable(folder)


def list_missing(settings: Settings) -> tuple[str, ...]:
    """Return the paths of published assets that are not in the folder of offered files. Raises StoreError."""
    root, store = settings.data_root, settings.store.path
    if root is None or not store.exists():
        return ()
    sources = [asset.source for asset in read_published(store, OWNER)]
    paths = dict.fromkeys(str(source.get("path")) for source in sources if source.get("kind") == "file")
    return tuple(path for path in paths if not (root / path).exists())
