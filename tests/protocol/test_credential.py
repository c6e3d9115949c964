"""Credentials: what is written is read again, identifiers follow from the content, what is hostile is refused."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.protocol.credential import (
    CONTEXTS,
    LEEWAY_MS,
    CredentialFault,
    DescriptionKind,
    VerifiableCredential,
    find_fault,
    name_description,
    peek_issuer,
    read_credential,
    write_credential,
)
from connector.protocol.dsp.timestamps import read_timestamp

CITY = "https://city.example/participants/roads"
AUDIENCE = "https://w3id.org/datenkontor/policy/1#Audience"
VALUE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#value"
FROM, UNTIL = "2026-03-01T00:00:00Z", "2026-03-31T00:00:00Z"
DATASET = {"@id": "urn:uuid:1", "@type": "Dataset", "dct:title": [{"@language": "de", "@value": "Luft"}]}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(st.characters(codec="utf-8"), max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=12,
)
MEMBERS = st.dictionaries(
    st.text(st.characters(codec="utf-8"), max_size=9).filter(
        lambda name: name not in {"id", "type"} and "@" not in name
    ),
    JSON,
    max_size=4,
)


def write(statement: dict[str, Any] | None = None, **more: Any) -> bytes:
    return write_credential(CITY, statement or DATASET, **{"valid_from": FROM, "valid_until": UNTIL, **more})


def credential(**changed: Any) -> bytes:
    members = {**json.loads(write()), **changed}
    return json.dumps({name: value for name, value in members.items() if value is not ...}).encode()


@settings(max_examples=60, deadline=None)
@given(MEMBERS)
def test_what_is_written_is_read_again(members: dict[str, Any]) -> None:
    statement = {"@id": "urn:uuid:1", "@type": "Dataset", **members}
    found = read_credential(write(statement, audience={"permission": [1]}, teaser=True))
    assert json.loads(found.document) == statement
    assert (found.issuer, found.kind, found.subject) == (CITY, DescriptionKind.DATASET, "urn:uuid:1")
    assert (found.valid_from, found.valid_until) == (read_timestamp(FROM), read_timestamp(UNTIL))
    assert (json.loads(found.audience), found.teaser) == ({"permission": [1]}, True)


def test_an_identifier_changes_with_the_content_and_with_nothing_else() -> None:
    first = read_credential(write()).id
    assert first.startswith("ni:///sha-256;")
    assert read_credential(write(valid_from="2026-03-11T00:00:00Z", valid_until="2026-04-10T00:00:00Z")).id == first
    assert read_credential(write(dict(reversed(DATASET.items())))).id == first
    for other in (write({**DATASET, "dct:title": "Luft"}), write(audience={"permission": []})):
        assert read_credential(other).id != first


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"@context": list(reversed(CONTEXTS))}, "@context"),
        ({"@context": [*CONTEXTS, {"dct:title": "urn:other"}]}, "@context"),
        ({"@context": CONTEXTS[0]}, "@context"),
        ({"type": ["VerifiablePresentation"]}, "type"),
        ({"id": 7}, "id is not an identifier"),
        ({"issuer": ...}, "issuer"),
        ({"issuer": {"name": "City"}}, "issuer"),
        ({"issuer": "a\u0000b"}, "issuer"),
        ({"issuer": "\ud800"}, "lone surrogate"),
        ({"validFrom": ...}, "validFrom is missing"),
        ({"validUntil": "tomorrow"}, "validUntil is tomorrow"),
        ({"validUntil": 1_800_000_000}, "validUntil"),
        (
            {"credentialSubject": [{"id": "urn:1", "type": "Dataset"}, {"id": "urn:2", "type": "Dataset"}]},
            "exactly one",
        ),
        ({"credentialSubject": ...}, "exactly one"),
        ({"credentialSubject": {"id": "urn:1", "type": "Person"}}, "type of the credentialSubject"),
        ({"credentialSubject": {"id": "urn:1", "type": ["Dataset"]}}, "type of the credentialSubject"),
        ({"credentialSubject": {"type": "Dataset"}}, "credentialSubject.id"),
        ({"credentialSubject": {"id": "x" * 1025, "type": "Dataset"}}, "credentialSubject.id"),
        ({"credentialSubject": {"id": "urn:1", "@id": "urn:2", "type": "Dataset"}}, "write id and type"),
        ({"credentialSubject": {"id": "urn:1", "type": "Dataset", "dct:title": "\ud800"}}, "lone surrogate"),
        ({"credentialStatus": {"type": "BitstringStatusListEntry"}}, "statusPurpose"),
        ({"vc": {}}, "vc"),
        ({"exp": 1}, "exp"),
        ({"termsOfUse": [{"type": "odrl:Set"}]}, "termsOfUse"),
        ({"termsOfUse": {"type": "odrl:Set"}}, "termsOfUse"),
        ({"termsOfUse": {"type": AUDIENCE}}, "termsOfUse"),
        ({"termsOfUse": {"type": AUDIENCE, VALUE: {"@type": "@json", "@value": "all"}}}, "termsOfUse"),
        ({"termsOfUse": {"type": [AUDIENCE], VALUE: {"@type": "@json", "@value": {}}}}, "termsOfUse"),
        ({"termsOfUse": {"type": AUDIENCE, VALUE: {"@type": "@json", "@value": {}}, "id": "urn:x"}}, "termsOfUse"),
        ({"termsOfUse": None}, "termsOfUse"),
    ],
)
def test_what_is_not_of_the_form_is_refused_with_its_member(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(CredentialFault, match=words):
        read_credential(credential(**changed))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"issuer":"a","issuer":"b"}',
        b"[" * 200_000,
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
        b'{"a":1e999}',
    ],
)
def test_no_json_of_an_attacker_is_read(payload: bytes) -> None:
    with pytest.raises(CredentialFault):
        read_credential(payload)


@pytest.mark.parametrize("secured", [b"", b"a.b", b"a.b.c.d", b"a.!.c", b"a." + b"A" * 300_000 + b".c", b"a.e30.c"])
def test_a_text_that_is_no_credential_has_no_issuer(secured: bytes) -> None:
    with pytest.raises(CredentialFault):
        peek_issuer(secured)


def stated(kind: DescriptionKind, subject: str, *, issuer: str = CITY) -> VerifiableCredential:
    return VerifiableCredential(
        id="urn:c",
        issuer=issuer,
        kind=kind,
        subject=subject,
        document=b"{}",
        valid_from=1_000_000,
        valid_until=2_000_000,
    )


@pytest.mark.parametrize(
    ("kind", "subject", "holds"),
    [
        (DescriptionKind.PARTICIPANT, CITY, True),
        (DescriptionKind.PARTICIPANT, CITY + "x", False),
        (DescriptionKind.OFFERING, CITY + "#a", True),
        (DescriptionKind.OFFERING, CITY + "x#a", False),
        (DescriptionKind.DATASET, "urn:uuid:1", True),
        (DescriptionKind.DATASET, CITY, False),
    ],
)
def test_a_subject_has_to_belong_to_its_issuer(kind: DescriptionKind, subject: str, holds: bool) -> None:
    assert (find_fault(stated(kind, subject), CITY, 1_500_000) is None) is holds


def test_only_the_issuer_states_it_and_only_in_its_time() -> None:
    found = stated(DescriptionKind.DATASET, "urn:1")
    assert find_fault(found, CITY, 1_000_000 - LEEWAY_MS) is None
    assert "not valid yet" in (find_fault(found, CITY, 1_000_000 - LEEWAY_MS - 1) or "")
    assert find_fault(found, CITY, 1_999_999) is None
    assert "expired" in (find_fault(found, CITY, 2_000_000) or "")
    assert "issuer" in (find_fault(found, CITY + "x", 1_500_000) or "")


def test_the_names_of_descriptions_differ_with_the_issuer_and_the_subject() -> None:
    names = {name_description(issuer, subject) for issuer in ("a", "b") for subject in ("1", "2")}
    assert len(names) == 4
    assert all(name.replace("-", "").replace("_", "").isalnum() for name in names)
