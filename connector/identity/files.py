"""Read and write files safely: keys and participant lists, with a size limit, access rights and atomic writes."""

import errno
import fcntl
import logging
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

_DRAFT: Final = ".draft.new"
"""The end of the name of a draft; a backup leaves out what ends in `.new`."""
_NO_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}
"""How a file system without hard links (exFAT, some shares) refuses one."""


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
    """Write a file that must not exist yet, durably; at any moment, it is whole or absent.

    Raises FileFault if it exists, and OSError, which names the file.
    """
    try:
        with _draft(path, content, mode) as draft:
            _name(draft, path)
    except FileExistsError:
        raise FileFault(f"{path} already exists and was not changed.") from None
    _sync_folder(path.parent)


def replace_atomically(path: Path, content: bytes, *, mode: int) -> None:
    """Write or replace a file durably; at any moment, it has either the old or the new content.

    Raises OSError, which names the file.
    """
    with _draft(path, content, mode) as draft:
        draft.replace(path)
    _sync_folder(path.parent)


def try_to_write(write: Callable[[], None]) -> str:
    """Call what writes files; return the sentence that says why one cannot be written, or an empty text.

    For what counts in memory whether or not it is kept: the caller tries again later.
    """
    try:
        write()
    except OSError as error:
        fault = describe_unwritten(error)
        log.warning("%s", fault)
        return fault
    return ""


def describe_unwritten(error: OSError) -> str:
    """Return the sentence that says which file cannot be written, why, and what to do."""
    return f"{error.filename} cannot be written ({error.strerror}): make room or repair its disk."


def _name(draft: Path, path: Path) -> None:
    """Give a draft its name, unless a file has it; raises FileExistsError."""
    try:
        os.link(draft, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A rename takes the place of another file, so only one process looks and renames at a time.
        with _hold(path.parent):
            if os.path.lexists(path):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
            draft.replace(path)


@contextmanager
def _hold(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _draft(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """Write a draft beside a file, and remove it and what killed processes have left there; an OSError names the file.

    Whoever writes a draft holds a lock on it, which ends with the process: a draft that nobody holds is left over.
    """
    try:
        _remove_left(path.parent)
        draft, descriptor = _open_draft(path, mode)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                yield draft
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def _open_draft(path: Path, mode: int) -> tuple[Path, int]:
    while True:
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}{_DRAFT}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # Another process may have taken it for one that is left over, before it was locked.
        if os.fstat(descriptor).st_nlink:
            return draft, descriptor
        os.close(descriptor)


def _remove_left(folder: Path) -> None:
    """Remove the drafts of a folder that nobody holds: one may have a private key."""
    for left in folder.glob(f".*{_DRAFT}"):
        with suppress(OSError):  # somebody holds it, or it is gone
            descriptor = os.open(left, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()
            finally:
                os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
