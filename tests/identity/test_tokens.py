import hashlib
import hmac
from base64 import urlsafe_b64encode

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.identity import jws
from connector.identity.jws import Rejected, sign, verify_document
from connector.identity.keys import SigningKey, generate
from connector.identity.tokens import RULES, issue, verify
from tests.identity.lists import CITY, CITY_KEY, NOW_S, OTHER_KEY, UTILITY, UTILITY_KEY, compact

HEADER = {"alg": "EdDSA", "kid": UTILITY_KEY.kid, "typ": "JWT"}
CLAIMS = {"iss": UTILITY, "sub": UTILITY, "aud": CITY, "jti": "j", "iat": NOW_S, "exp": NOW_S + 120}


def judge(token: str, keys_of=None) -> str | None:
    """Return the rule that a token breaks, or None."""
    known = {UTILITY: (UTILITY_KEY.verification,), CITY: (CITY_KEY.verification,)}
    try:
        verify(token, audience=CITY, keys_of=keys_of or known.get, now_s=NOW_S)
    except Rejected as rejected:
        return rejected.rule
    return None


def signed(claims, key: SigningKey = UTILITY_KEY, kind: str = "JWT") -> str:
    return sign(key, msgspec.json.encode(claims), kind=kind)


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_fresh_token_passes_every_rule(algorithm):
    key = generate(algorithm)
    token = issue(key, issuer=UTILITY, audience=CITY, jti="once", now_s=NOW_S)
    verified = verify(token, audience=CITY, keys_of=lambda _: (key.verification,), now_s=NOW_S)
    assert (verified.claims.iss, verified.claims.jti, verified.kid) == (UTILITY, "once", key.kid)


# Each fault breaks its rule; the tokens of the ordering test below carry it together with all that follow.
FAULTS = {
    "header": {"header": {"crit": ["x"]}},
    "type": {"header": {"typ": "roster+jws"}},
    "algorithm": {"header": {"alg": "none"}},
    "claims": {"claims": {"jti": ""}},
    "self-issued": {"claims": {"sub": CITY}},
    "audience": {"claims": {"aud": [CITY, UTILITY]}},
    "expiry": {"claims": {"exp": NOW_S - 31}},
    "issued": {"claims": {"iat": NOW_S + 31}},
    "not-before": {"claims": {"nbf": NOW_S + 31}},
    "lifetime": {"claims": {"exp": NOW_S + 9000}},
    "member": {"claims": {"iss": "did:web:stranger.example"}},
    "key": {"header": {"kid": "another"}},
    "key-algorithm": {"header": {"alg": "ES256"}},
    "signature": {},
}


@pytest.mark.parametrize("rule", FAULTS)
def test_the_first_broken_rule_is_the_one_reported_and_later_ones_are_not_looked_at(rule):
    header, claims = dict(HEADER), dict(CLAIMS)
    asked = []
    for name in reversed(RULES[RULES.index(rule) :]):
        header.update(FAULTS[name].get("header", {}))
        claims.update(FAULTS[name].get("claims", {}))
    if rule not in {"header", "type", "algorithm", "claims", "self-issued"}:
        claims["sub"] = claims["iss"]

    def keys_of(issuer):
        asked.append(issuer)
        return None if issuer.endswith("stranger.example") else (UTILITY_KEY.verification,)

    assert judge(compact(header, claims), keys_of) == rule
    assert bool(asked) == (RULES.index(rule) >= RULES.index("member"))


def test_no_rule_is_without_a_test():
    assert ("size", "form", *FAULTS) == RULES


