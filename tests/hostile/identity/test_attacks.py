"""Each attack on identity by its number in docs/attacks.md: the caller learns nothing, and nothing is fetched early.

What other tests hold already is named there, and is not repeated here.
"""

import asyncio
import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connector.identity.jws import sign
from connector.identity.listing.sources import RosterRejected
from connector.ports.identity import AuthenticationUnavailable, Intent
from connector.protocol.dcp.status_list import MAX_BYTES
from tests.hostile.identity.callers import CITY_PLACE, FIRM_PLACE, assert_told_nothing, open_door
from tests.identity.dcp.places import (
    CITY,
    FIRM,
    KEYS,
    LIST_URL,
    NOW_S,
    STRANGER,
    US,
    Places,
    credential,
    jwk_of,
    key_of,
    pack,
    signed,
    status_at,
    status_list,
)
from tests.identity.dcp.test_mechanism import MEMBERS, PROFILE, list_of, mechanism, token
from tests.identity.lists import Board, compact
from tests.identity.lists import document as list_document
from tests.identity.lists import signed as signed_list

CLAIMS = {"iss": FIRM, "sub": FIRM, "aud": US, "jti": "j", "iat": NOW_S, "exp": NOW_S + 120, "token": "opaque"}
HEADER = {"alg": "ES256", "kid": KEYS[FIRM].kid, "typ": "JWT"}
MEMBER = signed(credential())


