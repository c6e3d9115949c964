"""The transport for messages: a request is one write, its answer one wake-up.

A request is never sent twice. It goes to another connection or address only where nothing of it was sent.
"""

import asyncio
import os
import ssl
from collections.abc import Iterator, Mapping
from typing import Any

from connector.net.addresses import Endpoint, join_host
from connector.net.errors import BadAnswer, NetError, TimedOut, TooLarge, Unreachable, describe_broken
from connector.net.messages.connection import Broken, MessageConnection
from connector.net.messages.pool import IdlePool
from connector.net.messages.reader import AnswerReader, Field, Malformed, Oversized
from connector.net.resolving import CheckedResolver
from connector.net.slots import Slots
from connector.net.tls import TrustAnchors, find_tls_fault
from connector.net.transport import DialLimits, HttpCall

# The head start of an address over the next one (RFC 8305, section 5).
_HEAD_START_S = 0.25
# How long a peer may take to end TLS on an idle connection that is closed.
_FAREWELL_S = 1.0
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


class Fields(Mapping[str, str]):
    """The fields of an answer. Names have no case; of a repeated field the first counts, but links are one field."""

    __slots__ = ("_values",)

    def __init__(self, fields: list[Field]) -> None:
        """Take the fields with their names in lower case, in the order of the answer."""
        values: dict[str, str] = {}
        for name, value in fields:
            key, text = name.decode("latin-1"), value.decode("utf-8", "surrogateescape")
            if key not in values:
                values[key] = text
            elif key == "link":
                values[key] += f", {text}"
        self._values = values

    def __getitem__(self, name: str) -> str:
        """Return the value of a field; raises KeyError."""
        return self._values[name.lower()]

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a field, or the default."""
        return self._values.get(name.lower(), default)

    def __iter__(self) -> Iterator[str]:
        """Yield the names in lower case."""
        return iter(self._values)

    def __len__(self) -> int:
        """The number of different fields."""
        return len(self._values)


class MessageAnswer:
    """An answer that has arrived whole; it holds no connection."""

    __slots__ = ("_body", "headers", "status")

    def __init__(self, reader: AnswerReader) -> None:
        self.status = reader.status
        self.headers: Mapping[str, str] = Fields(reader.fields)
        self._body = reader.body

    async def chunk(self) -> bytes:
        """Return the whole body, and then nothing."""
        body, self._body = self._body, b""
        return body

    def close(self) -> None:
        """Do nothing: the connection was released with the last byte."""


class MessageTransport:
    """Sends messages over pooled connections of HTTP/1.1. Implements `Transport` for calls with `max_bytes`."""

    def __init__(self, resolver: CheckedResolver, trust: TrustAnchors, limits: DialLimits) -> None:
        self._resolver = resolver
        self._trust = trust
        self._limits = limits
        self._slots = Slots(total=limits.connections, per_origin=limits.per_host)
        self._idle = IdlePool(keep_s=limits.keepalive_s, most=limits.connections)
        self._used = 0

    async def send(self, call: HttpCall) -> MessageAnswer:
        """Send a message and read its whole answer; raises NetError."""
        origin = call.endpoint.origin
        try:
            async with asyncio.timeout(call.total_s):
                await self._slots.enter(origin)
                self._used += 1
                try:
                    return await self._exchange(call, origin)
                finally:
                    self._used -= 1
                    self._slots.leave(origin)
        except TimeoutError as error:
            raise TimedOut(f"{origin} did not answer in time.") from error
        except Malformed as fault:
            raise BadAnswer(f"{origin} did not answer with HTTP: {fault}.") from fault
        except Oversized as fault:
            raise TooLarge(f"{origin} answered with more than {call.max_bytes} bytes, the limit here.") from fault
        except (Broken, OSError) as error:
            raise Unreachable(f"The connection to {origin} failed ({describe_broken(error)}).") from error

    async def close(self) -> None:
        """Close the idle connections, and wait until they have ended."""
        ending = [connection.ended for connection in self._idle.close()]
        if ending:
            await asyncio.wait(ending, timeout=2 * _FAREWELL_S)

    async def _exchange(self, call: HttpCall, origin: str) -> MessageAnswer:
        endpoint = call.endpoint
        addresses = await self._resolver.find(endpoint)
        connection = self._idle.take(origin, addresses)
        if connection is None:
            connection = await self._open(endpoint, addresses)
        most = call.max_bytes or 0
        try:
            reader = await connection.ask(write_request(call), no_body=call.method == "HEAD", most=most)
            answer = MessageAnswer(reader)
        except BaseException:
            connection.abort()
            raise
        if connection.may_be_kept():
            self._idle.put(origin, connection)
        else:
            connection.abort()
        return answer

    async def _open(self, endpoint: Endpoint, addresses: tuple[str, ...]) -> MessageConnection:
        """Connect to the first address that accepts; each next one begins a moment later, or when one has failed."""
        self._idle.shrink(self._limits.connections - self._used)
        async with asyncio.timeout(self._limits.connect_s):
            if len(addresses) == 1:
                return await self._dial(endpoint, addresses[0])
            return await self._race(endpoint, addresses)

    async def _race(self, endpoint: Endpoint, addresses: tuple[str, ...]) -> MessageConnection:
        waiting = list(addresses)
        dials: set[asyncio.Task[MessageConnection]] = set()
        failure: BaseException | None = None
        opened: list[MessageConnection] = []
        try:
            while not opened and (waiting or dials):
                if waiting:
                    dials.add(asyncio.create_task(self._dial(endpoint, waiting.pop(0))))
                patience = _HEAD_START_S if waiting else None
                done, dials = await asyncio.wait(dials, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
                for dial in done:
                    failure = failure or dial.exception()
                    if dial.exception() is None:
                        opened.append(dial.result())
        finally:
            for dial in dials:
                dial.cancel()
            late = await asyncio.gather(*dials, return_exceptions=True)
            for connection in [*opened[1:], *(end for end in late if isinstance(end, MessageConnection))]:
                connection.abort()
        if opened:
            return opened[0]
        raise failure or Broken

    async def _dial(self, endpoint: Endpoint, address: str) -> MessageConnection:
        loop = asyncio.get_running_loop()
        secure = endpoint.scheme == "https"
        try:
            _, connection = await loop.create_connection(
                lambda: MessageConnection(loop, address),
                address,
                endpoint.port,
                ssl=await self._trust.find() if secure else None,
                server_hostname=endpoint.host if secure else None,
                ssl_shutdown_timeout=_FAREWELL_S if secure else None,
            )
        except (ssl.SSLError, OSError) as error:
            raise _dial_error(error, endpoint.origin) from error
        # TLS sends tickets first; who speaks first in HTTP speaks something else.
        if not secure and not connection.is_quiet():
            connection.abort()
            raise Malformed("it spoke before it was asked")
        return connection


def write_request(call: HttpCall) -> bytes:
    """Return a request in one piece; the values were checked by the guarded client."""
    endpoint = call.endpoint
    host = join_host(endpoint.host, endpoint.port).removesuffix(_DEFAULT_PORTS[endpoint.scheme])
    query = "" if endpoint.query is None else f"?{endpoint.query}"
    lines = [f"{call.method} {endpoint.path or '/'}{query} HTTP/1.1\r\nHost: {host}\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in call.headers.items()]
    body = call.body or b""
    if not isinstance(body, bytes):
        raise TypeError("A message has its whole body in memory.")
    if body or call.method in {"POST", "PUT"}:
        lines.append(f"Content-Length: {len(body)}\r\n")
    return "".join([*lines, "\r\n"]).encode("ascii") + body


def _dial_error(error: OSError, origin: str) -> NetError:
    """Convert the failure to connect; the text of the error is not repeated."""
    if isinstance(error, TimeoutError):
        return TimedOut(f"{origin} did not answer in time.")
    if isinstance(error, ssl.SSLError):
        return Unreachable(f"{origin} is not trusted: TLS failed ({find_tls_fault(error)}).")
    reason = os.strerror(error.errno) if error.errno else "refused"
    return Unreachable(f"{origin} does not accept connections ({reason}).")
