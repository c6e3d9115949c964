"""The payloads that an issuer writes, read again."""

import json
from base64 import b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connector.protocol.dcp.claims import ClaimsProfile, read_claims
from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.issued import (
    CredentialDraft,
    StatusListDraft,
    StatusPlace,
    choose_list_form,
    write_credential,
    write_status_list,
)
from connector.protocol.dcp.status_list import MIN_BYTES, PURPOSES, expand_status_list, pack_status_list, set_bits

LISTS = {purpose: f"https://stadt.example/status/{purpose}" for purpose in PURPOSES}


@given(
    profile=some.sampled_from(ClaimsProfile),
    types=some.lists(some.text(min_size=1, max_size=9).filter(lambda name: name != "VerifiableCredential"), max_size=5),
    claims=some.dictionaries(some.text(max_size=9).filter(lambda name: name != "id"), some.text(max_size=9)),
    since=some.integers(0, 2**37),
    index=some.integers(0, MIN_BYTES * 8 - 1),
)
def test_what_is_written_is_read(
    profile: ClaimsProfile, types: list[str], claims: dict[str, str], since: int, index: int
) -> None:
    draft = CredentialDraft(
        profile=profile,
        id="urn:uuid:1",
        issuer="did:web:stadt.example",
        subject="did:web:firma.example",
        types=types,
        claims=claims,
        valid_from=since,
        valid_until=since + 1000,
        status=StatusPlace(lists=LISTS, index=index),
        schema="https://stadt.example/schema",
    )
    found = read_claims(write_credential(draft))
    assert found._replace(statuses=()) == (
        profile,
        draft.id,
        draft.issuer,
        tuple(types),
        draft.subject,
        claims,
        since // 1000 * 1000,
        since // 1000 * 1000 + 1000,
        (),
        (draft.schema,),
    )
    assert [(entry.purpose, entry.bit, entry.list_url) for entry in found.statuses] == [
        (purpose, index, url) for purpose, url in LISTS.items()
    ]


@given(profile=some.sampled_from(ClaimsProfile), ended=some.frozensets(some.integers(0, MIN_BYTES * 8 - 1), max_size=9))
def test_a_written_list_has_exactly_the_bits_that_are_set(profile: ClaimsProfile, ended: frozenset[int]) -> None:
    draft = StatusListDraft(
        profile=profile,
        url=LISTS["revocation"],
        issuer="did:web:stadt.example",
        purpose="revocation",
        bits=set_bits(ended),
        valid_from=0,
        valid_until=86_400_000,
    )
    found = read_claims(write_status_list(draft), limit=1 << 20)
    assert found.claims["statusPurpose"] == "revocation"
    bits = expand_status_list(found.claims["encodedList"])
    assert {bit for bit in ended if bits.is_set(bit)} == ended
    assert bits.bits == draft.bits


def test_the_two_kinds_of_lists_have_the_form_of_their_standards() -> None:
    texts = [pack_status_list(set_bits([]), multibase=multibase) for multibase in (True, False)]
    assert [text[:5] for text in texts] == ["uH4sI", "H4sIA"]
    draft = StatusListDraft(
        profile=ClaimsProfile.VC11,
        url="https://stadt.example/1",
        issuer="did:web:stadt.example",
        purpose="suspension",
        bits=set_bits([]),
        valid_from=0,
        valid_until=1000,
    )
    model = json.loads(write_status_list(draft))["vc"]
    assert model["type"] == ["VerifiableCredential", "StatusList2021Credential"]
    assert model["credentialSubject"]["type"] == "StatusList2021"
    # The one is in the alphabet of base64, the other in that of base64url: some readers know no other there.
    assert len(b64decode(model["credentialSubject"]["encodedList"], validate=True)) > 20
    assert not set(texts[0]) & set("+/=")


@pytest.mark.parametrize("profile", ClaimsProfile)
def test_a_list_is_without_its_signature_for_who_accepts_json_alone(profile: ClaimsProfile) -> None:
    draft = StatusListDraft(
        profile=profile,
        url="https://stadt.example/1",
        issuer="did:web:stadt.example",
        purpose="revocation",
        bits=set_bits([7]),
        valid_from=0,
        valid_until=1000,
    )
    secured = b".".join((b"e30", urlsafe_b64encode(write_status_list(draft)).rstrip(b"="), b"c2ln"))
    for accepted in ("", "*/*", "application/vc+jwt", "application/json, */*"):
        assert choose_list_form(secured, accepted) == (secured, "application/vc+jwt")
    for accepted in ("Application/JSON; charset=utf-8", "application/json;q=0.9, application/json"):
        assert choose_list_form(secured, accepted) == choose_list_form(secured, "application/json")
    body, media_type = choose_list_form(secured, "application/json")
    stated = json.loads(body)
    assert (media_type, stated["id"], "vc" in stated) == ("application/json", draft.url, False)
    assert expand_status_list(stated["credentialSubject"]["encodedList"]).is_set(7)


def test_an_index_beyond_the_list_is_refused() -> None:
    with pytest.raises(ClaimFault):
        set_bits([MIN_BYTES * 8])
