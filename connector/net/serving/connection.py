"""A connection of the lean server: HTTP/1.1 in, one answer at a time out (RFC 9110, RFC 9112).

Everything that is read is bounded before it is built: the target, the fields, the body, and the requests that wait.
The answer of a request is due before the next one is looked at. A request is handed over with its head, so the
application refuses a caller before it asks for the body.
"""

import asyncio
import contextlib
import logging
from typing import cast

from connector.net.serving.door import Door, Seat
from connector.net.serving.intake import Intake
from connector.net.serving.messages import Application, BodyFault, Disconnected, Reply
from connector.net.serving.reading import DueRefusal, RequestReader
from connector.net.serving.writing import CONTINUE, render_answer, render_refusal

LINGER_S = 2.0
LINGER_BYTES = 1024 * 1024
_NEVER = float("inf")

_log = logging.getLogger(__name__)


class PeerConnection(asyncio.Protocol):
    """Hands requests to the application, one after the other, and writes the answers."""

    def __init__(self, application: Application, door: Door, place: Seat) -> None:
        self._application = application
        self._door = door
        self._place = place
        self._bounds = door.bounds
        self._loop = asyncio.get_running_loop()
        self._current: Intake | DueRefusal | None = None
        self._lingered = 0
        self._deadline = _NEVER
        self._closed = self._closing = self._paused = self._clogged = False
        self._lingering = False

    # The transport's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over the place of the connection."""
        # The transports of uvloop are no subclass of the standard library's.
        self._transport = cast("asyncio.Transport", transport)
        self._secure = transport.get_extra_info("ssl_object") is not None
        self._reader = RequestReader(self._door, self._place.address, self._read)
        self._place.holder = self
        self._deadline = self._loop.time() + self._bounds.head_s

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the reason does not matter
        """Give up everything that this connection holds."""
        self._closed = True
        self._reader.end(Disconnected("the caller closed the connection"))
        self._reader.drop()
        self._place.leave()

    def eof_received(self) -> bool:
        """Answer what has arrived, then close."""
        self._reader.end(Disconnected("the caller closed the connection"))
        return self._current is not None and not self._lingering and not self._secure

    def pause_writing(self) -> None:
        """The caller reads slowly: it has a limited time for that."""
        self._clogged = True
        self._deadline = self._loop.time() + self._bounds.write_s

    def resume_writing(self) -> None:
        """The caller has read: go on."""
        self._clogged = False
        self._wait_for_head()
        self._begin_next()
        self._limit_reading()

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived."""
        if self._lingering:
            self._lingered += len(data)
            if self._lingered > LINGER_BYTES:
                self._transport.abort()
            return
        began = self._reader.head.open
        self._reader.feed(data)
        if self._reader.head.open and not began and self._current is None:
            self._deadline = self._loop.time() + self._bounds.head_s
        self._begin_next()
        self._limit_reading()

    @property
    def resting(self) -> bool:
        """Whether no request is being answered."""
        return self._current is None and not self._reader.queue

    @property
    def dawdling(self) -> bool:
        """Whether a request has begun whose body hardly arrives: never, as strangers are refused before the body."""
        return False

    def enforce_deadline(self, now: float) -> None:
        """Close the connection, or refuse what is late, if the deadline has passed."""
        if now < self._deadline:
            return
        self._deadline = _NEVER
        arriving = self._reader.arriving
        if self._clogged or self._lingering or self._closing:
            self._transport.abort()
        elif arriving is not None and arriving is self._current:
            self._reader.end(BodyFault(408))
        elif self._reader.head.open:
            self._reader.refuse(408)
            self._begin_next()
        elif self._current is None:
            self._close()

    def shut_down(self) -> None:
        """Close the connection as soon as the current answer is written."""
        self._reader.last = True
        if self._current is None and not self._reader.queue:
            self._close()

    def abort(self) -> None:
        """Close the connection at once."""
        self._transport.abort()

    # The application's side

    def _begin_next(self) -> None:
        if self._current is not None or self._clogged or self._closed or not self._reader.queue:
            return
        self._deadline = _NEVER
        self._current = self._reader.queue.popleft()
        if isinstance(self._current, DueRefusal):
            self._finish(self._application.refuse(self._current.path, self._current.status))
            return
        self._door.keep(self._loop.create_task(self._answer(self._current)))

    async def _answer(self, intake: Intake) -> None:
        request = intake.request
        try:
            answer = await self._application.answer(request)
        except Exception:  # noqa: BLE001 - the HTTP edge
            _log.exception("request failed", extra={"path": request.path})
            answer = self._application.refuse(request.path, 500)
        finally:
            intake.release()
        self._finish(answer)

    async def _read(self) -> bytes:
        """Return the body of the current request."""
        intake = self._current
        assert isinstance(intake, Intake)
        if not intake.complete:
            intake.wanted = True
            self._deadline = self._loop.time() + self._bounds.body_s
            if intake.empty and "expect" in intake.request.headers:
                self._transport.write(CONTINUE)
            self._limit_reading()
        try:
            return await intake.wait()
        finally:
            self._deadline = _NEVER

    def _finish(self, answer: Reply) -> None:
        """Write the answer to the current request, and go on with the next."""
        current, self._current = self._current, None
        intake = current if isinstance(current, Intake) else None
        unread = intake is None or not intake.complete
        close = unread or (self._reader.last and not self._reader.queue) or not (intake and intake.keep)
        if not self._closed:
            head_only = intake is not None and intake.request.method == "HEAD"
            self._transport.write(_render(answer, close=close, head_only=head_only))
        if answer.after is not None:
            answer.after()
        if self._closed:
            return
        if close:
            self._end()
            return
        self._wait_for_head()
        self._begin_next()
        self._limit_reading()

    def _end(self) -> None:
        """End the connection: with bytes unread, a plain close would take the answer away (RFC 9112, section 9.6)."""
        self._reader.drop()
        self._lingering = True
        self._deadline = self._loop.time() + LINGER_S
        if self._transport.can_write_eof() and not self._transport.is_closing():
            with contextlib.suppress(OSError):
                self._transport.write_eof()
        self._limit_reading()

    def _close(self) -> None:
        """Close the connection; the caller has a limited time for what is still to be written."""
        self._closing = self._reader.ended = True
        self._deadline = self._loop.time() + self._bounds.write_s
        self._transport.close()

    def _wait_for_head(self) -> None:
        if self._current is not None or self._reader.queue or self._lingering or self._closing or self._clogged:
            return
        began = self._reader.head.open
        self._deadline = self._loop.time() + (self._bounds.head_s if began else self._bounds.idle_s)

    def _limit_reading(self) -> None:
        """Read on if there is room for what arrives."""
        arriving = self._reader.arriving
        waiting = bool(self._reader.queue) or (arriving is not None and arriving.full)
        pause = not self._lingering and waiting
        if pause is self._paused or self._closed or self._transport.is_closing():
            return
        self._paused = pause
        if pause:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()


def _render(answer: Reply, *, close: bool, head_only: bool) -> bytes:
    try:
        return render_answer(answer, close=close, head_only=head_only)
    except ValueError:
        _log.exception("an answer cannot be sent")
        return render_refusal(500)
