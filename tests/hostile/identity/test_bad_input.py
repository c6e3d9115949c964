"""Documents, credentials and presentations that are wrong: one sentence for the operator, and none for the peer.

The sentence says what was wrong with whom. The peer is told that it is not authenticated, and nothing is changed.
"""

import json
from typing import Any

import pytest

from connector.identity.jws import sign
from connector.protocol.dcp.presentations import write_response
from tests.hostile.identity.callers import FIRM_PLACE, Door, assert_told_nothing, open_door
from tests.identity.dcp.places import (
    CITY,
    FIRM,
    KEYS,
    NOW_S,
    US,
    Places,
    credential,
    jwk_of,
    key_of,
    presentation,
    signed,
)
from tests.identity.dcp.test_mechanism import SERVICE, token

MEMBER = signed(credential())
V1 = ["https://www.w3.org/2018/credentials/v1"]


async def refused(door: Door, rule: str, *words: str) -> None:
    """Hold that a caller is refused by a rule, with these words for the operator, and that nothing is stored."""
    told = await door.knock(token(door.places))
    assert_told_nothing(told, rule)
    assert told.named == (FIRM,)
    for word in words:
        assert word in told.logged[0]
    assert door.store.commits == 0


def old(kind: str = "MembershipCredential", **members: Any) -> dict[str, Any]:
    """Return the membership of the firm in the data model 1.1, as claims."""
    inside = {"@context": V1, "type": ["VerifiableCredential", kind], "credentialSubject": {"id": FIRM}}
    return {"iss": CITY, "sub": FIRM, "jti": "urn:uuid:1", "vc": {**inside, **members.pop("vc", {})}, **members}


async def test_who_cannot_be_verified_now_is_named_too(caplog: pytest.LogCaptureFixture) -> None:
    door = await open_door(caplog, MEMBER)
    del door.places.served[FIRM_PLACE]
    told = await door.knock(token(door.places))
    assert (told.status, told.named) == (503, (FIRM,))


# Documents


async def test_a_document_of_ten_megabytes_is_not_read(caplog: pytest.LogCaptureFixture) -> None:
    door = await open_door(caplog, MEMBER)
    door.places.put(FIRM_PLACE, b'{"id": "' + b"a" * 10 * 1024 * 1024 + b'"}')
    await refused(door, "document", FIRM, "more than 65536 bytes")


async def test_a_document_with_two_keys_of_one_name_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    door = await open_door(caplog, MEMBER)
    method = {"id": KEYS[FIRM].kid, "type": "JsonWebKey2020", "controller": FIRM, "publicKeyJwk": jwk_of(KEYS[FIRM])}
    other = {**method, "publicKeyJwk": jwk_of(key_of(FIRM))}
    door.places.publish(FIRM, KEYS[FIRM], verificationMethod=[method, other])
    await refused(door, "document", FIRM, "Two verification methods")


async def test_a_document_of_another_identifier_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    door = await open_door(caplog, MEMBER)
    door.places.publish(FIRM, KEYS[FIRM], id=CITY)
    await refused(door, "document", FIRM, "another identifier")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_document_that_is_elsewhere_is_not_looked_for(status: int, caplog: pytest.LogCaptureFixture) -> None:
    door = await open_door(caplog, MEMBER)
    door.places.served[FIRM_PLACE] = (status, "application/json", b"{}")
    await refused(door, "document", FIRM, "redirect")


