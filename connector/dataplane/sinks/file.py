"""Files below a configured root, as a sink.

Address: `{"kind": "file", "path": "inbox/b.csv"}`. A path that ends with `/` is a folder, in which a delivery gets the
name that the sender gives it. `"overwrite": true` allows a delivery to replace another file of that name; otherwise
only a file with exactly the same content may exist already. The data plane, never an operator, sets `member`: the path
of a member below the folder.

Bytes are written to a partial file in `.partial` below the root and flushed to the disk. They appear under their name
in one step, complete and checked, or not at all. The name of a partial file has the version of the data that its bytes
belong to, so that whatever sender or receiver forget, no other data is appended to it.

The lines of a stream are appended to the file, in a folder to one that is named after the flow.
"""

import asyncio
import contextlib
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from connector.dataplane.backends.appending import append_lines
from connector.dataplane.files.below_root import await_job, open_file, open_folder_of, relative_path, run_in_thread
from connector.dataplane.files.folder import name_delivery, name_flow
from connector.dataplane.files.received import PARTIAL
from connector.dataplane.files.space import DiskSpace, SpacePromise, to_disk_fault
from connector.ports.flow import Arrival, Cause, SinkReceipt, SourceError
from connector.ports.stream_sink import StreamBatch

_READ = 1024 * 1024
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_LARGEST = 1 << 40

T = TypeVar("T")


