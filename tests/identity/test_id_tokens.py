"""ID tokens and the keys of a provider; the hostile tokens as a person meets them are in tests/web."""

import hashlib
from typing import Any

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from connector.identity.id_tokens import MAX_KEYS, ExpectedIdToken, IdTokenRejected, read_keys, verify_id_token
from tests.support.login import RSA, b64, public_jwk

NOW_S = 1_764_000_000.0
EXPECTED = ExpectedIdToken(issuer="https://i", client_id="us", nonce="n", access_token="at", now_s=NOW_S)
CLAIMS = {"iss": "https://i", "sub": "s", "aud": "us", "exp": NOW_S + 60, "iat": NOW_S, "nonce": "n"}
EC, EC384 = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP384R1())
ED = ed25519.Ed25519PrivateKey.generate()
KINDS: dict[str, tuple[Any, str, str]] = {
    "RS256": (RSA, "RS256", "sha256"),
    "PS384": (RSA, "PS384", "sha384"),
    "ES256": (EC, "ES256", "sha256"),
    "ES384": (EC384, "ES384", "sha384"),
    "EdDSA": (ED, "EdDSA", "sha512"),
}


def make_jwk(key: Any, algorithm: str, **members: str) -> dict[str, Any]:
    made = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
    return {**made, "use": "sig", **members}


def find_rule(token: str, *jwks: dict[str, Any]) -> str | None:
    keys = read_keys(msgspec.json.encode({"keys": jwks}))
    try:
        verify_id_token(token, keys, EXPECTED)
    except IdTokenRejected as error:
        return error.rule
    return None


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_key_verifies_with_its_own_algorithm(kind: str) -> None:
    key, algorithm, hashed = KINDS[kind]
    digest = hashlib.new(hashed, b"at").digest()
    claims = {**CLAIMS, "at_hash": b64(digest[: len(digest) // 2])}
    token = jwt.encode(claims, key, algorithm, headers={"kid": "k"})
    assert find_rule(token, make_jwk(key, algorithm, kid="k", alg=algorithm)) is None
    assert find_rule(token, make_jwk(key, algorithm, kid="other", alg=algorithm)) == "key"


def test_a_key_that_names_no_algorithm_has_the_one_of_its_kind() -> None:
    jwk = public_jwk(RSA, kid="k")
    assert find_rule(jwt.encode(CLAIMS, RSA, "RS256", headers={"kid": "k"}), jwk) is None
    assert find_rule(jwt.encode(CLAIMS, RSA, "RS512", headers={"kid": "k"}), jwk) == "algorithm"


def test_without_a_kid_the_only_key_of_the_algorithm_is_meant() -> None:
    token = jwt.encode(CLAIMS, RSA, "RS256")
    assert find_rule(token, public_jwk(RSA, kid="k"), make_jwk(EC, "ES256", kid="e")) is None
    assert find_rule(token, public_jwk(RSA, kid="k"), public_jwk(RSA, kid="l")) == "key"


WEAK = rsa.generate_private_key(65537, 1024)
UNUSABLE: dict[str, dict[str, Any]] = {
    "a secret": {"kty": "oct", "k": "c2VjcmV0", "kid": "k", "alg": "HS256"},
    "a private key": {**jwt.algorithms.RSAAlgorithm.to_jwk(RSA, as_dict=True), "kid": "k"},
    "for encryption": public_jwk(RSA, kid="k", use="enc"),
    "weak": public_jwk(WEAK, kid="k"),
    "another algorithm": public_jwk(RSA, kid="k", alg="HS256"),
    "another curve": {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA", "kid": "k"},
    "no point": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "k"},
    "no members": {"kty": "RSA", "kid": "k"},
    "a number as kid": {**public_jwk(RSA), "kid": 1},
    "a list as kind": {"kty": "RSA", "crv": 3, "kid": "k"},
}


@pytest.mark.parametrize("jwk", UNUSABLE.values(), ids=UNUSABLE)
def test_a_key_that_is_not_for_signatures_is_left_out(jwk: dict[str, Any]) -> None:
    assert read_keys(msgspec.json.encode({"keys": [jwk, "no key", public_jwk(RSA, kid="good")]}))[0].kid == "good"


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"keys": {}}', b"[" * 5000, b"\xff"])
def test_what_is_no_key_set_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError, match="JWK Set"):
        read_keys(document)


def test_a_key_set_of_too_many_keys_is_refused() -> None:
    with pytest.raises(ValueError, match=str(MAX_KEYS)):
        read_keys(msgspec.json.encode({"keys": [{}] * (MAX_KEYS + 1)}))


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_no_text_is_a_token(text: str) -> None:
    assert find_rule(text, public_jwk(RSA, kid="k")) in {"form", "key", "header"}


@given(st.dictionaries(st.sampled_from(sorted(CLAIMS)), st.none() | st.integers() | st.lists(st.text(max_size=3))))
def test_claims_of_other_types_are_refused_and_break_nothing(changed: dict[str, Any]) -> None:
    token = jwt.PyJWS().encode(msgspec.json.encode(CLAIMS | changed), RSA, "RS256", headers={"kid": "k"})
    rule = find_rule(token, public_jwk(RSA, kid="k"))
    assert rule is not None or not changed or set(changed) <= {"exp", "iat", "aud"}
