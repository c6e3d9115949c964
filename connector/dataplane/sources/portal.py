"""A portal of data, as a source: its rows, page after page, in the form of the address.

`portals` has one file for each kind of portal. The rows are read as the peer takes them; without a size, they have no
ranges. What a page, a number of rows or a duration too many would be is an error, never a shorter answer.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Generic

from connector.dataplane.address.members import read_members
from connector.dataplane.address.parameters import check_parameters
from connector.dataplane.address.secrets import SecretReader
from connector.dataplane.backends.reading import BackendReader
from connector.dataplane.portals.portal import A, PortalDialect
from connector.dataplane.portals.rows import MEDIA_TYPES, open_table, write_table
from connector.net.client import GuardedClient
from connector.ports.flow import Content, SourceError


class PortalSource(Generic[A]):
    """Reads from portals of one kind, with `secrets` of the operator.

    `idle_s` limits a page, `longest_s` all pages (seconds).
    """

    def __init__(
        self,
        portal: PortalDialect[A],
        client: GuardedClient,
        secrets: SecretReader,
        *,
        idle_s: float = 30.0,
        longest_s: float = 6 * 3600.0,
    ) -> None:
        self._portal = portal
        self._reader = BackendReader(client, secrets, idle_s=idle_s, longest_s=longest_s)

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is incomplete or its secret is not known."""
        self._read(address)

    @asynccontextmanager
    async def open(
        self,
        address: dict[str, Any],
        *,
        part: str | None = None,
        offset: int = 0,  # noqa: ARG002 - rows have no byte ranges
        end: int | None = None,  # noqa: ARG002 - rows have no byte ranges
    ) -> AsyncIterator[Content]:
        """Fetch the first page; the others are fetched as the rows are taken."""
        read = self._read(address)
        if part is not None:
            raise SourceError("The rows of a portal have no members: request them without a path.")
        table = await open_table(self._portal, read, address, self._reader)
        yield Content(chunks=write_table(table, read), media_type=MEDIA_TYPES[read.format])

    async def changed_at(self, address: dict[str, Any]) -> int | None:
        """Return None: a portal does not tell when rows changed."""
        self._read(address)
        return None

    def _read(self, address: dict[str, Any]) -> A:
        read = read_members(address, self._portal.form, self._portal.kind)
        check_parameters(address)
        self._portal.check(read)
        self._reader.asker.check(address)
        return read
