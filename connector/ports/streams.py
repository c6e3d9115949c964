"""The sources of streams: messages without an end, from a broker that keeps them until they are acknowledged.

The address of a source (`{"kind": "mqtt", "url": …}`) comes from the operator. A peer determines nothing of it.
"""

from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Any, Protocol

import msgspec


class Lost(StrEnum):
    """Why a message of a stream is not there; `streams.lost-…` is the sentence for it."""

    TOO_LARGE = "too-large"
    OVERFLOW = "overflow"
    AT_SOURCE = "at-source"
    UNREADABLE = "unreadable"
    UNTREATABLE = "untreatable"
    OLD = "old"
    UNKNOWN = "unknown"


class Arrived(msgspec.Struct, frozen=True):
    """A message as it arrived, or `count` messages that did not (`lost` says why)."""

    data: bytes = b""
    lost: str = ""
    count: int = 1


class ArrivedBatch(msgspec.Struct, frozen=True):
    """Messages that arrived one after the other, perhaps none, and the mark that is stored with them."""

    messages: tuple[Arrived, ...]
    mark: bytes


class Inlet(Protocol):
    """An open subscription at a broker. Raises SourceError if the connection is lost."""

    async def take(self) -> ArrivedBatch:
        """Wait for the next messages and return those that are there, a bounded number and size."""

    async def acknowledge(self) -> None:
        """Tell the broker that what `take` returned last is stored, so that it need not keep it."""


class StreamSource(Protocol):
    """The source of the messages of streams."""

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is incomplete or not allowed."""

    async def probe(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the broker does not take the subscription now. Takes a bounded time, leaves nothing."""

    def open(self, address: dict[str, Any], name: str, mark: bytes) -> AbstractAsyncContextManager[Inlet]:
        """Open the durable subscription `name`; `mark` is that of the last stored batch. Raises SourceError.

        What the broker sends again and the mark shows to be stored is acknowledged and not returned.
        """

    async def forget(self, address: dict[str, Any], name: str) -> None:
        """Remove the durable subscription, so that the broker keeps nothing for it. Raises SourceError."""
