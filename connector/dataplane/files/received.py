"""The folder of received data: what is in it, and the removal of what is older than its owner wants to keep.

Only regular files below the root are removed, and folders that are empty then; no link is followed. A partial file that
was written within the last hour belongs to a delivery that may go on, so it stays.

What a person removes is set aside in `.removed` first, from where it can be brought back until it is removed for good.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

PARTIAL, REMOVED = ".partial", ".removed"
ASIDE_MS = 7 * 86_400_000
"""How long what was set aside can be brought back."""
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
        if file.path.startswith(f"{REMOVED}/"):
            continue
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


def remove_partial(root: Path, *, before: int, now: int) -> int:
    """Remove the bytes of what did not arrive whole and was written before a time (ms); return how many files."""
    removed = 0
    for file in _walk(root / PARTIAL, f"{PARTIAL}/", 0):
        if file.written_at < min(before, now - _BUSY_MS):
            with suppress(OSError):
                (root / file.path).unlink()
                removed += 1
    return removed


def find_old(root: Path, before: int) -> list[StoredFile]:
    """Return the files that arrived whole and were written before a time (ms), oldest first."""
    return [file for file in list_stored(root) if file.written_at < before and not file.partial]


def set_aside(root: Path, before: int, now: int) -> list[StoredFile]:
    """Set the files of `find_old` aside under the name of `now` (ms), and return them.

    A file that cannot be moved stays where it is.
    """
    moved = []
    for file in find_old(root, before):
        target = root / REMOVED / str(now) / file.path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            (root / file.path).rename(target)
        except OSError:
            continue
        _remove_empty(root, (root / file.path).parent)
        moved.append(file)
    return moved


def list_aside(root: Path) -> dict[int, list[StoredFile]]:
    """Return what is set aside, by when that was done (ms), the latest first."""
    found: dict[int, list[StoredFile]] = {}
    for file in _walk(root / REMOVED, "", 0):
        at, _, path = file.path.partition("/")
        if at.isascii() and at.isdecimal() and path and len(at) < 14:
            found.setdefault(int(at), []).append(msgspec.structs.replace(file, path=path))
    return dict(sorted(found.items(), reverse=True))


def bring_back(root: Path, at: int) -> tuple[int, int]:
    """Bring back what was set aside at a time (ms); return how many files came back, and how many could not.

    A file whose place is taken by now stays aside.
    """
    back, kept, place = 0, 0, root / REMOVED / str(at)
    for file in list_aside(root).get(at, []):
        target = root / file.path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            # Unlike a move, this takes no other file's place.
            os.link(place / file.path, target, follow_symlinks=False)
            (place / file.path).unlink()
            back += 1
        except OSError:
            kept += 1
    if not kept:
        shutil.rmtree(place, ignore_errors=True)
    return back, kept


def remove_aside(root: Path, before: int) -> int:
    """Remove for good what was set aside before a time (ms); return how many files."""
    over = {at: files for at, files in list_aside(root).items() if at < before}
    for at in over:
        shutil.rmtree(root / REMOVED / str(at), ignore_errors=True)
    return sum(map(len, over.values()))


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
