"""The sources, transforms and sinks of data flows.

The address of a source or sink (`{"kind": "file", "path": …}`) comes from the operator. A peer determines only the
member of a folder and the byte range; the source checks both.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

import msgspec


class Cause(StrEnum):
    """Why data does not move, as far as a counterparty may know; `processes.flow-…` is the sentence for it."""

    NOT_FOUND = "not-found"
    NOT_ALLOWED = "not-allowed"
    UNAVAILABLE = "unavailable"
    UNTREATABLE = "untreatable"
    NOT_STORED = "not-stored"
    NO_SPACE = "no-space"
    ADDRESS = "address"
    PEER = "peer"
    LIMIT = "limit"
    USES = "uses"
    INTERNAL = "internal"


CODE = "source-"
"""The beginning of the code with which a data endpoint names the cause at its source, such as `source-not-found`."""
FINAL = frozenset({Cause.NOT_FOUND, Cause.NOT_ALLOWED, Cause.UNTREATABLE})
"""The causes at a source that only a person can remove: another attempt would fail too."""


class SourceError(Exception):
    """A source or sink failed; the message is one sentence for the operator, without secrets or full paths.

    `cause` is what the counterparty learns; None if it follows from the side that failed.
    """

    def __init__(self, text: str, cause: Cause | None = None) -> None:
        super().__init__(text)
        self.cause = cause


class LocalFile(msgspec.Struct, frozen=True, kw_only=True):
    """An open file with exactly the bytes of a content, for the kernel or a proxy to send.

    `check` raises SourceError if the file has changed since it was opened; `read` yields the bytes of a range
    `[offset, end)`, checked in the same way. All are valid until the content is closed.
    """

    path: str
    descriptor: int
    check: Callable[[], None]
    read: Callable[[int, int], AsyncIterator[bytes]]


class Untreatable(SourceError):
    """The data cannot be treated as the agreement requires, also not later. The peer receives the message too."""

    def __init__(self, text: str) -> None:
        super().__init__(text, Cause.UNTREATABLE)


class MemberState(msgspec.Struct, frozen=True):
    """A member of a folder at one time.

    `state` changes with its size and the date of its last change; `sha256` (hex) is known or None.
    """

    state: str
    sha256: str | None = None


Members = Callable[[], Awaitable[Mapping[str, MemberState]]]


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """The content that a source has opened.

    `size` is the complete size in bytes, if known; `etag` a strong validator, if the content is stable, which makes
    ranges and resumption possible; `sha256` the digest in hex of all bytes, if known. `offset` is the first byte of
    `chunks`. `file` is set only if the chunks are the stored bytes of a local file: a source that changes bytes returns
    a content without it, and without the size, etag and digest of the stored bytes. `left_out` are names of a folder
    that cannot be carried to a receiver. `unread` is what a receiver may know of how many values could not be read when
    the data was treated: a number, `some`, or nothing. `state` is set for a file: it changes with its size and the date
    of its last change, while the entity tag also changes with what touches no byte, such as rights and further names.
    `converted` is true if the data is in another form than that of the source, so its own media type holds.
    A member of a folder has `members`, which returns all members as they are now, by path: a use delivers only what was
    there when it began. The listing of a folder has `changed_at` (ms), which changes with each member that is added,
    removed or changed.
    """

    chunks: AsyncIterator[bytes]
    media_type: str
    size: int | None = None
    etag: str | None = None
    sha256: str | None = None
    offset: int = 0
    name: str | None = None
    file: LocalFile | None = None
    left_out: tuple[str, ...] = ()
    unread: str = ""
    converted: bool = False
    state: str = ""
    members: Members | None = None
    changed_at: int | None = None


class Source(Protocol):
    """The source of the bytes of a flow."""

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is incomplete, not allowed or does not exist."""

    def open(
        self, address: dict[str, Any], *, part: str | None = None, offset: int = 0, end: int | None = None
    ) -> AbstractAsyncContextManager[Content]:
        """Open the bytes `[offset, end)`; `part` selects a member of a folder. Raises SourceError on entering."""

    async def changed_at(self, address: dict[str, Any]) -> int | None:
        """Return when the data last changed (ms since the epoch), None if unknown. Takes a bounded time."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """The facts about arriving data; `offset` is its first byte, if the sender resumes.

    `version` (32 hex digits) names the data whose bytes these are; without it they are never continued.
    """

    flow_id: str
    media_type: str
    size: int | None = None
    sha256: str | None = None
    offset: int = 0
    name: str | None = None
    etag: str | None = None
    version: str | None = None


class SinkReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt of a sink: size in bytes, SHA-256 (hex), and the location (for the operator)."""

    size: int
    sha256: str
    location: str


class Sink(Protocol):
    """The sink of the bytes of a flow."""

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is incomplete or not allowed."""

    async def count_received(self, address: dict[str, Any], flow_id: str) -> int:
        """Return how many bytes of this flow are stored already, for a resumption."""

    async def find_version(self, address: dict[str, Any], flow_id: str) -> str | None:
        """Return the `version` that the stored bytes came with; None without one: they are then not continued."""

    async def check_space(self, address: dict[str, Any], flow_id: str, size: int | None) -> None:
        """Raise SourceError if there is no space for the rest of a delivery; `size` is None if it is unknown."""

    async def write(self, address: dict[str, Any], arrival: Arrival, chunks: AsyncIterator[bytes]) -> SinkReceipt:
        """Store the bytes from `arrival.offset` on; complete only if size and digest match.

        Raises SourceError, also if the stored bytes before `arrival.offset` came with another version.
        """


Record = dict[str, Any]
"""The values of one record by field: texts in CSV; in JSON any value, with fractions as Decimal."""

PERSON = "\0person"
"""The field with the reference to the person of a record during its treatment; it never leaves.

It is empty where the record names nobody, and absent where persons are not identified."""


class Transform(Protocol):
    """A change of the records of one delivery; it may modify the records that it receives."""

    @property
    def most_bytes(self) -> int | None:
        """The limit in bytes of a transform that needs all records first; None for one that returns each record."""

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """Return the fields of the result for those of the data. Raises Untreatable if a field is missing."""

    def take(self, record: Record) -> Record | None:
        """Return the record as it may leave; None if it is held back. Raises Untreatable."""

    def finish(self) -> Iterable[Record]:
        """Yield the records that were held back and may leave now."""


@runtime_checkable
class LearningTransform(Protocol):
    """A transform whose result also depends on the records that the row filter leaves out."""

    def take_left_out(self, record: Record) -> None:
        """Learn of a record that is left out, as the transforms before this one make it. Raises Untreatable."""
