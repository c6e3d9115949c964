"""What the Dataset of a catalogue states of its data: digest, size and date. Pure.

A provider that states nothing may have changed the data at any time.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from connector.protocol.dcat import find_checksum

# The digits of 2**63.
_MOST_DIGITS = 19


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
        size=_read_size(size),
        modified=_read_moment(_value(first.get("dct:modified", dataset.get("dct:modified")))),
        name=name if isinstance(name := _value(first.get("dct:title")), str) else None,
    )


def _value(stated: object) -> object:
    return stated.get("@value") if isinstance(stated, Mapping) else stated


def _read_size(stated: object) -> int | None:
    """Return a number of bytes; None for what is none, also for one of more digits than a file has."""
    if isinstance(stated, int) and not isinstance(stated, bool):
        return stated if 0 <= stated < 10**_MOST_DIGITS else None
    known = isinstance(stated, str) and stated.isascii() and stated.isdecimal() and len(stated) <= _MOST_DIGITS
    return int(str(stated)) if known else None


def _read_moment(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
