"""A real server on the loopback, and a guarded client whose names lead there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from aiohttp import web

from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.resolving import AddressLookup
from connector.net.transport import DialLimits, HttpAnswer, HttpCall

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Dial = Callable[..., AbstractAsyncContextManager[GuardedClient]]

NAME = "daten.stadt.example"


def answers(*rounds: Sequence[str]) -> AddressLookup:
    """A DNS that gives its answers one after the other and stays with the last."""
    left = list(rounds)

    async def lookup(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return lookup


@asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[int]:
    """Serve every path on the loopback; yields the port."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def spoken(talk: Talk, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[int]:
    """Talk to each connection as `talk` does, in bytes; yields the port. A peer that goes away ends its talk."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(connected, host, port) as server:
        yield server.sockets[0].getsockname()[1]


class Through:
    """The transport over sockets, whose messages go through the given one of its two clients."""

    def __init__(self, sockets: SocketTransport, *, messages: bool) -> None:
        self._messages = sockets.messages if messages else sockets.streams
        self._streams = sockets.streams

    async def send(self, call: HttpCall) -> HttpAnswer:
        """Send a message through the chosen client, a stream through the only one that there is."""
        return await (self._streams if call.max_bytes is None else self._messages).send(call)


def dial(*, messages: bool) -> Dial:
    """Return how a test opens a guarded client."""

    @asynccontextmanager
    async def client(
        *,
        lookup: AddressLookup | None = None,
        hosts: Sequence[str] = (f"{NAME}:*",),
        http: Sequence[str] | None = None,
        dns_ttl_s: int = 30,
        **limits: Any,
    ) -> AsyncIterator[GuardedClient]:
        policy = net_policy(hosts=hosts, plain_http=hosts if http is None else http)
        found = lookup or answers(["127.0.0.1"])
        sockets = SocketTransport(policy, DialLimits(**limits), lookup=found, dns_ttl_s=dns_ttl_s)
        try:
            yield GuardedClient(policy, Through(sockets, messages=messages))
        finally:
            await sockets.close()

    return client


client = dial(messages=True)
