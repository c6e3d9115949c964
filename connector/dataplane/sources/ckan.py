"""A resource of a portal with CKAN, as a source: its file as it is, or its rows in the DataStore (`portals.ckan`).

Which resource is the newest one is asked at each access: a dataset whose file is replaced by a new one stays one offer.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from connector.dataplane.address.members import read_members
from connector.dataplane.address.parameters import check_parameters
from connector.dataplane.address.secrets import SecretReader
from connector.dataplane.backends.reading import BackendReader
from connector.dataplane.portals.ckan import (
    DATASTORE,
    CkanAddress,
    CkanResource,
    check_ckan,
    choose_url,
    find_resource,
    read_date,
)
from connector.dataplane.portals.rows import MEDIA_TYPES, open_table, write_table
from connector.net.client import GuardedClient
from connector.ports.flow import Content, SourceError


class CkanSource:
    """Reads from portals with CKAN, with `secrets` of the operator. `idle_s` limits a silence (seconds)."""

    def __init__(self, client: GuardedClient, secrets: SecretReader, *, idle_s: float = 30.0) -> None:
        self._reader = BackendReader(client, secrets, idle_s=idle_s)

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is incomplete or its secret is not known."""
        self._read(address)

    @asynccontextmanager
    async def open(
        self, address: dict[str, Any], *, part: str | None = None, offset: int = 0, end: int | None = None
    ) -> AsyncIterator[Content]:
        """Find the resource, and open its file for reading `[offset, end)`, or its rows from the first one on."""
        read = self._read(address)
        if part is not None:
            raise SourceError("A resource has no members: request it without a path.")
        if not read.datastore:
            url, is_own = choose_url(read, await self._find(address, read))
            file = {"url": url, "media_type": read.media_type}
            if is_own and read.auth is not None:
                file["auth"] = address["auth"]
            async with self._reader.open(file, offset, end) as content:
                yield content
            return
        found = read.resource or (await self._find(address, read)).id
        table = await open_table(DATASTORE, msgspec.structs.replace(read, resource=found), address, self._reader)
        yield Content(chunks=write_table(table, read), media_type=MEDIA_TYPES[read.format])

    async def changed_at(self, address: dict[str, Any]) -> int | None:
        """Return when the resource was last changed, as the portal says."""
        return read_date(await self._find(address, self._read(address)))

    async def _find(self, address: dict[str, Any], read: CkanAddress) -> CkanResource:
        asked = {**address, "headers": DATASTORE.headers(read)}
        return await find_resource(read, self._reader.make_fetch(asked))

    def _read(self, address: dict[str, Any]) -> CkanAddress:
        read = read_members(address, CkanAddress, "ckan")
        check_parameters(address)
        check_ckan(read)
        self._reader.asker.check(address)
        return read
