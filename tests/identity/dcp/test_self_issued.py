"""The token of a peer is judged by one ordered list of rules, and nothing is fetched before the gate."""

from functools import partial
from typing import Any

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256K1,
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurve,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.utils import base64url_decode, base64url_encode

from connector.identity.dcp.methods import find_sealing_keys, name_key, read_key
from connector.identity.dcp.self_issued import RULES, ListKeys, list_nothing, verify_self_issued
from connector.identity.jws import Rejected
from connector.identity.keys import RSA_ALGORITHMS, KeyFault, from_jwk, generate
from connector.identity.seals import ListedSeals
from connector.identity.tokens import MAX_TOKEN, issue
from connector.ports.identity import AuthenticationUnavailable, Participant
from connector.ports.seals import SealedHead
from connector.protocol.dcp.document import Relationship, write_document
from tests.identity.dcp.places import CITY, FIRM, KEYS, NOW_S, STRANGER, US, Places, jwk_of, key_of
from tests.identity.lists import compact

HEADER = {"alg": "ES256", "kid": KEYS[FIRM].kid, "typ": "JWT"}
CLAIMS = {"iss": FIRM, "sub": FIRM, "aud": US, "jti": "j", "iat": NOW_S, "exp": NOW_S + 120}


async def judge(
    token: str, places: Places | None = None, *, take_missing: bool = False, list_keys: ListKeys = list_nothing
) -> str | None:
    """Return the rule that a token breaks, or None."""
    try:
        await verify_self_issued(
            token,
            audience=US,
            is_member=lambda did: did != STRANGER,
            resolve=(places or Places()).resolve,
            now_s=NOW_S,
            take_missing=take_missing,
            list_keys=list_keys,
        )
    except Rejected as rejected:
        return rejected.rule
    return None


# Each fault breaks its rule; the tokens of the ordering test carry it together with all that follow.
FAULTS: dict[str, dict[str, dict[str, Any]]] = {
    "size": {},
    "form": {},
    "header": {"header": {"jku": "https://evil.example/keys"}},
    "type": {"header": {"typ": "vc+jwt"}},
    "algorithm": {"header": {"alg": "none"}},
    "claims": {"claims": {"jti": ""}},
    "self-issued": {"claims": {"sub": CITY}},
    "audience": {"claims": {"aud": [CITY, US]}},
    "expiry": {"claims": {"exp": NOW_S - 31}},
    "issued": {"claims": {"iat": NOW_S + 31}},
    "not-before": {"claims": {"nbf": NOW_S + 31}},
    "lifetime": {"claims": {"exp": NOW_S + 9000}},
    "key-name": {"header": {"kid": KEYS[CITY].kid}},
    "member": {"claims": {"iss": STRANGER}},
    "document": {},
    "key": {"header": {"kid": f"{FIRM}#another"}},
    "key-algorithm": {"header": {"alg": "EdDSA"}},
    "signature": {},
    "pinned": {},
}


@pytest.mark.parametrize("rule", FAULTS)
async def test_the_first_broken_rule_is_reported_and_no_later_one_runs(rule: str) -> None:
    places = Places()
    header, claims = dict(HEADER), dict(CLAIMS)
    for name in reversed(RULES[RULES.index(rule) :]):
        header.update(FAULTS[name].get("header", {}))
        claims.update(FAULTS[name].get("claims", {}))
    if RULES.index(rule) > RULES.index("self-issued"):
        claims["sub"] = claims["iss"]
    if rule == "member":
        header["kid"] = KEYS[STRANGER].kid
    if rule == "document":
        places.put("https://firma.example/.well-known/did.json", {"id": CITY})
    token = compact(header, claims)
    if rule in {"size", "form"}:
        token = token.replace(".", "!") + ("A" * MAX_TOKEN if rule == "size" else "")
    if rule == "pinned":
        token = issue(KEYS[FIRM], issuer=FIRM, audience=US, jti="once", now_s=NOW_S)
    assert await judge(token, places, list_keys=lambda _: (KEYS[CITY].verification,)) == rule
    assert bool(places.fetched) == (RULES.index(rule) >= RULES.index("document"))


