"""A table or view of a database of the operator, as a source: SQLite below the root of the data, or PostgreSQL.

Address: `{"kind": "sql", "path": "city.sqlite", "table": "trees"}`, or `{"kind": "sql", "host": "db.city.example",
"database": "gis", "user": "reader", "secret": "gis", "table": "public.trees"}`. A consumer chooses only what
`parameters` allows. The rows are read as the peer takes them; without a size, they have no ranges.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from connector.dataplane.address.members import read_members
from connector.dataplane.address.parameters import check_parameters, read_choices
from connector.dataplane.address.secrets import SecretReader
from connector.dataplane.databases.postgres import read_postgres
from connector.dataplane.databases.query import MEDIA_TYPES, SqlAddress, check_query
from connector.dataplane.databases.rows import write_rows
from connector.dataplane.databases.sqlite import locate, read_sqlite
from connector.dataplane.files.below_root import run_in_thread
from connector.net.addresses import join_host
from connector.net.tls import TrustAnchors
from connector.ports.flow import Cause, Content, SourceError

_MOST_QUERIES = 32
_PATIENCE_S = 5.0


class SqlSource:
    """Reads tables and views. `root` contains the SQLite files; `secrets` has the passwords of servers."""

    def __init__(self, root: Path | None, secrets: SecretReader, tls: TrustAnchors) -> None:
        self._root = root
        self._secrets = secrets
        self._tls = tls
        self._queries = asyncio.Semaphore(_MOST_QUERIES)

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is incomplete, or its file or secret does not exist."""
        read = self._read(address)
        if read.path:
            locate(self._root, read.path)
        else:
            self._secrets(read.secret, join_host(read.host.lower(), read.port))

    @asynccontextmanager
    async def open(
        self,
        address: dict[str, Any],
        *,
        part: str | None = None,
        offset: int = 0,  # noqa: ARG002 - rows have no byte ranges
        end: int | None = None,  # noqa: ARG002 - rows have no byte ranges
    ) -> AsyncIterator[Content]:
        """Begin the query; its rows are read as they are taken, always from the first one."""
        read = self._read(address)
        if part is not None:
            raise SourceError("A table has no members: request it without a path.")
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._queries.acquire()
        except TimeoutError:
            raise SourceError("Too many queries of databases run: try again later.", Cause.UNAVAILABLE) from None
        try:
            async with self._query(read, address) as (columns, batches):
                yield Content(
                    chunks=write_rows(batches, columns, read.format, read.most_rows),
                    media_type=MEDIA_TYPES[read.format],
                    name=f"{read.table.rpartition('.')[2]}.{read.format}",
                )
        finally:
            self._queries.release()

    async def changed_at(self, address: dict[str, Any]) -> int | None:
        """Return when a SQLite file was last written; None for PostgreSQL, which does not tell."""
        read = self._read(address)
        if not read.path:
            return None
        return await run_in_thread(_read_date, locate(self._root, read.path))

    def _read(self, address: dict[str, Any]) -> SqlAddress:
        read = read_members(address, SqlAddress, "sql")
        check_query(read)
        check_parameters(address)
        return read

    def _query(self, read: SqlAddress, address: dict[str, Any]) -> AbstractAsyncContextManager[Any]:
        choices = read_choices(address)
        if read.path:
            return read_sqlite(locate(self._root, read.path), read, choices)
        password = self._secrets(read.secret, join_host(read.host.lower(), read.port))
        return read_postgres(read, choices, password, self._tls)


def _read_date(file: Path) -> int:
    """Return the later date of a SQLite file and of its write-ahead log (ms)."""
    log = file.with_name(f"{file.name}-wal")
    dates = [found.stat().st_mtime_ns for found in (file, log) if found.exists()]
    return max(dates, default=0) // 1_000_000
