"""A file at a server with SFTP (version 3, over SSH), as a sink.

Address: `{"kind": "sftp", "host": "files.city.example", "user": "writer", "host_key": "ssh-ed25519 AAAA…", "secret":
"files", "path": "inbox/air.csv"}`. A path that ends with `/` is a folder, in which a delivery gets the name that the
sender gives it. `"overwrite": true` allows a delivery to replace another file; otherwise only a file with exactly the
same content may exist already.

Bytes are written to a hidden file beside the target, which gets its name in one step when they are complete and
checked. What was interrupted is removed, and written again under the same hidden name after a crash. A batch of a
stream is a file in the folder, named after the position of its first message: one that comes again takes the place of
the first.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from posixpath import dirname
from typing import Annotated, Any, Literal

import msgspec

from connector.dataplane.address.members import read_members
from connector.dataplane.address.secrets import SecretReader
from connector.dataplane.backends.file_server import Account, FileServers, check_remote_path, load_client
from connector.dataplane.files.folder import is_plain_path, name_delivery
from connector.dataplane.wire.body import yield_once
from connector.dataplane.wire.checked import CheckedArrival, WholeSink
from connector.net.own.servers import Servers
from connector.ports.flow import Arrival, Cause, SinkReceipt, SourceError
from connector.ports.stream_sink import StreamBatch

_PIECE = 1024 * 1024
_LARGEST = 1 << 40


class SftpSinkAddress(Account, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The place of a file or, with `/` at its end, of a folder, and who writes there."""

    kind: Literal["sftp"]
    path: Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
    member: Annotated[str, msgspec.Meta(max_length=1024)] = ""
    overwrite: bool = False
    follow: bool = False


