"""Files and folders below a configured root, as a source.

Address: `{"kind": "file", "path": "a/b.csv"}`, or a folder, with an optional `"glob": "*.csv"` on its members' names.
A folder opened without `part` returns its listing (`files.folder`), with `part` the member. The digest of a file is
computed once and remembered by the stamp of the file: its size, inode, modification time, and change time, which no
program can set. If a file changes while it is sent, the stream ends with an error, so that no receiver stores a
mixture; one that is only removed, renamed or replaced by another, or gets other rights, is sent to its end.
"""

import asyncio
import fnmatch
import hashlib
import os
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from connector.dataplane.files.below_root import is_folder, open_file, read_folder, relative_path, run_in_thread
from connector.dataplane.files.folder import FOLDER_TYPE, FolderFile, FolderListing, UnsafePath, check_path
from connector.dataplane.files.media_types import guess_media_type
from connector.dataplane.wire.body import yield_once
from connector.ports.flow import Cause, Content, LocalFile, MemberState, SourceError

CHUNK = 1024 * 1024
_MOST_DIGESTS = 20_000
_DIGEST_PATIENCE = 10.0
_MEMBERS_PATIENCE = 1.0
_TICK_NS = 2_000_000_000
"""The coarsest clock of a file system (that of FAT): within it a file can change twice under one stamp."""

Stamp = tuple[int, int, int, int, int, int]
"""Size, modification time, inode, device, number of links, change time."""


