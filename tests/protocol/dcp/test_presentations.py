"""The messages of the presentation protocol, against the official examples and hostile ones."""

import json
from typing import Any

import pytest

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.presentations import (
    CONTEXT,
    MAX_PRESENTATIONS,
    MAX_QUERY,
    DefinitionAsked,
    read_query,
    read_response,
    write_query,
    write_response,
)
from connector.protocol.dcp.scopes import MAX_SCOPES, Scope, ScopeKind
from tests.support.data import data_folder

MEMBER = Scope(ScopeKind.TYPE, "MembershipCredential")


def query(**members: Any) -> bytes:
    return json.dumps({"@context": [CONTEXT], "type": "PresentationQueryMessage", **members}).encode()


def response(**members: Any) -> bytes:
    return json.dumps({"@context": [CONTEXT], "type": "PresentationResponseMessage", **members}).encode()


def test_what_is_written_is_read_again() -> None:
    assert read_query(write_query([MEMBER])) == (MEMBER,)
    assert read_query(write_query([MEMBER], three_parts=True)) == (MEMBER,)
    assert read_response(write_response(["a.b.c"])) == ("a.b.c",)


def test_a_scope_that_is_asked_for_twice_is_one() -> None:
    assert read_query(query(scope=[MEMBER.write(), MEMBER.write(three_parts=True)])) == (MEMBER,)


def test_a_scope_that_is_null_does_not_hide_the_definition_that_is_asked_for() -> None:
    with pytest.raises(DefinitionAsked):
        read_query(query(scope=None, presentationDefinition={"id": "membership"}))


def test_the_official_examples_are_read() -> None:
    examples = data_folder("standards", "dcp-1.0.1", "presentation", "example")
    with pytest.raises(DefinitionAsked):
        read_query((examples / "presentation-query-message-w-presentation-definition.json").read_bytes())
    for name in ("presentation-response-message", "presentation-response-message-w-presentation-submission"):
        assert read_response((examples / f"{name}.json").read_bytes())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        query(),
        query(scope=[]),
        query(scope=None),
        query(scope="org.eclipse.dspace.dcp.vc.type:A"),
        query(scope=[1]),
        query(scope=["presentation1"]),
        query(scope=[f"{ScopeKind.TYPE}:{number}" for number in range(MAX_SCOPES + 1)]),
        query(scope=[MEMBER.write()], presentationDefinition={}),
        query(scope=[MEMBER.write()], presentationDefinition={"id": "1"}),
        query(scope=[MEMBER.write()], type="PresentationResponseMessage"),
        query(scope=[MEMBER.write()], **{"@context": CONTEXT}),
        query(scope=[MEMBER.write()], **{"@context": [CONTEXT, {}]}),
        query(scope=[MEMBER.write()], **{"@context": ["https://w3id.org/tractusx-trust/v0.8"]}),
        query(scope=[MEMBER.write()], padding=" " * MAX_QUERY),
        b"[" * 100_000,
    ],
)
def test_a_wrong_query_is_refused(body: bytes) -> None:
    with pytest.raises(ClaimFault) as fault:
        read_query(body)
    assert not isinstance(fault.value, DefinitionAsked)


def test_a_scope_of_another_data_space_grants_nothing_and_spoils_nothing() -> None:
    foreign = "org.eclipse.tractusx.vc.type:BpnCredential:read"
    assert read_query(query(scope=[foreign, MEMBER.write()])) == (MEMBER,)
    with pytest.raises(ClaimFault, match="is unknown: expected"):
        read_query(query(scope=[foreign]))
    with pytest.raises(ClaimFault, match="asks to write"):
        read_query(query(scope=[foreign, f"{MEMBER.write()}:write"]))


def test_a_presentation_may_be_enveloped_and_beside_one_with_another_proof() -> None:
    envelope = {"type": "EnvelopedVerifiablePresentation", "id": "data:application/vp+jwt,d.e.f"}
    other = {"type": "VerifiablePresentation", "proof": {}}
    assert read_response(response(presentation=["a.b.c", envelope, other])) == ("a.b.c", "d.e.f")
    assert read_response(response(presentation=[])) == ()


@pytest.mark.parametrize(
    "body",
    [
        response(),
        response(presentation="a.b.c"),
        response(presentation=[{"type": "VerifiablePresentation"}]),
        response(presentation=["a.b.c"] * (MAX_PRESENTATIONS + 1)),
    ],
)
def test_a_wrong_answer_is_refused(body: bytes) -> None:
    with pytest.raises(ClaimFault):
        read_response(body)