class SftpSink(WholeSink):
    """Writes to servers with SFTP. `servers` finds those that may be used; `idle_s` limits a silence (seconds)."""

    def __init__(self, servers: Servers | None, secrets: SecretReader, *, idle_s: float = 30.0) -> None:
        self._servers = FileServers(servers, secrets, idle_s)
        self._busy: set[tuple[str, int, str]] = set()

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is incomplete or its secret is not known."""
        self._servers.find_secret(_read(address))

    def check_stream(self, address: dict[str, Any]) -> None:
        """Raise SourceError unless the address is a folder."""
        self.check(address)
        if not _read(address).path.endswith("/"):
            raise SourceError("A stream becomes many files: give a `path` that ends with `/` in the address.")

    async def write(self, address: dict[str, Any], arrival: Arrival, chunks: AsyncIterator[bytes]) -> SinkReceipt:
        """Write the bytes to a hidden file; it gets its name when all have arrived and are checked."""
        read = _read(address)
        target = _find_target(read, arrival)
        checked = CheckedArrival(arrival, chunks, _LARGEST)
        async with self._servers.connect(read) as session:
            if not read.overwrite:
                await self._refuse_other_size(session, target, arrival)
            async with self._write_hidden(session, read, target, arrival.flow_id, checked.chunks()) as hidden:
                receipt = SinkReceipt(
                    size=checked.size, sha256=checked.sha256, location=f"sftp://{read.host}:{read.port}/{target}"
                )
                if read.overwrite:
                    await self._replace(session, hidden, target)
                elif not await self._is_there(session, target, receipt):
                    # This fails if there is a file of this name by now (draft-ietf-secsh-filexfer-02, 6.5).
                    await self._servers.ask(session.rename(hidden, target))
        return receipt

    async def store(self, address: dict[str, Any], batch: StreamBatch) -> None:
        """Write the lines of a batch as one file."""
        read = _read(address)
        generation, _, number = batch.messages[0].id.partition(".")
        target = f"{read.path.rstrip('/')}/{generation}-{number:0>19}.ndjson"
        body = b"".join(one.line + b"\n" for one in batch.messages)
        async with (
            self._servers.connect(read) as session,
            self._write_hidden(session, read, target, batch.flow_id, yield_once(body)) as hidden,
        ):
            await self._replace(session, hidden, target)

    @asynccontextmanager
    async def _write_hidden(
        self, session: Any, read: SftpSinkAddress, target: str, flow_id: str, chunks: AsyncIterator[bytes]
    ) -> AsyncIterator[str]:
        """Write a hidden file beside its target and make it durable; whatever is left of it in the end is removed."""
        folder = dirname(target)
        hidden = f"{folder}/{_name_hidden(flow_id, target)}".removeprefix("/" if not folder else "")
        key = read.host.lower(), read.port, hidden
        if key in self._busy:
            raise SourceError("Another delivery of this flow is being written: wait for its end.", Cause.UNAVAILABLE)
        self._busy.add(key)
        try:
            if folder:
                await self._servers.ask(session.makedirs(folder, exist_ok=True))
            file = await self._servers.ask(session.open(hidden, "wb"))
            await self._write_chunks(file, chunks)
            yield hidden
        finally:
            self._busy.discard(key)
            with suppress(SourceError):
                await self._servers.ask(session.remove(hidden))

    async def _write_chunks(self, file: Any, chunks: AsyncIterator[bytes]) -> None:
        """Write and close a file. Raises SourceError, and what the sender raises."""
        waiting, offset = bytearray(), 0
        try:
            async for chunk in chunks:
                waiting += chunk
                if len(waiting) >= _PIECE:
                    await self._servers.ask(file.write(bytes(waiting), offset))
                    offset += len(waiting)
                    waiting.clear()
            if waiting:
                await self._servers.ask(file.write(bytes(waiting), offset))
            await self._make_durable(file)
        finally:
            await self._servers.ask(file.close())

    async def _make_durable(self, file: Any) -> None:
        """Let the server write the file to its disk, if it can be told to."""
        unsupported = load_client().SFTPOpUnsupported

        async def sync() -> None:
            with suppress(unsupported):
                await file.fsync()

        await self._servers.ask(sync())

    async def _replace(self, session: Any, hidden: str, target: str) -> None:
        """Put a file in the place of its target, in one step if the server has one for it."""
        client = load_client()

        async def replace() -> None:
            try:
                await session.posix_rename(hidden, target)
            except client.SFTPOpUnsupported:
                with suppress(client.SFTPNoSuchFile):
                    await session.remove(target)
                await session.rename(hidden, target)

        await self._servers.ask(replace())

    async def _refuse_other_size(self, session: Any, target: str, arrival: Arrival) -> None:
        """Raise SourceError before the first byte if a file of another size is there."""
        if arrival.size is not None and await self._find_size(session, target) not in {None, arrival.size}:
            raise _refuse_name()

    async def _is_there(self, session: Any, target: str, receipt: SinkReceipt) -> bool:
        """Return whether the very same file is there. Raises SourceError if it is another one."""
        size = await self._find_size(session, target)
        if size is None:
            return False
        if size != receipt.size:
            raise _refuse_name()
        digest, offset = hashlib.sha256(), 0
        file = await self._servers.ask(session.open(target, "rb"))
        try:
            while offset < size and (piece := await self._servers.ask(file.read(_PIECE, offset))):
                digest.update(piece)
                offset += len(piece)
        finally:
            await self._servers.ask(file.close())
        if digest.hexdigest() != receipt.sha256:
            raise _refuse_name()
        return True

    async def _find_size(self, session: Any, target: str) -> int | None:
        """Return the size of a file; None if there is none."""
        try:
            return int((await self._servers.ask(session.stat(target))).size or 0)
        except SourceError as error:
            if error.cause is Cause.NOT_FOUND:
                return None
            raise


def _read(address: dict[str, Any]) -> SftpSinkAddress:
    read = read_members(address, SftpSinkAddress, "sftp")
    check_remote_path(read.path)
    if read.member and not is_plain_path(read.member):
        raise SourceError("The `member` of the address is no plain path: write it as `folder/name`.")
    return read


def _find_target(read: SftpSinkAddress, arrival: Arrival) -> str:
    place = read.path.rstrip("/")
    if read.member:
        return f"{place}/{read.member}"
    if not read.path.endswith("/"):
        return place
    return f"{place}/{name_delivery(arrival.name, arrival.flow_id)}"


def _name_hidden(flow_id: str, target: str) -> str:
    """Return the name of the hidden file of a delivery; nothing of it is chosen by a peer."""
    return f".datenkontor-{hashlib.sha256(f'{flow_id} {target}'.encode()).hexdigest()[:40]}"


def _refuse_name() -> SourceError:
    return SourceError(
        "A file of this name already exists with other content: choose another name or allow overwriting."
    )