def test_no_rule_is_without_a_test() -> None:
    assert tuple(FAULTS) == RULES


async def test_a_seal_by_the_key_of_the_document_proves_the_token_that_it_covers() -> None:
    places, key, url = Places(), generate(), "https://stadt.example/dsp/negotiations/request"
    named = name_key(key, FIRM)
    places.publish(FIRM, named)
    document = await places.resolve(FIRM, None)
    listed = Participant(id=FIRM, name="Firma", address=None)
    ours = ListedSeals(KEYS[US], dict, lambda: places.now_ms, lambda _: find_sealing_keys(document))
    token, other = (
        # What it says is the firm's, and its own signature nobody has made.
        issue(named, issuer=FIRM, audience=US, jti=jti, now_s=NOW_S).rpartition(".")[0] + "." + "A" * 86
        for jti in ("once", "twice")
    )
    firm, stranger = (ListedSeals(each, dict, lambda: places.now_ms) for each in (key, generate()))
    for seals, covered in ((firm, token), (stranger, token), (firm, other)):
        fields = seals.seal(url, b"{}", None, f"Bearer {covered}")
        sealed = {name.lower(): text for name, text in fields.items()}
        head = SealedHead((url,), {"authorization": f"Bearer {token}", **sealed})
        verify = partial(
            verify_self_issued,
            token,
            audience=US,
            is_member=lambda _: True,
            resolve=places.resolve,
            now_s=NOW_S,
            find_proof=partial(ours.find_proof, head, lambda _: listed),
        )
        if (seals, covered) != (firm, token):
            with pytest.raises(Rejected, match="signature"):
                await verify()
            continue
        sent = await verify()
        assert sent.seal is not None
        assert (sent.claims.iss, sent.seal.method) == (FIRM, named.kid)


async def test_a_token_of_a_member_passes_and_brings_its_access_token() -> None:
    token = issue(KEYS[FIRM], issuer=FIRM, audience=US, jti="once", now_s=NOW_S, token="opaque")
    sent = await verify_self_issued(token, audience=US, is_member=lambda _: True, resolve=Places().resolve, now_s=NOW_S)
    assert (sent.claims.iss, sent.claims.token, sent.key.kid) == (FIRM, "opaque", KEYS[FIRM].kid)
    assert sent.document.services["CredentialService"] == "https://firma.example/credentials"


async def test_a_document_out_of_reach_is_no_fault_of_the_sender() -> None:
    places = Places()
    places.served.clear()
    token = issue(KEYS[FIRM], issuer=FIRM, audience=US, jti="once", now_s=NOW_S)
    with pytest.raises(AuthenticationUnavailable):
        await judge(token, places)


async def test_without_a_kid_only_the_only_key_of_a_document_will_do() -> None:
    head = {"alg": "ES256", "typ": "JWT"}
    places = Places()
    assert await judge(compact(head, CLAIMS), places) == "signature"
    places = Places()
    places.publish(FIRM, KEYS[FIRM], key_of(FIRM, fragment="k2"))
    assert await judge(compact(head, CLAIMS), places) == "key"


async def test_a_key_signs_only_what_its_document_says() -> None:
    token = issue(KEYS[FIRM], issuer=FIRM, audience=US, jti="once", now_s=NOW_S)
    places = Places()
    places.publish(FIRM, KEYS[FIRM], capabilityInvocation=[])
    assert await judge(token, places) == "key"


async def test_a_document_without_relationships_needs_the_word_of_the_data_space() -> None:
    token = issue(KEYS[FIRM], issuer=FIRM, audience=US, jti="once", now_s=NOW_S)
    method = {"id": KEYS[FIRM].kid, "type": "JsonWebKey2020", "controller": FIRM, "publicKeyJwk": jwk_of(KEYS[FIRM])}
    places = Places()
    places.put("https://firma.example/.well-known/did.json", {"id": FIRM, "verificationMethod": [method]})
    assert await judge(token, places) == "key"
    assert await judge(token, places, take_missing=True) is None


