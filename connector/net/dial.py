"""The transport over sockets: aiohttp, one shared pool of connections, names resolved once and pinned.

aiohttp uses the given resolver for every connection to a name, and connects only to the addresses that it returns. The
resolver has checked all of them, so a later change in the DNS has no effect.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from connector.net.addresses import NetPolicy, address_fault, parse_address
from connector.net.errors import BadAnswer, Blocked, NetError, TimedOut, Unreachable
from connector.net.tls import client_context
from connector.net.transport import HttpCall

AddressLookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""Resolves (host, port) to addresses; raises OSError."""

MAX_ADDRESSES = 16


class Pinned(AbstractResolver):
    """A resolver that refuses a name if one of its addresses is not allowed."""

    def __init__(self, policy: NetPolicy, lookup: AddressLookup, timeout_s: float = 5.0) -> None:
        self._policy = policy
        self._lookup = lookup
        self._timeout_s = timeout_s

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_UNSPEC) -> list[ResolveResult]:
        """Return the checked addresses of a name; raises Blocked or OSError."""
        async with asyncio.timeout(self._timeout_s):
            found = await self._lookup(host, port)
        results: list[ResolveResult] = []
        for text in found[:MAX_ADDRESSES]:
            address = parse_address(text)
            fault = address_fault(address, host, port, self._policy)
            if fault:
                raise Blocked(fault)
            kind = socket.AF_INET if address.version == 4 else socket.AF_INET6
            if family in (socket.AF_UNSPEC, kind):
                results.append(
                    ResolveResult(
                        hostname=host, host=str(address), port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST
                    )
                )
        if not results:
            raise OSError(f"{host} has no address")
        return results

    async def close(self) -> None:
        """Do nothing: the resolver has no resources."""


class SystemLookup:
    """The resolver of the system, on its own threads, so slow names do not delay other work."""

    def __init__(self, threads: int = 8) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="dns")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Resolve a name with the system; raises OSError."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._pool, self._ask, host, port)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, host: str, port: int) -> list[str]:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class SocketTransport:
    """The transport over sockets. The pool opens with the first call, so no running loop is needed to build it."""

    def __init__(
        self,
        policy: NetPolicy,
        *,
        tls: ssl.SSLContext | None = None,
        lookup: AddressLookup | None = None,
        connections: int = 512,
        per_host: int = 64,
        connect_s: float = 5.0,
        dns_ttl_s: int = 30,
        keepalive_s: float = 4.0,
    ) -> None:
        """`connections` and `per_host` limit the open connections.

        `keepalive_s` is less than the 5 s after which common servers close an idle connection, because a POST on a
        closing connection is a message in doubt.
        """
        self._tls = tls
        self._system = SystemLookup()
        self._resolver = Pinned(policy, lookup or self._system)
        self._connections = connections
        self._per_host = per_host
        self._connect_s = connect_s
        self._dns_ttl_s = dns_ttl_s
        self._keepalive_s = keepalive_s
        self._session: aiohttp.ClientSession | None = None

    async def send(self, call: HttpCall) -> "SocketAnswer":
        """Send over a pooled connection; raises NetError."""
        url = URL(call.endpoint.url, encoded=True)
        if url.raw_host != call.endpoint.host or url.port != call.endpoint.port:
            raise Blocked("The address is ambiguous: write it in its usual form.")
        session = self._session or self._open()
        try:
            answer = await session.request(
                call.method,
                url,
                headers=call.headers,
                data=call.body,
                allow_redirects=False,
                timeout=_timeouts(call.total_s, self._connect_s, call.idle_s),
                read_bufsize=call.buffer,
            )
        except (aiohttp.ClientError, OSError) as error:
            raise _net_error(error, call.endpoint.origin) from error
        return SocketAnswer(answer, call.endpoint.origin)

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
        self._system.close()

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=self._resolver,
            ssl=self._tls or client_context(),
            limit=self._connections,
            limit_per_host=self._per_host,
            ttl_dns_cache=self._dns_ttl_s,
            keepalive_timeout=self._keepalive_s,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("User-Agent", "Content-Type", "Accept-Encoding"),
        )
        return self._session


class SocketAnswer:
    """The answer on one connection."""

    __slots__ = ("_answer", "_origin", "headers", "status")

    def __init__(self, answer: aiohttp.ClientResponse, origin: str) -> None:
        self._answer = answer
        self._origin = origin
        self.status: int = answer.status
        self.headers: Mapping[str, str] = _join_links(answer.headers)

    async def chunk(self) -> bytes:
        """Return the next bytes, or none at the end; raises NetError."""
        try:
            return await self._answer.content.readany()
        except (aiohttp.ClientError, OSError) as error:
            raise _net_error(error, self._origin) from error

    def close(self) -> None:
        """Release the connection: return it to the pool after the last byte, else close it."""
        self._answer.close()


def _join_links(headers: CIMultiDictProxy[str]) -> Mapping[str, str]:
    """Return the fields with all links in one, as RFC 9110 (5.3) allows: pages put each link in a field of its own."""
    links = headers.getall("Link", [])
    return CIMultiDict({**headers, "Link": ", ".join(links)}) if len(links) > 1 else headers


@lru_cache(maxsize=64)
def _timeouts(total_s: float | None, connect_s: float, idle_s: float) -> aiohttp.ClientTimeout:
    # A limit on the whole replaces the limit on silence. Without it, waiting for a free connection counts as silence.
    if total_s is not None:
        return aiohttp.ClientTimeout(total=total_s, sock_connect=connect_s)
    return aiohttp.ClientTimeout(total=None, connect=idle_s, sock_connect=connect_s, sock_read=idle_s)


def _net_error(error: Exception, origin: str) -> NetError:
    """Convert an error of aiohttp; its text is not repeated, because it can contain parts of the request."""
    match error:
        case TimeoutError():
            return TimedOut(f"{origin} did not answer in time.")
        case aiohttp.ClientSSLError():
            return Unreachable(f"{origin} is not trusted: TLS failed ({type(error).__name__}).")
        case aiohttp.ClientConnectorDNSError():
            return Unreachable(f"The host name of {origin} was not found in the DNS.")
        case aiohttp.ClientConnectorError():
            return Unreachable(f"{origin} does not accept connections ({error.os_error.strerror or 'refused'}).")
        case aiohttp.ClientResponseError() | aiohttp.InvalidURL():
            return BadAnswer(f"{origin} did not answer with HTTP ({type(error).__name__}).")
        case _:
            return Unreachable(f"The connection to {origin} failed ({type(error).__name__}).")
