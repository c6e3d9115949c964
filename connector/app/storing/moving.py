"""The store of a connector moves to another file or database."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from connector.app.storing.opening import build_database, require_driver
from connector.settings import Settings

ADDRESS = "postgresql://"


def move_store(settings: Settings, source: str | None, target: str) -> Sequence[Any]:
    """Copy a store to another place, verify the copy, and leave the source; return each table with its rows and digest.

    Each place is a file or the address of a database; without a source it is the store of the settings. Raises
    SettingsError and StoreError; then the source is as it was.
    """
    require_driver("`store copy`")
    from connector.store.postgres.copying import copy_store

    origin = source or settings.store.url or str(settings.store.path)
    return asyncio.run(copy_store(_open(settings, origin, new=False), _open(settings, target, new=True)))


def _open(settings: Settings, place: str, *, new: bool) -> Any:
    from connector.store.postgres.copying import open_database, open_file

    if not place.startswith(ADDRESS):
        return partial(open_file, Path(place), ZoneInfo(settings.zone), new=new)
    named = msgspec.structs.replace(settings, store=msgspec.structs.replace(settings.store, url=place))
    return partial(open_database, build_database(named), settings.participant.id, new=new)