METHOD = {"id": KEYS[FIRM].kid, "type": "JsonWebKey2020", "controller": FIRM, "publicKeyJwk": jwk_of(KEYS[FIRM])}


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"capabilityInvocation": []}, f"the document does not list {FIRM}#k1 under capabilityInvocation."),
        ({"verificationMethod": []}, f"the document has no method {FIRM}#k1 with a key that is read"),
        ({"verificationMethod": [{**METHOD, "controller": CITY}]}, "and itself as controller"),
        (
            {"verificationMethod": [{"id": KEYS[FIRM].kid, "publicKeyMultibase": "z6Mk"}]},
            f"the key {FIRM}#k1 cannot be used: publicKeyMultibase is not a public key of Ed25519, P-256",
        ),
        ({"verificationMethod": [{"id": KEYS[FIRM].kid, "publicKeyBase58": "6Mk"}]}, "with a key that is read"),
        (
            {"verificationMethod": [{**METHOD, "publicKeyJwk": {**jwk_of(KEYS[FIRM]), "key_ops": ["sign"]}}]},
            f"the key {FIRM}#k1 cannot be used: The key is not for signatures: its key_ops has no verify.",
        ),
    ],
)
async def test_the_sentence_about_a_key_says_what_its_owner_has_to_mend(
    members: dict[str, object], sentence: str
) -> None:
    places = Places()
    places.publish(FIRM, KEYS[FIRM], **members)
    token = issue(KEYS[FIRM], issuer=FIRM, audience=US, jti="once", now_s=NOW_S)
    with pytest.raises(Rejected) as refused:
        await verify_self_issued(token, audience=US, is_member=bool, resolve=places.resolve, now_s=NOW_S)
    assert (refused.value.rule, sentence in refused.value.problem) == ("key", True)


async def test_a_token_without_a_kid_is_told_that_the_document_has_several_keys() -> None:
    places = Places()
    places.publish(FIRM, KEYS[FIRM], key_of(FIRM, fragment="k2"))
    with pytest.raises(Rejected, match="the document has 2 keys: it has to name one"):
        await verify_self_issued(
            compact({"alg": "ES256", "typ": "JWT"}, CLAIMS),
            audience=US,
            is_member=bool,
            resolve=places.resolve,
            now_s=NOW_S,
        )


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
async def test_both_kinds_of_own_keys_sign(algorithm: str) -> None:
    key, places = key_of(FIRM, algorithm), Places()
    places.publish(FIRM, key)
    assert await judge(issue(key, issuer=FIRM, audience=US, jti="once", now_s=NOW_S), places) is None


async def test_unknown_members_of_the_header_say_nothing_and_who_signed_is_the_issuer() -> None:
    async def send(**more: object) -> str | None:
        header = {"kid": KEYS[FIRM].kid, **more}
        return await judge(jwt.encode(CLAIMS, KEYS[FIRM].private, algorithm="ES256", headers=header))

    for name, value in {"cty": "JWT", "x5t#S256": "AAAA", "iss": FIRM, "v": {"a": 1}}.items():
        assert await send(**{name: value}) is None, name
    assert await send(iss=CITY) == "key-name"


