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
import stat
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import suppress
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
    """The uploads below `root`, the root of the served data; `largest` bounds one file, in bytes.

    `owner` is the participant whose forms they are: several may have one root, and each sweeps its own.
    """

    def __init__(self, root: Path, largest: int = MOST_BYTES, *, owner: str = "") -> None:
        self._root = root
        self._mark = hashlib.sha256(owner.encode()).hexdigest()[:16]
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
            return {"kind": "file", "path": await run_in_thread(_set_apart, self._root, receipt.location, self._mark)}
        except OSError as error:
            raise _tell(to_disk_fault(error, self._root)) from error

    def _refuse_size(self) -> SourceError:
        return SourceError(f"The file has more than {self.largest} bytes: offer it from the place where it is.")

    async def remove(self, form_id: str, source: dict[str, Any]) -> None:
        """Remove what one upload of a form has stored; a source of another form, or of none, stays."""
        if is_upload(form_id, source):
            await run_in_thread(partial(shutil.rmtree, self._root / Path(source["path"]).parent, ignore_errors=True))

    async def sweep(self, forms: Collection[str], sources: Collection[Mapping[str, Any]], before: int) -> int:
        """Remove what was uploaded before a time (ms) and is of no form and no source; return how many files.

        `forms` are the identifiers of forms and offers that keep their files. A source that reads whole folders keeps
        all of them.
        """
        kept = {_locate(form_id) for form_id in forms}
        for source in sources:
            path = str(source.get("path", "-")).strip("./")
            if path in {"", FOLDER}:
                return 0
            kept.add("/".join(path.split("/")[:2]))
        return await run_in_thread(_remove_unused, self._root, self._mark, kept, before)

    async def drop(self, form_id: str) -> None:
        """Remove what was uploaded for a form, complete or not."""
        await self._sink.forget(_address(form_id), form_id)
        await run_in_thread(partial(shutil.rmtree, self._root / _locate(form_id), ignore_errors=True))


def is_upload(form_id: str, source: Mapping[str, Any]) -> bool:
    """Return whether a source is a file that was uploaded for a form."""
    return source.get("kind") == "file" and Path(str(source.get("path", ""))).parent.parent == Path(_locate(form_id))


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


def _set_apart(root: Path, path: str, mark: str) -> str:
    """Move a file into a new folder beside it, durably, and return its path. Raises OSError."""
    folder, _, name = path.rpartition("/")
    apart = f"{folder}/{secrets.token_hex(8)}-{mark}/{name}"
    with open_folder_of(root, path) as (source, _), open_folder_of(root, apart, create=True) as (target, _):
        os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
        os.fsync(target)
        os.fsync(source)
    return apart


def _remove_unused(root: Path, mark: str, kept: Collection[str], before: int) -> int:
    """Remove the old files with a mark of forms that are not kept, and folders that are empty then.

    No link is followed. What an upload writes at this moment is young, and so is its folder.
    """
    removed = 0
    for folder, _, names in os.walk(root / FOLDER, topdown=False):
        place = Path(folder)
        inside = place.relative_to(root).parts
        if len(inside) < 2 or "/".join(inside[:2]) in kept:
            continue
        with suppress(OSError):
            young = os.lstat(place).st_mtime * 1000 >= before
            for name in names if place.name.endswith(f"-{mark}") else ():
                known = os.lstat(place / name)
                if stat.S_ISREG(known.st_mode) and known.st_mtime * 1000 < before:
                    (place / name).unlink()
                    removed += 1
            if not young:
                place.rmdir()
    return removed
