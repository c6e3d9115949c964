"""The questions and answers between the broker and the processes that answer queries, and the limits of a query.

Each is a length and a value in msgpack.
"""

import struct

import msgspec

HEAD = struct.Struct(">I")
SECONDS = 10.0
ROWS = 10_000
MEMORY = 1024 * 1024 * 1024
ANSWER_BYTES = 16 * 1024 * 1024
UNOPENED = 3
"""The status of a process that could not open its graph; no query ends a process with it."""


class WorkerQuestion(msgspec.Struct, frozen=True):
    """A query, the media types of its answer (an empty one is not accepted), and the graphs that it sees."""

    text: str
    table: str
    graph: str
    graphs: tuple[str, ...]


class WorkerAnswer(msgspec.Struct, frozen=True):
    """An answer with its media type, or the code of a refusal with a detail of the parser."""

    body: bytes = b""
    media_type: str = ""
    refusal: str = ""
    detail: str = ""