async def test_an_rsa_key_that_names_no_algorithm_signs_by_each_that_is_known() -> None:
    private, places = generate_rsa(65_537, 2048), Places()
    jwk = {name: RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)[name] for name in ("kty", "n", "e")}
    method = {"id": KEYS[FIRM].kid, "type": "JsonWebKey2020", "controller": FIRM, "publicKeyJwk": jwk}
    places.publish(FIRM, KEYS[FIRM], verificationMethod=[method])
    for name in RSA_ALGORITHMS:
        token = jwt.encode(CLAIMS, private, algorithm=name, headers={"kid": KEYS[FIRM].kid})
        assert await judge(token, places) is None, name
    method["publicKeyJwk"] = {**jwk, "alg": "PS256"}
    named = Places()
    named.publish(FIRM, KEYS[FIRM], verificationMethod=[method])
    assert await judge(token, named) == "key-algorithm"
    confused = jwt.encode(CLAIMS, b"x" * 64, algorithm="HS256", headers={"kid": KEYS[FIRM].kid})
    assert await judge(confused, places) == "algorithm"


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=200), st.builds(compact, st.binary(max_size=60), st.binary(max_size=60))))
async def test_noise_is_rejected_and_opens_no_connection(token: str) -> None:
    places = Places()
    assert await judge(token, places) in RULES
    assert places.fetched == []


def test_keys_of_peers_are_read_by_their_kind() -> None:
    p384, p521, k256 = (
        ECAlgorithm.to_jwk(generate_private_key(curve).public_key(), as_dict=True)
        for curve in (SECP384R1(), SECP521R1(), SECP256K1())
    )
    rsa = RSAAlgorithm.to_jwk(generate_rsa(65_537, 2048).public_key(), as_dict=True)
    rsa = {name: rsa[name] for name in ("kty", "n", "e")}
    assert [read_key("k", jwk).algorithm for jwk in (p384, p521, k256)] == ["ES384", "ES512", "ES256K"]
    assert read_key("k", rsa).algorithm == "RS256"
    for name in ("RS384", "RS512", "PS256", "PS384", "PS512"):
        assert read_key("k", {**rsa, "alg": name}).algorithm == name
    assert read_key("k", {**jwk_of(KEYS[FIRM]), "kid": "another"}).kid == "k"
    small = RSAAlgorithm.to_jwk(generate_rsa(65_537, 1024).public_key(), as_dict=True)
    for wrong in (
        {**rsa, "alg": "RSA-OAEP"},
        {**rsa, "alg": "HS256"},
        {**rsa, "key_ops": ["encrypt"]},
        {**p384, "key_ops": []},
        {**p384, "key_ops": 5},
        {**k256, "crv": "P-256"},
        {**k256, "alg": "ES256"},
        {**rsa, "e": "Aw"},
        {**rsa, "n": "A" * 2000},
        {**rsa, "d": "AQAB"},
        {**rsa, "use": "enc"},
        {"kty": "RSA", "n": small["n"], "e": small["e"]},
        {**p384, "x": "AA"},
        {**p384, "alg": "ES256"},
        {"kty": "oct", "k": "AAAA"},
        {},
    ):
        with pytest.raises(KeyFault):
            read_key("k", wrong)


def find_short(curve: EllipticCurve, size: int) -> dict[str, str]:
    """Return a key whose x begins with a byte of zeros, which some products leave out."""
    while True:
        jwk = ECAlgorithm.to_jwk(generate_private_key(curve).public_key(), as_dict=True)
        if not base64url_decode(jwk["x"]).rjust(size, b"\0")[0]:
            return {**jwk, "x": base64url_encode(base64url_decode(jwk["x"]).lstrip(b"\0")).decode()}


@pytest.mark.parametrize(("curve", "size"), [(SECP256R1(), 32), (SECP384R1(), 48), (SECP256K1(), 32)])
def test_a_number_is_the_same_in_each_of_its_spellings(curve: EllipticCurve, size: int) -> None:
    short = find_short(curve, size)
    content = base64url_decode(short["x"])
    spelled = [short["x"], *(base64url_encode(bytes(more) + content).decode() for more in (1, 2, 3))]
    spelled += [f"{text}{'=' * (-len(text) % 4)}" for text in spelled]
    numbers = {read_key("k", {**short, "x": text}).public.public_numbers() for text in spelled}
    assert len(numbers) == 1
    for wrong in (f"{short['x']}!", f"{short['x'][:4]} {short['x'][4:]}", f"{short['x']}===", "", 5, ["AQ"]):
        with pytest.raises(KeyFault, match="'x' of the JWK is not a number"):
            read_key("k", {**short, "x": wrong})


