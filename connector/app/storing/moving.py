"""The store of a connector moves to another file or database, and with it the record and the board of a broker."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from connector.app.storing.opening import build_database, require_driver
from connector.settings import Settings, SettingsError
from connector.settings.kinds import DatabaseUrl
from connector.store.sqlite.board.board import locate_board

_ADDRESS = "://"
"""What every address has: a file that is called so would be a slip."""


def move_store(
    settings: Settings, source: str | None, target: str, tell: Callable[[Any], None] | None = None
) -> Sequence[Any]:
    """Copy a store to another place, verify the copy, and leave the source; return each table with its rows and digest.

    Each place is a file or the address of a database; without a source it is the store of the settings. What a broker
    keeps beside it is moved too: from the file `broker.record` of the settings, to a file beside the new store. If that
    file is the source, it is moved alone, with the board. `tell` hears of each table. Raises SettingsError and
    StoreError; then the source is as it was.
    """
    require_driver("`store copy`")
    from connector.store.postgres.copying import copy_all

    origin = find_origin(settings, source)
    _check_place(target)
    _check_place(origin)
    pairs = [
        (_open(settings, origin, chapter, new=False), _open(settings, target, chapter, new=True))
        for chapter in _list_chapters(settings, origin)
    ]
    return asyncio.run(copy_all(pairs, tell))


def find_origin(settings: Settings, source: str | None) -> str:
    """Return the place that is copied: what was named, else the store of the settings."""
    return source or settings.store.url or str(settings.store.path)


def _check_place(place: str) -> None:
    if _ADDRESS not in place:
        return
    try:
        msgspec.convert(place, DatabaseUrl)
    except msgspec.ValidationError:
        # It may contain a password, so it is not repeated.
        raise SettingsError(
            "This is no address of a database: write it as postgresql://role@host:5432/database, with the password in "
            "`store.secret_file`."
        ) from None


def _list_chapters(settings: Settings, origin: str) -> Iterator[str]:
    """Return what is at a place: the store, and what a broker has beside it; or the latter alone."""
    if _ADDRESS not in origin and Path(origin) == settings.broker.record:
        yield from ("record", "board")
        return
    yield "store"
    if _ADDRESS in origin:
        from connector.store.postgres.store import list_chapters

        yield from asyncio.run(list_chapters(_name(settings, origin)))
    elif Path(origin) == settings.store.path and settings.broker.record.exists():
        yield from ("record", "board")


def _name(settings: Settings, place: str) -> Any:
    return build_database(msgspec.structs.replace(settings, store=msgspec.structs.replace(settings.store, url=place)))


def _open(settings: Settings, place: str, chapter: str, *, new: bool) -> Any:
    from connector.store.postgres.copying import open_database, open_file

    if _ADDRESS not in place:
        path = Path(place)
        if chapter != "store":
            record = path.with_name(f"{path.stem}.record{path.suffix}") if new else settings.broker.record
            path = record if chapter == "record" else locate_board(record)
        return partial(open_file, path, ZoneInfo(settings.zone), new=new, chapter=chapter)
    server = replace(_name(settings, place), chapter=chapter)
    return partial(open_database, server, settings.participant.id, new=new)
