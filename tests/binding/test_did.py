"""The document of the own identifier lies where the identifier says, or nowhere."""

import json

import pytest

from connector.binding.did import own_document_routes
from connector.net.serving.messages import PeerRequest
from connector.protocol.dcp.document import Relationship, read_document

JWK = {"kty": "EC", "crv": "P-256", "x": "x", "y": "y", "kid": "thumbprint"}


@pytest.mark.parametrize(
    ("did", "url", "path"),
    [
        ("did:web:stadt.example", "https://stadt.example", "/.well-known/did.json"),
        ("did:web:stadt.example", "https://Stadt.example:443/", "/.well-known/did.json"),
        ("did:web:stadt.example%3A8443:amt", "https://stadt.example:8443", "/amt/did.json"),
        ("did:web:stadt.example", "https://stadt.example:8443", None),
        ("did:web:stadt.example", "https://proxy.example", None),
        ("urn:participant:stadt", "https://stadt.example", None),
    ],
)
def test_an_identifier_of_another_place_has_no_document_here(did: str, url: str, path: str | None) -> None:
    assert [route.path for route in own_document_routes(did, url, "/dsp", lambda: [JWK])] == ([path] if path else [])


async def test_the_document_has_the_keys_and_the_services_of_this_connector() -> None:
    (route,) = own_document_routes("did:web:stadt.example", "https://stadt.example", "/dsp", lambda: [JWK])
    reply = await route.endpoint(PeerRequest(method="GET", path=route.path))
    assert reply.media_type == "application/did+json"
    document = read_document(reply.body, "did:web:stadt.example")
    assert document.may_sign("did:web:stadt.example#thumbprint", Relationship.TOKEN)
    assert document.services["CatalogService"] == "https://stadt.example/dsp/catalog"
    assert "kid" not in json.loads(reply.body)["verificationMethod"][0]["publicKeyJwk"]


async def test_the_document_names_the_credential_service_of_who_shows_credentials() -> None:
    place = "did:web:stadt.example", "https://stadt.example", "/dsp"
    (route,) = own_document_routes(*place, lambda: [JWK], shows_credentials=True)
    reply = await route.endpoint(PeerRequest(method="GET", path=route.path))
    document = read_document(reply.body, "did:web:stadt.example")
    assert document.services["CredentialService"] == "https://stadt.example/dcp"
