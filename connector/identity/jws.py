"""Signed texts: the compact JWS of tokens and documents, taken apart once and verified by keys that were known before.

The header is never believed: it must name the key's own algorithm, and may say nothing but `alg`, `kid`, `typ`, and in
a signed document of a certain content its `cty` (RFC 7515; RFC 8725, 3.1 and 3.11). What others sign by the keys of
their documents may have more members there, which say nothing (RFC 7515, 4; Securing … using JOSE and COSE, 3.1.3).
"""

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, NamedTuple

import jwt
import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from connector.identity.keeping.hardware import HardwareKey
from connector.identity.keys import ALGORITHMS, ES256, PEER_ALGORITHMS, SigningKey, VerificationKey
from connector.ports.identity import Unauthenticated
from connector.protocol.dsp.codec import parse
from connector.protocol.dsp.errors import ProtocolError

OPENING_RULES: Final = ("size", "form", "header", "type", "algorithm")
"""What `open_signed` checks, in this order."""
KEY_RULES: Final = ("key", "key-algorithm", "signature")
"""What `verify_signature` checks, in this order."""

_SEGMENTS = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_HEADER = frozenset({"alg", "kid", "typ"})
_HEADER_OF_CONTENT = _HEADER | {"cty"}
_USUAL_HEADER = 512
"""The longest header, encoded, that is kept after it was read: all tokens of a key have the same."""
_HARMFUL = frozenset({"b64", "crit", "enc", "jku", "jwk", "x5c", "x5u", "zip"})
"""The members that bring a key along, or change how the text is read: nobody has to tell them from harmless ones."""
_MEDIA = "application/"
_OLDER_MEDIA = {
    "vc+jwt": ("vc+ld+jwt", "vc+ld+json+jwt", "vc-ld+jwt"),
    "vp+jwt": ("vp+ld+jwt", "vp+ld+json+jwt", "vp-ld+jwt"),
    "vc": ("vc+ld+json", "vc+ld"),
    "vp": ("vp+ld+json", "vp+ld"),
}
"""The names that drafts had for media types (Securing … using JOSE and COSE): issuers and wallets still write them."""
_SAME_ALGORITHM = {"Ed25519": "EdDSA"}
"""Names of one algorithm: the second is the older one, and that of the keys here (RFC 9864, 2.2)."""
_JWS = jwt.PyJWS(algorithms=list(PEER_ALGORITHMS))
_ECDSA = ECDSA(SHA256())
_HALF = 32
"""The bytes of each of the two numbers of a signature with ES256 (RFC 7518, 3.4)."""
_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
_OBJECT = msgspec.json.Decoder(dict[str, Any])


