"""The document of an identifier is read strictly where two readings would be possible, and else leniently."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.protocol.dcp.document import (
    MAX_DOCUMENT,
    MAX_ENDPOINT,
    MULTIBASE,
    Relationship,
    ServiceType,
    read_document,
    write_document,
)
from connector.protocol.dcp.errors import ClaimFault

DID = "did:web:stadt.example"
JWK = {"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}


def document(**members: Any) -> bytes:
    return json.dumps({"id": DID, **members}).encode()


def method(name: str, **members: Any) -> dict[str, Any]:
    return {"id": name, "type": "JsonWebKey2020", "controller": DID, "publicKeyJwk": JWK, **members}


def test_what_is_written_is_read_again() -> None:
    written = write_document(DID, [("k1", JWK), ("k2", JWK)], [("dsp", ServiceType.DATA, "https://stadt.example/dsp/")])
    read = read_document(json.dumps(written).encode(), DID)
    assert set(read.keys) == {f"{DID}#k1", f"{DID}#k2"}
    assert all(read.may_sign(f"{DID}#k1", relationship) for relationship in Relationship)
    assert read.services == {"DataService": "https://stadt.example/dsp"}


def test_an_endpoint_may_be_a_set() -> None:
    service = {"id": "#cs", "type": "CredentialService"}
    for endpoint in (["https://stadt.example/dcp/"], [{"uri": "https://x.example"}, "https://stadt.example/dcp"]):
        read = read_document(document(service=[{**service, "serviceEndpoint": endpoint}]), DID)
        assert read.services == {"CredentialService": "https://stadt.example/dcp"}
    for endpoint in ([], [{"uri": "https://x.example"}], {"uri": "https://x.example"}, [["https://x.example"]]):
        assert read_document(document(service=[{**service, "serviceEndpoint": endpoint}]), DID).services == {}


@pytest.mark.parametrize("more", ["?tenant=1", "/a?", "#part", "?x=/presentations/query#", "/" + "a" * MAX_ENDPOINT])
def test_an_endpoint_behind_which_no_path_can_stand_is_none(more: str) -> None:
    service = {"id": "#cs", "type": "CredentialService", "serviceEndpoint": f"https://stadt.example/dcp{more}"}
    assert read_document(document(service=[service]), DID).services == {}


def test_relative_names_belong_to_the_document() -> None:
    read = read_document(document(verificationMethod=[method("#k1")], authentication=["#k1"]), DID)
    assert read.may_sign(f"{DID}#k1", Relationship.PRESENTATION)
    assert not read.may_sign(f"{DID}#k1", Relationship.TOKEN)


def test_a_method_inside_a_relationship_signs_that_alone() -> None:
    read = read_document(document(authentication=[method("#k1")]), DID)
    assert read.may_sign(f"{DID}#k1", Relationship.PRESENTATION)
    assert not read.may_sign(f"{DID}#k1", Relationship.CREDENTIAL)


def test_a_method_that_is_written_out_twice_the_same_counts_once() -> None:
    same, short = method(f"{DID}#k1"), method("#k1")
    read = read_document(document(verificationMethod=[same], authentication=[same], assertionMethod=[short]), DID)
    assert set(read.keys) == {f"{DID}#k1"}
    assert read.may_sign(f"{DID}#k1", Relationship.CREDENTIAL)


def test_a_document_without_relationships_is_accepted_where_the_data_space_says_so() -> None:
    read = read_document(document(verificationMethod=[method("#k1")]), DID)
    assert not read.may_sign(f"{DID}#k1", Relationship.TOKEN)
    assert read.may_sign(f"{DID}#k1", Relationship.TOKEN, take_missing=True)


def test_empty_relationships_say_no_more_than_none() -> None:
    read = read_document(document(verificationMethod=[method("#k1")], authentication=[]), DID)
    assert not read.may_sign(f"{DID}#k1", Relationship.TOKEN)
    assert read.may_sign(f"{DID}#k1", Relationship.TOKEN, take_missing=True)


def test_one_relationship_makes_the_document_strict() -> None:
    read = read_document(document(verificationMethod=[method("#k1")], assertionMethod=["#k2"]), DID)
    assert not read.may_sign(f"{DID}#k1", Relationship.TOKEN, take_missing=True)


def test_a_hub_that_states_authentication_alone_signs_by_that_where_the_data_space_says_so() -> None:
    methods = {"verificationMethod": [method("#k1"), method("#k2")], "authentication": ["#k1"]}
    for more in ({}, {"capabilityInvocation": [], "assertionMethod": None}):
        read = read_document(document(**methods, **more), DID)
        for relationship in Relationship:
            assert read.may_sign(f"{DID}#k1", relationship, take_missing=True)
            assert not read.may_sign(f"{DID}#k2", relationship, take_missing=True)
        assert not read.may_sign(f"{DID}#k1", Relationship.TOKEN)
    read = read_document(document(**methods, capabilityInvocation=["#k2"]), DID)
    assert not read.may_sign(f"{DID}#k1", Relationship.TOKEN, take_missing=True)
    assert not read.may_sign(f"{DID}#k1", Relationship.CREDENTIAL, take_missing=True)


def test_a_member_that_is_null_is_one_that_is_missing() -> None:
    missing = {"service": None, "assertionMethod": None, "alsoKnownAs": None}
    read = read_document(document(verificationMethod=[method("#k1", controller=None)], **missing), DID)
    assert (set(read.keys), read.services) == ({f"{DID}#k1"}, {})
    assert not read.may_sign(f"{DID}#k1", Relationship.CREDENTIAL)


@pytest.mark.parametrize("member", ["revoked", "expires"])
def test_a_method_whose_end_is_over_has_no_key(member: str) -> None:
    now = 1_767_225_600_000
    ends = {"#k1": "2026-01-01T00:00:00Z", "#k2": "2026-01-01T00:00:01Z", "#k3": None, "#k4": "soon", "#k5": True}
    methods = [method(name, **{member: end}) for name, end in ends.items()]
    body = document(verificationMethod=methods, assertionMethod=list(ends))
    assert set(read_document(body, DID, now).keys) == {f"{DID}#k2", f"{DID}#k3"}
    assert len(read_document(body, DID).keys) == len(ends)


def test_keys_of_others_and_of_unknown_forms_are_left_out() -> None:
    methods = [
        method("did:web:other.example#k1"),
        method("#k2", controller="did:web:other.example"),
        {"id": "#k3", "type": "Ed25519VerificationKey2018", "publicKeyBase58": "6Mk"},
        method("#k4"),
        {"id": "#k5", "type": "Multikey", "publicKeyMultibase": "z6Mk"},
        {"id": "#k6", "type": "Multikey", "publicKeyMultibase": "z6Mk", "controller": "did:web:other.example"},
        {"id": "#k7", "type": "Multikey", "publicKeyMultibase": ["z6Mk"]},
    ]
    keys = read_document(document(verificationMethod=methods), DID).keys
    assert set(keys) == {f"{DID}#k4", f"{DID}#k5"}
    assert keys[f"{DID}#k5"] == {MULTIBASE: "z6Mk"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 10_000,
        json.dumps({"id": "did:web:other.example"}).encode(),
        json.dumps({"verificationMethod": []}).encode(),
        b'{"id": "did:web:stadt.example", "id": "did:web:stadt.example"}',
        document(verificationMethod=[method("#k1"), method(f"{DID}#k1", publicKeyJwk={**JWK, "x": "z"})]),
        document(verificationMethod=[method("#k1")], authentication=[method("#k1", controller="did:web:b.example")]),
        document(verificationMethod=[{}]),
        document(verificationMethod=["#k1"]),
        document(verificationMethod={}),
        document(verificationMethod=[method(f"#{number}") for number in range(33)]),
        document(authentication="#k1"),
        document(service=[{}] * 33),
        document(padding=" " * MAX_DOCUMENT),
    ],
)
def test_a_document_with_two_readings_or_beyond_a_bound_is_refused(body: bytes) -> None:
    with pytest.raises(ClaimFault):
        read_document(body, DID)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([DID, f"{DID}#k", "#k"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "publicKeyJwk", "controller", "serviceEndpoint"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["verificationMethod", "service", *Relationship]), _JSON))
def test_every_document_is_read_or_refused(members: dict[str, Any]) -> None:
    try:
        read = read_document(document(**members), DID)
    except ClaimFault:
        return
    assert all(name.startswith(f"{DID}#") for name in read.keys)
