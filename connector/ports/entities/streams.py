"""The journals of streams: what arrived at a source without an end, kept for a bounded time so that readers resume."""

from typing import Any

import msgspec


class StreamEntry(msgspec.Struct, frozen=True):
    """One message of a journal at its position, or messages that were lost before they were stored.

    `at` is its arrival (ms). `lost` is why a message is not there (`ports.streams.Lost`), empty for a message; `count`
    is then how many were lost. `data` are the bytes as they arrived.
    """

    position: int
    at: int
    data: bytes = b""
    lost: str = ""
    count: int = 1


class EntryHead(msgspec.Struct, frozen=True):
    """An entry without its data: its position, its arrival (ms) and its size in bytes."""

    position: int
    at: int
    size: int


class StreamJournal(msgspec.Struct, frozen=True, kw_only=True):
    """The journal of one source: the entries from position `first` to `last`, `size` bytes in all.

    `generation` (hex) is that of this journal: positions of another one mean nothing here. `source` is the address of
    the source, and `mark` what the source needs in order to recognise messages that it sends again. `at` is when the
    newest message arrived (ms), 0 before the first.
    """

    owner: str
    id: str
    generation: str
    source: dict[str, Any]
    first: int = 1
    last: int = 0
    size: int = 0
    mark: bytes = b""
    at: int = 0
