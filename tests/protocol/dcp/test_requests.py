"""The messages between holders and issuers: written as the official schemas say, and read within bounds."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.expanded import NAMESPACE
from connector.protocol.dcp.issuance import (
    CredentialContainer,
    CredentialMessage,
    IssuanceStatus,
    read_credential_message,
    read_credential_offer,
    write_credential_message,
    write_credential_offer,
)
from connector.protocol.dcp.objects import CONTEXT
from connector.protocol.dcp.requests import (
    MAX_ASKED,
    MAX_REQUEST,
    RequestStatus,
    SupportedCredential,
    ToldStatus,
    read_credential_request,
    read_metadata,
    read_status,
    write_credential_request,
    write_metadata,
    write_status,
)
from tests.support.data import data_folder

ISSUER = "did:web:stadt.example"
REQUEST: dict[str, Any] = {
    "@context": [CONTEXT],
    "type": "CredentialRequestMessage",
    "holderPid": "h",
    "credentials": [{"id": "urn:1"}],
}
MEMBERSHIP = SupportedCredential("urn:1", "MembershipCredential", "vc20-bssl/jwt", "https://stadt.example/schema")


def encode(message: dict[str, Any], **changed: Any) -> bytes:
    return json.dumps({name: value for name, value in {**message, **changed}.items() if value is not None}).encode()


def test_a_request_is_read_with_each_object_once() -> None:
    assert read_credential_request(write_credential_request("h", ["urn:2", "urn:1", "urn:2"])) == (
        "h",
        ("urn:2", "urn:1"),
    )


def expanded(objects: Any = None, **changed: Any) -> bytes:
    """A request as the hub of EDC sends it: in the expanded form of JSON-LD."""
    message = {
        "@type": f"{NAMESPACE}CredentialRequestMessage",
        f"{NAMESPACE}credentials": [{"@type": "@json", "@value": objects or [{"id": "urn:1"}]}],
        f"{NAMESPACE}holderPid": {"@id": "h"},
    }
    return encode(message, **changed)


def test_a_request_in_the_expanded_form_says_the_same() -> None:
    assert read_credential_request(expanded()) == read_credential_request(encode(REQUEST))
    assert read_credential_request(expanded(**{f"{NAMESPACE}holderPid": [{"@value": "h"}]})).holder_pid == "h"


@pytest.mark.parametrize(
    "body",
    [
        expanded(**{"@type": f"{NAMESPACE}CredentialMessage"}),
        expanded(**{"@type": ["CredentialRequestMessage"]}),
        expanded(**{f"{NAMESPACE}holderPid": [{"@id": "h"}, {"@id": "g"}]}),
        expanded(**{f"{NAMESPACE}holderPid": None, "holderPid": "h"}),
        expanded({"id": "urn:1"}),
        expanded(["urn:1"]),
        expanded([{"id": f"urn:{number}"} for number in range(MAX_ASKED + 1)]),
        expanded(more="x" * MAX_REQUEST),
    ],
)
def test_another_expanded_form_is_refused(body: bytes) -> None:
    with pytest.raises(ClaimFault):
        read_credential_request(body)


@pytest.mark.parametrize(
    "changed",
    [
        {"holderPid": None},
        {"holderPid": ""},
        {"holderPid": "h" * 513},
        {"credentials": None},
        {"credentials": []},
        {"credentials": ["urn:1"]},
        {"credentials": [{}]},
        {"credentials": [{"id": "urn:1"}] * (MAX_ASKED + 1)},
        {"type": "CredentialMessage"},
        {"@context": [CONTEXT, {}]},
        {"more": "x" * MAX_REQUEST},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_wrong_request_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ClaimFault):
        read_credential_request(encode(REQUEST, **changed))


@given(some.binary(max_size=200))
def test_no_bytes_but_a_fault_come_out_of_a_reader(body: bytes) -> None:
    for read in (read_credential_request, read_status, lambda given: read_metadata(given, ISSUER)):
        with pytest.raises(ClaimFault):
            read(body)


@pytest.mark.parametrize("status", RequestStatus)
def test_a_status_is_read_as_it_was_written(status: RequestStatus) -> None:
    told = ToldStatus("i", "h", status)
    assert read_status(write_status(told)) == told


def test_metadata_is_read_as_it_was_written_and_only_that_of_the_issuer() -> None:
    body = write_metadata(ISSUER, [MEMBERSHIP])
    assert read_metadata(body, ISSUER) == (MEMBERSHIP._replace(schema=""),)
    (entry,) = json.loads(body)["credentialsSupported"]
    optional = {"credentialType", "credentialSchema", "offerReason", "bindingMethods", "profile", "issuancePolicy"}
    assert {"@context", "id", "type"} | optional == set(entry)
    with pytest.raises(ClaimFault, match="another issuer"):
        read_metadata(body, "did:web:other.example")


def test_what_an_issuer_writes_a_holder_reads() -> None:
    container = CredentialContainer("MembershipCredential", "e30.e30.e30", "vc20-bssl/jwt")
    for message in (
        CredentialMessage("i", "h", IssuanceStatus.ISSUED, "", (container,)),
        CredentialMessage("i", "h", IssuanceStatus.REJECTED, "No.", ()),
    ):
        assert read_credential_message(write_credential_message(message)) == message
    offer = read_credential_offer(write_credential_offer(ISSUER, [MEMBERSHIP], reason="reissue"))
    assert offer == (ISSUER, (("urn:1", "MembershipCredential", "vc20-bssl/jwt", "reissue"),))


def test_the_official_examples_are_read() -> None:
    examples = data_folder("standards", "dcp-1.0.1", "issuance", "example")
    request = read_credential_request((examples / "credential-request-message.json").read_bytes())
    assert (request.holder_pid, len(request.objects)) == ("holderPid", 2)
    assert read_status((examples / "credential-status.json").read_bytes()).status is RequestStatus.RECEIVED
    (found,) = read_metadata((examples / "issuer-metadata.json").read_bytes(), "did:web:issuer-url")
    assert found.kind == "CompanyCredential"


def test_an_object_that_cannot_be_asked_for_leaves_the_others_readable() -> None:
    plain = {"id": "urn:1", "credentialType": "MembershipCredential", "profile": "vc20-bssl/jwt"}
    odd = [{**plain, "credentialType": ["A", "B"]}, {**plain, "id": 5}, {**plain, "credentialType": ""}, {}]
    metadata = {"@context": [CONTEXT], "type": "IssuerMetadata", "issuer": ISSUER}
    body = encode(metadata, credentialsSupported=[*odd, plain])
    assert read_metadata(body, ISSUER) == (SupportedCredential("urn:1", "MembershipCredential", "vc20-bssl/jwt"),)


def test_the_profile_of_the_official_example_is_one_of_the_two() -> None:
    example = data_folder("standards", "dcp-1.0.1", "issuance", "example") / "issuer-metadata.json"
    (found,) = read_metadata(example.read_bytes(), "did:web:issuer-url")
    assert found.profile == "vc11-sl2021/jwt"
