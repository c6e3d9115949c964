"""The limits of a stream, which the address of its source states: what is kept of it, how long, and how large it is."""

from typing import Annotated, Any

import msgspec

from connector.ports.flow import SourceError

LARGEST = 1024 * 1024


class StreamLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one stream.

    `largest` is the size of a message in bytes. Of the messages, those of the last `keep_seconds` are kept for readers
    that were away, at most `keep_messages` and `keep_bytes`. After `silent_after` seconds without a message, both sides
    are told. `secret` is the name of the secret with the account at the broker.
    """

    largest: Annotated[int, msgspec.Meta(ge=1, le=LARGEST)] = 256 * 1024
    keep_seconds: Annotated[int, msgspec.Meta(ge=60, le=31 * 24 * 3600)] = 24 * 3600
    keep_messages: Annotated[int, msgspec.Meta(ge=1_000, le=10_000_000)] = 100_000
    keep_bytes: Annotated[int, msgspec.Meta(ge=16 * 1024 * 1024, le=64 * 1024**3)] = 256 * 1024 * 1024
    silent_after: Annotated[float, msgspec.Meta(ge=1, le=31 * 24 * 3600)] = 300.0
    secret: Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9][a-z0-9_-]{0,63})?\Z")] = ""


def read_stream_limits(address: dict[str, Any]) -> StreamLimits:
    """Return the limits in an address. Raises SourceError for one that is no number, or is out of its bounds."""
    try:
        return msgspec.convert(address, StreamLimits)
    except msgspec.ValidationError as error:
        raise SourceError(f"A limit of the stream in the address cannot be used: {error}.") from error
