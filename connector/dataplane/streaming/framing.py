"""The two forms of a stream: Server-Sent Events (HTML Living Standard, 9.2), and one JSON object a line.

In both, each message has an identifier, at which a reader continues. What is no message is an event with a name: `gap`
(messages that are missing, with the reason), `silence` (nothing arrives at the source), `end` (why nothing more comes).
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from connector.dataplane.wire.stream_lines import LINES

EVENT_STREAM = "text/event-stream"
_BREAK = re.compile(rb"\r\n|\n|\r")
_encode = msgspec.json.encode


class StreamForm(Protocol):
    """Writes messages and events as bytes."""

    @property
    def media_type(self) -> str:
        """The media type of the answer."""

    def write_message(self, id: str, at: str, data: bytes) -> bytes:
        """Return a message with its identifier and the time of its arrival (RFC 3339)."""

    def write_event(self, name: str, id: str, about: dict[str, Any]) -> bytes:
        """Return an event; a reader that continues at `id` does not get it again."""

    def keep_alive(self, id: str) -> bytes:
        """Return what shows that the stream is alive, and how far the reader has come."""


class EventStream:
    """Server-Sent Events: text is one, what is not UTF-8 is an event `bytes` in base64."""

    media_type = EVENT_STREAM

    def write_message(self, id: str, at: str, data: bytes) -> bytes:  # noqa: ARG002 - events have no time
        """Return a message as an event without a name, so that every reader of events gets it."""
        if not _is_text(data):
            return _write_fields(id, b"bytes", b64encode(data))
        return _write_fields(id, b"", data)

    def write_event(self, name: str, id: str, about: dict[str, Any]) -> bytes:
        """Return an event with its name."""
        return _write_fields(id, name.encode(), _encode(about))

    def keep_alive(self, id: str) -> bytes:
        """Return a comment, and an identifier without an event, which readers remember."""
        return b": keep-alive\nid: " + id.encode() + b"\n\n"


class JsonStream:
    """Lines of JSON: `{"id", "at", "data"}`, or instead of `data` a `text` or, for what is not UTF-8, `base64`."""

    media_type = LINES

    def write_message(self, id: str, at: str, data: bytes) -> bytes:
        """Return a message; JSON is in it as it is written."""
        head = b'{"id":"' + id.encode() + b'","at":"' + at.encode() + b'",'
        if is_json(data):
            return head + b'"data":' + _BREAK.sub(b" ", data) + b"}\n"
        if _is_text(data):
            return head + b'"text":' + _encode(data.decode()) + b"}\n"
        return head + b'"base64":"' + b64encode(data) + b'"}\n'

    def write_event(self, name: str, id: str, about: dict[str, Any]) -> bytes:
        """Return an event."""
        return _encode({"event": name, "id": id, **about}) + b"\n"

    def keep_alive(self, id: str) -> bytes:
        """Return an event `keep-alive`."""
        return self.write_event("keep-alive", id, {})


FORMS: dict[str, StreamForm] = {EVENT_STREAM: EventStream(), LINES: JsonStream()}
_LINES_TOO = frozenset({LINES, "application/ndjson", "application/jsonl", "application/json-lines"})


def choose_form(accepted: Iterable[str], media_type: str) -> StreamForm | None:
    """Return the form that a reader accepts, or None. One that accepts all gets that of the data, else events."""
    own = FORMS[LINES if media_type in _LINES_TOO else EVENT_STREAM]
    wanted = [part.partition(";") for line in accepted for part in line.split(",") if part.strip()]
    if not wanted:
        return own
    for name, _, rest in wanted:
        kind = name.strip().lower()
        if re.search(r"\bq=0(\.0*)?\s*(;|$)", rest):
            continue
        if kind in _LINES_TOO:
            return FORMS[LINES]
        if kind in {EVENT_STREAM, "text/*"}:
            return FORMS[EVENT_STREAM]
        if kind in {"*/*", "application/*"}:
            return own if kind == "*/*" else FORMS[LINES]
    return None


def is_json(data: bytes) -> bool:
    """Return whether bytes are one value of JSON (RFC 8259), which NaN is not."""
    try:
        data.decode()
        msgspec.json.decode(data)
    except (UnicodeDecodeError, msgspec.MsgspecError, RecursionError):
        return False
    return True


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return "\0" not in text


def _write_fields(id: str, name: bytes, data: bytes) -> bytes:
    lines = b"".join(b"data: " + line + b"\n" for line in _BREAK.split(data))
    return b"id: " + id.encode() + b"\n" + (b"event: " + name + b"\n" if name else b"") + lines + b"\n"
