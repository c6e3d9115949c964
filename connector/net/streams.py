"""The transport for streams: aiohttp, with the guard that it lacks.

A connection in the pool of aiohttp keeps the bytes that arrive there for the next request. Here they end the
connection, as do bytes before the first request, and more than a few interim answers. A request is never sent twice.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any, cast

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.connector import Connection
from aiohttp.http import HttpVersion10, HttpVersion11
from aiohttp.http_exceptions import HttpProcessingError
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from connector.net.addresses import parse_address
from connector.net.errors import BadAnswer, Blocked, NameUnknown, NetError, TimedOut, Unreachable, describe_broken
from connector.net.resolving import CheckedResolver
from connector.net.slots import Slots
from connector.net.sockets import is_quiet
from connector.net.tls import TrustAnchors, find_tls_fault
from connector.net.transport import MAX_INTERIM, DialLimits, HttpCall


class CheckedNames(AbstractResolver):
    """The checked resolver in the form that aiohttp expects."""

    def __init__(self, resolver: CheckedResolver) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the checked addresses of a name; raises Blocked or OSError."""
        results: list[ResolveResult] = []
        # `send` has just resolved the name.
        for address in self._resolver.recall(host, port) or await self._resolver.resolve(host, port):
            kind = socket.AF_INET6 if ":" in address else socket.AF_INET
            if family in (socket.AF_UNSPEC, kind):
                results.append(
                    ResolveResult(
                        hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST
                    )
                )
        if not results:
            raise OSError(f"{host} has no address")
        return results

    async def close(self) -> None:
        """Do nothing: the resolver belongs to the transport."""


