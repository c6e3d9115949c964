"""Files that people upload on the pages, below the root of the served data: each form has a folder of its own.

Bytes go through the file sink: an interrupted upload is resumed, and a file appears under its name when all of it is on
the disk. A file is known by its mark, so that no other file is appended to it.

Each upload that is complete has a folder of its own below that of the form. So no later one replaces what an offer was
made of, however late it ends.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

from connector.dataplane.files.below_root import open_folder_of, run_in_thread
from connector.dataplane.files.space import to_disk_fault
from connector.dataplane.sinks.file import FileSink
from connector.ports.flow import Arrival, Cause, SourceError

FOLDER = "uploads"
MOST_BYTES = 5 * 1024**3


class Uploads:
    """The uploads below `root`, the root of the served data; `largest` bounds one file, in bytes."""

    def __init__(self, root: Path, largest: int = MOST_BYTES) -> None:
        self._root = root
        self._sink = FileSink(root, largest)
        self.largest = largest

    async def count_stored(self, form_id: str, mark: str) -> int:
        """Return how many bytes of the file with this mark are stored, for a resumption."""
        address = _address(form_id)
        known = await self._sink.find_version(address, form_id)
        return await self._sink.count_received(address, form_id) if known == mark else 0

    async def store(self, form_id: str, arrival: Arrival, chunks: AsyncIterator[bytes]) -> dict[str, Any]:
        """Store a file and return its address as a source, which no other upload has.

        `arrival.offset` is the first byte of `chunks`; bytes before an interruption stay, for a resumption. Raises
        SourceError: the file is empty or too large, its bytes are missing, or the disk takes none.
        """
        if arrival.size == 0:
            raise SourceError("The file is empty: choose one with data in it.")
        if arrival.size is not None and arrival.size > self.largest:
            raise self._refuse_size()
        size = arrival.offset

        async def count() -> AsyncIterator[bytes]:
            nonlocal size
            async for chunk in chunks:
                size += len(chunk)
                yield chunk

        try:
            receipt = await self._sink.write(_address(form_id), arrival, count())
        except SourceError as error:
            if size > self.largest:
                raise self._refuse_size() from error
            # The sentences of the sink are about deliveries, which go on by themselves.
            raise _tell(error) from error
        if receipt.size == 0:
            await run_in_thread((self._root / receipt.location).unlink)
            raise SourceError("The file is empty: choose one with data in it.")
        try:
            return {"kind": "file", "path": await run_in_thread(_set_apart, self._root, receipt.location)}
        except OSError as error:
            raise _tell(to_disk_fault(error, self._root)) from error

    def _refuse_size(self) -> SourceError:
        return SourceError(f"The file has more than {self.largest} bytes: offer it from the place where it is.")

    async def remove(self, form_id: str, source: dict[str, Any]) -> None:
        """Remove what one upload of a form has stored; a source of another form, or of none, stays."""
        folder = Path(str(source.get("path", ""))).parent
        if source.get("kind") == "file" and folder.parent == Path(_locate(form_id)):
            await run_in_thread(partial(shutil.rmtree, self._root / folder, ignore_errors=True))

    async def drop(self, form_id: str) -> None:
        """Remove what was uploaded for a form, complete or not."""
        await self._sink.forget(_address(form_id), form_id)
        await run_in_thread(partial(shutil.rmtree, self._root / _locate(form_id), ignore_errors=True))


def _tell(error: SourceError) -> SourceError:
    """Return what a person can do about a file that was not stored."""
    if error.cause is Cause.NO_SPACE:
        return SourceError("The disk here has no room for the file: ask the operator for room, then choose it again.")
    return SourceError("The file did not arrive as it was announced: choose it again.")


def make_mark(name: str, size: int, changed: str) -> str:
    """Return the mark of a file: who chooses the same file again goes on with it.

    >>> make_mark("a.csv", 3, "1") == make_mark("a.csv", 3, "2")
    False
    """
    return hashlib.sha256(f"{name}\n{size}\n{changed}".encode()).hexdigest()[:32]


def _locate(form_id: str) -> str:
    return f"{FOLDER}/{hashlib.sha256(form_id.encode()).hexdigest()[:24]}"


def _address(form_id: str) -> dict[str, Any]:
    return {"kind": "file", "path": f"{_locate(form_id)}/", "overwrite": True}


def _set_apart(root: Path, path: str) -> str:
    """Move a file into a new folder beside it, durably, and return its path. Raises OSError."""
    folder, _, name = path.rpartition("/")
    apart = f"{folder}/{secrets.token_hex(8)}/{name}"
    with open_folder_of(root, path) as (source, _), open_folder_of(root, apart, create=True) as (target, _):
        os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
        os.fsync(target)
        os.fsync(source)
    return apart
