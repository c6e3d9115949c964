"""The seam between the guarded client and the wire. `dial` fills it with sockets, tests with applications in process.

A transport moves one request and its answer. What may be called, sizes, encodings and redirects are not its business:
`client` judges them on both sides of the seam.
"""

from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from connector.net.addresses import Endpoint


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One request to a checked `endpoint`; times are seconds, `buffer` bytes of read-ahead.

    `total_s` bounds everything; where it is None, `idle_s` bounds the silence between two pieces of the answer.
    """

    method: str
    endpoint: Endpoint
    headers: Mapping[str, str]
    body: bytes | AsyncIterable[bytes] | None
    total_s: float | None
    idle_s: float
    buffer: int


class HttpAnswer(Protocol):
    """An answer whose head has arrived. `headers` compares names without regard to case."""

    @property
    def status(self) -> int:
        """The status code."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The header fields; of a repeated one, the first, but all links in one."""

    async def chunk(self) -> bytes:
        """Return the next bytes of the body as they came, encoded or not; empty at the end. Raises NetError."""

    def close(self) -> None:
        """Let go; of an answer not read to its end, the connection too."""


class Transport(Protocol):
    """Something that carries a request to its endpoint."""

    async def send(self, call: HttpCall) -> HttpAnswer:
        """Send and wait for the head of the answer, never following a redirect; raises NetError."""
