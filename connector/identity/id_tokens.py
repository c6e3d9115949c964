"""ID tokens of an OpenID provider, verified with the keys of the provider (OpenID Connect Core 1.0, 3.1.3.7). Pure.

The algorithm is a property of the key. The header never selects it, and brings no key along.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

MAX_TOKEN = 32 * 1024
MAX_KEYS = 50
LEEWAY_S = 60
_LONGEST_NAME = 255
_MAX_TIME = 1 << 40
# RFC 7518, 3.3 demands 2048 bits; a longer key than 4096 makes each check slow.
_RSA_BITS = range(2048, 4097)

_HASHES: Final[Mapping[str, str]] = {
    **{f"{family}{bits}": f"sha{bits}" for family in ("RS", "PS") for bits in (256, 384, 512)},
    "ES256": "sha256",
    "ES384": "sha384",
    "EdDSA": "sha512",
}
"""The algorithms, each with the hash of its `at_hash`."""
_KINDS: Final[Mapping[tuple[object, object], tuple[str, ...]]] = {
    ("RSA", None): ("RS256", "PS256", "RS384", "PS384", "RS512", "PS512"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
"""The algorithms of each kind of key; the first is that of a key which names none."""

_JWS = jwt.PyJWS(algorithms=list(_HASHES))
_SEGMENTS = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_OBJECT = msgspec.json.Decoder(dict[str, Any])
_BROKEN = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class IdTokenRejected(Exception):
    """An ID token breaks a rule; `rule` is its name."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """A public key of the provider with its algorithm; `kid` is empty if it has none."""

    kid: str
    algorithm: str
    public: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedIdToken:
    """What an ID token has to state; `access_token` is the one that came with it, `now_s` the time (s)."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    now_s: float


class _Claims(msgspec.Struct, frozen=True, kw_only=True):
    iss: str
    sub: str
    aud: str | list[str]
    exp: int | float
    iat: int | float
    nonce: str
    nbf: int | float | None = None
    azp: str | None = None
    at_hash: str | None = None


_CLAIMS = msgspec.json.Decoder(_Claims)


def read_keys(document: bytes) -> tuple[ProviderKey, ...]:
    """Return the keys for signatures of a JWK Set (RFC 7517); keys of other kinds are left out.

    Raises ValueError if it is none, or has more than `MAX_KEYS`.
    """
    try:
        listed = _OBJECT.decode(document).get("keys")
    except _BROKEN:
        listed = None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise ValueError(f"It is not a JWK Set of at most {MAX_KEYS} keys.")
    return tuple(key for jwk in listed if isinstance(jwk, dict) and (key := _read_key(jwk)))


def _read_key(jwk: dict[str, Any]) -> ProviderKey | None:
    """Return one key; None if it is not for signatures, secret, weak or of a kind that is not used here."""
    usable = _KINDS.get((jwk.get("kty"), jwk.get("crv")), ())
    algorithm, kid = jwk.get("alg", next(iter(usable), None)), jwk.get("kid", "")
    if algorithm not in usable or "d" in jwk or jwk.get("use", "sig") != "sig" or not isinstance(kid, str):
        return None
    try:
        public: Any = jwt.PyJWK(jwk, algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if isinstance(public, RSAPublicKey) and public.key_size not in _RSA_BITS:
        return None
    return ProviderKey(kid, algorithm, public)


def verify_id_token(token: str, keys: Sequence[ProviderKey], expected: ExpectedIdToken) -> dict[str, Any]:
    """Verify an ID token; return its claims. Raises IdTokenRejected, with the rule `key` if its key is unknown.

    The rule `clock` means that its times do not fit the clock here.
    """
    match = _SEGMENTS.fullmatch(token.encode("utf-8", "replace")) if len(token) <= MAX_TOKEN else None
    if match is None:
        raise IdTokenRejected("form", f"it is not a compact JWS of at most {MAX_TOKEN} bytes.")
    try:
        head, payload, signature = (jwt.utils.base64url_decode(segment) for segment in match.groups())
        header, claims, values = _OBJECT.decode(head), _CLAIMS.decode(payload), _OBJECT.decode(payload)
    except (*_BROKEN, ValueError):
        raise IdTokenRejected("form", "it is not a JSON object with the claims of an ID token.") from None
    key = _select(header, keys)
    if not _JWS.get_algorithm_by_name(key.algorithm).verify(match.string[: match.end(2)], key.public, signature):
        raise IdTokenRejected("signature", "the signature does not verify.")
    _check_claims(claims, expected)
    _check_times(claims, expected.now_s)
    _check_access_token(claims.at_hash, key.algorithm, expected.access_token)
    return values


def _select(header: dict[str, Any], keys: Sequence[ProviderKey]) -> ProviderKey:
    if "crit" in header or str(header.get("typ", "JWT")).upper() != "JWT":
        raise IdTokenRejected("header", "it is of another type, or demands an extension.")
    kid = header.get("kid")
    named = [key for key in keys if kid is None or key.kid == kid]
    if kid is None:
        named = [key for key in named if key.algorithm == header.get("alg")]
    if len(named) != 1:
        raise IdTokenRejected("key", "kid does not name one of the provider's keys.")
    if header.get("alg") != named[0].algorithm:
        raise IdTokenRejected("algorithm", "alg is not the algorithm of that key.")
    return named[0]


def _check_claims(claims: _Claims, expected: ExpectedIdToken) -> None:
    audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if claims.iss != expected.issuer:
        raise IdTokenRejected("issuer", "iss is not the issuer of the settings.")
    if expected.client_id not in audience or (claims.azp is None and len(audience) > 1):
        raise IdTokenRejected("audience", "aud is not this client alone.")
    if claims.azp not in {None, expected.client_id}:
        raise IdTokenRejected("audience", "azp is another client.")
    if not hmac.compare_digest(claims.nonce.encode(), expected.nonce.encode()):
        raise IdTokenRejected("nonce", "nonce is not that of this attempt.")
    if not 0 < len(claims.sub) <= _LONGEST_NAME:
        raise IdTokenRejected("subject", f"sub is empty or longer than {_LONGEST_NAME} characters.")


def _check_times(claims: _Claims, now_s: float) -> None:
    times = (claims.iat, claims.exp, claims.nbf or 0)
    if not all(0 <= moment < _MAX_TIME for moment in times):
        raise IdTokenRejected("form", "a time is not a number of seconds since 1970.")
    if claims.exp <= now_s - LEEWAY_S or max(claims.iat, claims.nbf or 0) > now_s + LEEWAY_S:
        raise IdTokenRejected("clock", "it is over or not valid yet: compare the clocks of both sides.")


def _check_access_token(at_hash: str | None, algorithm: str, access_token: str) -> None:
    """Check `at_hash`, where it is given: the left half of the hash of the access token (3.1.3.6)."""
    if at_hash is None:
        return
    digest = hashlib.new(_HASHES[algorithm], access_token.encode()).digest()
    made = jwt.utils.base64url_encode(digest[: len(digest) // 2])
    if not hmac.compare_digest(made, at_hash.encode()):
        raise IdTokenRejected("access-token", "at_hash does not belong to the access token.")
