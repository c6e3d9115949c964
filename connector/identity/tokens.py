"""The one place where tokens are made and judged. One ordered list of named rules; the cheap ones come first.

The claims are those of a DCP Self-Issued ID Token (DCP 1.0, 4.3.1): iss, sub, aud, jti, iat, exp. The header is never
believed: it must name the key's own algorithm, and may say nothing but `alg`, `kid`, `typ`, and in a signed document of
a certain content its `cty`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import jwt
import msgspec

from connector.identity.keys import ALGORITHMS, SigningKey, VerificationKey
from connector.ports.identity import Unauthenticated

MAX_TOKEN = 8 * 1024
MAX_LIFETIME_S = 600
LEEWAY_S = 30
LIFETIME_S = 120

RULES: Final = (
    "size",
    "form",
    "header",
    "type",
    "algorithm",
    "claims",
    "self-issued",
    "audience",
    "expiry",
    "issued",
    "not-before",
    "lifetime",
    "member",
    "key",
    "key-algorithm",
    "signature",
)
"""The names of the rules, in the order in which they are applied."""

_SEGMENTS = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_HEADER = frozenset({"alg", "kid", "typ"})
_JWS = jwt.PyJWS(algorithms=list(ALGORITHMS))
_MAX_TIME = 1 << 40
_MAX_NAME = 2048


class Rejected(Unauthenticated):
    """A token breaks a rule; `rule` is its name, `problem` says how. Later rules were not checked."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.problem = reason


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """The claims that are checked; times are seconds since the Unix epoch."""

    iss: str
    sub: str
    aud: str | list[str]
    jti: str
    iat: int | float
    exp: int | float
    nbf: int | float | None = None
    sub_jwk: Any = None


_CLAIMS = msgspec.json.Decoder(Claims)
_OBJECT = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True, slots=True)
class Verified:
    """A token that passed every rule."""

    claims: Claims
    kid: str


KeysOf = Callable[[str], Sequence[VerificationKey] | None]
"""Returns the keys of a participant, or None for an unknown one."""


def issue(key: SigningKey, *, issuer: str, audience: str, jti: str, now_s: int, lifetime_s: int = LIFETIME_S) -> str:
    """Sign a token for one request to `audience`; `jti` must never be used twice."""
    claims = {
        "iss": issuer,
        "sub": issuer,
        "aud": audience,
        "jti": jti,
        "iat": now_s,
        "exp": now_s + lifetime_s,
    }
    return sign(key, msgspec.json.encode(claims), kind="JWT")


def sign(key: SigningKey, payload: bytes, *, kind: str, content: str = "") -> str:
    """Sign `payload` as a compact JWS whose `typ` is `kind` and, if given, whose `cty` is `content`."""
    signed = _encode_header(key.algorithm, key.kid, kind, content) + b"." + jwt.utils.base64url_encode(payload)
    signature = _JWS.get_algorithm_by_name(key.algorithm).sign(signed, key.private)
    return (signed + b"." + jwt.utils.base64url_encode(signature)).decode()


@lru_cache(maxsize=16)
def _encode_header(algorithm: str, kid: str, kind: str, content: str) -> bytes:
    """Return the first segment, which all tokens of a key have in common."""
    header = {"alg": algorithm, "kid": kid, "typ": kind, **({"cty": content} if content else {})}
    return jwt.utils.base64url_encode(msgspec.json.encode(header))


def verify(token: str, *, audience: str, keys_of: KeysOf, now_s: float) -> Verified:
    """Check a token against `RULES` in order; raises Rejected at the first rule that fails.

    `audience` is the identifier of this participant. `keys_of` is called only after all rules that need no key. The
    commit of (issuer, jti, expiry) ensures later that a token is used once.
    """
    opened = _open(token, MAX_TOKEN, "JWT")
    claims = _claims(opened.payload)
    _check_claims(claims, audience)
    _check_times(claims, now_s)
    keys = keys_of(claims.iss)
    if keys is None:
        raise Rejected("member", "the issuer is not on the participant list.")
    key = _select(opened.header, keys)
    _verify_signature(opened, key)
    return Verified(claims, key.kid)


class VerifiedDocument(NamedTuple):
    """The payload of a signed document, and the `kid` of the key that signed it."""

    payload: bytes
    kid: str


