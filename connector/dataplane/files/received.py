"""The folder of received data: what is in it, and the removal of what is older than its owner wants to keep.

Only regular files below the root are removed, and folders that are empty then; no link is followed. A partial file that
was written within the last hour belongs to a delivery that may go on, so it stays.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

PARTIAL = ".partial"
_BUSY_MS = 3_600_000
_DEEPEST = 32
MOST_ENTRIES = 10_000


class StoredFile(msgspec.Struct, frozen=True):
    """A file: its path below the root, its size in bytes, when it was written (ms), and its names on this disk."""

    path: str
    size: int
    written_at: int
    names: int = 1

    @property
    def partial(self) -> bool:
        """True for the bytes of a delivery that is not complete."""
        return self.path.startswith(f"{PARTIAL}/")


def list_stored(root: Path) -> list[StoredFile]:
    """Return the files below the root, at most `MOST_ENTRIES`, oldest first."""
    found = []
    for file in _walk(root, "", 0):
        found.append(file)
        if len(found) >= MOST_ENTRIES:
            break
    return sorted(found, key=lambda file: (file.written_at, file.path))


def remove_stored(
    root: Path, *, before: int, partial_before: int, now: int, dry: bool = False
) -> tuple[list[StoredFile], list[str]]:
    """Remove the files that were written before a time (ms), partial ones before a time of their own.

    Returns the removed files, or with `dry` those that would be, and the paths of files that could not be removed.
    """
    removed, failed = [], []
    partial_before = min(partial_before, now - _BUSY_MS)
    for file in list_stored(root):
        if file.written_at >= (partial_before if file.partial else before):
            continue
        if not dry:
            try:
                (root / file.path).unlink()
            except OSError:
                failed.append(file.path)
                continue
            _remove_empty(root, (root / file.path).parent)
        removed.append(file)
    return removed, failed


def _walk(folder: Path, prefix: str, depth: int) -> Iterator[StoredFile]:
    if depth > _DEEPEST:
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(folder / entry.name, f"{prefix}{entry.name}/", depth + 1)
            elif entry.is_file(follow_symlinks=False):
                status = entry.stat(follow_symlinks=False)
                written_at = status.st_mtime_ns // 1_000_000
                yield StoredFile(prefix + entry.name, status.st_size, written_at, status.st_nlink)
        except OSError:
            continue  # it was removed meanwhile


def _remove_empty(root: Path, folder: Path) -> None:
    """Remove a folder that has become empty, and those above it below the root."""
    while folder not in {root, root / PARTIAL}:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent
