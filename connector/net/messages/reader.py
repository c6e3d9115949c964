"""Reads the answer to one request from the bytes of a connection, with httptools (RFC 9112); pure.

httptools refuses bare line feeds, folded fields, two lengths, and a length beside a transfer coding. What it leaves
open is refused here, and everything that it would collect is counted while it arrives.
"""

import httptools

from connector.net.transport import MAX_INTERIM

MAX_HEAD = 32 * 1024
MAX_FIELDS = 128
_MAX_FRAMING = 64 * 1024
_FRAMING_FOR_A_BYTE = 8
_START = b"HTTP/1."
_BODILESS = frozenset({204, 304})

Field = tuple[bytes, bytes]


class Malformed(Exception):
    """The bytes are no answer of HTTP/1.1; the message ends a sentence that begins with the peer."""


class Oversized(Exception):
    """The body is larger than allowed."""


class AnswerReader:
    """Reads the answers of one connection, one after the other. `begin` announces the next request."""

    __slots__ = (
        "_body",
        "_chunked",
        "_fault",
        "_field_bytes",
        "_field_count",
        "_headed",
        "_interim",
        "_most",
        "_no_body",
        "_parser",
        "_raw",
        "_size",
        "_stated",
        "done",
        "fields",
        "keep",
        "status",
    )

    def __init__(self) -> None:
        self._parser: httptools.HttpResponseParser | None = None
        self._no_body = False

    def begin(self, *, no_body: bool, most: int) -> None:
        """Expect the next answer: without a body if `no_body` (HEAD), else with at most `most` bytes of it."""
        # After an answer to HEAD, the parser waits for its body.
        if self._parser is None or self._no_body:
            self._parser = httptools.HttpResponseParser(self)
        self.done = False
        self.keep = False
        self.status = 0
        self.fields: list[Field] = []
        self._body: bytes | bytearray = b""
        self._size = self._raw = 0
        self._no_body = no_body
        self._most = most
        self._headed = self._chunked = False
        self._stated: int | None = None
        self._interim = self._field_bytes = self._field_count = 0
        self._fault: Exception | None = None

    @property
    def body(self) -> bytes:
        """The body as far as it was read."""
        return bytes(self._body)

    def feed(self, data: bytes) -> None:
        """Read the next bytes; afterwards `done` tells whether the answer is complete. Raises Malformed or Oversized.

        Bytes behind the answer belong to no request: they end `keep`, and change nothing else.
        """
        if self._raw == 0 and not _START.startswith(data[: len(_START)]):
            raise Malformed("its first bytes are not those of HTTP/1.1")
        self._raw += len(data)
        assert self._parser is not None
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if self.done:
                self.keep = False
                return
            raise self._fault or Malformed(str(error).removesuffix(".") or "malformed") from error
        if not self._headed and self._raw > MAX_HEAD:
            raise Malformed(f"its head is larger than {MAX_HEAD} bytes")
        if self._raw > _MAX_FRAMING + _FRAMING_FOR_A_BYTE * self._size:
            raise Malformed("it has more framing than content")

    def finish(self) -> bool:
        """Note the end of the connection; return whether it completes an answer that is delimited by it."""
        if self._headed and not self.done and self._stated is None and not self._chunked:
            self.done = True
            self.keep = False
        return self.done

    def close(self) -> None:
        """Forget the parser, which refers to this reader."""
        self._parser = None

    # The rest is called by httptools. An exception stops the parser; `feed` raises the stored one.

    def on_message_begin(self) -> None:
        """Refuse an answer after the answer, and forget the fields of an interim answer."""
        if self.done:
            self.keep = False
            raise Malformed("bytes follow the answer")
        self.fields = []
        self._chunked = False
        self._stated = None

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a field or a trailer; keep a field."""
        self._field_count += 1
        self._field_bytes += len(name) + len(value)
        if self._field_count > MAX_FIELDS:
            self._stop(Malformed(f"it has more than {MAX_FIELDS} fields"))
        if self._field_bytes > MAX_HEAD:
            self._stop(Malformed(f"its head is larger than {MAX_HEAD} bytes"))
        if self._headed:
            return
        lowered = name.lower()
        value = value.strip(b" \t")
        if lowered == b"content-length":
            self._stated = int(value)
        elif lowered == b"transfer-encoding":
            if self._chunked or value.lower() != b"chunked":
                self._stop(Malformed("its transfer coding is not `chunked`"))
            self._chunked = True
        self.fields.append((lowered, value))

    def on_headers_complete(self) -> None:
        """Check the head; an interim answer is counted and passed over."""
        assert self._parser is not None
        status = self._parser.get_status_code()
        version = self._parser.get_http_version()
        if version not in {"1.1", "1.0"} or (self._chunked and version == "1.0"):
            self._stop(Malformed("its version of HTTP is not 1.1"))
        if status < 100 or status == 101:
            self._stop(Malformed(f"its status {status} was not asked for"))
        if status < 200:
            self._interim += 1
            if self._stated is not None or self._chunked:
                self._stop(Malformed("an interim answer has a body"))
            if self._interim > MAX_INTERIM:
                self._stop(Malformed(f"it has more than {MAX_INTERIM} interim answers"))
            return
        self._headed = True
        self.status = status
        if self._no_body:
            # The parser now expects a body. It sees each byte that arrives, except in the line of a chunk.
            self._complete(keep=self._parser.should_keep_alive() and self._stated is not None)
        elif (self._stated or 0) > self._most and status not in _BODILESS:
            self._stop(Oversized())

    def on_body(self, data: bytes) -> None:
        """Count and keep a piece of the body."""
        if self.done:
            self._stop(Malformed("bytes follow the answer"))
        self._size += len(data)
        if self._size > self._most:
            self._stop(Oversized())
        # A body in tiny chunks is one array, not a list of small objects.
        if not self._body:
            self._body = data
            return
        if isinstance(self._body, bytes):
            self._body = bytearray(self._body)
        self._body += data

    def on_message_complete(self) -> None:
        """Note that the final answer is complete."""
        assert self._parser is not None
        if self._headed and not self.done:
            self._complete(keep=self._parser.should_keep_alive())

    def _complete(self, *, keep: bool) -> None:
        self.done = True
        self.keep = keep

    def _stop(self, fault: Exception) -> None:
        if self.done:
            self.keep = False
        self._fault = fault
        raise fault
