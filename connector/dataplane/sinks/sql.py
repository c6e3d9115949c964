"""A table of a database of the operator, as a sink: SQLite below the root of received data, or PostgreSQL.

Address: `{"kind": "sql", "path": "city.sqlite", "table": "trees", "key": ["id"]}`, or `{"kind": "sql", "host":
"db.city.example", "database": "gis", "user": "writer", "secret": "gis", "table": "public.trees", "replace": true}`. A
delivery in CSV, JSON or NDJSON becomes rows in one transaction: all, typed, or none. The receipt is of the bytes.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from connector.dataplane.address.members import read_members
from connector.dataplane.address.secrets import SecretReader
from connector.dataplane.databases.postgres_target import write_postgres
from connector.dataplane.databases.query import QueryFormat
from connector.dataplane.databases.sqlite_target import write_sqlite
from connector.dataplane.databases.target import SqlTarget, check_target, make_row, read_nulls
from connector.dataplane.files.below_root import open_folder_of, relative_path
from connector.dataplane.formats.codec import RecordCodec, make_codec
from connector.dataplane.wire.checked import CheckedArrival, WholeSink
from connector.net.addresses import join_host
from connector.net.tls import TrustAnchors
from connector.ports.flow import Arrival, Cause, Record, SinkReceipt, SourceError
from connector.ports.stream_sink import StreamBatch
from connector.ports.treatment import Records

_MOST_ROWS = 500
_PIECE = 64 * 1024
_MOST_WRITERS = 8
_PATIENCE_S = 10.0
_FORMATS: dict[str, QueryFormat] = {
    "text/csv": "csv",
    "application/json": "json",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
}


class SqlSink(WholeSink):
    """Writes tables. `root` contains the SQLite files; `secrets` has the passwords of servers."""

    def __init__(self, root: Path | None, secrets: SecretReader, tls: TrustAnchors) -> None:
        self._root = root
        self._secrets = secrets
        self._tls = tls
        self._writers = asyncio.Semaphore(_MOST_WRITERS)

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is incomplete, or its secret does not exist."""
        target = _read(address)
        if target.path:
            self._locate(target)
        else:
            self._secrets(target.secret, join_host(target.host.lower(), target.port))

    def check_stream(self, address: dict[str, Any]) -> None:
        """Raise SourceError unless a message that comes twice can be known."""
        self.check(address)
        if _read(address).replace:
            raise SourceError("A stream cannot replace all rows: give `key`, or `position` for the identifier.")

    async def write(self, address: dict[str, Any], arrival: Arrival, chunks: AsyncIterator[bytes]) -> SinkReceipt:
        """Write the rows of the data in one transaction."""
        target = _read(address)
        form = target.format or _FORMATS.get(arrival.media_type.partition(";")[0].strip().lower())
        if form is None:
            raise SourceError("The data is no table in CSV, JSON or NDJSON: give its `format` in the address.")
        checked = CheckedArrival(arrival, chunks)
        codec = make_codec(Records(format=form, delimiter=target.delimiter))
        batches = _read_batches(checked.chunks(), codec, target, is_text=form == "csv")
        first = await anext(batches, None)
        async with self._take_turn():
            await self._put(target, codec.fields or (), _chain(first, batches))
        return SinkReceipt(size=checked.size, sha256=checked.sha256, location=target.table)

    async def store(self, address: dict[str, Any], batch: StreamBatch) -> None:
        """Write the messages of a batch as rows, in one transaction."""
        target = _read(address)
        rows = [make_row(target, one.id, one.at, one.data) for one in batch.messages if not one.event]
        if rows:
            async with self._take_turn():
                await self._put(target, tuple(rows[0]), _chain(rows, None))

    async def _put(self, target: SqlTarget, fields: tuple[str, ...], batches: AsyncIterator[list[Record]]) -> None:
        if target.path:
            await write_sqlite(self._locate(target), target, fields, batches)
        else:
            password = self._secrets(target.secret, join_host(target.host.lower(), target.port))
            await write_postgres(target, password, self._tls, fields, batches)

    @asynccontextmanager
    async def _take_turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._writers.acquire()
        except TimeoutError:
            raise SourceError("Too many deliveries write databases: try again later.", Cause.UNAVAILABLE) from None
        try:
            yield
        finally:
            self._writers.release()

    def _locate(self, target: SqlTarget) -> Path:
        """Return the place of a SQLite file below the root; no link is followed on the way. Raises SourceError."""
        if self._root is None:
            raise SourceError("No root folder is configured for received files: set `received` in the settings.")
        path = relative_path({"path": target.path})
        try:
            with open_folder_of(self._root, path, create=True) as (folder, name):
                os.close(os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640, dir_fd=folder))
        except OSError as error:
            raise SourceError("The file of the database cannot be opened: check its path and rights.") from error
        return self._root / path


async def _read_batches(
    chunks: AsyncIterator[bytes], codec: RecordCodec, target: SqlTarget, *, is_text: bool
) -> AsyncIterator[list[Record]]:
    """Yield the rows of the data in batches. Raises SourceError, and for data that cannot be read Untreatable."""
    count = 0
    waiting = list[Record]()
    async for chunk in chunks:
        for begin in range(0, len(chunk), _PIECE):
            waiting += codec.read(chunk[begin : begin + _PIECE])
            if len(waiting) >= _MOST_ROWS:
                count = _count(count + len(waiting), target)
                yield [read_nulls(row) for row in waiting] if is_text else waiting
                waiting = []
    waiting += codec.end()
    _count(count + len(waiting), target)
    yield [read_nulls(row) for row in waiting] if is_text else waiting


def _count(count: int, target: SqlTarget) -> int:
    if count > target.most_rows:
        raise SourceError(f"The data has more than {target.most_rows} rows: raise `most_rows`, nothing was stored.")
    return count


async def _chain(first: list[Record] | None, rest: AsyncIterator[list[Record]] | None) -> AsyncIterator[list[Record]]:
    if first:
        yield first
    if rest is not None:
        async for batch in rest:
            yield batch


def _read(address: dict[str, Any]) -> SqlTarget:
    target = read_members({name: value for name, value in address.items() if name != "member"}, SqlTarget, "sql")
    check_target(target)
    if "member" in address:
        raise SourceError("A table takes one file: it cannot hold the members of a folder.")
    return target
