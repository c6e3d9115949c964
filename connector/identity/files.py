"""Read and write files safely: keys and participant lists, with a size limit, access rights and atomic writes."""

import os
import stat
from pathlib import Path


class FileFault(Exception):
    """A file cannot be used: it is missing, too large, or other users can read it."""


def read_bounded(path: Path, limit: int, *, private: bool = False) -> bytes:
    """Read a regular file of at most `limit` bytes; only the owner can have access to a `private` one.

    Raises FileFault.
    """
    try:
        # A pipe would wait for somebody who writes.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise FileFault(f"{path} is not a regular file.")
            if private and status.st_mode & 0o077:
                raise FileFault(f"Other users can read {path}: set its mode to 0600.")
            content = file.read(limit + 1)
    except OSError as error:
        raise FileFault(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > limit:
        raise FileFault(f"{path} is larger than {limit} bytes: use a smaller file.")
    return content


def write_new(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file that must not exist yet, durably; raises FileFault if it does."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise FileFault(f"{path} already exists and was not changed.") from None
    _fill(descriptor, content)
    _sync_folder(path.parent)


def replace_atomically(path: Path, content: bytes, *, mode: int) -> None:
    """Write or replace a file durably; at any moment, it has either the old or the new content.

    Raises OSError, which names the file.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    try:
        _fill(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), content)
        draft.replace(path)
    except OSError as error:
        error.filename = str(path)
        raise
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _fill(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
