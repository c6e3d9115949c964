"""The routes of self-descriptions below the address of a participant, an extension beside the Dataspace Protocol.

Every participant may read that of this participant; those of an asset may be read by whom its offer is shown to.
"""

from connector.binding.dsp.answers import refuse
from connector.binding.dsp.gatekeeper import Gatekeeper, Handle, endpoint
from connector.binding.dsp.routing import Route
from connector.controlplane.usecases.offering import self_descriptions
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.net.serving.messages import PeerRequest, Reply
from connector.ports.identity import Caller, Intent
from connector.protocol.credential import MEDIA_TYPE, DescriptionKind
from connector.protocol.dsp.catalog import CatalogError
from connector.protocol.dsp.errors import RemoteProtocolError


def routes(gatekeeper: Gatekeeper, publisher: Publisher) -> list[Route]:
    """Return the routes of a participant's own self-descriptions."""

    def serve(kind: DescriptionKind) -> Handle:
        async def handle(request: PeerRequest, caller: Caller, _: bytes) -> Reply:
            async with gatekeeper.using_token(caller):
                found = await self_descriptions.provide_to(publisher, caller, kind, request.names.get("id"))
            if found is None:
                reason = "Unknown self-description: request those of datasets that the catalogue offers to you."
                return refuse(CatalogError, RemoteProtocolError(reason, code="not-found", status=404))
            return Reply(body=found.secured, media_type=MEDIA_TYPE)

        return handle

    paths = {
        "/self-descriptions": DescriptionKind.PARTICIPANT,
        "/self-descriptions/datasets/{id:path}": DescriptionKind.DATASET,
        "/self-descriptions/offerings/{id:path}": DescriptionKind.OFFERING,
    }
    return [
        Route("GET", path, endpoint(gatekeeper, CatalogError, Intent.CATALOG, serve(kind)))
        for path, kind in paths.items()
    ]
