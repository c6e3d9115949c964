"""The keys for signatures: ES256 (P-256) and Ed25519, each with one algorithm and its RFC 7638 thumbprint.

Keys are loaded once, as objects. The algorithm is a property of the key; a token header never selects it. ES256 is the
default: it is faster than Ed25519 in the library used, and deployed peers expect it.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePrivateNumbers,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from connector.identity.files import FileFault, read_bounded, replace_atomically, write_new
from connector.identity.keeping.hardware import HardwareFault, HardwareKey, create_key, open_key
from connector.identity.keeping.protecting import encrypt_key
from connector.views.handed_in import read_json

ES256: Final = "ES256"
EDDSA: Final = "EdDSA"
ALGORITHMS: Final = (ES256, EDDSA)
"""The algorithms of own keys, and of those on a participant list."""
RSA_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
PEER_ALGORITHMS: Final = (*ALGORITHMS, "ES384", "ES512", "ES256K", *RSA_ALGORITHMS)
"""The algorithms of keys in the documents of others: all that are well known (DCP 1.0, profiles)."""

MAX_KEY_FILE = 16 * 1024

PrivateKey = EllipticCurvePrivateKey | Ed25519PrivateKey | HardwareKey
PublicKey = EllipticCurvePublicKey | Ed25519PublicKey


class KeyFault(Exception):
    """A key cannot be used. The text never contains key material."""


@dataclass(frozen=True)
class VerificationKey:
    """A public key, its algorithm and its identifier."""

    public: PublicKey | RSAPublicKey
    algorithm: str
    kid: str

    @cached_property
    def jwk(self) -> Mapping[str, str]:
        """Its JWK with `kid` and `alg`, written once: each message that is kept with its seal has it."""
        return {**_members(self.public), "alg": self.algorithm, "kid": self.kid}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key; its repr shows only the identifier."""

    private: PrivateKey = field(repr=False)
    verification: VerificationKey = field(repr=False)

    @property
    def algorithm(self) -> str:
        """The JWS algorithm of its signatures."""
        return self.verification.algorithm

    @property
    def kid(self) -> str:
        """The thumbprint of its public key."""
        return self.verification.kid


def generate(algorithm: str = ES256) -> SigningKey:
    """Generate a new key; raises KeyFault for an algorithm that is not in `ALGORITHMS`.

    Its name does not begin with a hyphen: on a command line it would be an option.
    """
    while algorithm in ALGORITHMS:
        made = generate_private_key(SECP256R1()) if algorithm == ES256 else Ed25519PrivateKey.generate()
        key = _to_signing_key(made)
        if not key.kid.startswith("-"):
            return key
    raise KeyFault(f"The algorithm {algorithm!r} is not supported: use {' or '.join(ALGORITHMS)}.")


