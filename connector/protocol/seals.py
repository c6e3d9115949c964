"""Seals: who says yes to an agreement signs that message together with the agreement. Pure.

A seal is an HTTP message signature (RFC 9421) over the method, the target URI, the digest of the body (RFC 9530), and
`Agreement-Digest`, the SHA-256 of the agreement as both sides keep it. A peer that knows nothing of seals ignores these
fields; what other software signs under another label is none of ours.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Final

import msgspec

COMPONENTS: Final = ("@method", "@target-uri", "content-digest", "agreement-digest")
METHOD: Final = "POST"
LONGEST_FIELD: Final = 2_048
"""The characters of a field that is read."""

_LABEL, _TAG = "agreement", "datenkontor-agreement"
_NAMES = {"ES256": "ecdsa-p256-sha256", "EdDSA": "ed25519"}
_ALGORITHMS = {name: algorithm for algorithm, name in _NAMES.items()}
_COVERED = "(" + " ".join(f'"{name}"' for name in COMPONENTS) + ")"
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")
_INPUT = re.compile(
    rf"(?:^|,[ \t]*){_LABEL}={re.escape(_COVERED)};created=([1-9][0-9]{{0,11}});"
    rf'keyid="([A-Za-z0-9_-]{{43}})";alg="([a-z0-9-]{{1,40}})";tag="{_TAG}"(?=[ \t]*(?:,|\Z))'
)
_SIGNATURE = re.compile(rf"(?:^|,[ \t]*){_LABEL}=:([A-Za-z0-9+/]{{86}}==):(?=[ \t]*(?:,|\Z))")


class SealMalformed(ValueError):
    """The fields of a seal have another form; the text is one sentence, which the sender may read."""


class Seal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a participant has signed: the message to `url` with this content, and the agreement with this digest.

    Both digests are SHA-256 in base64, as is the signature. `created` is in s since the Unix epoch. `key` is the
    RFC 7638 thumbprint of the key, `algorithm` its JWS name.
    """

    url: str
    content_digest: str
    agreement_digest: str
    created: int
    key: str
    algorithm: str
    signature: str = ""


def compute_digest(content: bytes) -> str:
    """Return the SHA-256 of a content in base64.

    >>> compute_digest(b"")
    '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
    """
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def make_base(values: Mapping[str, str], parameters: str) -> bytes:
    """Return the signature base of a message (RFC 9421, section 2.5): its components by name, and the parameters."""
    lines = [f'"{name}": {value}' for name, value in values.items()]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode("ascii")


def write_base(seal: Seal) -> bytes:
    """Return the bytes that a seal signs."""
    values = (METHOD, seal.url, _write_digest(seal.content_digest), _write_digest(seal.agreement_digest))
    return make_base(dict(zip(COMPONENTS, values, strict=True)), _write_parameters(seal))


def write_fields(seal: Seal) -> dict[str, str]:
    """Return the header fields that carry a seal."""
    return {
        "Content-Digest": _write_digest(seal.content_digest),
        "Agreement-Digest": _write_digest(seal.agreement_digest),
        "Signature-Input": f"{_LABEL}={_write_parameters(seal)}",
        "Signature": f"{_LABEL}=:{seal.signature}:",
    }


def read_fields(headers: Mapping[str, str], url: str, body: bytes) -> Seal | None:
    """Return the seal of a message to `url`; None without one. Nothing of it is verified but the digest of the body.

    The names of `headers` are in lower case. Raises SealMalformed.
    """
    stated = headers.get("signature-input", "")
    if "agreement-digest" not in headers or f'tag="{_TAG}"' not in stated:
        return None
    written = [headers.get(name, "") for name in ("content-digest", "agreement-digest")]
    if max(map(len, (stated, headers.get("signature", ""), *written))) > LONGEST_FIELD:
        raise SealMalformed(f"A field of the seal is longer than {LONGEST_FIELD} characters.")
    inputs, signatures = _INPUT.findall(stated), _SIGNATURE.findall(headers.get("signature", ""))
    digests = [_DIGEST.fullmatch(value) for value in written]
    if len(inputs) != 1 or len(signatures) != 1 or None in digests:
        raise SealMalformed("The fields of the seal have another form: send them as RFC 9421 and RFC 9530 have it.")
    content, agreement = (found[1] for found in digests if found)
    created, key, name = inputs[0]
    if name not in _ALGORITHMS:
        raise SealMalformed(f"The algorithm of the seal is not one of {', '.join(_ALGORITHMS)}.")
    if content != compute_digest(body):
        raise SealMalformed("The body is not the one that was sealed: send the message again as it was signed.")
    return Seal(
        url=url,
        content_digest=content,
        agreement_digest=agreement,
        created=int(created),
        key=key,
        algorithm=_ALGORITHMS[name],
        signature=signatures[0],
    )


def _write_digest(digest: str) -> str:
    return f"sha-256=:{digest}:"


def _write_parameters(seal: Seal) -> str:
    return f'{_COVERED};created={seal.created};keyid="{seal.key}";alg="{_NAMES[seal.algorithm]}";tag="{_TAG}"'
