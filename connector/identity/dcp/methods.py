"""The public keys of a document: which may verify a signature, and by which algorithm.

The algorithm is a property of the key. An RSA key says by its own `alg` how it signs; without one, it signs by each of
the well-known algorithms of RSA (RFC 7517, 4.4), and the header says by which.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256K1,
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurve,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from jwt.utils import base64url_decode, base64url_encode

from connector.identity.keys import (
    ALGORITHMS,
    RSA_ALGORITHMS,
    KeyFault,
    PublicKey,
    SigningKey,
    VerificationKey,
    from_jwk,
    public_jwk,
)
from connector.protocol.dcp.document import MULTIBASE, DidDocument, Relationship
from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.multikey import read_multikey

MIN_RSA_BITS, MAX_RSA_BITS = 2048, 4096
_EXPONENT = 65_537
_MAX_MEMBER = 1024
_MEMBERS = ("kty", "crv", "x", "y", "n", "e", "alg", "use", "d", MULTIBASE)
_NUMBER = re.compile(r"[A-Za-z0-9_-]+={0,2}")
_CURVES: Mapping[str, tuple[EllipticCurve, str]] = {
    "P-256": (SECP256R1(), "ES256"),
    "P-384": (SECP384R1(), "ES384"),
    "P-521": (SECP521R1(), "ES512"),
    "secp256k1": (SECP256K1(), "ES256K"),
}
"""The curves of keys of others (RFC 7518, 6.2.1.1; RFC 8812, 3.1)."""


def find_key(
    document: DidDocument,
    relationship: Relationship,
    kid: str | None,
    *,
    take_missing: bool = False,
    algorithm: str | None = None,
) -> VerificationKey:
    """Return the key of a document that may sign what `relationship` is for: the one that `kid` names, or the only one.

    Without a `kid`, a document with several methods has none (DCP 1.0, 4.3.4). `algorithm` is that of the signature,
    for an RSA key that names none. Raises KeyFault, which says what the owner of the document has to mend.
    """
    if kid is None and len(document.keys) != 1:
        raise KeyFault(f"kid is missing, and the document has {len(document.keys)} keys: it has to name one.")
    name = next(iter(document.keys)) if kid is None else kid
    if name not in document.keys:
        raise KeyFault(
            f"the document has no method {name[:200]} with a key that is read and in force, and itself as controller."
        )
    if not document.may_sign(name, relationship, take_missing=take_missing):
        raise KeyFault(f"the document does not list {name[:200]} under {relationship}.")
    jwk = document.keys[name]
    if jwk.get("kty") == "RSA" and jwk.get("alg") is None and algorithm in RSA_ALGORITHMS:
        jwk = {**jwk, "alg": algorithm}
    try:
        return read_key(name, jwk)
    except KeyFault as fault:
        raise KeyFault(f"the key {name[:200]} cannot be used: {fault}") from None


def find_sealing_keys(document: DidDocument) -> dict[str, VerificationKey]:
    """Return the keys of a document that sign credentials (assertionMethod), by their names there.

    Their `kid` is their thumbprint (RFC 7638). Keys of a kind that members do not sign with are left out.
    """
    found = {}
    for name, jwk in document.keys.items():
        if document.may_sign(name, Relationship.CREDENTIAL):
            try:
                key = read_key(name, jwk)
            except KeyFault:
                continue
            if key.algorithm in ALGORITHMS:
                found[name] = from_jwk({each: text for each, text in public_jwk(key).items() if each != "kid"})
    return found


def name_key(key: SigningKey, did: str) -> SigningKey:
    """Return an own key under the name that the document of `did` gives it: its thumbprint as the fragment."""
    return SigningKey(key.private, replace(key.verification, kid=f"{did}#{key.kid}"))


def read_key(name: str, jwk: Mapping[str, Any]) -> VerificationKey:
    """Read the public key of a method: P-256, P-384, P-521, secp256k1, Ed25519, or RSA of 2048 to 4096 bits.

    Raises KeyFault.

    It is a JWK, or one text. `name` becomes its `kid`, whatever the `kid` of the JWK is. A key that was read is
    remembered: to make it anew takes as long as to verify with it. Numbers may be padded, and longer or shorter than
    their kind of key has them: many products write them so, and it is the same number.
    """
    uses = jwk.get("key_ops")
    if uses is not None and (not isinstance(uses, list) or "verify" not in uses):
        raise KeyFault("The key is not for signatures: its key_ops has no verify.")
    members = tuple((member, jwk[member]) for member in _MEMBERS if jwk.get(member) is not None)
    if all(isinstance(value, str) and len(value) <= _MAX_MEMBER for _, value in members):
        return _remember_key(name, members)
    return _read_key(name, dict(members))


@lru_cache(maxsize=1024)
def _remember_key(name: str, members: tuple[tuple[str, str], ...]) -> VerificationKey:
    return _read_key(name, dict(members))


def _read_key(name: str, jwk: Mapping[str, Any]) -> VerificationKey:
    if "d" in jwk:
        raise KeyFault("The document contains a private key.")
    if jwk.get("use", "sig") != "sig":
        raise KeyFault("The key is not for signatures.")
    public, algorithm = _read_public(jwk)
    if algorithm != jwk.get("alg", algorithm) and not (algorithm == "EdDSA" and jwk["alg"] == "Ed25519"):
        raise KeyFault(f"The key names another algorithm than {algorithm}.")
    return VerificationKey(public, algorithm, name)


def _write_jwk(text: str) -> dict[str, str]:
    """Return the key of a Multikey as a JWK; raises KeyFault."""
    try:
        curve, content = read_multikey(text)
        if curve == "Ed25519":
            return {"kty": "OKP", "crv": curve, "x": base64url_encode(content).decode()}
        point = EllipticCurvePublicKey.from_encoded_point(_CURVES[curve][0], content).public_numbers()
    except ClaimFault as fault:
        raise KeyFault(fault.reason) from None
    except ValueError:
        raise KeyFault("The Multikey is not a point on its curve.") from None
    size = len(content) - 1
    x, y = (base64url_encode(number.to_bytes(size, "big")).decode() for number in (point.x, point.y))
    return {"kty": "EC", "crv": curve, "x": x, "y": y}


def _read_public(jwk: Mapping[str, Any]) -> tuple[PublicKey | RSAPublicKey, str]:
    if MULTIBASE in jwk:
        jwk = _write_jwk(str(jwk[MULTIBASE]))
    kind, name = jwk.get("kty"), jwk.get("crv")
    if kind == "EC" and isinstance(name, str) and name in _CURVES:
        curve, algorithm = _CURVES[name]
        x, y = (_read_number(jwk, member) for member in ("x", "y"))
        try:
            return EllipticCurvePublicNumbers(x, y, curve).public_key(), algorithm
        except ValueError:
            raise KeyFault("The JWK is not a point on its curve.") from None
    if jwk.get("kty") == "RSA":
        return _read_rsa(jwk)
    text = jwk.get("x")
    key = from_jwk({"kty": kind, "crv": name, "x": text.rstrip("=") if isinstance(text, str) else text})
    return key.public, key.algorithm


def _read_rsa(jwk: Mapping[str, Any]) -> tuple[RSAPublicKey, str]:
    modulus, exponent = _read_number(jwk, "n"), _read_number(jwk, "e")
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS or exponent != _EXPONENT:
        raise KeyFault(f"The RSA key does not have {MIN_RSA_BITS} to {MAX_RSA_BITS} bits and the exponent {_EXPONENT}.")
    algorithm = jwk.get("alg", RSA_ALGORITHMS[0])
    if algorithm not in RSA_ALGORITHMS:
        raise KeyFault(f"The RSA key names another algorithm than {', '.join(RSA_ALGORITHMS)}.")
    try:
        return RSAPublicNumbers(exponent, modulus).public_key(), algorithm
    except ValueError:
        raise KeyFault("The RSA key is not usable.") from None


def _read_number(jwk: Mapping[str, Any], name: str) -> int:
    text = jwk.get(name)
    try:
        is_number = isinstance(text, str) and len(text) <= _MAX_MEMBER and _NUMBER.fullmatch(text)
        value = base64url_decode(str(text).rstrip("=")) if is_number else b""
    except ValueError:
        value = b""
    if not value:
        raise KeyFault(f"Member '{name}' of the JWK is not a number in base64url.")
    return int.from_bytes(value, "big")
