"""The port of messages about credentials: to the Credential Service of a holder, to the Issuer Service of an issuer."""

from typing import Protocol

import msgspec

from connector.protocol.dcp.document import ServiceType


class NotReached(Exception):
    """A message could not be delivered now; `reason` is one sentence. A later attempt can succeed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ServiceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of a service: its status in HTTP, its body within a bound, and the header `Location` or nothing."""

    status: int
    body: bytes
    location: str = ""


class ClaimsPeer(Protocol):
    """Sends messages to the services that the documents of identifiers name (DCP 1.0, 5.2 and 6.2)."""

    async def send(
        self, did: str, service: ServiceType, path: str, body: bytes | None = None, *, token: str = ""
    ) -> ServiceAnswer:
        """Send a body (a POST), or without one ask (a GET), at a path of a service of `did`.

        A token of this participant goes along, and in it `token`, the access token of the peer, if there is one. Raises
        NotReached.
        """