@pytest.mark.parametrize(
    ("token", "rule"),
    [
        ("", "form"),
        ("x" * 8193, "size"),
        ("a.b", "form"),
        ("a.b.c.d", "form"),
        ("a.b.", "form"),
        ("é.b.c", "form"),
        ("a=.b.c", "form"),
        ("YR.YQ.YQ", "form"),
        (compact([], CLAIMS), "header"),
        (compact(b"\xff", CLAIMS), "header"),
        (compact(b"[" * 5000, CLAIMS), "header"),
        *(
            (compact({**HEADER, name: "x"}, CLAIMS), "header")
            for name in ("jku", "jwk", "x5u", "x5c", "b64", "zip", "cty")
        ),
        (compact({**HEADER, "kid": 7}, CLAIMS), "header"),
        (compact({**HEADER, "typ": 7}, CLAIMS), "type"),
        *(
            (compact({**HEADER, "alg": name}, CLAIMS), "algorithm")
            for name in ("none", "None", "HS256", "RS256", "ES384", "es256", "", None, 5)
        ),
        (compact({"kid": "x"}, CLAIMS), "algorithm"),
        *(
            (compact(HEADER, {name: value for name, value in CLAIMS.items() if name != missing}), "claims")
            for missing in CLAIMS
        ),
        (compact(HEADER, b"[" * 5000), "claims"),
        (compact(HEADER, {**CLAIMS, "exp": "tomorrow"}), "claims"),
        (compact(HEADER, {**CLAIMS, "exp": True}), "claims"),
        (compact(HEADER, {**CLAIMS, "exp": 1e300}), "claims"),
        (compact(HEADER, {**CLAIMS, "iat": -1}), "claims"),
        (compact(HEADER, {**CLAIMS, "jti": "j" * 257}), "claims"),
        (compact(HEADER, {**CLAIMS, "jti": "j\0"}), "claims"),
        (compact(HEADER, {**CLAIMS, "sub_jwk": {}}), "self-issued"),
        (compact(HEADER, {**CLAIMS, "aud": UTILITY}), "audience"),
        (compact(HEADER, {**CLAIMS, "aud": [CITY, CITY]}), "audience"),
        (compact(HEADER, {**CLAIMS, "aud": CITY + "/"}), "audience"),
        (compact(HEADER, {**CLAIMS, "iat": NOW_S + 20, "exp": NOW_S + 20}), "lifetime"),
    ],
)
def test_a_malformed_or_dishonest_token_breaks_the_rule(token, rule):
    assert judge(token) == rule


def test_a_public_key_never_serves_as_a_shared_secret():
    for key in (UTILITY_KEY, CITY_KEY):
        public = key.verification.public
        for secret in (
            public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        ):
            head = compact({"alg": "HS256", "kid": key.kid}, {**CLAIMS}).rpartition(".")[0]
            mac = urlsafe_b64encode(hmac.digest(secret, head.encode(), hashlib.sha256)).rstrip(b"=").decode()
            assert judge(f"{head}.{mac}") == "algorithm"


def test_a_token_signed_by_somebody_else_or_changed_afterwards_does_not_verify():
    token = signed(CLAIMS)
    head, payload, signature = token.split(".")
    other = compact({}, {**CLAIMS, "jti": "k"}).split(".")[1]
    assert judge(token) is None
    assert judge(f"{head}.{other}.{signature}") == "signature"
    assert judge(f"{head}.{payload}.{signature[::-1]}") in {"signature", "form"}
    forged = signed({**CLAIMS, "iss": CITY, "sub": CITY}, generate())
    assert judge(forged) == "key"
    stolen_kid = compact({"alg": "ES256", "kid": CITY_KEY.kid}, {**CLAIMS, "iss": CITY, "sub": CITY})
    assert judge(stolen_kid) == "signature"


def test_a_missing_kid_will_do_only_where_there_is_one_key():
    token = jws._JWS.encode(msgspec.json.encode(CLAIMS), UTILITY_KEY.private, algorithm="EdDSA")
    assert judge(token, lambda _: (UTILITY_KEY.verification,)) is None
    assert judge(token, lambda _: (UTILITY_KEY.verification, OTHER_KEY.verification)) == "key"
    assert judge(token, lambda _: ()) == "key"


@pytest.mark.parametrize(
    "change",
    [
        {"exp": NOW_S - 29},
        {"iat": NOW_S + 29, "exp": NOW_S + 629},
        {"nbf": NOW_S + 29},
        {"aud": [CITY]},
        {"exp": NOW_S + 600.0},
        {"extra": {"token": "x"}},
    ],
)
def test_what_is_within_the_limits_passes(change):
    claims = {**CLAIMS, **change}
    if claims["exp"] < NOW_S:
        claims["iat"] = NOW_S - 100
    assert judge(signed(claims)) is None


def test_a_document_never_passes_as_a_token_nor_a_token_as_a_document():
    as_document = signed(CLAIMS, kind="roster+jws")
    assert judge(as_document) == "type"
    keys = (UTILITY_KEY.verification,)
    untyped = jws._JWS.encode(b"{}", UTILITY_KEY.private, algorithm="EdDSA", headers={"typ": None})
    for text in (signed(CLAIMS), untyped):
        with pytest.raises(Rejected) as caught:
            verify_document(text.encode(), kind="roster+jws", keys=keys, limit=9999)
        assert caught.value.rule == "type"
    assert (
        msgspec.json.decode(verify_document(as_document.encode(), kind="roster+jws", keys=keys, limit=9999).payload)
        == CLAIMS
    )


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=200), st.builds(compact, st.binary(max_size=60), st.binary(max_size=60))))
def test_noise_is_rejected_and_nothing_worse(token):
    assert judge(token) in RULES


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 400), st.characters(codec="ascii"))
def test_changing_any_one_character_spoils_a_token(position, character):
    token = signed(CLAIMS)
    position %= len(token)
    changed = token[:position] + character + token[position + 1 :]
    assert (judge(changed) is None) == (changed == token)