@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream", "image/png", ""])
async def test_a_document_of_another_media_type_is_refused(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    door = await open_door(caplog, MEMBER)
    _, _, body = door.places.served[FIRM_PLACE]
    door.places.served[FIRM_PLACE] = (200, kind, body)
    await refused(door, "document", FIRM, "expected application/did+json")


# Credentials

CREDENTIALS = {
    "an unknown context first": (signed(credential(**{"@context": ["https://a.example"]})), "@context"),
    "no context": (signed(credential(**{"@context": []})), "@context"),
    "a context that is an object": (signed(credential(**{"@context": [{"role": "https://a.example"}]})), "@context"),
    "several subjects": (signed(credential(credentialSubject=[{"id": FIRM}, {"id": CITY}])), "credentialSubject"),
    "no subject": (signed(credential(credentialSubject=[])), "credentialSubject"),
    "two issuers": (signed(credential(iss=FIRM)), "issuer"),
    "two subjects in two places": (signed(credential(sub=CITY)), "credentialSubject.id"),
    "two identifiers": (signed(credential(jti="urn:uuid:2")), "id"),
}


@pytest.mark.parametrize("fault", CREDENTIALS)
async def test_a_credential_with_two_readings_is_refused(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    secured, word = CREDENTIALS[fault]
    await refused(await open_door(caplog, secured), "form-of-claims", word)


async def test_an_old_credential_whose_two_times_contradict_each_other_is_refused(
    caplog: pytest.LogCaptureFixture,
) -> None:
    secured = signed(old(exp=NOW_S + 60, vc={"expirationDate": "2027-01-01T00:00:00Z"}), kind="JWT")
    door = await answering(caplog, {"iss": FIRM, "aud": US, "vp": old_presentation(secured)})
    await refused(door, "form-of-claims", "contradict")


# Presentations


async def answering(caplog: pytest.LogCaptureFixture, *payloads: dict[str, Any]) -> Door:
    """Return a door of whose caller the Credential Service answers with these presentations."""
    door = await open_door(caplog)

    async def answer(_: str, __: bytes) -> tuple[int, bytes]:
        return 200, write_response([sign(KEYS[FIRM], json.dumps(each).encode(), kind="JWT") for each in payloads])

    door.places.services[SERVICE] = answer
    return door


def old_presentation(*credentials: str) -> dict[str, Any]:
    return {"@context": V1, "type": "VerifiablePresentation", "verifiableCredential": list(credentials)}


MIXED = {
    "an old credential in a new presentation": (presentation(signed(old(), kind="JWT")), "profile"),
    "a new credential in an old presentation": ({"iss": FIRM, "aud": US, "vp": old_presentation(MEMBER)}, "profile"),
    "an old form in a new presentation": (presentation(MEMBER, verifiableCredential=[MEMBER]), "form-of-claims"),
    "both models at once": (presentation(MEMBER, vp={"type": "VerifiablePresentation"}), "form-of-claims"),
    "one of each model": (presentation(MEMBER, signed(old(), kind="JWT")), "profile"),
}  # fmt: skip


@pytest.mark.parametrize("fault", MIXED)
async def test_a_presentation_that_mixes_models_is_refused(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    payload, rule = MIXED[fault]
    await refused(await answering(caplog, payload), rule)


async def test_two_presentations_of_one_model_each_are_no_mixture(caplog: pytest.LogCaptureFixture) -> None:
    shown = old_presentation(signed(old(), kind="JWT"))
    door = await answering(caplog, presentation(MEMBER), {"iss": FIRM, "aud": US, "vp": shown})
    assert (await door.knock(token(door.places))).status == 200


async def test_an_answer_of_ten_megabytes_is_not_read(caplog: pytest.LogCaptureFixture) -> None:
    door = await open_door(caplog)

    async def answer(_: str, __: bytes) -> tuple[int, bytes]:
        return 200, b" " * 10 * 1024 * 1024

    door.places.services[SERVICE] = answer
    await refused(door, "service", "Credential Service")


# Clocks


async def test_a_clock_that_jumps_admits_nothing_twice(caplog: pytest.LogCaptureFixture) -> None:
    places = Places()
    door = await open_door(caplog, MEMBER, places=places)
    first, begun = token(places), places.now_ms
    assert (await door.knock(first)).status == 200
    for hours in (3, -3, 0):
        places.now_ms = begun + hours * 3_600_000
        assert (await door.knock(first)).status == 401
        assert (await door.knock(token(places, f"at {hours}"))).status == 200


async def test_a_clock_that_was_ahead_keeps_no_presentation_for_longer(caplog: pytest.LogCaptureFixture) -> None:
    places = Places()
    door = await open_door(caplog, MEMBER, places=places)
    places.now_ms += 3_600_000 * 3
    await door.us.refresh()
    assert (await door.knock(token(places, "ahead"))).status == 200
    places.now_ms -= 3_600_000 * 3
    places.fetched.clear()
    assert (await door.knock(token(places, "back"))).status == 200
    assert SERVICE in places.fetched
