"""Credentials and presentations of both profiles are read; what contradicts itself is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.protocol.dcp.claims import (
    MAX_CREDENTIALS,
    ClaimsProfile,
    StatusEntry,
    find_enclosed_presentation,
    read_claims,
    read_presentation,
)
from connector.protocol.dcp.errors import ClaimFault

ISSUER, HOLDER, US = "did:web:stadt.example", "did:web:firma.example", "did:web:amt.example"
STATUS = {
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "94",
    "statusListCredential": "https://stadt.example/status/1",
}
V2 = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential", "MembershipCredential"],
    "issuer": {"id": ISSUER},
    "validFrom": "2026-01-01T00:00:00Z",
    "validUntil": "2027-01-01T00:00:00Z",
    "credentialStatus": STATUS,
    "credentialSubject": {"id": HOLDER, "role": ["company"]},
}
V1 = {
    "@context": ["https://www.w3.org/2018/credentials/v1"],
    "type": ["VerifiableCredential", "MembershipCredential"],
    "issuer": ISSUER,
    "issuanceDate": "2026-01-01T00:00:00.5Z",
    "credentialSubject": {"id": HOLDER, "role": ["company"]},
}
OUTSIDE = {"iss": ISSUER, "sub": HOLDER, "jti": "urn:uuid:1", "nbf": 1_767_225_600, "exp": 1_798_761_600}


def v2(**members: Any) -> bytes:
    return json.dumps({**V2, **members}).encode()


def v1(outside: dict[str, Any] | None = None, **members: Any) -> bytes:
    return json.dumps({**OUTSIDE, **(outside or {}), "vc": {**V1, **members}}).encode()


def test_both_profiles_say_the_same() -> None:
    new, old = read_claims(v2()), read_claims(v1(credentialStatus=[{**STATUS, "type": "StatusList2021Entry"}]))
    assert (new.profile, old.profile) == (ClaimsProfile.VC20, ClaimsProfile.VC11)
    assert new._replace(profile=old.profile, valid_from=old.valid_from) == old
    assert new.types == ("MembershipCredential",)
    assert new.statuses == (StatusEntry("revocation", 94, "https://stadt.example/status/1"),)
    assert new.claims == {"role": ["company"]}


def test_the_narrower_time_counts_where_a_credential_and_its_signature_have_one() -> None:
    read = read_claims(v2(exp=1_770_000_000, nbf=1_767_000_000))
    assert read.valid_until == 1_770_000_000_000
    assert read.valid_from == 1_767_225_600_000


MIDSUMMER, MIDSUMMER_MS = "2026-07-01T00:00:00Z", 1_782_864_000_000


@pytest.mark.parametrize(
    "payload",
    [
        v2(validUntil=None, expirationDate=MIDSUMMER),
        v2(expirationDate=MIDSUMMER),
        v1({"exp": None}, validUntil=MIDSUMMER),
        v1(expirationDate="2027-01-01T00:00:00Z", validUntil=MIDSUMMER),
    ],
)
def test_the_end_counts_by_its_name_in_either_data_model(payload: bytes) -> None:
    assert read_claims(payload).valid_until == MIDSUMMER_MS


@pytest.mark.parametrize(
    "payload", [v2(issuanceDate=MIDSUMMER), v1({"nbf": None}, issuanceDate=None, validFrom=MIDSUMMER)]
)
def test_the_beginning_counts_by_its_name_in_either_data_model(payload: bytes) -> None:
    assert read_claims(payload).valid_from == MIDSUMMER_MS


def test_a_status_that_ends_nothing_may_have_more_than_one_bit() -> None:
    message = {**STATUS, "statusPurpose": "message", "statusSize": 2}
    read = read_claims(v2(credentialStatus=[STATUS, message]))
    assert [each.purpose for each in read.statuses] == ["revocation", "message"]


def test_a_purpose_that_nobody_here_knows_has_one_bit() -> None:
    assert read_claims(v2(credentialStatus={**STATUS, "statusPurpose": "renewal"})).statuses[0].purpose == "renewal"
    with pytest.raises(ClaimFault, match="expected 1 bit"):
        read_claims(v2(credentialStatus={**STATUS, "statusPurpose": "renewal", "statusSize": 2}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("statusSize", value) for value in (0, 2, "1", True, [1], {})),
        *(("statusListIndex", value) for value in (-1, "-1", "+5", "", 5.0, True, None, [94], "٣", "9" * 13)),
        *(("statusPurpose", value) for value in ("", None, 1, ["revocation"], {}, "a" * 513)),
        *(("statusListCredential", value) for value in ("", None, 1, ["https://stadt.example"], "a" * 2049)),
    ],
)
def test_the_sentence_about_a_wrong_status_names_the_member_that_is_wrong(name: str, value: Any) -> None:
    with pytest.raises(ClaimFault, match=f"^{name} "):
        read_claims(v2(credentialStatus={**STATUS, name: value}))


@pytest.mark.parametrize("size", [1, None])
def test_a_status_may_state_its_one_bit_or_nothing(size: int | None) -> None:
    assert read_claims(v2(credentialStatus={**STATUS, "statusSize": size})).statuses[0].bit == 94


def test_the_type_of_a_status_may_be_a_list() -> None:
    assert read_claims(v2(credentialStatus={**STATUS, "type": ["BitstringStatusListEntry"]})).statuses[0].bit == 94
    with pytest.raises(ClaimFault, match="unknown type"):
        read_claims(v2(credentialStatus={**STATUS, "type": ["RevocationList2020Status"]}))


def test_only_a_list_may_be_about_nobody() -> None:
    nobody = v2(credentialSubject={"role": "company"})
    with pytest.raises(ClaimFault):
        read_claims(nobody)
    assert read_claims(nobody, bearer=True).subject == ""


def test_the_other_identifier_in_the_jwt_of_edc_counts_where_the_data_space_says_so() -> None:
    random = v1({"jti": "0c1f"}, id="urn:uuid:1")
    with pytest.raises(ClaimFault):
        read_claims(random)
    assert read_claims(random, of_edc=True).id == "urn:uuid:1"
    assert read_claims(v1(), of_edc=True).id == "urn:uuid:1"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"{}",
        v2(issuer=None),
        v2(issuer=1),
        v2(iss="did:web:other.example"),
        v2(sub="did:web:other.example"),
        v2(jti="urn:uuid:2"),
        v2(credentialSubject=[{"id": HOLDER}, {"id": HOLDER}]),
        v2(credentialSubject=[]),
        v2(credentialSubject={"role": "company"}),
        v2(credentialSubject="x"),
        v2(type=["MembershipCredential"]),
        v2(type=["VerifiableCredential", 1]),
        v2(type=["VerifiableCredential"] * 17),
        v2(validUntil="tomorrow"),
        v2(validUntil=1),
        v2(exp="1"),
        v2(exp=True),
        v2(exp=-1),
        v2(exp=1e300),
        v2(**{"@context": ["https://www.w3.org/2018/credentials/v1"]}),
        v2(**{"@context": ["https://example.org/", "https://www.w3.org/ns/credentials/v2"]}),
        v2(credentialStatus={**STATUS, "type": "RevocationList2020Status"}),
        v2(credentialStatus={**STATUS, "statusListIndex": "-1"}),
        v2(credentialStatus={**STATUS, "statusListIndex": "٣"}),
        v2(credentialStatus={**STATUS, "statusListIndex": True}),
        v2(credentialStatus={**STATUS, "statusListIndex": "9" * 13}),
        v2(credentialStatus={**STATUS, "statusSize": 2}),
        v2(credentialStatus={"type": "BitstringStatusListEntry"}),
        v2(credentialStatus="revoked"),
        v2(credentialStatus=[STATUS] * 9),
        v2(padding=" " * 70_000),
        v2(vp={}),
        v2(vc={**V1}),
        v2(expirationDate="tomorrow"),
        json.dumps({**OUTSIDE, "vc": "x"}).encode(),
        v1({"iss": "did:web:other.example"}),
        v1({"sub": "did:web:other.example"}),
        v1({"nbf": 1_767_225_602}),
        v1({"exp": 1_798_761_700}, expirationDate="2027-01-01T00:00:00Z"),
        v1(**{"@context": ["https://www.w3.org/ns/credentials/v2"]}),
    ],
)
def test_a_credential_that_cannot_be_read_in_one_way_is_refused(payload: bytes) -> None:
    with pytest.raises(ClaimFault):
        read_claims(payload)


def enveloped(token: str) -> dict[str, Any]:
    return {"type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{token}"}


def vp2(**members: Any) -> bytes:
    base = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiablePresentation", "holder": HOLDER}
    return json.dumps({**base, "aud": US, "verifiableCredential": [enveloped("a.b.c")], **members}).encode()


def vp1(inside: dict[str, Any] | None = None, **outside: Any) -> bytes:
    base = {"@context": ["https://www.w3.org/2018/credentials/v1"], "type": ["VerifiablePresentation"]}
    content = {**base, "verifiableCredential": ["a.b.c"], **(inside or {})}
    return json.dumps({"iss": HOLDER, "aud": [US], "exp": 1_798_761_600, "vp": content, **outside}).encode()


def test_presentations_of_both_profiles_are_read() -> None:
    new, old = read_presentation(vp2(exp=1_798_761_600)), read_presentation(vp1())
    assert (new.profile, old.profile) == (ClaimsProfile.VC20, ClaimsProfile.VC11)
    assert new._replace(profile=old.profile) == old
    assert (old.holder, old.audience, old.credentials) == (HOLDER, US, ("a.b.c",))


@pytest.mark.parametrize(
    "payload",
    [
        vp2(holder=None),
        vp2(iss="did:web:other.example"),
        vp2(verifiableCredential=["a.b.c"]),
        vp2(verifiableCredential=[{"type": "EnvelopedVerifiableCredential", "id": "https://x.example/"}]),
        vp2(verifiableCredential=[{"id": "data:application/vc+jwt,a.b.c"}]),
        vp2(verifiableCredential=[enveloped("a.b.c")] * (MAX_CREDENTIALS + 1)),
        vp2(verifiableCredential=[V2]),
        vp1({"verifiableCredential": [enveloped("a.b.c")]}),
        vp1({"verifiableCredential": [1]}),
        vp1({"holder": "did:web:other.example"}),
        vp1({"type": ["VerifiableCredential"]}),
        vp1(vp=[]),
    ],
)
def test_a_presentation_that_mixes_forms_or_contradicts_itself_is_refused(payload: bytes) -> None:
    with pytest.raises(ClaimFault):
        read_presentation(payload)


@pytest.mark.parametrize("name", ["validUntil", "expirationDate"])
@pytest.mark.parametrize("write", [vp1, lambda inside: vp2(exp=1_798_761_600, **inside)])
def test_a_presentation_ends_when_it_says_so_in_either_place(write: Callable[..., bytes], name: str) -> None:
    assert read_presentation(write({name: MIDSUMMER})).valid_until == MIDSUMMER_MS
    assert read_presentation(write({name: "2030-01-01T00:00:00Z"})).valid_until == 1_798_761_600_000
    with pytest.raises(ClaimFault, match=name):
        read_presentation(write({name: "tomorrow"}))


@pytest.mark.parametrize("name", ["validFrom", "issuanceDate"])
def test_a_presentation_begins_when_it_says_so(name: str) -> None:
    assert read_presentation(vp2(**{name: MIDSUMMER}, nbf=1_767_225_600)).valid_from == MIDSUMMER_MS
    assert read_presentation(vp1({name: MIDSUMMER})).valid_from == MIDSUMMER_MS


def test_a_presentation_for_nobody_or_for_several_names_no_audience() -> None:
    assert read_presentation(vp2(aud=None)).audience is None
    assert read_presentation(vp2(aud=[US, HOLDER])).audience == ""


def test_a_presentation_is_taken_out_of_an_envelope_and_nothing_else_is() -> None:
    envelope = {"type": "EnvelopedVerifiablePresentation", "id": "data:application/vp+jwt,a.b.c"}
    assert find_enclosed_presentation(json.dumps(envelope).encode()) == "a.b.c"
    for other in (
        {**envelope, "id": "https://x.example/"},
        {**envelope, "type": "VerifiablePresentation"},
        {"type": envelope["type"]},
    ):
        assert find_enclosed_presentation(json.dumps(other).encode()) is None


_VALUE = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(ISSUER)
_JSON = st.recursive(
    _VALUE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "type", "role"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*V2, *OUTSIDE, "vc", "vp", "credentialSchema"]), _JSON, max_size=5))
def test_every_document_is_read_or_refused(members: dict[str, Any]) -> None:
    for payload in (json.dumps({**V2, **members}).encode(), json.dumps({**OUTSIDE, "vc": {**V1, **members}}).encode()):
        try:
            read = read_claims(payload)
        except ClaimFault:
            continue
        assert isinstance(read.issuer, str)
        assert isinstance(read.subject, str)
