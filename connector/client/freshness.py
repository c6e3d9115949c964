"""Whether data has changed at its provider, by what the provider states of it now: digest, size and date.

A provider that states nothing may have changed the data at any time.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from connector.protocol.dcat import find_checksum
from connector.views.conversion import moment


class StatedData(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider states of its data, and the name of its file; each is None if it is not stated."""

    sha256: str | None = None
    size: int | None = None
    modified: datetime | None = None
    name: str | None = None

    @property
    def is_datable(self) -> bool:
        """Whether a later statement can show that the data is still the same."""
        return self.sha256 is not None or self.modified is not None

    def is_same(self, earlier: "StatedData") -> bool:
        """Return whether this is the data of an earlier statement, for certain."""
        if self.sha256 and earlier.sha256:
            return self.sha256 == earlier.sha256
        return self.modified is not None and (self.size, self.modified) == (earlier.size, earlier.modified)


def read_stated(dataset: Mapping[str, Any]) -> StatedData:
    """Return what the Dataset of a catalogue states of its data, from its first distribution.

    >>> read_stated({"distribution": [{"dcat:byteSize": 12}]}).size
    12
    """
    distributions = dataset.get("distribution")
    first = distributions[0] if isinstance(distributions, list) and distributions else distributions
    if not isinstance(first, Mapping):
        return StatedData()
    size = _value(first.get("dcat:byteSize", first.get("byteSize")))
    return StatedData(
        sha256=find_checksum(first),
        size=int(size) if isinstance(size, int) or (isinstance(size, str) and size.isdecimal()) else None,
        modified=_read_moment(_value(first.get("dct:modified", dataset.get("dct:modified")))),
        name=name if isinstance(name := _value(first.get("dct:title")), str) else None,
    )


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


def _value(stated: object) -> object:
    return stated.get("@value") if isinstance(stated, Mapping) else stated


def _read_moment(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
