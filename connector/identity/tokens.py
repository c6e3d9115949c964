"""Tokens for one request each: made, and judged by one ordered list of named rules; the cheap ones come first.

The claims are those of a DCP Self-Issued ID Token (DCP 1.0, 4.3.1): iss, sub, aud, jti, iat, exp.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from connector.identity.jws import (
    KEY_RULES,
    OPENING_RULES,
    Opened,
    Rejected,
    check_one_reading,
    check_signature,
    find_signer,
    open_signed,
    sign,
)
from connector.identity.keys import SigningKey, VerificationKey
from connector.ports.entities import ReplayKey
from connector.ports.identity import Unauthenticated
from connector.ports.seals import KeptSeal

MAX_TOKEN = 8 * 1024
MAX_LIFETIME_S = 600
LEEWAY_S = 30
LIFETIME_S = 120
KIND = "JWT"

CLAIM_RULES: Final = ("claims", "self-issued", "audience", "expiry", "issued", "not-before", "lifetime")
"""What `read_token_claims` checks, in this order."""
RULES: Final = (*OPENING_RULES, *CLAIM_RULES, "member", *KEY_RULES)
"""The names of the rules of `verify`, in the order in which they are applied."""

_MAX_TIME = 1 << 40
_MAX_NAME = 2048
_MAX_JTI = 256
_MAX_ACCESS_TOKEN = 4 * 1024


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """The claims that are checked; times are seconds since the Unix epoch.

    `token` is what the receiver shows to the sender's Credential Service (DCP 1.0, 4.3.2). `seals_messages` is true if
    the sender seals all its messages of negotiations and transfers: a seal cannot be taken away unnoticed, because this
    word is signed. Others need not understand it (RFC 7519, 4).
    """

    iss: str
    sub: str
    aud: str | list[str]
    jti: str
    iat: int | float
    exp: int | float
    nbf: int | float | None = None
    sub_jwk: Any = None
    token: str | None = None
    seals_messages: Any = None


_CLAIMS = msgspec.json.Decoder(Claims)


class Verified(msgspec.Struct, frozen=True):
    """A token that passed every rule, and the seal that has proved it, if one has."""

    claims: Claims
    kid: str
    seal: KeptSeal | None = None


KeysOf = Callable[[str], Sequence[VerificationKey] | None]
"""Returns the keys of a participant, or None for an unknown one."""
FindProof = Callable[[str, VerificationKey], KeptSeal | None]
"""Returns the seal by which the key of a participant has signed the request with its token; None without one."""


def find_no_proof(_: str, __: VerificationKey) -> None:
    """Return that no seal proves a token: its own signature has to."""


def issue(
    key: SigningKey,
    *,
    issuer: str,
    audience: str,
    jti: str,
    now_s: int,
    lifetime_s: int = LIFETIME_S,
    token: str | None = None,
    seals_messages: bool = False,
) -> str:
    """Sign a token for one request to `audience`; `jti` must never be used twice.

    `token` goes along for the Credential Service of the receiver's counterparty, as the claim of that name, and so does
    `seals_messages`.
    """
    claims = {
        "iss": issuer,
        "sub": issuer,
        "aud": audience,
        "jti": jti,
        "iat": now_s,
        "exp": now_s + lifetime_s,
        **({"token": token} if token else {}),
        **({"seals_messages": True} if seals_messages else {}),
    }
    return sign(key, msgspec.json.encode(claims), kind=KIND)


def bearer(authorization: str | None) -> str:
    """Return the token of an Authorization header of the scheme Bearer; raises Unauthenticated."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip(" "):
        raise Unauthenticated("The request has no Authorization header with the scheme Bearer.")
    return token.lstrip(" ")


def verify(
    token: str, *, audience: str, keys_of: KeysOf, now_s: float, find_proof: FindProof = find_no_proof
) -> Verified:
    """Check a token against `RULES` in order; raises Rejected at the first rule that fails.

    `audience` is the identifier of this participant. `keys_of` is called only after all rules that need no key. A seal
    that `find_proof` returns stands for the signature of the token: the same key has signed both, and one is enough.
    The commit of (issuer, jti, expiry) ensures later that a token is used once.
    """
    opened = open_signed(token, limit=MAX_TOKEN, kinds=(KIND,))
    claims = read_token_claims(opened, audience=audience, now_s=now_s)
    keys = keys_of(claims.iss)
    if keys is None:
        raise Rejected("member", "the issuer is not on the participant list.")
    key = find_signer(opened, keys)
    seal = find_proof(claims.iss, key)
    if seal is None:
        check_signature(opened, key)
    return Verified(claims, key.kid, seal)


def read_token_claims(opened: Opened, *, audience: str, now_s: float) -> Claims:
    """Return the claims of an opened token after the rules `CLAIM_RULES`, which need no key; raises Rejected."""
    claims = _claims(opened.payload)
    _check_claims(claims, audience)
    _check_times(claims, now_s)
    return claims


def read_issuer(opened: Opened) -> str:
    """Return who a token says that it is of, unverified; raises Rejected."""
    return _claims(opened.payload).iss


def make_replay_key(owner: str, claims: Claims) -> ReplayKey:
    """Return the key by which a token counts once; it is kept until no clock within the leeway takes the token."""
    return ReplayKey(owner=owner, issuer=claims.iss, jti=claims.jti, expires_at=int((claims.exp + LEEWAY_S) * 1000) + 1)


def _claims(payload: bytes) -> Claims:
    try:
        claims = _CLAIMS.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected("claims", f"a claim is missing or of the wrong type ({str(error)[:100]}).") from None
    check_one_reading(payload, "claims")
    bounds = ((claims.iss, _MAX_NAME), (claims.jti, _MAX_JTI), (claims.token or "-", _MAX_ACCESS_TOKEN))
    for text, most in bounds:
        # A zero is a character that not every database can keep: the token could not be recorded as used there.
        if not 0 < len(text) <= most or "\0" in text:
            raise Rejected("claims", "iss, jti or token is empty or too long, or has a character with the number 0.")
    if not (0 <= claims.iat < _MAX_TIME and 0 <= claims.exp < _MAX_TIME and 0 <= (claims.nbf or 0) < _MAX_TIME):
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
