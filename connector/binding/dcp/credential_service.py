"""The routes of the Credential Service: presentations for members, the word of issuers (DCP 1.0, 5 and 6)."""

from dataclasses import dataclass

from connector.binding.dcp.reading import read_claim_message
from connector.binding.dsp.body import JSON
from connector.binding.dsp.gatekeeper import Gatekeeper, Handle, endpoint
from connector.binding.dsp.routing import Route
from connector.controlplane.usecases.holding import presenting, receiving
from connector.controlplane.usecases.holding.keeping import CredentialService
from connector.net.serving.messages import PeerRequest, Reply
from connector.net.serving.rates import CallerRates
from connector.ports.identity import Caller, Intent
from connector.protocol.dcp.issuance import (
    CREDENTIALS_PATH,
    MAX_MESSAGE,
    OFFERS_PATH,
    TRUST_PATH,
    read_credential_message,
    read_credential_offer,
    write_trust,
)
from connector.protocol.dcp.presentations import MAX_QUERY, QUERY_PATH, read_query, write_response

CREDENTIAL_SERVICE = "/dcp"
"""The path of the Credential Service below the public URL of the protocol."""


@dataclass(frozen=True)
class _Edge:
    """The use cases, and the gates of those who read and of those who write."""

    service: CredentialService
    verifiers: Gatekeeper
    issuers: Gatekeeper

    async def present(self, _: PeerRequest, caller: Caller, body: bytes) -> Reply:
        """Answer a query for presentations."""
        scopes = read_claim_message(read_query, body)
        async with self.verifiers.using_token(caller):
            shown = await presenting.present(self.service, caller, scopes)
        return Reply(body=write_response(shown), media_type=JSON)

    async def store(self, _: PeerRequest, caller: Caller, body: bytes) -> Reply:
        """Store what an issuer hands over."""
        await receiving.receive_message(self.service, caller, read_claim_message(read_credential_message, body))
        return Reply()

    async def show_trust(self, _: PeerRequest) -> Reply:
        """Show everybody which credentials count here."""
        return Reply(body=write_trust(self.service.holder.list_types()), media_type=JSON)

    async def take_offer(self, _: PeerRequest, caller: Caller, body: bytes) -> Reply:
        """Keep what an issuer offers."""
        await receiving.receive_offer(self.service, caller, read_claim_message(read_credential_offer, body))
        return Reply()


def routes(service: CredentialService, rates: CallerRates) -> list[Route]:
    """Return the routes of the Credential Service of a participant."""
    store = service.context.store
    verifiers = Gatekeeper(identity=service.holder.verifiers, store=store, rates=rates)
    issuers = Gatekeeper(identity=service.holder.issuers, store=store, rates=rates)
    edge = _Edge(service, verifiers, issuers)
    return [
        _route(QUERY_PATH, verifiers, edge.present, MAX_QUERY),
        _route(CREDENTIALS_PATH, issuers, edge.store, MAX_MESSAGE),
        _route(OFFERS_PATH, issuers, edge.take_offer, MAX_MESSAGE),
        Route("GET", TRUST_PATH, edge.show_trust),
    ]


def _route(path: str, gatekeeper: Gatekeeper, handle: Handle, limit: int) -> Route:
    # No rule of the mechanism depends on the intent here: each gate has one purpose.
    answer = endpoint(gatekeeper, None, Intent.CATALOG, handle, limit=limit)
    return Route("POST", CREDENTIAL_SERVICE + path, answer)
