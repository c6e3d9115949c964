"""The store that the settings name: a SQLite file of this process, or a PostgreSQL database that processes share."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from typing import Any
from zoneinfo import ZoneInfo

from connector.app.accounts.keys import read_secret
from connector.ports.replica import Alone, Replica
from connector.ports.store import CommitRule, Store
from connector.settings import Settings, SettingsError
from connector.store.sqlite.store import open_store


async def open_configured(
    settings: Settings, now: Callable[[], int], rule: CommitRule | None = None, secret: str | None = None
) -> tuple[Store, Replica]:
    """Open the store of a connector; return it with what this process knows of others that share it.

    `secret` is a text that only processes with the same secret for pseudonyms have; None if nothing depends on it.

    Raises SettingsError and StoreError.
    """
    zone = ZoneInfo(settings.zone)
    if settings.store.url is None:
        return await open_store(settings.store.path, now=now, zone=zone, rule=rule), Alone()
    require_driver("store.url")
    # Its imports take time and need the extra.
    from connector.store.postgres.replicas import DatabaseReplica
    from connector.store.postgres.store import open_postgres

    # Two secrets would make two pseudonyms of one person, two zones would count a use in two months.
    alike = {"zone": settings.zone, **({"secret": secret} if secret else {})}
    replica = DatabaseReplica(alike=alike)
    store = await open_postgres(
        build_database(settings), settings.participant.id, now=now, zone=zone, rule=rule, replica=replica
    )
    return store, replica


def build_database(settings: Settings) -> Any:
    """Return how the database of the settings is reached. Raises SettingsError, also without the extra `postgres`."""
    chosen = settings.store
    assert chosen.url is not None
    require_driver("store.url")
    from connector.store.postgres.store import Server

    password = read_secret("store", chosen.secret_file, chosen.secret_variable)
    return Server(chosen.url, password or None, connections=chosen.connections, cached=chosen.prepared)


def check_database(settings: Settings, *, chapters: bool = False) -> int | None:
    """Return the schema of the database of the settings, 0 if it is empty, None without one; nothing is written.

    With `chapters`, those of a broker are examined too, as far as the database has them. Raises SettingsError, and
    StoreError if it cannot be used.
    """
    if settings.store.url is None:
        return None
    require_driver("store.url")
    from connector.store.postgres.store import examine_database, list_chapters

    server = build_database(settings)

    async def look() -> int:
        for chapter in await list_chapters(server) if chapters else ():
            await examine_database(replace(server, chapter=chapter), settings.participant.id)
        return await examine_database(server, settings.participant.id)

    return asyncio.run(look())


def require_driver(what: str) -> None:
    """Raise SettingsError if the driver of PostgreSQL is not installed, which `what` needs."""
    if not (find_spec("asyncpg") and find_spec("greenlet")):
        raise SettingsError(
            f"{what} needs the driver of PostgreSQL, which is not installed: install datenkontor[postgres]."
        )
