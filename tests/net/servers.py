"""A real server on the loopback, and a guarded client whose names lead there."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.net.dial import AddressLookup, SocketTransport

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

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
async def client(
    *,
    lookup: AddressLookup | None = None,
    hosts: Sequence[str] = (f"{NAME}:*",),
    http: Sequence[str] | None = None,
    **options,
) -> AsyncIterator[GuardedClient]:
    policy = net_policy(hosts=hosts, plain_http=hosts if http is None else http)
    transport = SocketTransport(policy, lookup=lookup or answers(["127.0.0.1"]), **options)
    try:
        yield GuardedClient(policy, transport)
    finally:
        await transport.close()
