"""Messages to services of peers: only to those that their documents name, each with a fresh token."""

import pytest

from connector.identity.dcp.messaging import DcpPeer
from connector.ports.claims_peer import NotReached
from connector.protocol.dcp.document import ServiceType
from tests.identity.dcp.places import FIRM, Places

STORAGE = "https://firma.example/credentials/credentials"


def peer(places: Places) -> DcpPeer:
    return DcpPeer(places.client, places.resolver, lambda audience, token: f"{audience} {token}")


async def test_a_message_goes_to_the_service_of_the_document_with_a_token() -> None:
    places, taken = Places(), []

    async def take(authorization: str, body: bytes) -> tuple[int, bytes]:
        taken.append((authorization, body))
        return 202, b"{}"

    places.services[STORAGE] = take
    answer = await peer(places).send(FIRM, ServiceType.CREDENTIALS, "/credentials", b"m", token="access")
    assert (answer.status, answer.body, taken) == (202, b"{}", [(f"Bearer {FIRM} access", b"m")])


async def test_who_has_no_such_service_no_document_or_no_answer_is_not_reached() -> None:
    places = Places()
    with pytest.raises(NotReached, match="names no IssuerService"):
        await peer(places).send(FIRM, ServiceType.ISSUER, "/metadata")
    with pytest.raises(NotReached, match="cannot be reached"):
        await peer(places).send(FIRM, ServiceType.CREDENTIALS, "/credentials", b"m")
    with pytest.raises(NotReached, match="cannot be fetched"):
        await peer(places).send("did:web:nowhere.example", ServiceType.CREDENTIALS, "/credentials", b"m")
    places.put("https://firma.example/.well-known/did.json", {"id": "did:web:other"}, kind="application/did+json")
    places.resolver.forget(FIRM)
    with pytest.raises(NotReached, match="another identifier"):
        await peer(places).send(FIRM, ServiceType.CREDENTIALS, "/credentials", b"m")
