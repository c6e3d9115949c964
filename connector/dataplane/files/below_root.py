"""Files below a root: each part of a path is opened in the folder before it, and no link is followed.

Neither `..`, nor a symbolic link (even one created between check and use), nor a device or pipe is opened. A link below
the root is refused even if its target is below the root; the root itself can be a link.
"""

import asyncio
import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from connector.dataplane.files.folder import MOST_MEMBERS, UnsafePath, check_path
from connector.dataplane.files.space import FULL
from connector.ports.flow import Cause, SourceError

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_DEEPEST = 16
MOST_LEFT_OUT = 20

T = TypeVar("T")


async def run_in_thread(call: Callable[..., T], *arguments: Any) -> T:
    """Run a blocking call in a thread; if cancelled, wait for the end of the thread before raising."""
    return await await_job(asyncio.ensure_future(asyncio.to_thread(call, *arguments)))


async def await_job(job: "asyncio.Future[T]", stop: Callable[[], object] | None = None) -> T:
    """Return the result of a thread's job; if cancelled (even repeatedly), `stop` it and wait for its end first.

    Otherwise the thread could use a file descriptor that the cancelled task has closed.
    """
    try:
        return await asyncio.shield(job)
    except asyncio.CancelledError:
        if stop:
            stop()
        while not job.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([job])
        if not job.cancelled():
            job.exception()  # mark it as read: nothing else waits for it
        raise


def relative_path(address: dict[str, Any], member: str = "path") -> str:
    """Return the checked relative path of an address, without a slash at its end. Raises SourceError."""
    value = address.get(member)
    if not isinstance(value, str):
        raise SourceError(f"The address has no `{member}`: give a file or folder below the configured root.")
    try:
        return check_path(value.rstrip("/"))
    except UnsafePath as error:
        raise SourceError(
            f"The `{member}` of the address is not a plain path below the configured root: write it as `folder/name`."
        ) from error


@contextmanager
def open_folder_of(root: Path, path: str, *, create: bool = False) -> Iterator[tuple[int, str]]:
    """Open the folder that contains `path`; yield its descriptor and the last name. Raises SourceError."""
    *folders, name = path.split("/")
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            inner = _enter(descriptor, folder, create=create)
            os.close(descriptor)
            descriptor = inner
        yield descriptor, name
    finally:
        os.close(descriptor)


def open_file(root: Path, path: str) -> int:
    """Open a regular file below the root for reading; the caller closes it. Raises SourceError."""
    with open_folder_of(root, path) as (folder, name):
        return _open_regular(folder, name)


def is_folder(root: Path, path: str) -> bool:
    """Return whether the path is a folder. Raises SourceError if it is neither a folder nor a regular file."""
    with open_folder_of(root, path) as (folder, name):
        try:
            mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        except OSError as error:
            raise SourceError(
                "The file does not exist or cannot be read below the configured root: correct the path.",
                _find_cause(error),
            ) from error
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise SourceError(
            "The path is neither a regular file nor a folder: links and devices are not served.", Cause.NOT_FOUND
        )
    return stat.S_ISDIR(mode)


@dataclass(frozen=True)
class FolderContent:
    """The regular files in a folder and the folders below, by path relative to it, and the folders themselves.

    Hidden names and links are left out, and names that cannot be carried to a receiver: `left_out` has the first of
    these, written so that they can be shown.
    """

    files: dict[str, os.stat_result] = field(default_factory=dict)
    folders: list[os.stat_result] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def read_folder(root: Path, path: str) -> FolderContent:
    """Return what a folder contains, with what the file system knows of it. Raises SourceError."""
    found = FolderContent()
    with open_folder_of(root, path) as (folder, name):
        _collect(_enter(folder, name, create=False), "", found, 0)
    return found


def list_members(root: Path, path: str) -> list[str]:
    """List the files that `read_folder` finds, sorted. Raises SourceError."""
    return sorted(read_folder(root, path).files)


def _enter(folder: int, name: str, *, create: bool) -> int:
    if create:
        try:
            os.mkdir(name, 0o750, dir_fd=folder)
        except FileExistsError:
            pass
        except OSError as error:
            if error.errno in FULL:
                raise
            raise SourceError("A folder below the configured root cannot be created: check the permissions.") from error
        os.fsync(folder)  # even if it exists: the process that created it may have ended before this
    try:
        return os.open(name, _DIRECTORY, dir_fd=folder)
    except OSError as error:
        raise SourceError(
            "A folder of the path does not exist below the configured root or is a link: correct the path.",
            _find_cause(error),
        ) from error


def _open_regular(folder: int, name: str) -> int:
    try:
        if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise SourceError(
                "The path is not a regular file: links, folders and devices are not served.", Cause.NOT_FOUND
            )
        descriptor = os.open(name, _FILE, dir_fd=folder)
    except OSError as error:
        raise SourceError(
            "The file does not exist or cannot be read below the configured root: correct the path.",
            _find_cause(error),
        ) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SourceError("The path is not a regular file: links, folders and devices are not served.", Cause.NOT_FOUND)
    return descriptor


def _find_cause(error: OSError) -> Cause:
    """Return what the counterparty learns: the data is not there, this process may not read it, or it is away."""
    if isinstance(error, PermissionError):
        return Cause.NOT_ALLOWED
    missing = isinstance(error, FileNotFoundError | NotADirectoryError) or error.errno == errno.ELOOP
    return Cause.NOT_FOUND if missing else Cause.UNAVAILABLE


def _collect(folder: int, prefix: str, found: FolderContent, depth: int) -> None:
    try:
        if depth > _DEEPEST:
            raise SourceError(f"The folder has more than {_DEEPEST} levels: offer a smaller part of it.")
        found.folders.append(os.fstat(folder))
        with os.scandir(folder) as entries:
            for entry in entries:
                path = prefix + entry.name
                if not _is_safe(path):
                    if not entry.name.startswith(".") and len(found.left_out) < MOST_LEFT_OUT:
                        found.left_out.append(ascii(path)[1:-1])
                    continue
                if entry.is_dir(follow_symlinks=False):
                    _collect(_enter(folder, entry.name, create=False), path + "/", found, depth + 1)
                elif entry.is_file(follow_symlinks=False):
                    with contextlib.suppress(FileNotFoundError):  # it was removed since
                        found.files[path] = entry.stat(follow_symlinks=False)
                if len(found.files) > MOST_MEMBERS:
                    raise SourceError(f"The folder has more than {MOST_MEMBERS} files: offer a smaller part of it.")
    finally:
        os.close(folder)


def _is_safe(path: str) -> bool:
    try:
        check_path(path)
    except UnsafePath:
        return False
    return True
