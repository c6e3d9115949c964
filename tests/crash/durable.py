"""What a program has made durable by `os.fsync`: of files their content, of folders the names in them."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch


class Synced:
    """What was synced, by file; whatever else there is may be gone after a loss of power."""

    def __init__(self) -> None:
        self._content: dict[tuple[int, int], bytes] = {}
        self._names: dict[tuple[int, int], dict[str, int]] = {}

    def note(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        key = status.st_dev, status.st_ino
        if stat.S_ISDIR(status.st_mode):
            with os.scandir(descriptor) as entries:
                self._names[key] = {entry.name: entry.inode() for entry in entries}
        else:
            self._content[key] = Path(f"/proc/self/fd/{descriptor}").read_bytes()

    def missing(self, path: Path, base: Path) -> list[str]:
        """Return what of a file and of the way to it from `base`, which is there for sure, is not durable."""
        found = []
        status = path.stat()
        if path.is_file() and status.st_size and self._content.get((status.st_dev, status.st_ino)) != path.read_bytes():
            found.append(f"the content of {path.name}")
        while path != base:
            above = path.parent.stat()
            if self._names.get((above.st_dev, above.st_ino), {}).get(path.name) != path.stat().st_ino:
                found.append(f"the name {path.name}")
            path = path.parent
        return found


@contextmanager
def watched() -> Iterator[Synced]:
    """Note every sync for a while."""
    synced, sync = Synced(), os.fsync

    def noting(descriptor: int) -> None:
        sync(descriptor)
        synced.note(descriptor)

    with patch.object(os, "fsync", noting):
        yield synced