class FileSource:
    """Serves files below `root`; without a root every address is refused. `now_ns` is the clock of the file system."""

    def __init__(self, root: Path | None, *, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._root = root
        self._now_ns = now_ns
        self._digests: OrderedDict[Stamp, str] = OrderedDict()
        self._hashing: dict[Stamp, asyncio.Task[str | None]] = {}
        self._hashers = asyncio.Semaphore(2)

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is incomplete, not below the root or does not exist."""
        root, path = self._locate(address)
        if not is_folder(root, path):
            os.close(open_file(root, path))

    @asynccontextmanager
    async def open(
        self, address: dict[str, Any], *, part: str | None = None, offset: int = 0, end: int | None = None
    ) -> AsyncIterator[Content]:
        """Open a file, a member of a folder, or the listing of a folder, for reading `[offset, end)`."""
        root, path = self._locate(address)
        folder = await run_in_thread(is_folder, root, path)
        if folder and part is None:
            yield await self._build_listing(root, path, address, offset, end)
            return
        if part is not None and (not folder or not _matches(part, address)):
            raise SourceError(
                "The folder has no member with this path: request the listing for its paths.", Cause.NOT_FOUND
            )
        whole, path = path, path if part is None else f"{path}/{part}"
        descriptor = await run_in_thread(open_file, root, path)
        try:
            before = _stamp(os.fstat(descriptor))
            opened = _OpenFile(descriptor, before, await self._digest(root, path, before))
            yield Content(
                chunks=opened.read(offset, before[0] if end is None else min(end, before[0])),
                media_type=guess_media_type(path) or "application/octet-stream",
                size=before[0],
                etag=_etag(repr(before)),
                state=_state(before),
                sha256=opened.sha256,
                offset=offset,
                name=path.rpartition("/")[2],
                file=LocalFile(path=path, descriptor=descriptor, check=opened.check, read=opened.read),
                members=partial(self._list_members, root, whole, address) if folder else None,
            )
        finally:
            os.close(descriptor)

    async def changed_at(self, address: dict[str, Any]) -> int | None:
        """Return the modification time of the file; of a folder, the latest of its members."""
        root, path = self._locate(address)
        return await run_in_thread(_changed_at, root, path, address)

    def _locate(self, address: dict[str, Any]) -> tuple[Path, str]:
        if self._root is None:
            raise SourceError("No root folder is configured for files: set `data_root` in the settings.")
        return self._root, relative_path(address)

    async def _build_listing(
        self, root: Path, path: str, address: dict[str, Any], offset: int, end: int | None
    ) -> Content:
        found = await run_in_thread(read_folder, root, path)
        stamps = _stamp_members(found.files, address)
        listed = []
        deadline = asyncio.get_running_loop().time() + _DIGEST_PATIENCE
        for name, stamp in sorted(stamps.items()):
            patience = max(0.0, deadline - asyncio.get_running_loop().time())
            digest = await self._digest(root, f"{path}/{name}", stamp, patience)
            listed.append(FolderFile(path=name, size=stamp[0], sha256=digest))
        body = msgspec.json.encode(FolderListing(members=tuple(listed)))
        digest = hashlib.sha256(body).hexdigest()
        return Content(
            chunks=yield_once(body[offset:end]),
            media_type=FOLDER_TYPE,
            left_out=tuple(found.left_out),
            size=len(body),
            etag=_etag(digest),
            sha256=digest,
            offset=offset,
            # A folder changes when a name in it comes or goes, and a file when it gets an older date.
            changed_at=max(status.st_ctime_ns for status in (*found.folders, *found.files.values())) // 1_000_000,
        )

    async def _list_members(self, root: Path, path: str, address: dict[str, Any]) -> dict[str, MemberState]:
        """Return the members of a folder, with the digests that are known or found out in a short time."""
        found = await run_in_thread(read_folder, root, path)
        members, deadline = {}, asyncio.get_running_loop().time() + _MEMBERS_PATIENCE
        for name, stamp in _stamp_members(found.files, address).items():
            digest, patience = self._digests.get(stamp), deadline - asyncio.get_running_loop().time()
            if digest is None and patience > 0:
                digest = await self._digest(root, f"{path}/{name}", stamp, patience)
            members[name] = MemberState(_state(stamp), digest)
        return members

    async def _digest(self, root: Path, path: str, stamp: Stamp, patience: float = _DIGEST_PATIENCE) -> str | None:
        """Return the SHA-256 of a file; None if it takes longer than `patience` seconds, it is then ready later."""
        if stamp in self._digests:
            self._digests.move_to_end(stamp)
            return self._digests[stamp]
        task = self._hashing.get(stamp)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._hash(root, path, stamp))
            self._hashing[stamp] = task
            task.add_done_callback(lambda _: self._hashing.pop(stamp, None))
        done, _ = await asyncio.wait([task], timeout=patience)
        return task.result() if done else None

    async def _hash(self, root: Path, path: str, stamp: Stamp) -> str | None:
        async with self._hashers:
            began = self._now_ns()
            digest = await run_in_thread(_hash_file, root, path, stamp)
        if digest and began - stamp[-1] > _TICK_NS:  # a younger file is read again, as it may change under its stamp
            self._digests[stamp] = digest
            while len(self._digests) > _MOST_DIGESTS:
                self._digests.popitem(last=False)
        return digest


def _changed_at(root: Path, path: str, address: dict[str, Any]) -> int | None:
    if not is_folder(root, path):
        return _modified(root, path)
    stamps = _stamp_members(read_folder(root, path).files, address)
    return max((stamp[1] // 1_000_000 for stamp in stamps.values()), default=None)


def _modified(root: Path, path: str) -> int:
    descriptor = open_file(root, path)
    try:
        return _stamp(os.fstat(descriptor))[1] // 1_000_000
    finally:
        os.close(descriptor)


def _stamp_members(files: dict[str, os.stat_result], address: dict[str, Any]) -> dict[str, Stamp]:
    return {name: _stamp(status) for name, status in files.items() if _matches(name, address)}


def _matches(part: str, address: dict[str, Any]) -> bool:
    try:
        check_path(part)
    except UnsafePath:
        return False
    pattern = address.get("glob")
    return not isinstance(pattern, str) or fnmatch.fnmatchcase(part.rpartition("/")[2], pattern)


def _stamp(status: os.stat_result) -> Stamp:
    unique = status.st_ino, status.st_dev
    return status.st_size, status.st_mtime_ns, *unique, status.st_nlink, status.st_ctime_ns


def _state(stamp: Stamp) -> str:
    """Return what changes with the size and the date of a file, and with nothing that leaves its bytes alone."""
    return f"{stamp[0]} {stamp[1]}"


def _etag(basis: str) -> str:
    return f'"{hashlib.sha256(basis.encode()).hexdigest()[:32]}"'


def _hash_file(root: Path, path: str, stamp: Stamp) -> str | None:
    try:
        descriptor = open_file(root, path)
    except SourceError:
        return None
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest if _stamp(os.fstat(file.fileno())) == stamp else None


class _OpenFile:
    """A file that was opened with a stamp and, if known, a digest; its bytes as long as they are the same."""

    def __init__(self, descriptor: int, stamp: Stamp, sha256: str | None) -> None:
        self._descriptor = descriptor
        self._stamp = stamp
        self.sha256 = sha256

    def check(self) -> None:
        """Raise SourceError if the bytes may have changed since the file was opened, or since the last check."""
        now = _stamp(os.fstat(self._descriptor))
        if now == self._stamp:
            return
        if _state(now) != _state(self._stamp) or not (self._has_other_names(now) or self._has_same_bytes()):
            raise SourceError("The file changed while it was sent: start the transfer again.")
        self._stamp = now

    def _has_other_names(self, now: Stamp) -> bool:
        """Return whether a name was removed or added, which changes no byte."""
        return now[4] != self._stamp[4]

    def _has_same_bytes(self) -> bool:
        """Return whether the bytes are those of the digest.

        Other rights or another name set the change time as well. Of a file without a digest, the date decides.
        """
        if self.sha256 is None:
            return True
        digest, place = hashlib.sha256(), 0
        while place < self._stamp[0] and (chunk := os.pread(self._descriptor, CHUNK, place)):
            digest.update(chunk)
            place += len(chunk)
        return digest.hexdigest() == self.sha256

    async def read(self, offset: int, stop: int) -> AsyncIterator[bytes]:
        """Yield the bytes `[offset, stop)`. Raises SourceError."""
        while offset < stop:
            chunk = await run_in_thread(self._read_chunk, offset, min(CHUNK, stop - offset))
            offset += len(chunk)
            yield chunk

    def _read_chunk(self, offset: int, count: int) -> bytes:
        chunk = os.pread(self._descriptor, count, offset)
        self.check()
        if not chunk:
            raise SourceError("The file became shorter while it was sent: start the transfer again.")
        return chunk
