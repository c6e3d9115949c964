"""Data addresses in both forms, catalogue documents, policy views, versions."""

import json

import msgspec
import pytest

from connector.protocol.dsp.catalog import (
    Catalog,
    DataService,
    Dataset,
    Distribution,
    catalog_document,
    catalog_view,
    dataset_document,
    dataset_view,
)
from connector.protocol.dsp.codec import decode
from connector.protocol.dsp.common import (
    EDC,
    DataAddress,
    EndpointProperty,
    Role,
    add_context,
    auth_type,
    authorization,
    endpoint_url,
    http_address,
)
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.protocol.dsp.negotiation import ContractOfferMessage, ContractRequestMessage
from connector.protocol.dsp.policy import (
    MessageAgreement,
    MessageAtomicConstraint,
    MessageLogicalConstraint,
    MessageOffer,
    MessageOperator,
    Offer,
    constraint_view,
    policy_view,
)
from connector.protocol.dsp.version import VersionResponse, find_supported
from tests.protocol.dsp.documents import ATOMIC, MESSAGE_OFFER, OWN_DOCUMENTS

SERVICE = DataService(id="urn:example:service", endpoint_url="https://provider.example/dsp")
OFFER = {"@id": "o", "@type": "Offer", "permission": [{"action": "use"}]}


def _address(*pairs: tuple[str, str], endpoint: str | None = None) -> DataAddress:
    properties = tuple(EndpointProperty(name=name, value=value) for name, value in pairs)
    return DataAddress(endpoint_type="HttpData", endpoint=endpoint, endpoint_properties=properties)


def test_an_address_is_read_in_either_form() -> None:
    standard = _address(("authorization", "t"), ("authType", "bearer"), endpoint="https://p.example")
    deployed = _address(
        (EDC + "endpoint", "https://p.example"), (EDC + "authorization", "t"), (EDC + "authType", "bearer")
    )
    for address in (standard, deployed):
        assert (endpoint_url(address), authorization(address), auth_type(address)) == (
            "https://p.example",
            "t",
            "bearer",
        )
    assert endpoint_url(_address((EDC + "baseUrl", "https://c.example/in"))) == "https://c.example/in"
    assert (endpoint_url(_address()), authorization(_address())) == (None, None)


def test_the_standard_form_and_the_first_of_two_values_win() -> None:
    both = _address((EDC + "endpoint", "https://other.example"), endpoint="https://p.example")
    assert endpoint_url(both) == "https://p.example"
    assert (
        authorization(_address((EDC + "authorization", "full"), ("authorization", "a"), ("authorization", "b"))) == "a"
    )


def test_an_address_is_written_in_both_forms() -> None:
    address = http_address("https://p.example", "t")
    names = {entry.name: entry.value for entry in address.endpoint_properties}
    assert address.endpoint == names[EDC + "endpoint"] == "https://p.example"
    assert names["authorization"] == names[EDC + "authorization"] == "t"
    assert authorization(http_address("https://p.example")) is None


def test_the_other_role() -> None:
    assert (Role.CONSUMER.other, Role.PROVIDER.other) == (Role.PROVIDER, Role.CONSUMER)


def test_a_stored_dataset_goes_into_a_catalogue_byte_for_byte() -> None:
    distribution = Distribution(format="HttpData-PULL", access_service=SERVICE)
    stored = dataset_document(
        "urn:example:1", offers=[OFFER], distributions=[distribution], members={"dct:title": "Bäume"}
    )
    inner = b'{"@id":"urn:example:inner","@type":"Catalog","x:own":  1}'
    body = catalog_document("urn:example:c", "did:web:p", services=[SERVICE], datasets=[stored], catalogs=[inner])
    catalog = decode(Catalog, body).message
    assert (catalog.participant_id, catalog.service) == ("did:web:p", (SERVICE,))
    assert [bytes(raw) for raw in (*catalog.dataset, *catalog.catalog)] == [stored, inner]
    view = dataset_view(catalog.dataset[0])
    assert (view.id, view.distribution) == ("urn:example:1", (distribution,))
    assert json.loads(bytes(view.has_policy[0])) == OFFER
    assert catalog_view(inner).id == "urn:example:inner"
    assert decode(Dataset, add_context(stored)).message == view
    assert json.loads(add_context(b"{ }")).keys() == {"@context"}


