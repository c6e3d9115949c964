"""The transport over sockets: messages over a small client of our own, streams over aiohttp, one guard for both.

Names are resolved once for a while, and their addresses checked and pinned, so a later change in the DNS has no effect.
"""

import ssl

from connector.net.addresses import NetPolicy
from connector.net.messages.client import MessageTransport
from connector.net.resolving import AddressLookup, CheckedResolver, SystemLookup
from connector.net.streams import StreamTransport
from connector.net.tls import client_context
from connector.net.transport import HttpAnswer, HttpCall


class SocketTransport:
    """Both transports over sockets. Their pools open with the first call, so no running loop is needed to build it."""

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
        """`connections` and `per_host` limit the open connections; streams have at most a quarter of all.

        `keepalive_s` is less than the 5 s after which common servers close an idle connection, because a POST on a
        closing connection is a message in doubt.
        """
        self._system = SystemLookup()
        self._resolver = CheckedResolver(policy, lookup or self._system, ttl_s=dns_ttl_s)
        # Streams are long: they may not take the connections of messages.
        of_streams = max(connections // 4, 1)
        tls = tls or client_context()
        self.messages = MessageTransport(
            self._resolver,
            tls=tls,
            connections=max(connections - of_streams, 1),
            per_host=per_host,
            connect_s=connect_s,
            keepalive_s=keepalive_s,
        )
        self.streams = StreamTransport(
            self._resolver,
            tls=tls,
            connections=of_streams,
            per_host=per_host,
            connect_s=connect_s,
            keepalive_s=keepalive_s,
        )

    async def send(self, call: HttpCall) -> HttpAnswer:
        """Send over a pooled connection; raises NetError."""
        return await (self.streams if call.max_bytes is None else self.messages).send(call)

    async def close(self) -> None:
        """Close all connections."""
        await self.messages.close()
        await self.streams.close()
        self._resolver.close()
        self._system.close()
