"""Where bytes come from, what is done to them, where they go: one file and one line for each kind.

A source or sink is made from an address of ours (`{"kind": "file", "path": …}`) that an operator wrote; what a peer can
influence is only the sub-path of a folder and the byte range, both checked by the source itself.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import msgspec


class SourceError(Exception):
    """The source cannot deliver; the message is one sentence for the operator, without secrets or full paths."""


class LocalFile(msgspec.Struct, frozen=True, kw_only=True):
    """An open file that holds the very bytes of a content, for short cuts past its chunks.

    `check` raises SourceError once the file is not what it was when it was opened; `read` gives the bytes of a range
    `[offset, end)`, checked likewise. All are good until the content is closed.
    """

    path: str
    descriptor: int
    check: Callable[[], None]
    read: Callable[[int, int], AsyncIterator[bytes]]


class Untreatable(SourceError):
    """The data cannot be treated as the contract demands; trying again does not help. Told to the peer as well."""


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a source is about to deliver.

    `size` is the whole size in bytes where known, `etag` a strong validator where the content is stable (it makes
    ranges and resumption possible), `sha256` the digest in hex of the whole where known. `offset` is the first byte of
    `chunks`. `file` is there only where the chunks are a local file's bytes as they are stored; whoever changes bytes
    on their way gives a content without it, and without size, etag and digest of what was stored.
    """

    chunks: AsyncIterator[bytes]
    media_type: str
    size: int | None = None
    etag: str | None = None
    sha256: str | None = None
    offset: int = 0
    name: str | None = None
    file: LocalFile | None = None


class Source(Protocol):
    """Where a flow's bytes come from."""

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is not complete, not allowed or not there."""

    def open(
        self, address: dict[str, Any], *, part: str | None = None, offset: int = 0, end: int | None = None
    ) -> AbstractAsyncContextManager[Content]:
        """Open for reading `[offset, end)`; `part` picks a member of a folder. Raises SourceError on entering."""

    async def changed_at(self, address: dict[str, Any]) -> int | None:
        """Return when the data last changed (ms since the epoch), None where the source cannot tell. A bounded time."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of data that is arriving; `offset` is where the sender resumes."""

    flow_id: str
    media_type: str
    size: int | None = None
    sha256: str | None = None
    offset: int = 0
    name: str | None = None
    etag: str | None = None


class SinkReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a sink has taken: bytes in all, SHA-256 (hex) of the whole, and where it lies now (for the operator)."""

    size: int
    sha256: str
    location: str


class Sink(Protocol):
    """Where a flow's bytes go."""

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is not complete or not allowed."""

    async def count_received(self, address: dict[str, Any], flow_id: str) -> int:
        """Return how many bytes of this flow are held already, for a resumption."""

    async def write(self, address: dict[str, Any], arrival: Arrival, chunks: AsyncIterator[bytes]) -> SinkReceipt:
        """Take the bytes from `arrival.offset` on; complete only if size and digest agree. Raises SourceError."""


Record = dict[str, Any]
"""One record by the names of its fields: texts in CSV; in JSON any value, with fractions as Decimal."""

PERSON = "\0person"
"""Under this name a record carries whom it is about while it is treated; it never leaves."""


class Transform(Protocol):
    """What is done to records on the way, made for one delivery; records are its own to change."""

    @property
    def most_bytes(self) -> int | None:
        """The bound on the data of a transform that answers only at the end; None for one that answers each record."""

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return the fields of what comes out for those of what goes in. Raises Untreatable where one is missing."""

    def take(self, record: Record) -> Record | None:
        """Return the record as it may leave; None where it is held back. Raises Untreatable."""

    def finish(self) -> Iterable[Record]:
        """Yield what was held back and may leave now."""