def test_offers_of_a_distribution_are_written() -> None:
    raw = msgspec.Raw(json.dumps(OFFER).encode())
    distribution = Distribution(format="F", access_service="urn:example:service", has_policy=(raw,))
    stored = dataset_document("d", offers=[raw], distributions=[distribution])
    assert dataset_view(stored).distribution[0].has_policy == (raw,)


def test_an_empty_catalogue_is_valid_and_writes_no_empty_list() -> None:
    body = catalog_document("c", "p", services=[SERVICE])
    assert decode(Catalog, body).message.dataset == ()
    assert b"[]" not in body


def test_what_is_wrong_deep_inside_a_catalogue_is_named() -> None:
    broken = {
        "@id": "d",
        "hasPolicy": [OFFER | {"target": "t"}],
        "distribution": [{"format": "F", "accessService": "s"}],
    }
    body = catalog_document("c", "p", services=[], datasets=[json.dumps(broken).encode()])
    with pytest.raises(
        RemoteProtocolError, match=r"no target .* \$\.dataset\[0\]\.hasPolicy\[0\]".replace(r"\$", ".*")
    ):
        decode(Catalog, body)
    assert len(decode(Catalog, body, inner=False).message.dataset) == 1
    for raw in (b"{", b"[" * 5000, b"7", b'{"@id":"d"}'):
        with pytest.raises(RemoteProtocolError):
            dataset_view(raw)


def test_policies_are_read_as_typed_views() -> None:
    offer = policy_view(MessageOffer, MESSAGE_OFFER)
    assert (offer.target, len(offer.permission), offer.prohibition[0].action) == ("urn:example:asset", 2, "sell")
    agreed = {"@type": "Agreement", "assignee": "b", "timestamp": "2026-01-31T12:00:00Z"}
    raw = json.dumps(MESSAGE_OFFER | agreed).encode()
    assert policy_view(MessageAgreement, raw).assignee == "b"
    with pytest.raises(RemoteProtocolError, match=r"\$\.agreement"):
        policy_view(MessageAgreement, b"{", "$.agreement")
    assert policy_view(Offer, OFFER).type == "Offer"


def test_constraints_are_read_as_a_tree() -> None:
    atomic = MessageAtomicConstraint(
        left_operand="odrl:count",
        operator=MessageOperator.TERM_LTEQ,
        right_operand={"@value": "5", "@type": "xsd:integer"},
    )
    tree = constraint_view({"or": [ATOMIC, {"and": [ATOMIC]}]})
    inner = MessageLogicalConstraint(operator="and", constraints=(atomic,))
    assert tree == MessageLogicalConstraint(operator="or", constraints=(atomic, inner))
    for wrong in ({"and": ATOMIC}, {"and": [], "or": []}, ATOMIC | {"and": [ATOMIC]}, "text", {}):
        with pytest.raises(RemoteProtocolError):
            constraint_view(wrong)


def test_a_message_that_neither_begins_nor_continues_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="callbackAddress"):
        ContractRequestMessage(consumer_pid="c", offer=msgspec.Raw(b"{}"))
    with pytest.raises(ValueError, match="callbackAddress"):
        ContractOfferMessage(provider_pid="p", offer=msgspec.Raw(b"{}"))


def test_our_version_is_found_among_others() -> None:
    response = decode(VersionResponse, json.dumps(OWN_DOCUMENTS[-1]).encode()).message
    found = find_supported(response)
    assert found is not None
    assert found.path == "/dsp"
    old = msgspec.structs.replace(found, version="2024-1")
    assert find_supported(VersionResponse(protocol_versions=(old,))) is None
