"""Files below a configured root, as a sink.

Address: `{"kind": "file", "path": "inbox/b.csv"}`; a path that ends with `/` names a folder, in which a delivery gets
the name it came with. `"overwrite": true` lets a delivery replace another file of that name; without it only a file of
exactly the same content may be there already. `member` is set by the data plane, never by an operator: the path of a
member below the folder.

Bytes go to a partial file in `.partial` below the root, are flushed to the disk, and appear under their name in one
step, whole and checked, or not at all.
"""

import asyncio
import errno
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from connector.dataplane.files.below_root import await_job, folder_of, open_file, relative_path, run_in_thread
from connector.dataplane.files.folder import UnsafePath, safe_path
from connector.ports.flow import Arrival, SinkReceipt, SourceError

PARTIAL = ".partial"
_READ = 1024 * 1024
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_LARGEST = 1 << 40

T = TypeVar("T")


class FileSink:
    """Writes below `root`; without a root every address is refused. `largest` bounds one file, in bytes."""

    def __init__(self, root: Path | None, largest: int = _LARGEST) -> None:
        self._root = root
        self._largest = largest
        self._busy: set[Path] = set()

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is not complete or not below the root."""
        root = self._require_root()
        relative_path(address)
        if "member" in address:
            relative_path(address, "member")
        if not root.is_dir():
            raise SourceError("The root folder configured for arriving files does not exist: create it.")

    async def count_received(self, address: dict[str, Any], flow_id: str) -> int:
        """Return how many bytes of this flow lie in its partial file."""
        partial = self._locate_partial(address, flow_id)
        try:
            return (await run_in_thread(os.lstat, partial)).st_size
        except FileNotFoundError:
            return 0

    async def write(self, address: dict[str, Any], arrival: Arrival, chunks: AsyncIterator[bytes]) -> SinkReceipt:
        """Take the bytes from `arrival.offset` on and put the file in place once it is whole.

        What arrived before an error is kept for a resumption, unless its digest is wrong.
        """
        self.check(address)
        root, target = self._require_root(), _target(address, arrival)
        partial = self._locate_partial(address, arrival.flow_id)
        if arrival.size is not None and arrival.size > self._largest:
            raise SourceError(f"The delivery is larger than the {self._largest} bytes that this sink takes.")
        if partial in self._busy:
            raise SourceError("Another delivery of this flow is being written: wait for it to end.")
        self._busy.add(partial)
        try:
            file, digest = await _run_on_disk(_begin, partial, arrival.offset)
            with file:
                size = await self._take(file, digest, arrival, chunks)
            if arrival.sha256 not in {None, digest.hexdigest()}:
                await _run_on_disk(partial.unlink)
                raise SourceError("The SHA-256 of what arrived is not the one announced: it was thrown away.")
            replace = address.get("overwrite") is True
            await _run_on_disk(_put_in_place, root, target, partial, digest.hexdigest(), replace)
            return SinkReceipt(size=size, sha256=digest.hexdigest(), location=target)
        finally:
            self._busy.discard(partial)

    async def _take(
        self, file: BinaryIO, digest: "hashlib._Hash", arrival: Arrival, chunks: AsyncIterator[bytes]
    ) -> int:
        size = arrival.offset
        most = self._largest if arrival.size is None else arrival.size
        writing: asyncio.Task[None] | None = None
        try:
            async for chunk in chunks:  # the next chunk arrives while the one before is hashed and written
                if writing:
                    await await_job(writing)
                size += len(chunk)
                if size > most:
                    raise SourceError(f"More bytes arrived than the {most} that were announced or are allowed.")
                writing = asyncio.ensure_future(_run_on_disk(_append, file, digest, chunk))
        finally:
            if writing:
                await await_job(writing)
        if arrival.size is not None and size != arrival.size:
            raise SourceError(f"The delivery ended after {size} of {arrival.size} bytes.")
        await _run_on_disk(os.fsync, file.fileno())
        return size

    def _require_root(self) -> Path:
        if self._root is None:
            raise SourceError("No root folder is configured for arriving files: set one to receive into it.")
        return self._root

    def _locate_partial(self, address: dict[str, Any], flow_id: str) -> Path:
        key = "\n".join((flow_id, str(address.get("path")), str(address.get("member"))))
        return self._require_root() / PARTIAL / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.{_read_boot_id()}"


@cache
def _read_boot_id() -> str:
    """Return what tells one run of the machine from another, where the system says it.

    A partial file is synced only when it is whole: after a loss of power it may have its size and not its content, so
    that only one of the present run is gone on with.
    """
    try:
        return _BOOT_ID.read_text("ascii").strip() or "0"
    except OSError:
        return "0"


async def _run_on_disk(call: Callable[..., T], *arguments: Any) -> T:
    """Run a blocking call on the disk; only its own errors are the disk's, those of the sender pass by."""
    try:
        return await run_in_thread(call, *arguments)
    except OSError as error:
        raise SourceError(f"The delivery cannot be written: {os.strerror(error.errno or errno.EIO)}.") from error


def _target(address: dict[str, Any], arrival: Arrival) -> str:
    path = relative_path(address)
    if "member" in address:
        return f"{path}/{relative_path(address, 'member')}"
    if not address["path"].endswith("/"):
        return path
    try:
        name = safe_path((arrival.name or "").rpartition("/")[2])
    except UnsafePath:
        name = hashlib.sha256(arrival.flow_id.encode()).hexdigest()[:32]
    return f"{path}/{name}"


def _begin(partial: Path, offset: int) -> tuple[BinaryIO, "hashlib._Hash"]:
    """Open the partial file, cut it to `offset` and return it with the digest of what it holds."""
    partial.parent.mkdir(mode=0o700, exist_ok=True)
    for other in partial.parent.glob(f"{partial.stem}.*"):
        if other != partial:
            other.unlink()
    descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
    file = os.fdopen(descriptor, "r+b", buffering=0)
    digest = hashlib.sha256()
    held = os.fstat(descriptor).st_size
    if offset > held:
        file.close()
        raise SourceError(f"The delivery would go on at byte {offset}, but only {held} bytes are held.")
    try:
        os.ftruncate(descriptor, offset)
        while chunk := file.read(_READ):
            digest.update(chunk)
    except BaseException:
        file.close()
        raise
    return file, digest


def _append(file: BinaryIO, digest: "hashlib._Hash", chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[file.write(view) :]
    digest.update(chunk)


def _put_in_place(root: Path, target: str, partial: Path, sha256: str, replace: bool) -> None:
    with folder_of(root, target, create=True) as (folder, name):
        if replace:
            os.replace(partial, name, dst_dir_fd=folder)
        elif not _link(partial, name, folder):
            if _digest_of(root, target) != sha256:
                raise SourceError("A file of this name is there already with other content: it was not overwritten.")
            partial.unlink()
        os.fsync(folder)


def _link(partial: Path, name: str, folder: int) -> bool:
    """Give the partial file its name unless something has it: a link never overwrites. False where it is taken."""
    try:
        os.link(partial, name, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        return False
    partial.unlink()
    return True


def _digest_of(root: Path, path: str) -> str:
    with os.fdopen(open_file(root, path), "rb", buffering=0) as file:
        os.fsync(file.fileno())  # it is what a receipt is given for
        return hashlib.file_digest(file, "sha256").hexdigest()
