"""A presentation counts as a whole or not at all, and nothing is fetched that its own words already refuse."""

import json
from typing import Any

import pytest

from connector.identity.dcp.presented import (
    CREDENTIAL_RULES,
    PRESENTATION_RULES,
    name_missing,
    verify_presentation,
    verify_presentations,
)
from connector.identity.jws import Rejected, sign
from connector.ports.identity import AuthenticationUnavailable
from connector.protocol.dcp.claims import ClaimsProfile, PresentedCredential
from tests.identity.dcp.places import (
    CITY,
    FIRM,
    KEYS,
    LIST_URL,
    NOW_MS,
    NOW_S,
    STRANGER,
    Places,
    compact,
    credential,
    key_of,
    presentation,
    signed,
    status_at,
)

MEMBER = signed(credential())
CITY_PLACE = "https://stadt.example/.well-known/did.json"


def present(content: dict[str, Any], **header: Any) -> str:
    return sign(header.pop("key", KEYS[FIRM]), json.dumps(content).encode(), kind=header.pop("kind", "vp+jwt"))


async def verify(text: str, places: Places | None = None) -> tuple[PresentedCredential, ...]:
    at = places or Places()
    return await verify_presentation(text, await at.sender(), at.verifier(), at.now_ms)


async def judge(text: str, places: Places | None = None) -> str | None:
    """Return the rule that a presentation breaks, or None."""
    try:
        await verify(text, places)
    except Rejected as rejected:
        return rejected.rule
    return None


async def test_a_membership_of_the_city_counts() -> None:
    (found,) = await verify(present(presentation(MEMBER)))
    assert (found.issuer, found.subject, found.types) == (CITY, FIRM, ("MembershipCredential",))
    assert found.claims == {"role": ["company"]}


OLD = {"validUntil": "2026-01-02T00:00:00Z"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (present(presentation(MEMBER, exp=NOW_S - 60)), "the presentation: it has expired."),
        (present(presentation(MEMBER), key=KEYS[CITY]), "the presentation: kid names a key of another"),
        (
            present(presentation(MEMBER, signed(credential(**OLD)))),
            "credential 2 of the presentation: it has expired.",
        ),
        (
            present(presentation(signed(credential(), key_of(CITY)))),
            f"the credential of {CITY}: the signature does not verify.",
        ),
        (
            present(presentation(signed(credential(credentialStatus=status_at(1))))),
            f"the credential of {CITY}: the status list of {CITY}: the signature does not verify.",
        ),
    ],
    ids=["old presentation", "presentation of another", "old credential", "forged credential", "forged list"],
)
async def test_the_sentence_says_whose_text_breaks_the_rule(text: str, problem: str) -> None:
    places = Places()
    places.publish_list(key=key_of(CITY))
    with pytest.raises(Rejected) as refused:
        await verify(text, places)
    assert refused.value.problem.startswith(problem)


async def test_the_older_data_model_counts_too() -> None:
    context = {"@context": ["https://www.w3.org/2018/credentials/v1"]}
    inside = {**context, "type": ["VerifiableCredential", "MembershipCredential"], "credentialSubject": {"id": FIRM}}
    old = {"iss": CITY, "sub": FIRM, "jti": "urn:uuid:1", "nbf": NOW_S - 9, "exp": NOW_S + 9, "vc": inside}
    shown = {**context, "type": "VerifiablePresentation", "verifiableCredential": [signed(old, kind="JWT")]}
    text = present({"iss": FIRM, "aud": "did:web:amt.example", "exp": NOW_S + 9, "vp": shown}, kind="JWT")
    (found,) = await verify(text)
    assert found.profile is ClaimsProfile.VC11


async def test_the_first_context_of_edc_counts_where_the_data_space_says_so() -> None:
    context = {"@context": ["https://www.w3.org/2018/credentials/v1"]}
    inside = {**context, "type": ["VerifiableCredential", "MembershipCredential"], "credentialSubject": {"id": FIRM}}
    old = signed({"iss": CITY, "sub": FIRM, "vc": inside}, kind="JWT")
    contexts = ["https://w3id.org/tractusx-trust/v0.8", *context["@context"]]
    shown = {"@context": contexts, "type": "VerifiablePresentation", "verifiableCredential": [old]}
    text = present({"iss": FIRM, "aud": "did:web:amt.example", "exp": NOW_S + 9, "vp": shown}, kind="JWT")
    assert await judge(text) == "form-of-claims"
    places = Places()
    sender, verifier = await places.sender(), places.verifier()._replace(of_edc=True)
    assert len(await verify_presentation(text, sender, verifier, places.now_ms)) == 1


