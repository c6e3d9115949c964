"""A parser of requests for which the offer of another protocol is a field like others (RFC 9110, section 7.8).

httptools ends a request that offers one with its head, and takes its body for bytes of the other protocol. None is
spoken here: so the parser then learns the framing of the body from a head without the offer, which nobody else sees.
"""

from collections.abc import Callable
from typing import Protocol

import httptools


class RequestTarget(Protocol):
    """What is told what a parser finds."""

    @property
    def on_url(self) -> Callable[[bytes], None]:
        """Takes a part of a target."""

    @property
    def on_header(self) -> Callable[[bytes, bytes], None]:
        """Takes a field."""

    def on_message_begin(self) -> None:
        """Begin a request."""

    def on_headers_complete(self) -> None:
        """End a head."""

    def on_body(self, part: bytes, /) -> None:
        """Take a part of a body."""

    def on_message_complete(self) -> None:
        """End a request."""


class SteadyParser:
    """Parses the requests of a connection; `find_field` returns a field of the last head by its name."""

    def __init__(
        self, target: RequestTarget, find_field: Callable[[str], str | None], *, lenient: bool = False
    ) -> None:
        """With `lenient`, what follows the last request is passed over."""
        self._target = target
        self._find_field = find_field
        self._lenient = lenient
        self._offered = False
        # The parser calls these itself: each field would cost one call more.
        self.on_message_begin = target.on_message_begin
        self.on_url, self.on_header, self.on_body = target.on_url, target.on_header, target.on_body
        self._use(httptools.HttpRequestParser(self))

    def feed_data(self, data: bytes | memoryview) -> None:
        """Parse what has arrived; the parser raises what it refuses."""
        while True:
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                head, self._offered = self._write_framing(), False
                self._use(httptools.HttpRequestParser(_Repeated(self)))
                self._parser.feed_data(head)
                data = data[offer.args[0] :]
                if data:
                    continue
            return

    def should_upgrade(self) -> bool:
        """Return False: every request goes on as HTTP/1."""
        return False

    def on_headers_complete(self) -> None:
        """End a head."""
        self._offered = self._parser.should_upgrade()
        self._target.on_headers_complete()

    def on_message_complete(self) -> None:
        """End a request, unless its body is still to come."""
        if not self._offered:
            self._target.on_message_complete()

    def _use(self, parser: httptools.HttpRequestParser) -> None:
        self._parser = parser
        self.get_method, self.get_http_version = parser.get_method, parser.get_http_version
        self.should_keep_alive = parser.should_keep_alive
        if self._lenient:
            parser.set_dangerous_leniencies(lenient_data_after_close=True)

    def _write_framing(self) -> bytes:
        """Return a head that frames as the last one, and offers nothing."""
        head = f"POST / HTTP/{self.get_http_version()}\r\n"
        head += f"Connection: {'keep-alive' if self.should_keep_alive() else 'close'}\r\n"
        for name in ("Content-Length", "Transfer-Encoding"):
            value = self._find_field(name.lower())
            if value is not None:
                head += f"{name}: {value}\r\n"
        return f"{head}\r\n".encode("latin-1")


class _Repeated:
    """Passes on what a parser finds after a head that repeats the framing of one that is known."""

    def __init__(self, target: RequestTarget) -> None:
        self._target = target
        self._known = True
        self.on_body, self.on_message_complete = target.on_body, target.on_message_complete

    def on_message_begin(self) -> None:
        if not self._known:
            self._target.on_message_begin()

    def on_url(self, part: bytes) -> None:
        if not self._known:
            self._target.on_url(part)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._known:
            self._target.on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._known:
            self._known = False
        else:
            self._target.on_headers_complete()
