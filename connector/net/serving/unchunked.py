"""Answers of a general server to a caller of HTTP/1.0, which knows no chunks (RFC 9112, 7.1): the end of the connection
ends the answer."""

from typing import Protocol

_HEAD_END, _LINE_END = b"\r\n\r\n", b"\r\n"
_CHUNKED = b"transfer-encoding: chunked"


class AnswerTransport(Protocol):
    """The part of a transport that a server of answers uses."""

    def write(self, data: bytes, /) -> None:
        """Send bytes."""

    def close(self) -> None:
        """Close the connection when all is sent."""

    def is_closing(self) -> bool:
        """Whether the connection is closed or being closed."""


class UnchunkedTransport:
    """Passes one answer on to a transport, and its body without the frames of chunks, if it has any."""

    def __init__(self, transport: AnswerTransport) -> None:
        self._transport = transport
        self._held = b""
        self._begun = self._chunked = False

    def write(self, data: bytes, /) -> None:
        """Send a part of the answer, as its server frames it."""
        self._held += data
        if not self._begun and _HEAD_END in self._held:
            head, self._held = self._held.split(_HEAD_END, 1)
            lines = head.split(_LINE_END)
            kept = [line for line in lines if line.lower() != _CHUNKED]
            self._begun, self._chunked = True, len(kept) < len(lines)
            self._transport.write(_LINE_END.join(kept) + _HEAD_END)
        if self._begun and (body := self._take_body()):
            self._transport.write(body)

    def close(self) -> None:
        """Close the connection when all is sent."""
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection is closed or being closed."""
        return self._transport.is_closing()

    def _take_body(self) -> bytes:
        """Return the bytes of the body that are complete."""
        if not self._chunked:
            body, self._held = self._held, b""
            return body
        parts: list[bytes] = []
        while _LINE_END in self._held:
            line, rest = self._held.split(_LINE_END, 1)
            size = int(line, 16)
            if len(rest) < size + len(_LINE_END):
                break
            parts.append(rest[:size])
            self._held = rest[size + len(_LINE_END) :]
        return b"".join(parts)
