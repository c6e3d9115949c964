"""A file, or the files of a folder, at a server with SFTP (version 3, over SSH), as a source.

Address: `{"kind": "sftp", "host": "files.city.example", "user": "reader", "host_key": "ssh-ed25519 AAAA…", "secret":
"files", "path": "exports/air.csv"}`, or a folder, with an optional `"glob": "*.csv"`. A file that changes while it is
read breaks off.
"""

import asyncio
import fnmatch
import hashlib
import stat
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any, Literal

import msgspec

from connector.dataplane.address.members import read_members
from connector.dataplane.address.secrets import SecretReader
from connector.dataplane.backends.file_server import Account, FileServers, check_remote_path, explain_server
from connector.dataplane.files.folder import (
    FOLDER_TYPE,
    MOST_MEMBERS,
    FolderFile,
    FolderListing,
    is_plain_path,
)
from connector.dataplane.files.media_types import guess_media_type
from connector.dataplane.wire.body import yield_once
from connector.net.own.servers import Servers
from connector.ports.flow import Cause, Content, MemberState, SourceError

_PIECE = 1024 * 1024
_MOST_LEFT_OUT = 20
_TICK_S = 3
"""The dates of SFTP are in seconds: a file that is younger can change twice under one date."""


class SftpAddress(Account, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The place of a file or a folder, who asks for it, and the public key of the host."""

    kind: Literal["sftp"]
    path: Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
    glob: Annotated[str, msgspec.Meta(max_length=200)] = ""
    media_type: Annotated[str, msgspec.Meta(max_length=255, pattern=r"^[\x20-\x7e]*\Z")] = ""


class SftpSource:
    """Reads from servers with SFTP. `servers` finds those that may be used; `idle_s` limits a silence (seconds)."""

    def __init__(self, servers: Servers | None, secrets: SecretReader, *, idle_s: float = 30.0) -> None:
        self._servers = FileServers(servers, secrets, idle_s)
        self._idle_s = idle_s

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is incomplete or its secret is not known."""
        self._servers.find_secret(_read(address))

    @asynccontextmanager
    async def open(
        self, address: dict[str, Any], *, part: str | None = None, offset: int = 0, end: int | None = None
    ) -> AsyncIterator[Content]:
        """Open a file, a member of a folder, or the listing of a folder, for reading `[offset, end)`."""
        read = _read(address)
        async with self._servers.connect(read) as session:
            found = await self._servers.ask(session.stat(read.path))
            folder = stat.S_ISDIR(found.permissions or 0)
            if folder and part is None:
                yield _build_listing(await self._list(session, read), offset, end)
                return
            if part is not None and not (folder and _matches(part, read)):
                raise SourceError(
                    "The folder has no member with this path: request the listing for its paths.", Cause.NOT_FOUND
                )
            async with self._open_file(session, read, part, offset, end) as content:
                yield content

    async def changed_at(self, address: dict[str, Any]) -> int | None:
        """Return when the file was last written (ms); of a folder, the latest of its members."""
        read = _read(address)
        async with self._servers.connect(read) as session:
            found = await self._servers.ask(session.stat(read.path))
            if not stat.S_ISDIR(found.permissions or 0):
                return (found.mtime or 0) * 1000
            members, _ = await self._list(session, read)
        return max(((attributes.mtime or 0) * 1000 for attributes in members.values()), default=None)

    @asynccontextmanager
    async def _open_file(
        self, session: Any, read: SftpAddress, part: str | None, offset: int, end: int | None
    ) -> AsyncIterator[Content]:
        path = read.path if part is None else f"{read.path.rstrip('/')}/{part}"
        if part is not None and not stat.S_ISREG((await self._servers.ask(session.lstat(path))).permissions or 0):
            raise SourceError("The member of the folder is no file of its own.", Cause.NOT_FOUND)
        file = await self._servers.ask(session.open(path, "rb"))
        try:
            before = await self._servers.ask(file.stat())
            if not stat.S_ISREG(before.permissions or 0):
                raise SourceError("The path of the address is neither a file nor a folder.", Cause.NOT_ALLOWED)
            size = before.size or 0
            yield Content(
                chunks=self._read_chunks(file, before, offset, size if end is None else min(end, size)),
                media_type=read.media_type or guess_media_type(path) or "application/octet-stream",
                size=size,
                etag=_make_etag(path, before),
                state=_state(before),
                offset=offset,
                name=path.rpartition("/")[2],
                members=None if part is None else partial(self._list_states, session, read),
            )
        finally:
            with explain_server(self._idle_s, passing=True):
                await file.close()

    async def _read_chunks(self, file: Any, before: Any, offset: int, stop: int) -> AsyncIterator[bytes]:
        """Yield the bytes `[offset, stop)`. Raises SourceError if the file changes or ends before."""
        while offset < stop:
            piece = await self._servers.ask(file.read(min(_PIECE, stop - offset), offset))
            now = await self._servers.ask(file.stat())
            if _state(now) != _state(before) or not piece:
                raise SourceError("The file changed while it was read: start the transfer again.", Cause.UNAVAILABLE)
            offset += len(piece)
            yield piece

    async def _list(self, session: Any, read: SftpAddress) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return the files of the folder by name, and names that cannot be carried. Raises SourceError."""
        members: dict[str, Any] = {}
        left_out: list[str] = []
        seen = 0
        with explain_server(self._idle_s):
            async with asyncio.timeout(self._idle_s):
                async for entry in session.scandir(read.path):
                    seen += 1
                    if seen > 2 * MOST_MEMBERS or len(members) > MOST_MEMBERS:
                        raise SourceError(f"The folder has more than {MOST_MEMBERS} files: offer a smaller one.")
                    name = entry.filename if isinstance(entry.filename, str) else "\udc80"
                    if not stat.S_ISREG(entry.attrs.permissions or 0) or not _fits(name, read):
                        continue
                    if _matches(name, read):
                        members[name] = entry.attrs
                    elif len(left_out) < _MOST_LEFT_OUT:
                        left_out.append(ascii(name)[1:-1])
        return members, tuple(left_out)

    async def _list_states(self, session: Any, read: SftpAddress) -> Mapping[str, MemberState]:
        members, _ = await self._list(session, read)
        return {name: MemberState(_state(attributes)) for name, attributes in members.items()}


def _read(address: dict[str, Any]) -> SftpAddress:
    read = read_members(address, SftpAddress, "sftp")
    check_remote_path(read.path)
    return read


def _fits(name: str, read: SftpAddress) -> bool:
    return not read.glob or fnmatch.fnmatchcase(name, read.glob)


def _matches(name: str, read: SftpAddress) -> bool:
    return is_plain_path(name) and "/" not in name and _fits(name, read)


def _build_listing(found: tuple[dict[str, Any], tuple[str, ...]], offset: int, end: int | None) -> Content:
    members, left_out = found
    files = tuple(FolderFile(path=name, size=attributes.size or 0) for name, attributes in sorted(members.items()))
    body = msgspec.json.encode(FolderListing(members=files))
    states = repr(sorted((name, _state(attributes)) for name, attributes in members.items()))
    return Content(
        chunks=yield_once(body[offset:end]),
        media_type=FOLDER_TYPE,
        left_out=left_out,
        size=len(body),
        etag=f'"{hashlib.sha256(states.encode()).hexdigest()[:32]}"',
        sha256=hashlib.sha256(body).hexdigest(),
        offset=offset,
        changed_at=max(((attributes.mtime or 0) * 1000 for attributes in members.values()), default=None),
    )


def _state(attributes: Any) -> str:
    return f"{attributes.size} {attributes.mtime}"


def _make_etag(path: str, attributes: Any) -> str | None:
    """Return a validator, None for a file that may still be written."""
    if not attributes.mtime or time.time() - attributes.mtime < _TICK_S:
        return None
    return f'"{hashlib.sha256(f"{path} {_state(attributes)}".encode()).hexdigest()[:32]}"'