def load_private(path: Path, *, password: bytes | None = None) -> SigningKey:
    """Load a private key from a PEM or JWK file that only its owner can read; raises KeyFault."""
    try:
        content = read_bounded(path, MAX_KEY_FILE, private=True)
    except FileFault as fault:
        raise KeyFault(str(fault)) from None
    if content.lstrip().startswith(b"{"):
        return _private_from_jwk(content, path)
    try:
        private = serialization.load_pem_private_key(content, password)
    except TypeError:
        if password is not None:
            raise KeyFault(f"{path} is not protected by a password.") from None
        raise KeyFault(
            f"The key {path} is protected by a pass phrase: name the file that contains it in `identity.secret_file`."
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        if password is not None and b"ENCRYPTED" in content:
            raise KeyFault(
                f"{path} is encrypted with another pass phrase than the one that is given: give that one."
            ) from None
        raise KeyFault(f"{path} is not a private key in PEM form: put the file back from a backup.") from None
    return _to_signing_key(private)


def load_from_token(module: Path, token: str, label: str, pin: str) -> SigningKey:
    """Return the private key of a token that speaks PKCS #11; raises KeyFault."""
    try:
        return _to_signing_key(open_key(module, token, label, pin))
    except HardwareFault as fault:
        raise KeyFault(str(fault)) from None


def generate_in_token(module: Path, token: str, label: str, pin: str, algorithm: str = ES256) -> SigningKey:
    """Make a private key in a token, which it cannot leave; raises KeyFault."""
    try:
        return _to_signing_key(create_key(module, token, label, pin, on_curve=algorithm == ES256))
    except HardwareFault as fault:
        raise KeyFault(str(fault)) from None


def examine_key(key: SigningKey) -> str | None:
    """Return why a private key does not sign now, in one sentence; None if it does. One in hardware may be away."""
    return key.private.examine() if isinstance(key.private, HardwareKey) else None


def is_protected(path: Path) -> bool:
    """Return whether a key file is one that a password opens; False for one that cannot be read."""
    try:
        return b"BEGIN ENCRYPTED PRIVATE KEY" in read_bounded(path, MAX_KEY_FILE)
    except FileFault:
        return False


def save_private(path: Path, key: SigningKey, *, password: bytes | None = None) -> None:
    """Write a private key as PEM (PKCS #8, encrypted with a password if given), mode 0600, never over a file."""
    try:
        write_new(path, _render(key, password), mode=0o600)
    except FileFault as fault:
        raise KeyFault(str(fault)) from None


def replace_private(path: Path, key: SigningKey) -> None:
    """Write a private key as PEM without a password, mode 0600, in place of one that may be there."""
    replace_atomically(path, _render(key, None), mode=0o600)


def protect_private(path: Path, password: bytes, *, before: bytes | None = None) -> SigningKey:
    """Encrypt a key file with a password, in place of the one of `before`, and return its key; raises KeyFault."""
    key = load_private(path, password=before)
    replace_atomically(path, _render(key, password), mode=0o600)
    return key


def _render(key: SigningKey, password: bytes | None) -> bytes:
    if isinstance(key.private, HardwareKey):
        raise KeyFault("The key is in hardware, and never leaves it.")
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    if password:
        return encrypt_key(key.private.private_bytes(serialization.Encoding.DER, form, plain), password)
    return key.private.private_bytes(serialization.Encoding.PEM, form, plain)


def public_jwk(key: VerificationKey | SigningKey) -> dict[str, str]:
    """Return the public key as a JWK with its `kid` and `alg`."""
    return dict((key.verification if isinstance(key, SigningKey) else key).jwk)


def from_jwk(jwk: Mapping[str, object]) -> VerificationKey:
    """Read a public JWK (RFC 7517, 8037); raises KeyFault.

    A JWK with a private member is refused, because it discloses a secret. `alg`, `use` and `kid` are optional and must
    match the key.
    """
    if "d" in jwk:
        raise KeyFault("The JWK contains a private key: send only its public members.")
    public = _public_from_jwk(jwk)
    key = _verification(public)
    if jwk.get("alg", key.algorithm) not in ({"EdDSA", "Ed25519"} if key.algorithm == EDDSA else {ES256}):
        raise KeyFault(f"The JWK names another algorithm than {key.algorithm}, the algorithm of its kind of key.")
    if jwk.get("use", "sig") != "sig":
        raise KeyFault("The JWK is not for signatures: set use to sig.")
    if jwk.get("kid", key.kid) != key.kid:
        raise KeyFault("The kid of the JWK is not its RFC 7638 thumbprint: correct or remove it.")
    return key


def _to_signing_key(private: object) -> SigningKey:
    if isinstance(private, EllipticCurvePrivateKey | Ed25519PrivateKey | HardwareKey):
        return SigningKey(private, _verification(private.public_key()))
    raise KeyFault("The key is not supported: use a P-256 or Ed25519 key.")


def _verification(public: PublicKey) -> VerificationKey:
    if isinstance(public, EllipticCurvePublicKey) and not isinstance(public.curve, SECP256R1):
        raise KeyFault("The key is not supported: use a P-256 or Ed25519 key.")
    members = _members(public)
    canonical = msgspec.json.encode(dict(sorted(members.items())))
    kid = _b64(hashlib.sha256(canonical).digest())
    return VerificationKey(public, ES256 if isinstance(public, EllipticCurvePublicKey) else EDDSA, kid)


def _members(public: PublicKey | RSAPublicKey) -> dict[str, str]:
    """The required members of the JWK, which are also those of the thumbprint."""
    if isinstance(public, EllipticCurvePublicKey):
        numbers = public.public_numbers()
        x, y = (_b64(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y}
    if isinstance(public, RSAPublicKey):
        raise KeyFault("An RSA key is only verified here: it is not written.")
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {"crv": "Ed25519", "kty": "OKP", "x": _b64(raw)}


def _public_from_jwk(jwk: Mapping[str, object]) -> PublicKey:
    kind = (jwk.get("kty"), jwk.get("crv"))
    try:
        if kind == ("EC", "P-256"):
            x, y = (int.from_bytes(_member(jwk, name), "big") for name in ("x", "y"))
            return EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
        if kind == ("OKP", "Ed25519"):
            return Ed25519PublicKey.from_public_bytes(_member(jwk, "x"))
    except ValueError:
        raise KeyFault("The JWK is not a point on its curve.") from None
    raise KeyFault("The JWK is not supported: use a P-256 or Ed25519 key.")


def _private_from_jwk(content: bytes, path: Path) -> SigningKey:
    try:
        jwk = read_json(content, dict[str, object])
        secret = _member(jwk, "d")
        public = _public_from_jwk(jwk)
        if isinstance(public, EllipticCurvePublicKey):
            numbers = EllipticCurvePrivateNumbers(int.from_bytes(secret, "big"), public.public_numbers())
            return _to_signing_key(numbers.private_key())
        key = _to_signing_key(Ed25519PrivateKey.from_private_bytes(secret))
    except (ValueError, KeyFault):
        raise KeyFault(f"{path} is not a private P-256 or Ed25519 key in JWK form.") from None
    if _members(key.verification.public) != _members(public):
        raise KeyFault(f"The public and the private part of {path} do not match.")
    return key


def _member(jwk: Mapping[str, object], name: str) -> bytes:
    text = jwk.get(name)
    if not isinstance(text, str) or len(text) != 43:
        raise KeyFault(f"Member '{name}' of the JWK is not 32 bytes in base64url.")
    try:
        value = urlsafe_b64decode(text + "=")
    except ValueError:
        value = b""
    if _b64(value) != text:
        raise KeyFault(f"Member '{name}' of the JWK is not 32 bytes in base64url.")
    return value


def _b64(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
