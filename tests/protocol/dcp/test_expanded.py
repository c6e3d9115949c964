"""Every message is read in the expanded form of JSON-LD as in the form of the schemas."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.expanded import NAMESPACE, shorten
from connector.protocol.dcp.issuance import read_credential_message, read_credential_offer
from connector.protocol.dcp.objects import CONTEXT
from connector.protocol.dcp.presentations import read_query, read_response
from connector.protocol.dcp.requests import RequestStatus, read_credential_request, read_metadata, read_status

ISSUER = "did:web:stadt.example"
PIDS = {"issuerPid": "i", "holderPid": "h"}
OBJECT = {"id": "urn:1", "credentialType": "MembershipCredential", "profile": "vc20-bssl/jwt", "offerReason": "reissue"}
CONTAINER = {"credentialType": "MembershipCredential", "payload": "e30.e30.e30", "format": "jwt"}
SCOPE = "org.eclipse.dspace.dcp.vc.type:MembershipCredential"

Read = Callable[[bytes], object]
MESSAGES: list[tuple[Read, dict[str, Any]]] = [
    (read_credential_message, {"type": "CredentialMessage", **PIDS, "status": "ISSUED", "credentials": [CONTAINER]}),
    (read_credential_offer, {"type": "CredentialOfferMessage", "issuer": ISSUER, "credentials": [OBJECT]}),
    (
        read_credential_request,
        {"type": "CredentialRequestMessage", "holderPid": "h", "credentials": [{"id": "a"}, {"id": "b"}]},
    ),
    (read_status, {"type": "CredentialStatus", **PIDS, "status": "RECEIVED"}),
    (
        lambda body: read_metadata(body, ISSUER),
        {"type": "IssuerMetadata", "issuer": ISSUER, "credentialsSupported": [OBJECT]},
    ),
    (read_query, {"type": "PresentationQueryMessage", "scope": [SCOPE]}),
    (read_response, {"type": "PresentationResponseMessage", "presentation": ["a.b.c", "d.e.f"]}),
]


def literal(value: Any) -> Any:
    return [{"@type": "@json", "@value": value}] if isinstance(value, list) else [{"@value": value}]


def node(value: Any) -> Any:
    """A value in full, each object of it as a node of its own."""
    if isinstance(value, list):
        return [entry for each in value for entry in node(each)]
    if isinstance(value, dict):
        terms = {NAMESPACE + name: node(each) for name, each in value.items() if name != "id"}
        return [{**({"@id": value["id"]} if "id" in value else {}), "@type": [f"{NAMESPACE}Thing"], **terms}]
    return [{"@value": value}]


def plain(value: Any) -> Any:
    """A value as EDC writes it: without a list around a single one, and texts as they are."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {"@id" if name == "id" else NAMESPACE + name: plain(each) for name, each in value.items()}
    return value


@pytest.mark.parametrize("write", [literal, node, plain])
@pytest.mark.parametrize(("read", "message"), MESSAGES, ids=[message["type"] for _, message in MESSAGES])
def test_a_message_in_the_expanded_form_says_the_same(
    read: Read, message: dict[str, Any], write: Callable[[Any], Any]
) -> None:
    terms = {NAMESPACE + name: write(value) for name, value in message.items() if name != "type"}
    expanded = {"@type": NAMESPACE + message["type"], **terms}
    compact = json.dumps({"@context": [CONTEXT], **message}).encode()
    assert read(json.dumps(expanded).encode()) == read(compact)


@pytest.mark.parametrize("status", [{"@id": f"{NAMESPACE}REJECTED"}, {"@id": "REJECTED"}, {"@value": "REJECTED"}])
def test_a_status_is_a_term_too(status: dict[str, str]) -> None:
    pids = {f"{NAMESPACE}{name}": [{"@id": pid}] for name, pid in PIDS.items()}
    message = {"@type": [f"{NAMESPACE}CredentialStatus"], **pids, f"{NAMESPACE}status": [status]}
    assert read_status(json.dumps(message).encode()).status is RequestStatus.REJECTED


def test_the_issuer_has_its_name_of_the_data_model_too() -> None:
    kind, name = "CredentialOfferMessage", "https://www.w3.org/2018/credentials#issuer"
    message = {"@type": [NAMESPACE + kind], name: [{"@id": ISSUER}]}
    assert shorten(message, kind) == {"type": kind, "issuer": ISSUER}
    with pytest.raises(ClaimFault, match="under two names"):
        shorten({**message, f"{NAMESPACE}issuer": "did:web:other.example"}, kind)


@given(
    some.recursive(
        some.none() | some.booleans() | some.text(max_size=3),
        lambda inner: (
            some.lists(inner, max_size=3)
            | some.dictionaries(some.sampled_from(["@id", "@value", "@type", f"{NAMESPACE}credentials", "x"]), inner)
        ),
    )
)
def test_every_other_form_is_read_or_refused(value: Any) -> None:
    for read, message in MESSAGES:
        body = {"@type": NAMESPACE + message["type"], f"{NAMESPACE}credentials": value, f"{NAMESPACE}holderPid": value}
        try:
            read(json.dumps(body).encode())
        except ClaimFault:
            continue
