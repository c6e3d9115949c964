"""The guarded HTTP client for peers: limited in size and time, without redirects, cookies or proxies.

`request` is for messages: the whole answer in memory, a size limit and one deadline. `stream` is for data: any size,
and a limit on silence. Both check URL and headers before they send, and never follow a redirect.
"""

import asyncio
import re
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

import msgspec

from connector.net.addresses import MAX_REQUEST_URL, NetPolicy, check_url, choose_scheme
from connector.net.aside import work_aside
from connector.net.errors import BadAnswer, Blocked, TimedOut, TooLarge, Unwilling
from connector.net.transport import HttpAnswer, HttpCall, Transport

MAX_BODY = 1024 * 1024
STREAM_BUFFER = 1024 * 1024
USER_AGENT = "datenkontor"

_MESSAGE_BUFFER = 64 * 1024
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_REDIRECTS = frozenset({301, 302, 303, 305, 307, 308})
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?|")
_MAX_VALUE = 16 * 1024
_OWN = frozenset(
    {
        "Accept",
        "Agreement-Digest",
        "Authorization",
        "Content-Digest",
        "Content-Type",
        "Signature",
        "Signature-Input",
        "Token-Digest",
    }
)
"""The names that messages have: nothing about them is to be checked."""
_FRAMING = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


class Response(msgspec.Struct, frozen=True):
    """A complete answer of any status. `headers` compares names without regard to case; `body` is decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Stream:
    """An answer whose body follows; read it once, inside the `stream` block."""

    __slots__ = ("_answer", "headers", "status")

    def __init__(self, answer: HttpAnswer) -> None:
        self._answer = answer
        self.status = answer.status
        self.headers = answer.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives, in pieces of any size below twice the buffer; raises NetError."""
        while piece := await self._answer.chunk():
            yield piece


class GuardedClient:
    """A client that connects only to the addresses that `policy` allows. One per process, without state of a caller."""

    def __init__(self, policy: NetPolicy, transport: Transport) -> None:
        self._policy = policy
        self._transport = transport

    def choose_scheme(self, authority: str) -> str:
        """Return the scheme of a place, `host` or `host:port`: https, unless the policy allows it without TLS."""
        return choose_scheme(self._policy, authority)

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout_s: float = 10.0,
        max_bytes: int = MAX_BODY,
    ) -> Response:
        """Send one request and read the whole answer, of whatever status.

        `timeout_s` bounds everything from waiting for a connection to the last byte, `max_bytes` the body both as sent
        and decompressed. Raises Blocked, Unreachable, TimedOut, TooLarge, BadAnswer or Unwilling.
        """
        call = HttpCall(
            method=method,
            endpoint=check_url(url, self._policy, query=True, most=MAX_REQUEST_URL),
            headers=_check_headers(method, headers, "gzip"),
            body=body,
            total_s=timeout_s,
            idle_s=timeout_s,
            buffer=_MESSAGE_BUFFER,
            max_bytes=max_bytes,
        )
        answer = await self._transport.send(call)
        try:
            _refuse_redirect(answer, call)
            content = await _read(answer, max_bytes, call.endpoint.origin) if method != "HEAD" else b""
        finally:
            answer.close()
        return Response(answer.status, answer.headers, content)

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | AsyncIterable[bytes] | None = None,
        length: int | None = None,
        idle_s: float = 30.0,
        buffer: int = STREAM_BUFFER,
    ) -> AsyncIterator[Stream]:
        """Send one request, whose body may be of any length, and open its answer for reading in pieces.

        `length` is the size of a streamed body, if known: the receiver then learns it from `Content-Length`. `idle_s`
        bounds every silence: until the peer takes the next piece of the body, until the head of the answer,
        between its pieces. Waiting for our own `body` to yield does not count. The answer is never compressed. Raises
        Blocked, Unreachable, TimedOut, BadAnswer or Unwilling.
        """
        endpoint = check_url(url, self._policy, query=True, most=MAX_REQUEST_URL)
        sent_headers = _check_headers(method, headers, "identity")
        if length is not None and body is not None and not isinstance(body, bytes):
            sent_headers = {**sent_headers, "Content-Length": str(length)}
        try:
            async with asyncio.timeout(idle_s) as deadline:
                paced = _pace(body, deadline, idle_s) if isinstance(body, AsyncIterable) else body
                call = HttpCall(method, endpoint, sent_headers, paced, None, idle_s, min(buffer, STREAM_BUFFER))
                answer = await self._transport.send(call)
        except TimeoutError as error:
            raise TimedOut(f"{endpoint.origin} was silent for {idle_s:g} s.") from error
        try:
            _refuse_redirect(answer, call)
            if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise Unwilling(f"{endpoint.origin} compressed data though asked not to.")
            yield Stream(answer)
        finally:
            answer.close()