@pytest.mark.parametrize("more", [{}, {"cty": "vc"}, {"cty": "application/vc", "iss": CITY}, {"x5t": "AA", "a": [1]}])
async def test_the_header_of_a_credential_may_have_more_members(more: dict[str, Any]) -> None:
    text = compact(
        {"alg": "ES256", "kid": KEYS[CITY].kid, "typ": "application/vc+jwt", **more}, credential(), KEYS[CITY]
    )
    assert len(await verify(present(presentation(text)))) == 1


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"crit": ["exp"]}, "header"),
        ({"jku": "https://evil.example/keys"}, "header"),
        ({"jwk": {}}, "header"),
        ({"x5c": []}, "header"),
        ({"x5u": "https://evil.example/x.pem"}, "header"),
        ({"b64": False}, "header"),
        ({"zip": "DEF"}, "header"),
        ({"typ": "vp+jwt"}, "type"),
        ({"cty": "vp"}, "type"),
        ({"cty": "JWT"}, "type"),
        ({"cty": 1}, "type"),
        ({"iss": STRANGER}, "key-name"),
    ],
)
async def test_the_header_of_a_credential_brings_no_key_and_no_rule(more: dict[str, Any], rule: str) -> None:
    text = compact({"alg": "ES256", "kid": KEYS[CITY].kid, "typ": "vc+jwt", **more}, credential(), KEYS[CITY])
    assert await judge(present(presentation(text))) == rule


async def test_the_header_of_a_presentation_may_have_more_members_too() -> None:
    head = {"alg": "ES256", "kid": KEYS[FIRM].kid, "typ": "vp+jwt"}
    assert await judge(compact({**head, "cty": "vp", "iss": FIRM, "a": 1}, presentation(MEMBER), KEYS[FIRM])) is None
    assert await judge(compact({**head, "iss": CITY}, presentation(MEMBER), KEYS[FIRM])) == "key-name"
    assert await judge(compact({**head, "cty": "vc"}, presentation(MEMBER), KEYS[FIRM])) == "type"


@pytest.mark.parametrize("name", ["ld+jwt", "ld+json+jwt"])
async def test_the_media_types_of_drafts_say_the_same(name: str) -> None:
    head = {"alg": "ES256", "kid": KEYS[CITY].kid, "typ": f"vc+{name}", "cty": "vc+ld+json"}
    shown = presentation()
    secured = f"data:application/vc+{name},{compact(head, credential(), KEYS[CITY])}"
    shown["verifiableCredential"] = [{"type": "EnvelopedVerifiableCredential", "id": secured}]
    own = {"alg": "ES256", "kid": KEYS[FIRM].kid, "typ": f"application/vp+{name}", "cty": "vp+ld+json"}
    assert await judge(compact(own, shown, KEYS[FIRM])) is None
    assert await judge(compact({**own, "typ": f"vc+{name}"}, shown, KEYS[FIRM])) == "type"
    assert await judge(compact({**own, "cty": "vc+ld+json"}, shown, KEYS[FIRM])) == "type"


async def test_the_name_of_the_curve_is_a_name_of_the_algorithm_too() -> None:
    places, key = Places(), key_of(CITY, "EdDSA")
    places.publish(CITY, key)
    for name in ("Ed25519", "EdDSA"):
        text = compact({"alg": name, "kid": key.kid}, credential(), key)
        assert await judge(present(presentation(text)), places) is None


ENVELOPE = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": "EnvelopedVerifiablePresentation"}


async def test_the_hub_of_edc_signs_an_envelope_without_an_audience() -> None:
    shown = presentation(MEMBER)
    nobody = present({name: value for name, value in shown.items() if name not in {"aud", "exp"}}, kind="JWT")
    text = present({**ENVELOPE, "id": f"data:application/vp+jwt,{nobody}"}, kind="JWT")
    assert await judge(text) == "audience"
    places = Places()
    sender, verifier = await places.sender(), places.verifier()._replace(of_edc=True)
    assert len(await verify_presentation(text, sender, verifier, places.now_ms)) == 1
    for other in (present({**shown, "aud": CITY}), present({**shown, "aud": []})):
        with pytest.raises(Rejected, match="audience"):
            await verify_presentation(other, sender, verifier, places.now_ms)


async def test_of_two_envelopes_one_is_opened() -> None:
    once = present({**ENVELOPE, "id": f"data:application/vp+jwt,{present(presentation(MEMBER))}"})
    assert await judge(once) is None
    assert await judge(present({**ENVELOPE, "id": f"data:application/vp+jwt,{once}"})) == "form-of-claims"
    assert await judge(present({**ENVELOPE, "id": "data:application/vp+jwt,x"})) == "form"
    assert await judge(present({**ENVELOPE, "id": "https://firma.example/"})) == "form-of-claims"


async def test_what_is_in_an_envelope_of_the_holder_is_signed_by_the_holder() -> None:
    of_city = present(presentation(MEMBER), key=KEYS[CITY])
    assert await judge(present({**ENVELOPE, "id": f"data:application/vp+jwt,{of_city}"})) == "key-name"


async def test_a_type_that_the_issuer_is_not_trusted_for_says_nothing() -> None:
    both = signed(credential(type=["VerifiableCredential", "MembershipCredential", "AuditorCredential"]))
    (found,) = await verify(present(presentation(both)))
    assert found.types == ("MembershipCredential",)


