"""Seals: who sends a message of a negotiation or a transfer signs it, and with a yes the agreement too. Pure.

A seal is an HTTP message signature (RFC 9421) over the method, the target URI and the digest of the body (RFC 9530).
With a message that says yes to an agreement, it covers `Agreement-Digest` too, the SHA-256 of the agreement as both
sides keep it: one signature stands for both. A peer that knows nothing of seals ignores these fields; what other
software signs under another label is none of ours.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Final, NamedTuple

import msgspec

METHOD: Final = "POST"
LONGEST_FIELD: Final = 2_048
"""The characters of a field that is read."""

_COMPONENTS = ("@method", "@target-uri", "content-digest", "agreement-digest")
_NAMES = {"ES256": "ecdsa-p256-sha256", "EdDSA": "ed25519"}
_ALGORITHMS = {name: algorithm for algorithm, name in _NAMES.items()}
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")


class _Form(NamedTuple):
    """A form of seal: its label and tag, the components that it covers, and how both fields are read.

    `named` finds each member with the label, also one of another form: a label stands once (RFC 9421, 4.1).
    """

    label: str
    tag: str
    components: tuple[str, ...]
    covered: str
    named: re.Pattern[str]
    input: re.Pattern[str]
    signature: re.Pattern[str]


def _make_form(label: str, components: tuple[str, ...]) -> _Form:
    covered, tag = "(" + " ".join(f'"{name}"' for name in components) + ")", f"datenkontor-{label}"
    stated = re.compile(
        rf"(?:^|,[ \t]*){label}={re.escape(covered)};created=([1-9][0-9]{{0,11}});"
        rf'keyid="([A-Za-z0-9_-]{{43}})";alg="([a-z0-9-]{{1,40}})";tag="{tag}"(?=[ \t]*(?:,|\Z))'
    )
    signature = re.compile(rf"(?:^|,[ \t]*){label}=:([A-Za-z0-9+/]{{86}}==):(?=[ \t]*(?:,|\Z))")
    named = re.compile(rf"(?:^|,[ \t]*){label}(?![a-z0-9_.*-])")
    return _Form(label, tag, components, covered, named, stated, signature)


_OF_AGREEMENT = _make_form("agreement", _COMPONENTS)
_OF_MESSAGE = _make_form("message", _COMPONENTS[:3])


class SealMalformed(ValueError):
    """The fields of a seal have another form; the text is one sentence, which the sender may read."""


class Seal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a participant has signed: the message to `url` with this content, and the agreement with this digest.

    Both digests are SHA-256 in base64, as is the signature; a message that says yes to no agreement has none of an
    agreement. `created` is in s since the Unix epoch. `key` is the RFC 7638 thumbprint of the key, `algorithm` its JWS
    name.
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
    return b64encode(sha256(content).digest()).decode()


def make_base(values: Mapping[str, str], parameters: str) -> bytes:
    """Return the signature base of a message (RFC 9421, section 2.5): its components by name, and the parameters."""
    lines = [f'"{name}": {value}' for name, value in values.items()]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode("ascii")


def write_base(seal: Seal) -> bytes:
    """Return the bytes that a seal signs."""
    values = {"@method": METHOD, "@target-uri": seal.url, "content-digest": f"sha-256=:{seal.content_digest}:"}
    form = _OF_MESSAGE
    if seal.agreement_digest:
        form, values["agreement-digest"] = _OF_AGREEMENT, f"sha-256=:{seal.agreement_digest}:"
    return make_base(values, _write_parameters(seal, form))


def write_fields(seal: Seal) -> dict[str, str]:
    """Return the header fields that carry a seal."""
    form = _OF_AGREEMENT if seal.agreement_digest else _OF_MESSAGE
    fields = {
        "Content-Digest": f"sha-256=:{seal.content_digest}:",
        "Signature-Input": f"{form.label}={_write_parameters(seal, form)}",
        "Signature": f"{form.label}=:{seal.signature}:",
    }
    return {**fields, "Agreement-Digest": f"sha-256=:{seal.agreement_digest}:"} if seal.agreement_digest else fields


def read_fields(headers: Mapping[str, str], url: str, body: bytes) -> Seal | None:
    """Return the seal of a message to `url`; None without one. Nothing of it is verified but the digest of the body.

    The names of `headers` are in lower case. Raises SealMalformed.
    """
    stated, signed = headers.get("signature-input", ""), headers.get("signature", "")
    form = _read_form(headers, stated)
    if form is None:
        return None
    written = [headers.get(name, "") for name in form.components[2:]]
    for field in (stated, signed, *written):
        if len(field) > LONGEST_FIELD:
            raise SealMalformed(f"A field of the seal is longer than {LONGEST_FIELD} characters.")
    inputs, signatures = form.input.findall(stated), form.signature.findall(signed)
    digests = [found[1] for value in written if (found := _DIGEST.fullmatch(value))]
    is_alone = len(form.named.findall(stated)) == len(form.named.findall(signed)) == 1
    if not is_alone or len(inputs) != 1 or len(signatures) != 1 or len(digests) != len(written):
        raise SealMalformed("The fields of the seal have another form: send them as RFC 9421 and RFC 9530 have it.")
    content, *agreement = digests
    created, key, name = inputs[0]
    if name not in _ALGORITHMS:
        raise SealMalformed(f"The algorithm of the seal is not one of {', '.join(_ALGORITHMS)}.")
    if content != compute_digest(body):
        raise SealMalformed("The body is not the one that was sealed: send the message again as it was signed.")
    return Seal(
        url=url,
        content_digest=content,
        agreement_digest=agreement[0] if agreement else "",
        created=int(created),
        key=key,
        algorithm=_ALGORITHMS[name],
        signature=signatures[0],
    )


def _read_form(headers: Mapping[str, str], stated: str) -> _Form | None:
    """Return the form of seal that the fields of a message announce; with an agreement, that is covered too."""
    if "agreement-digest" in headers and f'tag="{_OF_AGREEMENT.tag}"' in stated:
        return _OF_AGREEMENT
    return _OF_MESSAGE if f'tag="{_OF_MESSAGE.tag}"' in stated else None


def _write_parameters(seal: Seal, form: _Form) -> str:
    return f'{form.covered};created={seal.created};keyid="{seal.key}";alg="{_NAMES[seal.algorithm]}";tag="{form.tag}"'
