"""The port between the guarded client and the network; `dial` implements it with sockets, tests in process.

A transport carries one request and its answer. `client` checks addresses, sizes, encodings and redirects.
"""

from collections.abc import AsyncIterable, Mapping
from typing import Protocol

import msgspec

from connector.net.addresses import Endpoint

MAX_INTERIM = 8
"""The interim answers (1xx) that a transport passes over before the answer itself."""


class DialLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of the connections to peers: how many are open, and `per_host` of them for one origin; times in s.

    `keepalive_s` is less than the 5 s after which common servers close an idle connection, because a POST on a
    closing connection is a message in doubt.
    """

    connections: int = 512
    per_host: int = 64
    connect_s: float = 5.0
    keepalive_s: float = 4.0


class HttpCall(msgspec.Struct, frozen=True):
    """One request to a checked `endpoint`; times are seconds, `buffer` bytes of read-ahead.

    `total_s` limits the whole request; if it is None, `idle_s` limits the silence between two pieces of the answer.
    `max_bytes` limits the answer of a message as it is sent; None is a stream.
    """

    method: str
    endpoint: Endpoint
    headers: Mapping[str, str]
    body: bytes | AsyncIterable[bytes] | None
    total_s: float | None
    idle_s: float
    buffer: int
    max_bytes: int | None = None


class HttpAnswer(Protocol):
    """An answer whose head has arrived. `headers` ignores the case of names."""

    @property
    def status(self) -> int:
        """The status code."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The header fields; of a repeated field the first, but all links in one field."""

    async def chunk(self) -> bytes:
        """Return the next bytes of the body as received, possibly encoded; empty at the end. Raises NetError."""

    def close(self) -> None:
        """Release the answer; if it was not read to its end, close the connection."""


class Transport(Protocol):
    """Carries a request to its endpoint."""

    async def send(self, call: HttpCall) -> HttpAnswer:
        """Send and wait for the head of the answer, never following a redirect; raises NetError."""