PRESENTATIONS = {
    "form": "x",
    "type": present(presentation(), kind="roster+jws"),
    "form-of-claims": present({"type": "VerifiablePresentation"}),
    "holder": present(presentation(MEMBER, holder=CITY)),
    "audience": present(presentation(MEMBER, aud=CITY)),
    "time": present(presentation(MEMBER, exp=NOW_S)),
    "key-name": present(presentation(MEMBER), key=KEYS[CITY]),
    "key": present(presentation(MEMBER), key=key_of(FIRM, fragment="k9")),
    "signature": present(presentation(MEMBER), key=key_of(FIRM)),
}


@pytest.mark.parametrize("rule", PRESENTATIONS)
async def test_a_presentation_that_breaks_a_rule_causes_no_fetch(rule: str) -> None:
    places = Places()
    assert await judge(PRESENTATIONS[rule], places) == rule
    assert places.fetched == []


CREDENTIALS = {
    "form": "x",
    "type": signed(credential(), kind="roster+jws"),
    "form-of-claims": signed(credential(credentialSubject=[])),
    "subject": signed(credential(credentialSubject={"id": STRANGER})),
    "time": signed(credential(validUntil="2026-03-01T12:00:00Z")),
    "issuer": signed(credential(issuer=STRANGER), KEYS[STRANGER]),
    "key-name": signed(credential(), KEYS[STRANGER]),
    "schema": signed(credential(credentialSchema={"id": "https://evil.example/schema.json", "type": "JsonSchema"})),
    "key": signed(credential(), key_of(CITY, fragment="k9")),
    "signature": signed(credential(), key_of(CITY)),
    "status": signed(credential(credentialStatus=status_at(94))),
}


@pytest.mark.parametrize("rule", CREDENTIALS)
async def test_one_wrong_credential_spoils_the_presentation(rule: str) -> None:
    places = Places()
    places.publish_list(94)
    assert await judge(present(presentation(MEMBER, CREDENTIALS[rule])), places) == rule
    fetched = CREDENTIAL_RULES.index(rule) > CREDENTIAL_RULES.index("document")
    assert set(places.fetched) == {*([CITY_PLACE] if fetched else []), *([LIST_URL] if rule == "status" else [])}


async def test_a_credential_that_is_not_valid_yet_does_not_count() -> None:
    early = signed(credential(validFrom="2026-03-01T13:00:00Z"))
    assert await judge(present(presentation(early))) == "time"


async def test_a_credential_of_another_profile_does_not_count() -> None:
    context = {"@context": ["https://www.w3.org/2018/credentials/v1"]}
    inside = {**context, "type": ["VerifiableCredential", "MembershipCredential"], "credentialSubject": {"id": FIRM}}
    old = signed({"iss": CITY, "sub": FIRM, "vc": inside}, kind="JWT")
    assert await judge(present(presentation(old))) == "profile"


async def test_a_wrong_document_of_the_issuer_is_a_fault_of_the_credential() -> None:
    places = Places()
    places.put(CITY_PLACE, {"id": FIRM})
    assert await judge(present(presentation(MEMBER)), places) == "document"


async def test_an_issuer_out_of_reach_is_no_fault_of_the_holder() -> None:
    places = Places()
    places.served.pop(CITY_PLACE)
    with pytest.raises(AuthenticationUnavailable):
        await verify(present(presentation(MEMBER)), places)


async def test_of_presentations_that_fail_the_one_that_may_do_later_says_why() -> None:
    places = Places()
    places.publish_list(94)
    ended = present(presentation(signed(credential(credentialStatus=status_at(94)))))
    away = status_at(7, statusListCredential="https://stadt.example/away")
    unread = present(presentation(signed(credential(credentialStatus=away))))
    sender, verifier = await places.sender(), places.verifier()
    found, fault = await verify_presentations([ended, unread], sender, verifier, places.now_ms)
    assert (found, type(fault)) == ((), AuthenticationUnavailable)
    found, _ = await verify_presentations([unread, present(presentation(MEMBER))], sender, verifier, places.now_ms)
    assert len(found) == 1


async def test_a_presentation_of_nothing_has_no_credential() -> None:
    assert await verify(present(presentation())) == ()
    assert name_missing((), frozenset({"MembershipCredential"})) == ("MembershipCredential",)
    assert name_missing(await verify(present(presentation(MEMBER))), frozenset({"MembershipCredential"})) == ()


def test_each_rule_of_both_lists_has_a_test() -> None:
    elsewhere = {"size", "header", "algorithm", "key-algorithm"}  # shared with tokens, and tested there
    assert set(PRESENTATIONS) | elsewhere == set(PRESENTATION_RULES) | elsewhere
    assert set(CREDENTIALS) | elsewhere | {"profile", "document"} == set(CREDENTIAL_RULES) | elsewhere


def test_the_clock_of_these_tests_is_one() -> None:
    assert NOW_MS == NOW_S * 1000
