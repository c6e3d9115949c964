"""The messages of issuers: read within bounds, and the official examples among them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.issuance import (
    MAX_HANDED_OVER,
    MAX_MESSAGE,
    IssuanceStatus,
    read_credential_message,
    read_credential_offer,
)
from connector.protocol.dcp.objects import CONTEXT
from tests.support.data import data_folder

MESSAGE: dict[str, Any] = {
    "@context": [CONTEXT],
    "type": "CredentialMessage",
    "issuerPid": "i",
    "holderPid": "h",
    "status": "ISSUED",
    "credentials": [{"credentialType": "MembershipCredential", "payload": "e30.e30.e30", "format": "vc20-bssl/jwt"}],
}
OFFER: dict[str, Any] = {
    "@context": [CONTEXT],
    "type": "CredentialOfferMessage",
    "issuer": "did:web:stadt.example",
    "credentials": [{"id": "urn:1"}],
}


def encode(message: dict[str, Any], **changed: Any) -> bytes:
    content = {name: value for name, value in {**message, **changed}.items() if value is not None}
    return json.dumps(content).encode()


def test_a_message_with_credentials_is_read() -> None:
    read = read_credential_message(encode(MESSAGE, rejectionReason=None))
    assert (read.holder_pid, read.status) == ("h", IssuanceStatus.ISSUED)
    assert read.credentials[0].kind == "MembershipCredential"


@pytest.mark.parametrize(
    "changed",
    [
        {"holderPid": None},
        {"issuerPid": 5},
        {"status": "RECEIVED"},
        {"status": None},
        {"status": ["ISSUED"]},
        {"credentials": []},
        {"credentials": {}},
        {"credentials": ["e30.e30.e30"]},
        {"credentials": MESSAGE["credentials"] * (MAX_HANDED_OVER + 1)},
        {"credentials": [{"credentialType": "A", "payload": {}, "format": "json-ld"}]},
        {"rejectionReason": "x" * 1001},
        {"type": "CredentialOfferMessage"},
        {"@context": "https://w3id.org/dspace-dcp/v1.0/dcp.jsonld"},
        {"more": "x" * MAX_MESSAGE},
    ],
    ids=lambda changed: f"{next(iter(changed))} {str(next(iter(changed.values())))[:20]}",
)
def test_a_wrong_message_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ClaimFault):
        read_credential_message(encode(MESSAGE, **changed))


def test_an_offer_may_be_sparse() -> None:
    read = read_credential_offer(encode(OFFER))
    assert [(entry.id, entry.kind) for entry in read.credentials] == [("urn:1", "")]


@pytest.mark.parametrize("changed", [{"issuer": None}, {"credentials": []}, {"credentials": [{}]}, {"credentials": 5}])
def test_a_wrong_offer_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ClaimFault):
        read_credential_offer(encode(OFFER, **changed))


def test_the_official_examples_are_read() -> None:
    examples = data_folder("standards", "dcp-1.0.1", "issuance", "example")
    message, offer = (examples / f"credential-{name}message.json" for name in ("", "offer-"))
    assert len(read_credential_message(message.read_bytes()).credentials) == 2
    assert read_credential_offer(offer.read_bytes()).credentials[0].reason == "reissue"
    rejected = read_credential_message((examples / "credential-message-rejected.json").read_bytes())
    assert rejected.status is IssuanceStatus.REJECTED


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*MESSAGE, "rejectionReason", "issuer"]), VALUES, max_size=4))
def test_any_change_of_a_message_is_read_or_refused(changed: dict[str, Any]) -> None:
    for read, message in ((read_credential_message, MESSAGE), (read_credential_offer, OFFER)):
        try:
            read(json.dumps({**message, **changed}).encode())
        except ClaimFault:
            continue
