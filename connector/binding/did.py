"""Serves the document of the own identifier, where the method `web` looks for it (W3C CCG, did:web, 2.5.2)."""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from connector.binding.dcp.credential_service import CREDENTIAL_SERVICE
from connector.binding.dcp.issuer_service import ISSUER_SERVICE
from connector.binding.dsp.routing import Route
from connector.net.serving.messages import PeerRequest, Reply
from connector.protocol.dcp.did import parse_web_did
from connector.protocol.dcp.document import ServiceType, write_document
from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dsp.paths import WELL_KNOWN

MEDIA_TYPE = "application/did+json"


def own_document_routes(
    did: str,
    public_url: str,
    path: str,
    load_keys: Callable[[], Sequence[Mapping[str, str]]],
    *,
    shows_credentials: bool = False,
    issues_credentials: bool = False,
) -> list[Route]:
    """Return the route of the document of `did`; none if `did` names another place than `public_url`.

    Parameters:
        did: the identifier of this participant, of any method.
        public_url: where the listener is reached: scheme, host and port.
        path: the base path of the endpoints of the Dataspace Protocol.
        load_keys: returns the public JWKs that sign for this participant, each with its `kid`, if there is a route.
        shows_credentials: whether the process answers as a Credential Service too.
        issues_credentials: whether it answers as an Issuer Service too.
    """
    try:
        place = urlsplit(parse_web_did(did).locate_document())
    except ClaimFault:
        return []
    if place.netloc != urlsplit(public_url).netloc.removesuffix(":443").lower():
        return []
    named = [(jwk["kid"], {name: value for name, value in jwk.items() if name != "kid"}) for jwk in load_keys()]
    base = public_url.rstrip("/")
    services = [("dsp", ServiceType.DATA, base + WELL_KNOWN), ("catalog", ServiceType.CATALOG, f"{base}{path}/catalog")]
    if shows_credentials:
        services.append(("credentials", ServiceType.CREDENTIALS, base + CREDENTIAL_SERVICE))
    if issues_credentials:
        services.append(("issuer", ServiceType.ISSUER, base + ISSUER_SERVICE))
    document = msgspec.json.encode(write_document(did, named, services))

    async def show(_: PeerRequest) -> Reply:
        return Reply(body=document, media_type=MEDIA_TYPE)

    return [Route("GET", place.path, show)]
