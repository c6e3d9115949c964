"""Names become addresses: looked up once for a while, each address checked, and only checked ones are dialled.

A later change in the DNS has no effect on a connection that is open, and is checked before the next one opens.
"""

import asyncio
import socket
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from connector.net.addresses import Endpoint, NetPolicy, address_fault, parse_address
from connector.net.errors import Blocked, NameUnknown, TimedOut

AddressLookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""Resolves (host, port) to addresses; raises OSError."""

MAX_ADDRESSES = 16
_MAX_NAMES = 1000

HostPort = tuple[str, int]


class CheckedResolver:
    """Resolves names and refuses a name if one of its addresses is not allowed."""

    def __init__(self, policy: NetPolicy, lookup: AddressLookup, *, ttl_s: float, timeout_s: float = 5.0) -> None:
        """An answer of `lookup` counts for `ttl_s`; one lookup takes at most `timeout_s`."""
        self._policy = policy
        self._lookup = lookup
        self._ttl_s = ttl_s
        self._timeout_s = timeout_s
        self._known: OrderedDict[HostPort, tuple[tuple[str, ...], float]] = OrderedDict()
        self._asked: dict[HostPort, asyncio.Task[tuple[str, ...]]] = {}

    async def find(self, endpoint: Endpoint) -> tuple[str, ...]:
        """Return the checked addresses of an endpoint; raises Blocked, NameUnknown or TimedOut."""
        if endpoint.literal is not None:
            return (endpoint.host,)
        try:
            return await self.resolve(endpoint.host, endpoint.port)
        except TimeoutError as error:
            raise TimedOut(f"The host name of {endpoint.origin} was not resolved in time.") from error
        except OSError as error:
            raise NameUnknown(f"The host name of {endpoint.origin} was not found in the DNS.") from error

    def recall(self, host: str, port: int) -> tuple[str, ...]:
        """Return the checked addresses of the last answer for a name, or none."""
        known = self._known.get((host, port))
        return known[0] if known is not None else ()

    async def resolve(self, host: str, port: int) -> tuple[str, ...]:
        """Return the checked addresses of a name, at least one; raises Blocked, OSError or TimeoutError."""
        name = (host, port)
        known = self._known.get(name)
        if known is not None and asyncio.get_running_loop().time() < known[1]:
            return known[0]
        # All who wait for one name share one lookup, so a slow name holds one thread of the resolver.
        asked = self._asked.get(name)
        if asked is None:
            asked = self._asked[name] = asyncio.create_task(self._ask(name))
            asked.add_done_callback(lambda task: self._note(name, task))
        return await asyncio.shield(asked)

    def close(self) -> None:
        """Give up the lookups that are under way."""
        for asked in self._asked.values():
            asked.cancel()

    async def _ask(self, name: HostPort) -> tuple[str, ...]:
        host, port = name
        async with asyncio.timeout(self._timeout_s):
            found = await self._lookup(host, port)
        checked = []
        for text in found[:MAX_ADDRESSES]:
            address = parse_address(text)
            fault = address_fault(address, host, port, self._policy)
            if fault:
                raise Blocked(fault)
            checked.append(str(address))
        if not checked:
            raise OSError(f"{host} has no address")
        return tuple(checked)

    def _note(self, name: HostPort, asked: asyncio.Task[tuple[str, ...]]) -> None:
        del self._asked[name]
        if asked.cancelled() or asked.exception() is not None:
            self._known.pop(name, None)
            return
        self._known[name] = (asked.result(), asyncio.get_running_loop().time() + self._ttl_s)
        self._known.move_to_end(name)
        if len(self._known) > _MAX_NAMES:
            self._known.popitem(last=False)


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