async def _pace(body: AsyncIterable[bytes], deadline: asyncio.Timeout, idle_s: float) -> AsyncIterator[bytes]:
    """Yield `body`, moving the deadline on with each piece the peer has taken and stopping it while we produce."""
    clock = asyncio.get_running_loop().time
    pieces = aiter(body)
    while True:
        _move(deadline, None)
        piece = await anext(pieces, None)
        _move(deadline, clock() + idle_s)
        if piece is None:
            return
        yield piece


def _move(deadline: asyncio.Timeout, when: float | None) -> None:
    # The answer may come before the body has gone out; then the deadline has been left and there is none to move.
    try:
        deadline.reschedule(when)
    except RuntimeError:
        return


def _check_headers(method: str, headers: Mapping[str, str] | None, encoding: str) -> dict[str, str]:
    """Return the headers to send, or raise Blocked: values often stem from a peer (a token, a media type)."""
    if method not in _METHODS:
        raise Blocked(f"Method {method[:16]!r} is not one that is sent to peers.")
    checked = {"Accept-Encoding": encoding, "User-Agent": USER_AGENT}
    for name, value in (headers or {}).items():
        if name not in _OWN and (not _NAME.fullmatch(name) or name.lower() in _FRAMING):
            raise Blocked(f"Header {name[:64]!r} cannot be set on a request.")
        if len(value) > _MAX_VALUE or not _can_carry(value):
            raise Blocked(f"The value of header {name} is too long or has characters that a header cannot carry.")
        checked[name] = value
    return checked


def _can_carry(value: str) -> bool:
    """Return whether a header can carry a value; most have no tab, and a look at the whole text finds that."""
    if value.isascii() and value.isprintable():
        return value[:1] != " " and value[-1:] != " "
    return _VALUE.fullmatch(value) is not None


def _refuse_redirect(answer: HttpAnswer, call: HttpCall) -> None:
    if answer.status in _REDIRECTS:
        raise Unwilling(
            f"{call.endpoint.origin} answered with a redirect ({answer.status}), which is never followed.",
            location=answer.headers.get("Location", "")[:MAX_REQUEST_URL],
        )


async def _read(answer: HttpAnswer, max_bytes: int, origin: str) -> bytes:
    """Read the body, at most `max_bytes` of it, and undo gzip without ever holding more than that."""
    encoding = answer.headers.get("Content-Encoding", "identity").lower()
    if encoding not in {"identity", "gzip"}:
        raise BadAnswer(f"{origin} answered in an encoding that was not asked for.")
    stated = answer.headers.get("Content-Length", "")
    if stated.isdecimal() and len(stated) < 20 and int(stated) > max_bytes:
        raise TooLarge(f"{origin} announced more than the {max_bytes} bytes that are allowed here.")
    pieces: list[bytes] = []
    size = 0
    while piece := await answer.chunk():
        size += len(piece)
        if size > max_bytes:
            raise TooLarge(f"{origin} answered with more than {max_bytes} bytes, the limit for this request.")
        pieces.append(piece)
    body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    return await _gunzip(body, max_bytes, origin) if encoding == "gzip" and body else body


async def _gunzip(body: bytes, max_bytes: int, origin: str) -> bytes:
    """Expand a body, the beginning at once, the rest on a thread: a small body can take long."""
    inflater = zlib.decompressobj(wbits=31)
    try:
        inflated = inflater.decompress(body, min(max_bytes + 1, _MESSAGE_BUFFER))
        if not inflater.eof and len(inflated) <= max_bytes and inflater.unconsumed_tail:
            left = max_bytes + 1 - len(inflated)
            inflated += await work_aside(left, partial(inflater.decompress, inflater.unconsumed_tail, left))
    except zlib.error as error:
        raise BadAnswer(f"{origin} answered with broken gzip.") from error
    if len(inflated) > max_bytes:
        raise TooLarge(f"{origin} answered with more than {max_bytes} bytes, the limit for this request.")
    if not inflater.eof or inflater.unused_data:
        raise BadAnswer(f"{origin} answered with broken gzip.")
    return inflated
