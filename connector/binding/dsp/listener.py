"""The application for peers: the version document, the routes of three chapters below the base path, and refusals."""

from collections.abc import Sequence
from email.utils import formatdate
from urllib.parse import urlsplit

import msgspec

from connector.binding.dsp import negotiation, transfer
from connector.binding.dsp.answers import ErrorKind, refuse
from connector.binding.dsp.body import JSON
from connector.binding.dsp.gatekeeper import INTERNAL, Gatekeeper
from connector.binding.dsp.routing import Refuse, Route, dispatcher
from connector.controlplane.processes.receiver import MessageReceiver
from connector.net.serving.messages import Application, PeerRequest, Reply
from connector.protocol.dsp.catalog import CatalogError
from connector.protocol.dsp.codec import encode
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.protocol.dsp.negotiation import ContractNegotiationError
from connector.protocol.dsp.paths import WELL_KNOWN
from connector.protocol.dsp.transfer import TransferError
from connector.protocol.dsp.version import Version, VersionResponse

_CHAPTERS: dict[str, ErrorKind] = {"negotiations": ContractNegotiationError, "transfers": TransferError}
_MALFORMED = ("malformed", "The request is not one of HTTP/1.1 as this listener reads it: correct its head.")
_SENTENCES = {
    404: ("not-found", "Unknown path: compare it with the paths of the Dataspace Protocol."),
    405: ("method", "Unknown method for this path: use one of those in Allow."),
    408: ("slow", "The head of the request did not arrive in time: send the request again."),
    414: ("too-large", "The address of the request is too long: send a shorter one."),
    417: ("expectation", "Only the expectation 100-continue is met: send the request without another."),
    431: ("too-large", "The head of the request is too large or has too many fields: send a smaller one."),
    500: ("internal", INTERNAL),
    503: ("busy", "Too many requests on one connection: send the request again later."),
}


def application(
    gatekeeper: Gatekeeper,
    receiver: MessageReceiver,
    catalog_routes: Sequence[Route],
    beside: Sequence[Route] = (),
    root: str = "",
) -> Application:
    """Return the application of a participant; the base path is the path of its public address.

    `beside` are routes whose paths do not lie below the base path. `root` is the path below which the participant has
    everything: nothing for the one that has the whole listener.
    """
    chapters = [
        *catalog_routes,
        *negotiation.routes(gatekeeper, receiver),
        *transfer.routes(gatekeeper, receiver),
    ]
    return mount(receiver.context.participant, receiver.context.address, chapters, beside, root)


def mount(
    participant: str, address: str, chapters: Sequence[Route], beside: Sequence[Route] = (), root: str = ""
) -> Application:
    """Return the application with the version document and `beside`, and `chapters` below the path of `address`.

    It never redirects. Behind a proxy that ends TLS, a redirect would name plain HTTP, and a client that follows it
    would send its token unencrypted.
    """
    base = urlsplit(address).path.rstrip("/")
    below = [msgspec.structs.replace(route, path=base + route.path) for route in chapters]
    return dispatcher([version_route(participant, base, root), *beside, *below], make_refusals(base))


def make_refusals(base: str) -> Refuse:
    """Return the function that renders a refusal by path and status: below the base path an error of its chapter."""

    def refuse_path(path: str, status: int) -> Reply:
        code, reason = _SENTENCES.get(status, _MALFORMED)
        # Peers take every 4xx as final, so a fault of this side is temporary.
        told = 503 if status == 500 else status
        retry_s = 5 if told == 503 else None
        if path == base or path.startswith(f"{base}/"):
            errors = _CHAPTERS.get(path[len(base) + 1 :].partition("/")[0], CatalogError)
            return refuse(errors, RemoteProtocolError(reason, code=code, status=told), retry_after_s=retry_s)
        headers = {"Retry-After": str(retry_s)} if retry_s else {}
        return Reply(status=told, body=f"{reason}\n".encode(), media_type="text/plain", headers=headers)

    return refuse_path


def version_route(participant: str, base: str, root: str = "") -> Route:
    """Return the route of the version document: unversioned and unauthenticated (Exposure of Versions).

    Below `root`, as the path that it states is.
    """
    version = Version(
        version="2025-1", path=base.removeprefix(root) or "/", binding="HTTPS", service_id=f"{participant}#connector"
    )
    document = encode(VersionResponse(protocol_versions=(version,)))

    async def show(_: PeerRequest) -> Reply:
        # Who asks compares the clocks: one that is wrong keeps everybody from being authenticated.
        return Reply(body=document, media_type=JSON, headers={"Date": formatdate(usegmt=True)})

    return Route("GET", root + WELL_KNOWN, show)