class FileSink:
    """Writes below `root`; without a root every address is refused. `largest` limits one file, in bytes."""

    def __init__(self, root: Path | None, largest: int = _LARGEST) -> None:
        self._root = root
        self._largest = largest
        self._space = DiskSpace(root) if root else None
        self._busy: set[Path] = set()
        self._appending: set[str] = set()

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is incomplete or not below the root."""
        root = self._require_root()
        relative_path(address)
        if "member" in address:
            relative_path(address, "member")
        if not root.is_dir():
            raise SourceError("The root folder for received files does not exist: create it.")

    async def count_received(self, address: dict[str, Any], flow_id: str) -> int:
        """Return how many bytes of this flow are in its partial file."""
        found = await run_in_thread(_find_partial, self._locate_partial(address, flow_id))
        return found[1] if found else 0

    async def forget(self, address: dict[str, Any], flow_id: str) -> None:
        """Remove the partial file of this flow, if there is one: nobody will continue it."""
        if found := await run_in_thread(_find_partial, self._locate_partial(address, flow_id)):
            await run_in_thread(partial(found[0].unlink, missing_ok=True))

    async def find_version(self, address: dict[str, Any], flow_id: str) -> str | None:
        """Return the version in the name of the partial file of this flow."""
        found = await run_in_thread(_find_partial, self._locate_partial(address, flow_id))
        return (found[0].name.split(".")[1] or None) if found else None

    async def check_space(self, address: dict[str, Any], flow_id: str, size: int | None) -> None:
        """Raise SourceError if the rest of a delivery of this size (at least one byte) does not fit on the disk."""
        space = self._require_space()
        count = 1 if size is None else max(0, size - await self.count_received(address, flow_id))
        await space.check(count)

    async def write(self, address: dict[str, Any], arrival: Arrival, chunks: AsyncIterator[bytes]) -> SinkReceipt:
        """Write the bytes from `arrival.offset` on; give the file its name when it is complete.

        Bytes before an error are stored for a resumption, unless their digest is wrong.
        """
        self.check(address)
        root, target = self._require_root(), _find_target(address, arrival)
        stem = self._locate_partial(address, arrival.flow_id)
        partial = _name_partial(stem, arrival.version)
        if arrival.size is not None and arrival.size > self._largest:
            raise SourceError(
                f"The delivery is larger than {self._largest} bytes, the limit of this sink: request a smaller one."
            )
        if stem in self._busy:
            raise SourceError("Another delivery of this flow is being written: wait for its end.")
        self._busy.add(stem)
        promise: SpacePromise | None = None
        try:
            file, digest = await _run_on_disk(root, _begin, stem, partial, arrival.offset)
            with file:
                expected = 0 if arrival.size is None else max(0, arrival.size - arrival.offset)
                promise = await self._require_space().promise(expected)
                size = await self._write_chunks(file, digest, promise, arrival, chunks)
            if arrival.sha256 not in {None, digest.hexdigest()}:
                await _run_on_disk(root, partial.unlink)
                raise SourceError(
                    "The received data differs from the announced SHA-256: it was deleted, start the transfer again."
                )
            replace = address.get("overwrite") is True
            await _run_on_disk(root, _put_in_place, root, target, partial, digest.hexdigest(), replace)
            return SinkReceipt(size=size, sha256=digest.hexdigest(), location=target)
        finally:
            if promise:
                promise.end()
            self._busy.discard(stem)

    def check_stream(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is incomplete or not below the root."""
        self.check(address)

    async def store(self, address: dict[str, Any], batch: StreamBatch) -> None:
        """Append the lines that are not in the file yet."""
        self.check(address)
        root, target = self._require_root(), _find_target(address, _name_stream(batch.flow_id))
        if target in self._appending:
            raise SourceError("Another stream is being written to this file: wait for its end.", Cause.UNAVAILABLE)
        self._appending.add(target)
        try:
            await self._require_space().check(sum(len(one.line) + 1 for one in batch.messages))
            await _run_on_disk(root, append_lines, root, target, batch.messages)
        finally:
            self._appending.discard(target)

    async def _write_chunks(
        self,
        file: BinaryIO,
        digest: "hashlib._Hash",
        promise: SpacePromise,
        arrival: Arrival,
        chunks: AsyncIterator[bytes],
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
                    raise SourceError(
                        f"The delivery has more than the {most} bytes that were announced or are allowed."
                    )
                await promise.use(len(chunk))
                writing = asyncio.ensure_future(_run_on_disk(self._require_root(), _append, file, digest, chunk))
        finally:
            if writing:
                await await_job(writing)
        if arrival.size is not None and size != arrival.size:
            raise SourceError(f"The delivery ended after {size} of {arrival.size} bytes: resume the transfer.")
        await _run_on_disk(self._require_root(), os.fsync, file.fileno())
        return size

    def _require_root(self) -> Path:
        if self._root is None:
            raise SourceError("No root folder is configured for received files: set `received` in the settings.")
        return self._root

    def _require_space(self) -> DiskSpace:
        self._require_root()
        assert self._space is not None
        return self._space

    def _locate_partial(self, address: dict[str, Any], flow_id: str) -> Path:
        """Return the path that the partial files of a delivery begin with; version and boot follow."""
        key = "\n".join((flow_id, str(address.get("path")), str(address.get("member"))))
        return self._require_root() / PARTIAL / hashlib.sha256(key.encode()).hexdigest()[:40]


def _name_partial(stem: Path, version: str | None) -> Path:
    return stem.with_name(f"{stem.name}.{version or ''}.{_read_boot_id()}")


def _find_partial(stem: Path) -> tuple[Path, int] | None:
    """Return the partial file of the current boot and its size, if there is one."""
    for path in stem.parent.glob(f"{stem.name}.*.{_read_boot_id()}"):
        with contextlib.suppress(FileNotFoundError):
            return path, os.lstat(path).st_size
    return None


@cache
def _read_boot_id() -> str:
    """Return the identifier of the current boot, if the system has one.

    A partial file is flushed only when it is complete: after a power failure it can have its size without its content.
    So only a partial file of the current boot is continued.
    """
    try:
        return _BOOT_ID.read_text("ascii").strip() or "0"
    except OSError:
        return "0"


async def _run_on_disk(root: Path, call: Callable[..., T], *arguments: Any) -> T:
    """Run a blocking call on the disk. Raises SourceError if it fails; errors of the sender are not converted."""
    try:
        return await run_in_thread(call, *arguments)
    except OSError as error:
        raise to_disk_fault(error, root) from error


def _find_target(address: dict[str, Any], arrival: Arrival) -> str:
    path = relative_path(address)
    if "member" in address:
        return f"{path}/{relative_path(address, 'member')}"
    if not address["path"].endswith("/"):
        return path
    return f"{path}/{name_delivery(arrival.name, arrival.flow_id)}"


def _name_stream(flow_id: str) -> Arrival:
    """Return the arrival of a stream, whose file in a folder is named after its flow."""
    return Arrival(flow_id=flow_id, media_type="application/x-ndjson", name=f"{name_flow(flow_id)}.ndjson")


def _begin(stem: Path, partial: Path, offset: int) -> tuple[BinaryIO, "hashlib._Hash"]:
    """Open the partial file, cut it to `offset` and return it with the digest of its content.

    Removes those of other versions and other boots, unless the delivery wants to continue one of them.
    """
    partial.parent.mkdir(mode=0o700, exist_ok=True)
    if offset and not partial.exists():
        raise SourceError(f"The delivery cannot continue at byte {offset}: no bytes of this version are stored.")
    for other in partial.parent.glob(f"{stem.name}.*"):
        if other != partial:
            other.unlink()
    descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
    file = os.fdopen(descriptor, "r+b", buffering=0)
    digest = hashlib.sha256()
    size = os.fstat(descriptor).st_size
    if offset > size:
        file.close()
        raise SourceError(f"The delivery cannot continue at byte {offset}: only {size} bytes are stored.")
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
    with open_folder_of(root, target, create=True) as (folder, name):
        if replace:
            os.replace(partial, name, dst_dir_fd=folder)
        elif not _link(partial, name, folder):
            if _compute_digest(root, target) != sha256:
                raise SourceError(
                    "A file of this name already exists with other content: choose another name or allow overwriting."
                )
            partial.unlink()
        os.fsync(folder)


def _link(partial: Path, name: str, folder: int) -> bool:
    """Give the partial file its name; return False if the name exists. A link never overwrites."""
    try:
        os.link(partial, name, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        return False
    partial.unlink()
    return True


def _compute_digest(root: Path, path: str) -> str:
    with os.fdopen(open_file(root, path), "rb", buffering=0) as file:
        os.fsync(file.fileno())  # the receipt confirms this file
        return hashlib.file_digest(file, "sha256").hexdigest()
