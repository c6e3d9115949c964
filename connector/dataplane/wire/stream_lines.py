"""The lines of JSON of a stream, as a receiver reads them: messages and events, each with its position.

A batch that is pushed is a POST of such lines with `Stream-Position`, the position behind its last line. Any status of
success acknowledges all of them.
"""

import re
from base64 import b64decode
from collections.abc import Iterable
from typing import Annotated

import msgspec

from connector.ports.stream_sink import StreamMessage

STREAM_POSITION = "Stream-Position"
LINES = "application/x-ndjson"
LARGEST_BATCH = 8 * 1024 * 1024
KEEP_ALIVE = "keep-alive"
_POSITION = re.compile(r"[0-9a-f]{1,40}\.[0-9]{1,18}", re.ASCII)
_MOST_LINES = 20_000


class BadLines(Exception):
    """Lines are none of a stream; the message is one sentence for the sender."""


class _StreamLine(msgspec.Struct, frozen=True):
    id: Annotated[str, msgspec.Meta(max_length=64)]
    at: Annotated[str, msgspec.Meta(max_length=40)] = ""
    event: Annotated[str, msgspec.Meta(max_length=40)] = ""
    data: msgspec.Raw = msgspec.Raw()
    text: str | None = None
    base64: str | None = None


_read_line = msgspec.json.Decoder(_StreamLine).decode


def read_position(value: str | None) -> str | None:
    """Return a position as it is written in a header field; None for anything else."""
    return value if value is not None and _POSITION.fullmatch(value) else None


def split_position(position: str) -> tuple[str, int]:
    """Return the generation of a position, and its number there.

    >>> split_position("7f3a.1024")
    ('7f3a', 1024)
    """
    generation, _, number = position.partition(".")
    return generation, int(number or 0)


def is_behind(position: str, other: str) -> bool:
    """Return whether a position is not reached by another one: a later number, or one of another generation.

    >>> is_behind("7f.2", "7f.1"), is_behind("7f.1", "7f.1"), is_behind("8a.1", "7f.9"), is_behind("7f.1", "")
    (True, False, True, True)
    """
    generation, number = split_position(position)
    known, reached = split_position(other)
    return generation != known or number > reached


def read_lines(lines: Iterable[bytes]) -> list[StreamMessage]:
    """Return the messages and events of lines. Raises BadLines at the first that is none."""
    found = list[StreamMessage]()
    for line in lines:
        if not line.strip():
            continue
        if len(found) >= _MOST_LINES:
            raise BadLines(f"A batch has more than {_MOST_LINES} lines: send fewer at a time.")
        try:
            read = _read_line(line)
            data = _read_data(read)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            raise BadLines("A line is none of a stream: send JSON with `id`, and `data` or `event`.") from None
        if not _POSITION.fullmatch(read.id):
            raise BadLines("A line has no position in its `id`: send what the stream has.")
        found.append(StreamMessage(read.id, read.at, line.strip(), data, read.event))
    return found


def _read_data(read: _StreamLine) -> bytes:
    if read.event:
        return b""
    if read.data:
        return bytes(read.data)
    if read.text is not None:
        return read.text.encode()
    if read.base64 is not None:
        return b64decode(read.base64, validate=True)
    raise ValueError