class Rejected(Unauthenticated):
    """A signed text breaks a rule; `rule` is its name, `problem` says how. Later rules were not checked."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.problem = reason


@contextmanager
def about(what: str) -> Iterator[None]:
    """Say whose text breaks a rule in the body of the statement: for one request, several signed texts are judged."""
    try:
        yield
    except Rejected as fault:
        raise Rejected(fault.rule, f"{what}: {fault.problem}") from fault.__cause__


class Opened(msgspec.Struct, frozen=True):
    """A signed text taken apart, once: what is judged is what was signed. Nothing of it is verified.

    `kid` is the name of the key as the header has it.
    """

    header: Mapping[str, Any]
    algorithm: str
    kid: str | None
    payload: bytes
    signed: bytes
    signature: bytes


class VerifiedDocument(NamedTuple):
    """The payload of a signed document, and the `kid` of the key that signed it."""

    payload: bytes
    kid: str


def sign(key: SigningKey, payload: bytes, *, kind: str, content: str = "") -> str:
    """Sign `payload` as a compact JWS whose `typ` is `kind` and, if given, whose `cty` is `content`."""
    signed = _encode_header(key.algorithm, key.kid, kind, content) + b"." + _encode(payload)
    signature = sign_bytes(key, signed)
    return (signed + b"." + _encode(signature)).decode()


def sign_bytes(key: SigningKey, content: bytes) -> bytes:
    """Return the signature of a content, in the form that JWS and HTTP message signatures share."""
    private, algorithm = key.private, key.verification.algorithm
    if isinstance(private, HardwareKey):
        return private.sign(content)
    if algorithm == ES256:
        return _sign_on_curve(private, content)  # type: ignore[arg-type]  # keys of this algorithm are of this type
    signature: bytes = _JWS.get_algorithm_by_name(algorithm).sign(content, private)
    return signature


def has_signed(key: VerificationKey, content: bytes, signature: bytes) -> bool:
    """Return whether a key has made the signature of a content."""
    if key.algorithm == ES256:
        return _has_signed_on_curve(key.public, content, signature)  # type: ignore[arg-type]  # as above
    verified: bool = _JWS.get_algorithm_by_name(key.algorithm).verify(content, key.public, signature)
    return verified


def _sign_on_curve(private: EllipticCurvePrivateKey, content: bytes) -> bytes:
    r, s = decode_dss_signature(private.sign(content, _ECDSA))
    return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def _has_signed_on_curve(public: EllipticCurvePublicKey, content: bytes, signature: bytes) -> bool:
    if len(signature) != 2 * _HALF:
        return False
    r, s = int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big")
    try:
        public.verify(encode_dss_signature(r, s), content, _ECDSA)
    except InvalidSignature:
        return False
    return True


def open_signed(
    text: str,
    *,
    limit: int,
    kinds: Sequence[str],
    content: str = "",
    algorithms: Collection[str] = ALGORITHMS,
    of_others: bool = False,
) -> Opened:
    """Take a signed text apart: the rules `OPENING_RULES`, none of which depends on who sent it. Raises Rejected.

    Its `typ` is one of `kinds`, and its `cty` is `content` if given, or either is left out. Both may have the prefix
    `application/` (RFC 7515, 4.1.9). With `of_others`, its header may have unknown members, which say nothing, and the
    names that drafts had for the media types of credentials.
    """
    if len(text) > limit:
        raise Rejected("size", f"it is longer than {limit} bytes.")
    encoded = text.encode("utf-8", "replace")
    match = _SEGMENTS.fullmatch(encoded)
    if match is None:
        raise Rejected("form", "it is not three segments of base64url.")
    try:
        payload, signature = _strict_b64(match[2]), _strict_b64(match[3])
        read = _read_header_again if len(match[1]) <= _USUAL_HEADER else _read_header
        header = read(match[1], _HEADER_OF_CONTENT if content else _HEADER, of_others)
    except ValueError:
        raise Rejected("form", "it is not three segments of base64url.") from None
    drafts = _OLDER_MEDIA if of_others else {}
    kind = header.get("typ", kinds[0])
    if kind not in kinds and not _is_media(kind, kinds, drafts):
        raise Rejected("type", f"typ is not {' or '.join(kinds)}.")
    if content and not _is_media(header.get("cty", content), (content,), drafts):
        raise Rejected("type", f"cty is not {content}.")
    algorithm = _name_algorithm(header)
    if algorithm not in algorithms:
        raise Rejected("algorithm", f"alg is not one of {', '.join(algorithms)}.")
    return Opened(header, algorithm, header.get("kid"), payload, encoded[: match.end(2)], signature)


def verify_signature(opened: Opened, keys: Sequence[VerificationKey]) -> VerificationKey:
    """Verify a signed text by the one key that `kid` names, or without a kid the only one there is: `KEY_RULES`.

    Returns the key. Raises Rejected.
    """
    key = find_signer(opened, keys)
    check_signature(opened, key)
    return key


def find_signer(opened: Opened, keys: Sequence[VerificationKey]) -> VerificationKey:
    """Return the key that a signed text says that it is signed by: `KEY_RULES` but the last; raises Rejected."""
    kid = opened.kid
    named = [key for key in keys if kid is None or key.kid == kid]
    if len(named) != 1:
        raise Rejected("key", "kid does not name one of the issuer's keys.")
    key = named[0]
    if opened.algorithm != key.algorithm:
        raise Rejected("key-algorithm", "alg is not the algorithm of that key.")
    return key


def check_signature(opened: Opened, key: VerificationKey) -> None:
    """Check that a key has signed a text: the last of `KEY_RULES`; raises Rejected."""
    if not has_signed(key, opened.signed, opened.signature):
        raise Rejected("signature", "the signature does not verify.")


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
    opened = open_signed(text, limit=limit, kinds=(kind,), content=content)
    if "typ" not in opened.header:
        raise Rejected("type", f"typ is missing; expected {kind}.")
    if opened.header.get("cty", "") != content:
        raise Rejected("type", f"cty is missing or another one; expected {content}.")
    return VerifiedDocument(opened.payload, verify_signature(opened, keys).kid)


@lru_cache(maxsize=16)
def _encode_header(algorithm: str, kid: str, kind: str, content: str) -> bytes:
    """Return the first segment, which all tokens of a key have in common."""
    header = {"alg": algorithm, "kid": kid, "typ": kind, **({"cty": content} if content else {})}
    return _encode(msgspec.json.encode(header))


def _encode(content: bytes) -> bytes:
    return b2a_base64(content, newline=False).translate(_TO_URL, b"=")


def _strict_b64(segment: bytes) -> bytes:
    """Decode, refusing a second spelling of the same bytes (padding bits that are not zero); raises ValueError."""
    padded = segment.translate(_FROM_URL) + b"=" * (-len(segment) % 4)
    value = a2b_base64(padded)
    if b2a_base64(value, newline=False) != padded:
        raise ValueError("not the canonical encoding")
    return value


def check_one_reading(content: bytes, rule: str) -> None:
    """Raise Rejected, with the name of the rule, for JSON that two readers could read in two ways (RFC 8725, 2.4).

    That is a member twice, bytes that are not UTF-8, or a number without an end.
    """
    try:
        parse(content)
    except ProtocolError:
        raise Rejected(rule, "it has a member twice, or is not UTF-8.") from None


def _is_media(stated: object, expected: Sequence[str], drafts: Mapping[str, Sequence[str]]) -> bool:
    """Return whether a `typ` or `cty` is one of the expected ones, or a name that drafts had for it.

    A prefix is none of the name (RFC 7515, 4.1.9).
    """
    name = stated.lower().removeprefix(_MEDIA) if isinstance(stated, str) else None
    return any(name == each.lower() or name in drafts.get(each, ()) for each in expected)


def _name_algorithm(header: Mapping[str, Any]) -> str:
    """Return the algorithm that a header states; nothing if it states none."""
    stated = header.get("alg")
    return _SAME_ALGORITHM.get(stated, stated) if isinstance(stated, str) else ""


def _read_header(segment: bytes, allowed: frozenset[str], of_others: bool) -> Mapping[str, Any]:
    """Return the header in the first segment. Raises ValueError for its encoding, Rejected for what it says."""
    content = _strict_b64(segment)
    try:
        header = _OBJECT.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Rejected("header", "it is not a JSON object.") from None
    check_one_reading(content, "header")
    harmful = sorted(_HARMFUL & header.keys())
    if of_others and harmful:
        raise Rejected("header", f"its header has {', '.join(harmful)}: no key and no rule is taken from there.")
    if not of_others and header.keys() - allowed:
        raise Rejected("header", f"it has members other than {', '.join(sorted(allowed))}.")
    if not isinstance(header.get("kid", ""), str):
        raise Rejected("header", "kid is not a string.")
    return header


_read_header_again = lru_cache(maxsize=64)(_read_header)