def test_a_text_of_ed25519_may_be_padded() -> None:
    jwk = jwk_of(key_of(FIRM, "EdDSA"))
    padded = {**jwk, "x": jwk["x"] + "=", "alg": "Ed25519", "use": None, "key_ops": None, "d": None}
    assert read_key("k", padded).public == read_key("k", jwk).public
    with pytest.raises(KeyFault):
        read_key("k", {**jwk, "x": jwk["x"][:-1] + "!"})


async def test_a_key_seals_in_each_of_its_spellings_and_only_if_it_is_for_signatures() -> None:
    short, places = find_short(SECP256R1(), 32), Places()
    other = ECAlgorithm.to_jwk(generate_private_key(SECP384R1()).public_key(), as_dict=True)
    jwks = (("k1", short), ("k2", {**short, "use": "enc"}), ("k3", {**short, "key_ops": ["deriveKey"]}), ("k4", other))
    places.put("https://firma.example/.well-known/did.json", write_document(FIRM, jwks, []))
    sealing = find_sealing_keys(await places.resolve(FIRM))
    assert {name: key.public for name, key in sealing.items()} == {f"{FIRM}#k1": read_key("k", short).public}


# The examples of the did:key method specification, 8.
MULTIKEYS = {
    "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK": "Lm_M42cB3HkUiODQsXRcweM6TByfzEHGO9ND274JcOY",
    "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv": "igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns",
    "z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9": (
        "lInTxl8fjLKp_UCrxI0WDklahi-7-_6JbtiHjiRvMvhedhKVdHBfi2HCY8t_QJyc"
    ),
    "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme": "h0wVx_2iDlOcblulc8E5iEw1EYh5n1RYtLQfeSTyNc0",
}


def test_a_key_as_one_text_is_the_key_of_its_jwk() -> None:
    algorithms = ["EdDSA", "ES256", "ES384", "ES256K"]
    for (text, x), algorithm in zip(MULTIKEYS.items(), algorithms, strict=True):
        key = read_key("k", {"publicKeyMultibase": text})
        assert (key.algorithm, key.kid) == (algorithm, "k")
        shown = key.public.public_bytes(Encoding.Raw, PublicFormat.Raw) if algorithm == "EdDSA" else b""
        shown = shown or key.public.public_numbers().x.to_bytes(48 if algorithm == "ES384" else 32, "big")
        assert base64url_encode(shown).decode() == x
    with pytest.raises(KeyFault, match="not a point on its curve"):
        read_key("k", {"publicKeyMultibase": write_multikey(b"\x80\x24\x02" + b"\xff" * 32)})


def write_multikey(content: bytes) -> str:
    digits, number = "", int.from_bytes(content, "big")
    while number:
        number, digit = divmod(number, 58)
        digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[digit] + digits
    return f"z{digits}"


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
async def test_a_document_with_a_multikey_verifies_tokens_and_seals(algorithm: str) -> None:
    key, places = key_of(FIRM, algorithm), Places()
    public = key.verification.public
    content = (
        b"\xed\x01" + public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        if algorithm == "EdDSA"
        else b"\x80\x24" + public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    )
    method = {"id": key.kid, "type": "Multikey", "controller": FIRM, "publicKeyMultibase": write_multikey(content)}
    places.publish(FIRM, key, verificationMethod=[method])
    assert await judge(issue(key, issuer=FIRM, audience=US, jti="once", now_s=NOW_S), places) is None
    sealing = find_sealing_keys(await places.resolve(FIRM))
    assert {name: found.kid for name, found in sealing.items()} == {key.kid: from_jwk(jwk_of(key)).kid}


def test_the_relationship_of_tokens_is_that_of_the_standard() -> None:
    assert Relationship.TOKEN == "capabilityInvocation"
    assert msgspec.json.encode(Relationship.PRESENTATION) == b'"authentication"'
