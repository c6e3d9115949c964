"""The transport over sockets: messages over a small client of our own, streams over aiohttp, one guard for both.

Names are resolved once for a while, and their addresses checked and pinned, so a later change in the DNS has no effect.
"""

import ssl
from collections.abc import Coroutine
from typing import Any

from msgspec.structs import replace

from connector.net.addresses import NetPolicy
from connector.net.messages.client import MessageTransport
from connector.net.resolving import AddressLookup, CheckedResolver, SystemLookup
from connector.net.streams import StreamTransport
from connector.net.tls import TrustAnchors
from connector.net.transport import DialLimits, HttpAnswer, HttpCall


class SocketTransport:
    """Both transports over sockets. Their pools open with the first call, so no running loop is needed to build it."""

    def __init__(
        self,
        policy: NetPolicy,
        limits: DialLimits | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        lookup: AddressLookup | None = None,
        dns_ttl_s: int = 30,
    ) -> None:
        """Of the connections that `limits` allow, streams have at most a quarter."""
        limits, trust = limits or DialLimits(), TrustAnchors(tls)
        self._system = SystemLookup()
        self._resolver = CheckedResolver(policy, lookup or self._system, ttl_s=dns_ttl_s)
        # Streams are long: they may not take the connections of messages.
        of_streams = max(limits.connections // 4, 1)
        of_messages = max(limits.connections - of_streams, 1)
        self.messages = MessageTransport(self._resolver, trust, replace(limits, connections=of_messages))
        self.streams = StreamTransport(self._resolver, trust, replace(limits, connections=of_streams))

    def send(self, call: HttpCall) -> Coroutine[Any, Any, HttpAnswer]:
        """Send over a pooled connection; raises NetError."""
        return (self.streams if call.max_bytes is None else self.messages).send(call)

    async def close(self) -> None:
        """Close all connections."""
        await self.messages.close()
        await self.streams.close()
        self._resolver.close()
        self._system.close()
