"""The databases, folders, offered files and sources of a participant, examined while its process may be running."""

import asyncio
from pathlib import Path
from typing import Any, Literal

from connector.app.parts import OWNER
from connector.app.storing.opening import build_database
from connector.broker.operating.sources import SourceChoice, choose_sources, find_kind
from connector.broker.search import render_source
from connector.dataplane.files.space import is_writable
from connector.settings import Settings
from connector.store.sqlite.chapters.assets import read_published
from connector.store.sqlite.engine.examine import examine
from connector.store.sqlite.engine.migrate import steps
from connector.store.sqlite.record.record import read_sources

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


def list_sources(settings: Settings, choice: SourceChoice) -> list[dict[str, Any]]:
    """Return the wanted sources of the record that the settings name, also while a broker runs.

    Raises SettingsError and StoreError.
    """
    if settings.store.url is None:
        sources, marks = read_sources(settings.broker.record)
    else:
        server = build_database(settings)
        # Its imports take time and need the extra.
        from connector.store.postgres.record import read_database_sources

        sources, marks = asyncio.run(read_database_sources(server, settings.participant.id))
    return [
        render_source(source, whole=True)
        | {"kind": find_kind(source), "marks": sorted(marks.get(source.participant, ()))}
        for source in choose_sources(sources, marks, choice)
    ]