def encode(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


def by_secret(header: dict[str, Any], secret: bytes) -> str:
    """Return a token whose signature is an HMAC: whoever takes the public key for a secret would believe it."""
    content = f"{encode(json.dumps(header).encode())}.{encode(json.dumps(CLAIMS).encode())}"
    return f"{content}.{encode(hmac.digest(secret, content.encode(), hashlib.sha256))}"


def public_forms() -> Sequence[bytes]:
    """Return the public key of the firm in every form in which it could serve as a secret."""
    public = KEYS[FIRM].verification.public
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return (pem, pem.strip(), b"\n" + pem, der, json.dumps(jwk_of(KEYS[FIRM])).encode(), b"")


class Forged(NamedTuple):
    """A token of an attacker, and the rule that refuses it before anything is fetched."""

    tokens: Sequence[str]
    rule: str


TOKENS = {
    "14a algorithm confusion": Forged(
        [by_secret({**HEADER, "alg": alg}, key) for alg in ("HS256", "HS512") for key in public_forms()], "algorithm"
    ),
    "14b no signature": Forged(
        [compact({**HEADER, "alg": alg}, CLAIMS) for alg in ("none", "None", "NONE", "nOnE", "", None, 0)], "algorithm"
    ),
    "14c members of the header that lead elsewhere": Forged(
        [
            compact({**HEADER, name: value}, CLAIMS)
            for name, value in {
                "crit": ["exp"],
                "jku": "https://fremd.example/keys",
                "jwk": jwk_of(KEYS[STRANGER]),
                "x5u": "https://fremd.example/chain",
                "x5c": ["AAAA"],
                "b64": False,
                "zip": "DEF",
                "enc": "A128GCM",
            }.items()
        ],
        "header",
    ),
    "14d the name of a key that leads elsewhere": Forged(
        [
            compact({**HEADER, "kid": kid}, CLAIMS)
            for kid in (
                "../../../../dev/null",
                "https://fremd.example/key.pem",
                "' OR '1'='1",
                "",
                "k1",
                f"{STRANGER}#k1",
                f"{FIRM}:sub#k1",
                f"{FIRM}?versionId=1#k1",
                f"{FIRM}/path#k1",
                f"{FIRM}#",
                f"{FIRM}#k1#k1",
                f"{FIRM} #k1",
                f"{FIRM}#k\u0000",
                "did:web:firma.example%23.fremd.example#k1",
                "#k1",
            )
        ],
        "key-name",
    ),
    "14g a header with two readings": Forged(
        [
            compact(written, CLAIMS)
            for written in (
                json.dumps(HEADER)[:-1].encode() + b', "alg": "ES256"}',
                b'{"alg": "none", ' + json.dumps(HEADER)[1:].encode(),
                b'{"\\u0061lg": "none", ' + json.dumps(HEADER)[1:].encode(),
            )
        ],
        "header",
    ),
    "14h claims with two readings": Forged(
        [
            compact(HEADER, written)
            for written in (
                *(
                    json.dumps(CLAIMS)[:-1].encode() + b', "%s": "%s"}' % (name, US.encode())
                    for name in (b"aud", b"jti")
                ),
                json.dumps(CLAIMS)[:-1].encode() + b', "\\u0065xp": %d}' % (NOW_S + 120),
                json.dumps(CLAIMS)[:-1].encode() + b', "x": "\xff"}',
                json.dumps(CLAIMS)[:-1].encode() + b', "x": {"y": 1, "y": 2}}',
            )
        ],
        "claims",
    ),
    "4b a token for another audience": Forged(
        [
            compact(HEADER, {**CLAIMS, "aud": aud})
            for aud in (CITY, [US, CITY], [], [US, US], f"{US}#k1", f"{US}/", US.upper(), "")
        ],
        "audience",
    ),
    "14e a key that is brought along": Forged(
        [compact(HEADER, {**CLAIMS, "sub_jwk": jwk_of(KEYS[STRANGER])}), compact(HEADER, {**CLAIMS, "sub": CITY})],
        "self-issued",
    ),
    "25a an expired token": Forged([compact(HEADER, {**CLAIMS, "iat": NOW_S - 200, "exp": NOW_S - 31})], "expiry"),
    "26a a token that is not valid yet": Forged([compact(HEADER, {**CLAIMS, "nbf": NOW_S + 31})], "not-before"),
    "15a a token for a year": Forged([compact(HEADER, {**CLAIMS, "exp": NOW_S + 31_536_000})], "lifetime"),
}


@pytest.mark.parametrize("attack", TOKENS)
async def test_a_forged_token_opens_no_connection(attack: str, caplog: pytest.LogCaptureFixture) -> None:
    door = await open_door(caplog, MEMBER)
    for text in TOKENS[attack].tokens:
        assert_told_nothing(await door.knock(f"Bearer {text}"), TOKENS[attack].rule)
    assert door.places.fetched == []


async def test_the_same_token_without_the_forgery_is_admitted(caplog: pytest.LogCaptureFixture) -> None:
    door = await open_door(caplog, MEMBER)
    assert (await door.knock(f"Bearer {sign(KEYS[FIRM], json.dumps(CLAIMS).encode(), kind='JWT')}")).status == 200


@pytest.mark.parametrize("alg", ["ES384", "RS256", "PS256", "EdDSA"])
async def test_14a_the_key_says_its_algorithm_and_not_the_header(alg: str, caplog: pytest.LogCaptureFixture) -> None:
    door = await open_door(caplog, MEMBER)
    assert_told_nothing(await door.knock(f"Bearer {compact({**HEADER, 'alg': alg}, CLAIMS)}"), "key-algorithm")
    assert door.places.fetched == [FIRM_PLACE]


async def test_2a_a_stranger_causes_no_fetch(caplog: pytest.LogCaptureFixture) -> None:
    door = await open_door(caplog, MEMBER)
    assert_told_nothing(await door.knock(token(door.places, did=STRANGER)), "member")
    assert door.places.fetched == []


async def test_4a_of_two_racing_replays_one_counts(caplog: pytest.LogCaptureFixture) -> None:
    door = await open_door(caplog, MEMBER)
    once = token(door.places)
    told = await asyncio.gather(*(door.knock(once) for _ in range(20)))
    assert sorted((each.status, each.code) for each in told) == [(200, ""), *[(401, "unauthenticated")] * 19]
    assert_told_nothing(await door.knock(once), "replayed")


async def test_4c_a_token_that_was_never_signed_burns_no_number(caplog: pytest.LogCaptureFixture) -> None:
    door = await open_door(caplog, MEMBER)
    assert_told_nothing(await door.knock(token(door.places, key=key_of(FIRM))), "signature")
    assert (await door.knock(token(door.places))).status == 200


@pytest.mark.parametrize("hours", [-48, -3, 3, 48])
async def test_15_clocks_that_are_hours_apart_admit_nobody_and_say_so(
    hours: int, caplog: pytest.LogCaptureFixture
) -> None:
    door = await open_door(caplog, MEMBER)
    sent = token(door.places)
    await door.us.refresh()
    door.places.now_ms += hours * 3_600_000
    if abs(hours) > 24 and hours > 0:
        # The participant list has ended by that clock too: nobody is told that it is their fault.
        with pytest.raises(AuthenticationUnavailable):
            await door.us.authenticate(sent, Intent.CATALOG)
        return
    told = await door.knock(sent)
    assert_told_nothing(told, "expiry" if hours > 0 else "issued")
    assert "compare the clocks" in told.logged[0]
    assert door.places.fetched == []


def bomb(places: Places) -> None:
    """Serve a list of a few kilobytes that expands beyond every bound."""
    subject = {**status_list()["credentialSubject"], "encodedList": pack(length=MAX_BYTES + 1)}
    places.publish_list(credentialSubject=subject)


def unsigned(places: Places) -> None:
    places.put(LIST_URL, status_list())


def of_another(places: Places) -> None:
    places.publish_list(key=KEYS[STRANGER])


def forged(places: Places) -> None:
    places.publish_list(key=key_of(CITY))


def stating_another(places: Places) -> None:
    places.publish_list(issuer=STRANGER)


def with_lists(places: Places) -> None:
    places.publish_list(7)


CREDENTIALS: dict[str, tuple[Callable[[], str], Callable[[Places], None], str]] = {
    "8 a context from elsewhere": (
        lambda: signed(credential(**{"@context": ["https://fremd.example/v2"]})),
        with_lists,
        "form-of-claims",
    ),
    "2b an issuer that nobody trusts": (
        lambda: signed(credential(issuer=STRANGER, credentialStatus=status_at(8)), KEYS[STRANGER]),
        with_lists,
        "issuer",
    ),
    "2c a schema from elsewhere": (
        lambda: signed(credential(credentialSchema={"id": "https://fremd.example/s.json", "type": "JsonSchema"})),
        with_lists,
        "schema",
    ),
    "9a a status list that expands without end": (
        lambda: signed(credential(credentialStatus=status_at(8))),
        bomb,
        "status",
    ),
    "22 a status list that nobody has signed": (
        lambda: signed(credential(credentialStatus=status_at(8))),
        unsigned,
        "form",
    ),
    "22a a status list that another has signed": (
        lambda: signed(credential(credentialStatus=status_at(8))),
        of_another,
        "key-name",
    ),
    "22 a status list by another key under the name of the issuer's": (
        lambda: signed(credential(credentialStatus=status_at(8))),
        forged,
        "signature",
    ),
    "22 a status list that states another issuer": (
        lambda: signed(credential(credentialStatus=status_at(8))),
        stating_another,
        "status",
    ),
    "23 an issuer that is not trusted for the type": (
        lambda: signed(credential(type=["VerifiableCredential", "AuditorCredential"])),
        with_lists,
        "issuer",
    ),
    "24 a holder who is not the subject": (
        lambda: signed(credential(credentialSubject={"id": CITY})),
        with_lists,
        "subject",
    ),
    "25 an expired credential": (
        lambda: signed(credential(validUntil="2026-03-01T12:00:00Z")),
        with_lists,
        "time",
    ),
    "26 a credential that is not valid yet": (
        lambda: signed(credential(validFrom="2026-03-01T13:00:00Z")),
        with_lists,
        "time",
    ),
    "27 a revoked credential": (
        lambda: signed(credential(credentialStatus=status_at(7))),
        with_lists,
        "status",
    ),
    "28 a credential by a key of somebody else": (
        lambda: signed(credential(), key_of(CITY)),
        with_lists,
        "signature",
    ),
}
FETCH_NOTHING_OF_ISSUER = {"8", "2b", "2c", "23", "24", "25", "26"}


@pytest.mark.parametrize("attack", CREDENTIALS)
async def test_who_shows_what_does_not_count_learns_nothing(attack: str, caplog: pytest.LogCaptureFixture) -> None:
    make, publish, rule = CREDENTIALS[attack]
    places = Places()
    publish(places)
    door = await open_door(caplog, make(), places=places)
    assert_told_nothing(await door.knock(token(places)), rule)
    of_issuer = {CITY_PLACE, LIST_URL} & set(places.fetched)
    assert bool(of_issuer) is (attack.partition(" ")[0] not in FETCH_NOTHING_OF_ISSUER)
    assert not any("fremd.example" in url for url in places.fetched)


async def test_29_a_participant_list_that_is_rolled_back_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    places, board = Places(), Board(list_of(*MEMBERS, version=5))
    us = await mechanism(places, board)
    board.content = list_of(*MEMBERS[:1], version=4)
    with pytest.raises(RosterRejected):
        await us.refresh()
    assert us.participant(FIRM) is not None
    used = us.list_in_use()
    assert used is not None
    assert used.version == 5


async def test_29a_a_list_that_somebody_else_signs_changes_nothing() -> None:
    places, board = Places(), Board(list_of(*MEMBERS))
    us = await mechanism(places, board, PROFILE)
    board.content = signed_list(list_document(9, MEMBERS), KEYS[STRANGER])
    with pytest.raises(RosterRejected):
        await us.refresh()
    assert us.participant(FIRM) is not None
