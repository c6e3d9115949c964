"""Sends messages about credentials to the services that documents of identifiers name (DCP 1.0, 5.2 and 6.2)."""

from collections.abc import Callable

from connector.identity.dcp.resolver import DidResolver
from connector.net.client import GuardedClient
from connector.net.errors import NetError
from connector.ports.claims_peer import NotReached, ServiceAnswer
from connector.ports.identity import AuthenticationUnavailable
from connector.protocol.dcp.document import ServiceType
from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.requests import MAX_METADATA

SEND_S = 15.0
_MAX_LOCATION = 2048


class DcpPeer:
    """Finds the service of a peer and sends it messages. Implements `ClaimsPeer`."""

    def __init__(
        self, client: GuardedClient, resolver: DidResolver, make_token: Callable[[str, str | None], str]
    ) -> None:
        """`make_token` returns a token of this participant for an audience, with an access token of that audience."""
        self._client = client
        self._resolver = resolver
        self._make_token = make_token

    async def send(
        self, did: str, service: ServiceType, path: str, body: bytes | None = None, *, token: str = ""
    ) -> ServiceAnswer:
        """Send a body (a POST), or without one ask (a GET). Raises NotReached."""
        try:
            document = await self._resolver.resolve(did)
        except ClaimFault as fault:
            raise NotReached(fault.reason) from None
        except AuthenticationUnavailable as fault:
            raise NotReached(fault.reason) from None
        address = document.services.get(service)
        if address is None:
            raise NotReached(f"The document of {did} names no {service}: its operator has to add it.")
        headers = {"Authorization": f"Bearer {self._make_token(did, token or None)}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        method = "GET" if body is None else "POST"
        try:
            response = await self._client.request(
                method, address + path, headers=headers, body=body, timeout_s=SEND_S, max_bytes=MAX_METADATA
            )
        except NetError as error:
            raise NotReached(f"The {service} of {did} cannot be reached: {error}") from None
        location = response.headers.get("Location", "")
        return ServiceAnswer(status=response.status, body=response.body, location=location[:_MAX_LOCATION])
