"""Claims of a place: two processes of this machine do not write the same file or folder at the same time.

A claim is a lock of the kernel on a small file beside the place. It ends with its process, however that ends, so that a
lock file that is left over hinders nobody. Windows has no such locks: nothing is claimed there.
"""

import contextlib
import errno
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from connector.client.frame.errors import InUse

if sys.platform != "win32":
    import fcntl

_WITHOUT_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
"""The errors of a file system that has no locks: the data is saved all the same."""


@contextlib.contextmanager
def claim(folder: Path, name: str, shown: str | Path) -> Iterator[None]:
    """Claim what `name` stands for in a folder, which is created. Raises InUse about `shown`, OSError.

    A folder that was created for the claim and is empty at its end is removed again.
    """
    if sys.platform == "win32":
        yield
        return
    created = [place for place in (folder, *folder.parents) if not place.exists()]
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()
    file = folder / f".datenkontor-{digest[:16]}.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = _lock(file, shown)
        try:
            yield
        finally:
            # Removed while it is locked: whoever has opened it sees that it no longer has this name.
            with contextlib.suppress(OSError):
                file.unlink()
            os.close(descriptor)
    finally:
        with contextlib.suppress(OSError):
            for place in created:
                place.rmdir()


def _lock(file: Path, shown: str | Path) -> int:
    """Return the descriptor that holds the lock on the file of this name. Raises InUse, OSError."""
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            _hold(descriptor)
            if _is_named(descriptor, file):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise InUse("in-use", f"Another process is writing {shown}: try again when it has ended.") from None
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _hold(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _WITHOUT_LOCKS:
            raise


def _is_named(descriptor: int, file: Path) -> bool:
    """Return whether an open file still has its name: the last holder removes it."""
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False
