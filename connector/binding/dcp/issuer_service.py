"""The routes of the Issuer Service: requests of holders, its metadata, and its status lists (DCP 1.0, 6)."""

from dataclasses import dataclass
from typing import Final

import msgspec

from connector.binding.dcp.reading import read_claim_message
from connector.binding.dsp.body import JSON
from connector.binding.dsp.gatekeeper import Gatekeeper, endpoint
from connector.binding.dsp.routing import Route
from connector.controlplane.usecases.issuing import receiving
from connector.controlplane.usecases.issuing.making import IssuerService
from connector.net.serving.messages import PeerRequest, Reply
from connector.net.serving.rates import CallerRates
from connector.ports.identity import Caller, Intent
from connector.protocol.dcp.issuance import CREDENTIALS_PATH
from connector.protocol.dcp.issued import LIST_VARIES, choose_list_form
from connector.protocol.dcp.requests import (
    MAX_REQUEST,
    METADATA_PATH,
    REQUESTS_PATH,
    read_credential_request,
    write_metadata,
    write_status,
)

ISSUER_SERVICE: Final = "/issuer"
"""The path of the Issuer Service below the public URL of the protocol."""
SCHEMA_TYPE: Final = "application/schema+json"


@dataclass(frozen=True)
class _IssuerEdge:
    """The use cases, as endpoints."""

    service: IssuerService

    async def take_request(self, _: PeerRequest, caller: Caller, body: bytes) -> Reply:
        """Take a request for credentials."""
        asked = read_claim_message(read_credential_request, body)
        stored = await receiving.receive_request(self.service, caller, asked)
        return Reply(status=201, headers={"Location": f"{self.service.address}{REQUESTS_PATH}/{stored.id}"})

    async def show_status(self, request: PeerRequest, caller: Caller, _: bytes) -> Reply:
        """Show the holder what became of its request."""
        told = await receiving.read_status(self.service, caller, request.names["id"])
        return Reply(body=write_status(told), media_type=JSON)

    async def show_metadata(self, _: PeerRequest) -> Reply:
        """Show everybody what is issued here."""
        service = self.service
        return Reply(body=write_metadata(service.context.participant, service.list_supported()), media_type=JSON)

    async def show_list(self, request: PeerRequest) -> Reply:
        """Show everybody a status list."""
        found = await self.service.lists.find(request.names["name"])
        if found is None:
            return Reply(status=404)
        body, media_type = choose_list_form(found.encode(), request.headers.get("accept", ""))
        return Reply(body=body, media_type=media_type, headers=LIST_VARIES)

    async def show_schema(self, request: PeerRequest) -> Reply:
        """Show everybody the schema of a type: the members of its subject."""
        rule = self.service.find_rule(request.names["type"])
        if rule is None:
            return Reply(status=404)
        lists: dict[str, object] = {"type": "array", "items": {"type": "string"}}
        members = {name: {"type": "string"} if name == "name" else lists for name in rule.claims}
        subject = {"type": "object", "properties": {"id": {"type": "string"}, **members}, "required": ["id"]}
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": rule.type,
            "type": "object",
            "properties": {"credentialSubject": subject},
        }
        return Reply(body=msgspec.json.encode(schema), media_type=SCHEMA_TYPE)


def routes(service: IssuerService, rates: CallerRates) -> list[Route]:
    """Return the routes of the Issuer Service of a participant."""
    holders = Gatekeeper(identity=service.issuer.holders, store=service.context.store, rates=rates)
    edge = _IssuerEdge(service)
    # No rule of the mechanism depends on the intent here: the gate has one purpose.
    taken = endpoint(holders, None, Intent.CATALOG, edge.take_request, limit=MAX_REQUEST)
    shown = endpoint(holders, None, Intent.CATALOG, edge.show_status, limit=MAX_REQUEST)
    return [
        Route("POST", ISSUER_SERVICE + CREDENTIALS_PATH, taken),
        Route("GET", f"{ISSUER_SERVICE}{REQUESTS_PATH}/{{id}}", shown),
        Route("GET", ISSUER_SERVICE + METADATA_PATH, edge.show_metadata),
        Route("GET", f"{ISSUER_SERVICE}/status/{{name:path}}", edge.show_list),
        Route("GET", f"{ISSUER_SERVICE}/schemas/{{type}}", edge.show_schema),
    ]
