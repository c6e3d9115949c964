"""The sinks of streams: messages are stored as they arrive, and acknowledged only then.

The address (`{"kind": "file", "path": "air/"}`) comes from the operator. A peer determines nothing of it.
"""

from typing import Any, Protocol, runtime_checkable

import msgspec


class StreamMessage(msgspec.Struct, frozen=True):
    """A message of a stream, or an event such as a gap.

    `id` is its position at the provider: `generation.number`. `line` is the line of JSON in which it came, without its
    end. `data` are the bytes of the message; an event has none, and has the name `event`.
    """

    id: str
    at: str
    line: bytes
    data: bytes = b""
    event: str = ""


class StreamBatch(msgspec.Struct, frozen=True):
    """Messages that followed one after the other in one flow."""

    flow_id: str
    messages: tuple[StreamMessage, ...]


@runtime_checkable
class StreamSink(Protocol):
    """A sink that also takes streams."""

    def check_stream(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is none for a stream."""

    async def store(self, address: dict[str, Any], batch: StreamBatch) -> None:
        """Store a batch; when this returns, it survives a loss of power. Raises SourceError, and stores nothing then.

        After a break, a batch can come again, also cut otherwise. A sink that can see that leaves out what it has.
        Cause.UNAVAILABLE and Cause.NO_SPACE are worth another attempt, every other cause is not.
        """