def verify_document(
    document: bytes, *, kind: str, keys: Sequence[VerificationKey], limit: int, content: str = ""
) -> VerifiedDocument:
    """Verify a signed document (a compact JWS of `typ` `kind` and, if given, `cty` `content`); raises Rejected.

    A token can never pass as a document nor the reverse: the one's `typ` is `JWT`, the other's is required to be
    `kind`.
    """
    try:
        text = document.decode("ascii")
    except UnicodeDecodeError:
        raise Rejected("form", "it is not a compact JWS.") from None
    opened = _open(text, limit, kind, content)
    if "typ" not in opened.header:
        raise Rejected("type", f"typ is missing; expected {kind}.")
    if opened.header.get("cty", "") != content:
        raise Rejected("type", f"cty is missing or another one; expected {content}.")
    key = _select(opened.header, keys)
    _verify_signature(opened, key)
    return VerifiedDocument(opened.payload, key.kid)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A token taken apart, once: what is judged is what was signed."""

    header: dict[str, Any]
    payload: bytes
    signed: bytes
    signature: bytes


def _open(token: str, limit: int, kind: str, content: str = "") -> _Opened:
    """Rules size to algorithm: nothing here depends on who sent it."""
    if len(token) > limit:
        raise Rejected("size", f"it is longer than {limit} bytes.")
    encoded = token.encode("utf-8", "replace")
    match = _SEGMENTS.fullmatch(encoded)
    if match is None:
        raise Rejected("form", "it is not three segments of base64url.")
    try:
        header_bytes, payload, signature = (_strict_b64(segment) for segment in match.groups())
    except ValueError:
        raise Rejected("form", "it is not three segments of base64url.") from None
    header = _header(header_bytes, _HEADER | {"cty"} if content else _HEADER)
    kind_named = header.get("typ", kind)
    if not isinstance(kind_named, str) or kind_named.upper() != kind.upper():
        raise Rejected("type", f"typ is not {kind}.")
    if header.get("alg") not in ALGORITHMS:
        raise Rejected("algorithm", f"alg is not one of {', '.join(ALGORITHMS)}.")
    return _Opened(header, payload, encoded[: match.end(2)], signature)


def _strict_b64(segment: bytes) -> bytes:
    """Decode, refusing a second spelling of the same bytes (padding bits that are not zero); raises ValueError."""
    value = jwt.utils.base64url_decode(segment)
    if jwt.utils.base64url_encode(value) != segment:
        raise ValueError("not the canonical encoding")
    return value


def _header(content: bytes, allowed: frozenset[str]) -> dict[str, Any]:
    try:
        header = _OBJECT.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Rejected("header", "it is not a JSON object.") from None
    if header.keys() - allowed:
        raise Rejected("header", f"it has members other than {', '.join(sorted(allowed))}.")
    if not isinstance(header.get("kid", ""), str):
        raise Rejected("header", "kid is not a string.")
    return header


def _claims(payload: bytes) -> Claims:
    try:
        claims = _CLAIMS.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected("claims", f"a claim is missing or of the wrong type ({str(error)[:100]}).") from None
    if not claims.jti or len(claims.jti) > 256 or not claims.iss or len(claims.iss) > _MAX_NAME:
        raise Rejected("claims", "iss or jti is empty or too long.")
    times = (claims.iat, claims.exp, claims.nbf or 0)
    if not all(0 <= moment < _MAX_TIME for moment in times):
        raise Rejected("claims", "a time is not a number of seconds since 1970.")
    return claims


def _check_claims(claims: Claims, audience: str) -> None:
    if claims.sub != claims.iss or claims.sub_jwk is not None:
        raise Rejected("self-issued", "sub is not iss, or a key is brought along in sub_jwk.")
    if claims.aud not in (audience, [audience]):
        raise Rejected("audience", "aud is not this participant alone.")


def _check_times(claims: Claims, now_s: float) -> None:
    """Check the times. `expiry` and `lifetime` together bound the age of a token, and so the store of used tokens."""
    if claims.exp <= now_s - LEEWAY_S:
        raise Rejected("expiry", "it has expired: if tokens are fresh, compare the clocks of both sides.")
    if claims.iat > now_s + LEEWAY_S:
        raise Rejected("issued", "it was issued in the future: compare the clocks of both sides.")
    if claims.nbf is not None and claims.nbf > now_s + LEEWAY_S:
        raise Rejected("not-before", "it is not valid yet.")
    if not 0 < claims.exp - claims.iat <= MAX_LIFETIME_S:
        raise Rejected("lifetime", f"it lives longer than {MAX_LIFETIME_S} s, or ends before it begins.")


def _select(header: dict[str, Any], keys: Sequence[VerificationKey]) -> VerificationKey:
    """Rules key and key-algorithm: the one key that `kid` names; without a kid, the only one there is."""
    kid = header.get("kid")
    named = [key for key in keys if kid is None or key.kid == kid]
    if len(named) != 1:
        raise Rejected("key", "kid does not name one of the issuer's keys.")
    if header["alg"] != named[0].algorithm:
        raise Rejected("key-algorithm", "alg is not the algorithm of that key.")
    return named[0]


def _verify_signature(opened: _Opened, key: VerificationKey) -> None:
    if not _JWS.get_algorithm_by_name(key.algorithm).verify(opened.signed, key.public, opened.signature):
        raise Rejected("signature", "the signature does not verify.")