class GuardedHandler(ResponseHandler):
    """A connection of aiohttp that takes only bytes that were asked for, and few interim answers."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.idle = False
        self._interim = 0

    def set_response_params(self, **options: Any) -> None:
        """Expect the answer to the next request."""
        self._interim = 0
        super().set_response_params(**options)

    def data_received(self, data: bytes) -> None:
        """Read a piece of the answer; without a request, end the connection."""
        # aiohttp calls this without data to go on with what it holds.
        if data and (self.idle or self._parser is None):
            self.force_close()
            self.abort()
            return
        super().data_received(data)

    def feed_data(self, data: Any, size: int = 0) -> None:
        """Queue the head of an answer, unless it is one interim answer too many."""
        if data[0].code < 200:
            self._interim += 1
        if self._interim > MAX_INTERIM:
            if self.exception() is None:
                self.set_exception(HttpProcessingError(message="too many interim answers"))
            if self.transport is not None:
                self.transport.abort()
            return
        super().feed_data(data, size)


class GuardedConnector(aiohttp.TCPConnector):
    """The pool of aiohttp, the newest connection first. Connections are checked when they are taken."""

    def __init__(self, resolver: CheckedResolver, **options: Any) -> None:
        super().__init__(resolver=CheckedNames(resolver), use_dns_cache=False, **options)
        self._checked = resolver
        self._factory = cast("partial[ResponseHandler]", partial(GuardedHandler, loop=self._loop))

    async def _get(self, key: ConnectionKey, traces: list[Any]) -> Connection | None:
        while idle := self._conns.get(key):
            idle.rotate(1)
            connection = await super()._get(key, traces)
            protocol = connection.protocol if connection is not None else None
            if connection is None or not isinstance(protocol, GuardedHandler):
                return connection
            if not protocol.should_close and is_quiet(protocol.transport) and self._is_still_named(key, protocol):
                protocol.idle = False
                return connection
            connection.close()
        return None

    def _is_still_named(self, key: ConnectionKey, protocol: ResponseHandler) -> bool:
        """Return whether the DNS still gives the address of a connection for its name."""
        assert protocol.transport is not None
        address = parse_address(protocol.transport.get_extra_info("peername")[0])
        return str(address) in (*self._checked.recall(key.host, key.port or 0), key.host)

    def _release(self, key: ConnectionKey, protocol: ResponseHandler, *, should_close: bool = False) -> None:
        super()._release(key, protocol, should_close=should_close)
        if isinstance(protocol, GuardedHandler):
            protocol.idle = True

    async def _create_connection(self, req: Any, traces: list[Any], timeout: Any) -> ResponseHandler:  # noqa: ASYNC109 - the signature of aiohttp
        protocol = await super()._create_connection(req, traces, timeout)
        # TLS sends tickets first; who speaks first in HTTP speaks something else.
        if not req.is_ssl() and not is_quiet(protocol.transport):
            protocol.close()
            raise aiohttp.ClientResponseError(req.request_info, ())
        return protocol


class StreamTransport:
    """Sends requests whose bodies and answers may be streams. Implements `Transport`."""

    def __init__(self, resolver: CheckedResolver, trust: TrustAnchors, limits: DialLimits) -> None:
        self._resolver = resolver
        self._trust = trust
        self._limits = limits
        self._slots = Slots(total=limits.connections, per_origin=limits.per_host)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, call: HttpCall) -> "StreamAnswer":
        """Send and wait for the head of the answer; raises NetError."""
        origin = call.endpoint.origin
        url = URL(call.endpoint.url, encoded=True)
        if url.raw_host != call.endpoint.host or url.port != call.endpoint.port:
            raise Blocked("The address is ambiguous: write it in its usual form.")
        try:
            async with asyncio.timeout(call.total_s or call.idle_s):
                await self._slots.enter(origin)
        except TimeoutError as error:
            raise TimedOut(f"{origin} did not answer in time.") from error
        try:
            # The deadline of the call bounds this too, for aiohttp knows nothing of it.
            async with asyncio.timeout(call.total_s or call.idle_s):
                await self._resolver.find(call.endpoint)
            answer = await self._request(call, url)
        except BaseException as error:
            self._slots.leave(origin)
            if isinstance(error, (aiohttp.ClientError, OSError)):
                raise _net_error(error, origin) from error
            raise
        return StreamAnswer(answer, origin, self._slots)

    async def _request(self, call: HttpCall, url: URL) -> aiohttp.ClientResponse:
        tls = await self._trust.find()
        session = self._session or self._open(tls)
        answer = await session.request(
            call.method,
            url,
            headers=call.headers,
            data=call.body,
            allow_redirects=False,
            timeout=_timeouts(call.total_s, self._limits.connect_s, call.idle_s),
            read_bufsize=call.buffer,
        )
        fault = _framing_fault(answer)
        if fault:
            answer.close()
            raise BadAnswer(f"{call.endpoint.origin} did not answer with HTTP: {fault}.")
        return answer

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self, tls: ssl.SSLContext) -> aiohttp.ClientSession:
        connector = GuardedConnector(
            self._resolver,
            ssl=tls,
            limit=0,
            keepalive_timeout=self._limits.keepalive_s,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("User-Agent", "Content-Type", "Accept-Encoding"),
        )
        # A download that begins twice counts as two uses.
        self._session._retry_connection = False  # noqa: SLF001 - aiohttp has no public switch for it
        return self._session


class StreamAnswer:
    """The answer on one connection; it holds a slot of its origin until it is closed."""

    __slots__ = ("_answer", "_origin", "_slots", "headers", "status")

    def __init__(self, answer: aiohttp.ClientResponse, origin: str, slots: Slots) -> None:
        self._answer = answer
        self._origin = origin
        self._slots: Slots | None = slots
        self.status: int = answer.status
        self.headers: Mapping[str, str] = _join_links(answer.headers)

    async def chunk(self) -> bytes:
        """Return the next bytes, or none at the end; raises NetError, after the bytes that arrived before a break."""
        try:
            return await self._answer.content.readany()
        except (aiohttp.ClientError, OSError) as error:
            if arrived := take_arrived(self._answer.content):
                return arrived
            raise _net_error(error, self._origin) from error

    def close(self) -> None:
        """Release the connection: return it to the pool after the last byte, else close it."""
        self._answer.close()
        if self._slots is not None:
            self._slots.leave(self._origin)
            self._slots = None


def take_arrived(body: aiohttp.StreamReader) -> bytes:
    """Return the bytes of a broken body that arrived and were not read yet; a resumption continues after them."""
    try:
        return bytes(body._read_nowait(-1))  # noqa: SLF001 - every public method of aiohttp drops them with the error
    except TimeoutError:
        # The deadline of the whole request has passed, so it is no stream and nothing continues it.
        return b""


def _framing_fault(answer: aiohttp.ClientResponse) -> str | None:
    """Return what is wrong with the framing of an answer; the parser of aiohttp allows some of it."""
    if answer.status < 100 or answer.status == 101:
        return f"its status {answer.status} was not asked for"
    version = answer.version
    if version not in {HttpVersion10, HttpVersion11}:
        return "its version of HTTP is not 1.1"
    coded = answer.headers.getall("Transfer-Encoding", [])
    if coded and "Content-Length" in answer.headers:
        return "it has a length beside a transfer coding"
    if coded and version == HttpVersion10:
        return "its version of HTTP has no transfer coding"
    if coded and [text.lower() for text in coded] != ["chunked"]:
        return "its transfer coding is not `chunked`"
    return "it has two lengths" if len(answer.headers.getall("Content-Length", [])) > 1 else None


def _join_links(headers: CIMultiDictProxy[str]) -> Mapping[str, str]:
    """Return the fields with all links in one, as RFC 9110 (5.3) allows: pages put each link in a field of its own."""
    links = headers.getall("Link", [])
    return CIMultiDict({**headers, "Link": ", ".join(links)}) if len(links) > 1 else headers


@lru_cache(maxsize=64)
def _timeouts(total_s: float | None, connect_s: float, idle_s: float) -> aiohttp.ClientTimeout:
    # A limit on the whole replaces the limit on silence.
    if total_s is not None:
        return aiohttp.ClientTimeout(total=total_s, sock_connect=connect_s)
    return aiohttp.ClientTimeout(total=None, connect=idle_s, sock_connect=connect_s, sock_read=idle_s)


def _net_error(error: Exception, origin: str) -> NetError:
    """Convert an error of aiohttp; its text is not repeated, because it can contain parts of the request."""
    match error:
        case TimeoutError():
            return TimedOut(f"{origin} did not answer in time.")
        case aiohttp.ClientSSLError():
            reason = find_tls_fault(error) or "the handshake was cut off"
            return Unreachable(f"{origin} is not trusted: TLS failed ({reason}).")
        case aiohttp.ClientConnectorDNSError():
            return NameUnknown(f"The host name of {origin} was not found in the DNS.")
        case aiohttp.ClientConnectorError():
            # The text of the error is asyncio's, with the address as Python writes it.
            number = error.os_error.errno
            return Unreachable(
                f"{origin} does not accept connections ({os.strerror(number) if number else 'refused'})."
            )
        case aiohttp.ClientResponseError() | aiohttp.InvalidURL():
            return BadAnswer(f"{origin} did not answer with HTTP (the answer is malformed).")
        case _:
            return Unreachable(f"The connection to {origin} failed ({describe_broken(error)}).")
