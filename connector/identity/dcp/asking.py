"""Asks the Credential Service of a peer for presentations (DCP 1.0, 5.2 to 5.4)."""

from collections.abc import Sequence
from typing import Protocol

from connector.identity.dcp.self_issued import SelfIssued
from connector.identity.jws import Rejected
from connector.net.client import GuardedClient
from connector.net.errors import OF_PEER, NetError
from connector.ports.identity import AuthenticationUnavailable
from connector.protocol.dcp.document import ServiceType
from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.presentations import MAX_RESPONSE, QUERY_PATH, read_response, write_query
from connector.protocol.dcp.scopes import Scope

ASK_S = 5.0


class TokenMaker(Protocol):
    """Makes a token of this participant for one request."""

    def __call__(self, audience: str, *, token: str | None) -> str:
        """Return a fresh token for `audience` that carries `token`, the access token of the peer."""


async def ask_presentations(
    client: GuardedClient,
    sender: SelfIssued,
    scopes: Sequence[Scope],
    make_token: TokenMaker,
    *,
    three_parts: bool = False,
    of_edc: bool = False,
) -> tuple[str, ...]:
    """Return the presentations, none of them verified, that the Credential Service of `sender` gives for `scopes`.

    The access token that `sender` sent goes back to it within a token of this participant, so that nobody else can use
    it. Raises Rejected if there is no such service, no such token or a wrong answer, and AuthenticationUnavailable if
    the service is away.
    """
    service = sender.document.services.get(ServiceType.CREDENTIALS)
    if service is None:
        raise Rejected("service", "the document of the issuer names no CredentialService.")
    if sender.claims.token is None:
        raise Rejected("access-token", "the token has no access token in the claim token.")
    authorization = f"Bearer {make_token(sender.claims.iss, token=sender.claims.token)}"
    try:
        response = await client.request(
            "POST",
            service + QUERY_PATH,
            headers={"Authorization": authorization, "Content-Type": "application/json"},
            body=write_query(scopes, three_parts=three_parts, of_edc=of_edc),
            timeout_s=ASK_S,
            max_bytes=MAX_RESPONSE,
        )
    except OF_PEER as error:
        raise Rejected("service", f"the Credential Service is refused: {error}") from error
    except NetError as error:
        raise AuthenticationUnavailable(f"The Credential Service of the caller cannot be asked: {error}") from error
    if response.status >= 500 or response.status == 429:
        raise AuthenticationUnavailable(f"The Credential Service of the caller answers with status {response.status}.")
    if not 200 <= response.status < 300:
        raise Rejected("service", f"the Credential Service refuses with status {response.status}.")
    try:
        return read_response(response.body)
    except ClaimFault as fault:
        raise Rejected("service", fault.reason) from None
