"""One process for one store: a second one would send each message twice and count each use in its own memory."""

import fcntl
import os
from pathlib import Path

from connector.settings import SettingsError


def lock_store(path: Path) -> int:
    """Lock the store at `path` for this process, and return the descriptor that holds the lock.

    The lock ends with the process, however that ends. Raises SettingsError if another process has it.
    """
    # A link to the store is the same store, so the lock is beside the file itself.
    path = path.resolve()
    file = path.with_name(path.name + ".lock")
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        if not isinstance(error, BlockingIOError):
            raise SettingsError(f"The store {path} cannot be locked ({error.strerror}): use a local disk.") from error
        raise SettingsError(
            f"Another process (PID {holder}) uses the store {path}: stop it, or set `store.path` to another file."
        ) from None
    os.truncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor
