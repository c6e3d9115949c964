"""The ASGI application for peers: the version document, and the routes of three chapters below the base path."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from connector.binding.dsp import negotiation, transfer
from connector.binding.dsp.body import JSON
from connector.binding.dsp.gatekeeper import Gatekeeper
from connector.binding.dsp.routing import Route, dispatcher
from connector.controlplane.processes.receiver import MessageReceiver
from connector.protocol.dsp.codec import encode
from connector.protocol.dsp.paths import WELL_KNOWN
from connector.protocol.dsp.version import Version, VersionResponse


def application(gatekeeper: Gatekeeper, receiver: MessageReceiver, catalog_routes: Sequence[Route]) -> ASGIApp:
    """Return the ASGI application of a participant; the base path is the path of its public address."""
    chapters = [
        *catalog_routes,
        *negotiation.routes(gatekeeper, receiver),
        *transfer.routes(gatekeeper, receiver),
    ]
    return mount(receiver.context.participant, receiver.context.address, chapters)


def mount(participant: str, address: str, chapters: Sequence[Route]) -> ASGIApp:
    """Return the application with the version document, and `chapters` below the path of the public `address`.

    It never redirects. Behind a proxy that ends TLS, a redirect would name plain HTTP, and a client that follows it
    would send its token unencrypted.
    """
    base = urlsplit(address).path.rstrip("/")
    below = [msgspec.structs.replace(route, path=base + route.path) for route in chapters]
    return dispatcher([version_route(participant, base), *below])


def version_route(participant: str, base: str) -> Route:
    """Return the route of the version document: unversioned and unauthenticated (Exposure of Versions)."""
    version = Version(version="2025-1", path=base or "/", binding="HTTPS", service_id=f"{participant}#connector")
    document = encode(VersionResponse(protocol_versions=(version,)))

    async def show(_: Request) -> Response:
        return Response(document, 200, None, JSON)

    return Route("GET", WELL_KNOWN, show)
