"""The free space below a folder, promised to the deliveries that are being received.

A delivery of known size is begun only if all of it fits, beside what other deliveries are still promised. One of
unknown size is stopped before it takes the last of the space: the rest of the disk is for the store, without which no
message can be answered. `REST` of it stays free, or a twentieth of a small disk.
"""

import asyncio
import errno
import os
from collections.abc import Callable
from pathlib import Path

from connector.ports.flow import Cause, SourceError

REST = 64 * 1024 * 1024
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The error numbers of a disk, a quota or a limit without space."""

Measure = Callable[[Path], tuple[int, int]]
"""Returns the free bytes and all bytes of the disk of a folder."""


def measure_disk(folder: Path) -> tuple[int, int]:
    """Return the bytes of the disk of a folder that this process can still use, and all of its bytes. Raises OSError.

    The folder may not exist yet.
    """
    status = os.statvfs(_find_existing(folder))
    return status.f_bavail * status.f_frsize, status.f_blocks * status.f_frsize


def is_writable(folder: Path) -> bool:
    """Return whether this user can write files into a folder, or make it if it does not exist yet."""
    existing = _find_existing(folder)
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def _find_existing(folder: Path) -> Path:
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder


def count_free(free: int, whole: int) -> int:
    """Return how many of the free bytes of a disk deliveries can use."""
    return max(0, free - min(REST, whole // 20))


class DiskSpace:
    """The space of one folder."""

    def __init__(self, folder: Path, measure: Measure = measure_disk) -> None:
        self._folder = folder
        self._measure = measure
        self._promised = 0

    async def find_shortage(self, count: int) -> str | None:
        """Return in one sentence why this many more bytes do not fit, or None."""
        try:
            measured = await asyncio.to_thread(self._measure, self._folder)
        except OSError:
            return None  # the write itself will say what is wrong
        usable = max(0, count_free(*measured) - self._promised)
        if count <= usable:
            return None
        return (
            f"There is no space for the data: {count} bytes are needed, {usable} are usable. "
            "It continues by itself when there is room."
        )

    async def check(self, count: int) -> None:
        """Raise SourceError if this many more bytes do not fit."""
        shortage = await self.find_shortage(count)
        if shortage:
            raise SourceError(shortage, Cause.NO_SPACE)

    async def promise(self, count: int) -> "SpacePromise":
        """Promise this many bytes to a delivery. Raises SourceError if they do not fit."""
        await self.check(count)  # nothing is awaited between the comparison and the promise
        self._promised += count
        return SpacePromise(self, count)

    def give_back(self, count: int) -> None:
        """Take back the promise of this many bytes: they are written now, or will not come."""
        self._promised -= count


class SpacePromise:
    """The bytes that are promised to one delivery."""

    def __init__(self, space: DiskSpace, count: int) -> None:
        self._space = space
        self._left = count

    async def use(self, count: int) -> None:
        """Note bytes before they are written; those that were not promised have to fit. Raises SourceError."""
        covered = min(count, self._left)
        if covered < count:
            await self._space.check(count - covered)
        self._left -= covered
        self._space.give_back(covered)

    def end(self) -> None:
        """Take back what was not used."""
        self._space.give_back(self._left)
        self._left = 0


def to_disk_fault(error: OSError, folder: Path) -> SourceError:
    """Return the error of a delivery for an error of the disk of received data."""
    text = os.strerror(error.errno or errno.EIO)
    if error.errno in FULL:
        return SourceError(f"There is no space for the data ({text}): it continues when there is room.", Cause.NO_SPACE)
    return SourceError(f"The delivery cannot be written to {folder}: {text}.", Cause.NOT_STORED)
