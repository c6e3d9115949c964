"""Whether a local file is the data that its provider states now: digest, size and date.

A provider that states nothing may have changed the data at any time.
"""

import hashlib
from datetime import datetime
from pathlib import Path

from connector.protocol.stated import StatedData
from connector.views.conversion import moment


def is_newer(stated: StatedData, began: datetime, size: int) -> bool:
    """Return whether the data may have changed after a delivery of this size that began then, by its date."""
    return stated.modified is None or stated.modified > began or stated.size not in {None, size}


def is_current(stated: StatedData, path: Path) -> bool:
    """Return whether a local file is the stated data, for certain."""
    if not path.is_file():
        return False
    if stated.sha256:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == stated.sha256
    if stated.size is None or stated.modified is None:
        return False
    there = path.stat()
    return there.st_size == stated.size and moment(there.st_mtime_ns // 1_000_000) >= stated.modified
