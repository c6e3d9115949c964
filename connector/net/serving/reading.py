"""The requests of a connection, parsed from the bytes that arrive and bounded before anything is built (RFC 9112)."""

from collections import deque
from collections.abc import Awaitable, Callable

import httptools
import msgspec

from connector.net.serving.door import Door
from connector.net.serving.head import PIECE, HeadGatherer
from connector.net.serving.intake import Intake
from connector.net.serving.messages import BodyFault, PeerRequest
from connector.net.serving.steady import SteadyParser

_SLACK = 64 * 1024


class DueRefusal(msgspec.Struct, frozen=True):
    """A refusal that is due after the answers before it."""

    path: str
    status: int


class RequestReader:
    """Reads requests into `queue`, in their order; `read` reads the body of the request that is being answered.

    `head` is the head that arrives, or the last one.
    `arriving` is the request whose body is not complete. Once `ended`, nothing more is parsed; once `last`, the
    connection ends with the answers that are due.
    """

    def __init__(self, door: Door, address: str, read: Callable[[], Awaitable[bytes]]) -> None:
        self.queue: deque[Intake | DueRefusal] = deque()
        self.arriving: Intake | None = None
        self.ended = self.last = False
        self._door = door
        self._bounds = door.bounds
        self._address = address
        self._read = read
        self.head = HeadGatherer(door.bounds)
        # The parser calls these itself: each field would cost one call more.
        self.on_url, self.on_header = self.head.add_target, self.head.add_field
        self._parser = SteadyParser(self, lambda name: self.head.headers.get(name))
        self._overhead = 0

    def feed(self, data: bytes) -> None:
        """Parse what has arrived."""
        view = memoryview(data)
        for at in range(0, len(data), PIECE):
            if self.ended:
                return
            self._parse(view[at : at + PIECE])

    def refuse(self, status: int) -> None:
        """Refuse what is arriving; nothing more is parsed."""
        self.ended = self.last = True
        arriving, self.arriving = self.arriving, None
        if arriving is not None:
            arriving.fail(BodyFault(status))
            return
        path, _ = self.head.read_target()
        self.head.open = False
        self.queue.append(DueRefusal(path, status))

    def end(self, fault: Exception) -> None:
        """Parse nothing more; a body that is not complete fails."""
        self.ended = self.last = True
        if self.arriving is not None:
            self.arriving.fail(fault)
            self.arriving = None

    def drop(self) -> None:
        """Give up the requests that wait."""
        self.ended = True
        for intake in self.queue:
            if isinstance(intake, Intake):
                intake.release()
        self.queue.clear()
        self.arriving = None

    def on_message_begin(self) -> None:
        """Begin a head."""
        if self.ended:
            return
        self.head.begin()

    def on_headers_complete(self) -> None:
        """Hand the request over, or refuse it."""
        if self.ended:
            return
        head, version = self.head, self._parser.get_http_version()
        head.close(version)
        path, query = head.read_target()
        expected = head.headers.get("expect")
        if expected is not None and expected.lower() != "100-continue":
            head.status = head.status or 417
        if len(self.queue) >= self._bounds.pipelined:
            head.status = head.status or 503
        if head.status:
            self.refuse(head.status)
            return
        request = PeerRequest(
            method=self._parser.get_method().decode("latin-1"),
            path=path,
            query=query,
            headers=head.headers,
            address=self._address,
            read=self._read,
        )
        # A caller of HTTP/1.0 waits for the end, unless the answer names what only that version knows (appendix C.2.2).
        keep = version == "1.1" and self._parser.should_keep_alive()
        self.arriving = Intake(request, self._door, keep=keep)
        self._overhead = 0
        self.queue.append(self.arriving)

    def on_body(self, part: bytes) -> None:
        """Add a part of the body."""
        if self.arriving is not None:
            self._overhead -= len(part)
            self.arriving.add(part)

    def on_message_complete(self) -> None:
        """End the request."""
        arriving = self.arriving
        if arriving is None:
            return
        self.arriving = None
        arriving.end()
        if not arriving.keep:
            self.ended = True

    def _parse(self, piece: memoryview) -> None:
        body = self.arriving is not None
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserError:
            if not self.ended:
                self.refuse(400)
        if self.ended:
            return
        if body and self.arriving is not None:
            # Chunk sizes, chunk extensions and trailers are no part of the body, and they have no end of their own.
            self._overhead += len(piece)
            if self._overhead > _SLACK or self.head.status:
                self.refuse(self.head.status or 400)
        elif self.arriving is None:
            self.head.count_unreported(len(piece))
            if self.head.status:
                self.refuse(self.head.status)
