"""Seals: who sends a message of a negotiation or a transfer signs it, and with a yes the agreement too. Pure.

A seal is an HTTP message signature (RFC 9421) over the method, the target URI, the digest of the body (RFC 9530) and
`Token-Digest`, the SHA-256 of the token that goes along: it belongs to this one request. With a message that says yes
to an agreement, it covers `Agreement-Digest` too, the SHA-256 of the agreement as both sides keep it: one signature
stands for both. A peer that knows nothing of seals ignores these fields; what other software signs under another label
is none of ours. Seals of before, which cover no token, are read too.
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

_TARGET = ("@method", "@target-uri")
_NAMES = {"ES256": "ecdsa-p256-sha256", "EdDSA": "ed25519"}
_ALGORITHMS = {name: algorithm for algorithm, name in _NAMES.items()}
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")


class _Form(NamedTuple):
    """A form of seal: its label and tag, the digests that it covers, and how both fields are read.

    `named` finds each member with the label, also one of another form: a label stands once (RFC 9421, 4.1).
    """

    label: str
    tag: str
    digests: tuple[str, ...]
    covered: str
    named: re.Pattern[str]
    input: re.Pattern[str]
    signature: re.Pattern[str]


def _make_form(label: str, tag: str, *digests: str) -> _Form:
    covered = "(" + " ".join(f'"{name}"' for name in (*_TARGET, *digests)) + ")"
    stated = re.compile(
        rf"(?:^|,[ \t]*){label}={re.escape(covered)};created=([1-9][0-9]{{0,11}});"
        rf'keyid="([A-Za-z0-9_-]{{43}})";alg="([a-z0-9-]{{1,40}})";tag="{tag}"(?=[ \t]*(?:,|\Z))'
    )
    signature = re.compile(rf"(?:^|,[ \t]*){label}=:([A-Za-z0-9+/]{{86}}==):(?=[ \t]*(?:,|\Z))")
    named = re.compile(rf"(?:^|,[ \t]*){label}(?![a-z0-9_.*-])")
    return _Form(label, tag, digests, covered, named, stated, signature)


_CONTENT, _TOKEN, _AGREEMENT = "content-digest", "token-digest", "agreement-digest"
_FIELDS = {_CONTENT: "Content-Digest", _TOKEN: "Token-Digest", _AGREEMENT: "Agreement-Digest"}
_FORMS = {
    form.digests: form
    for form in (
        _make_form("agreement", "datenkontor-agreement-with-token", _CONTENT, _TOKEN, _AGREEMENT),
        _make_form("message", "datenkontor-message-with-token", _CONTENT, _TOKEN),
        _make_form("agreement", "datenkontor-agreement", _CONTENT, _AGREEMENT),
        _make_form("message", "datenkontor-message", _CONTENT),
    )
}
"""The forms by the digests that they cover, in the order in which they are looked for."""


class SealMalformed(ValueError):
    """The fields of a seal have another form; the text is one sentence, which the sender may read."""


class Seal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a participant has signed: the message to `url` with this content, and the agreement with this digest.

    The digests are SHA-256 in base64, as is the signature; a message that says yes to no agreement has none of an
    agreement, and a seal of before none of a token. `created` is in s since the Unix epoch. `key` is the RFC 7638
    thumbprint of the key, `algorithm` its JWS name.
    """

    url: str
    content_digest: str
    agreement_digest: str
    created: int
    key: str
    algorithm: str
    signature: str = ""
    token_digest: str = ""


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
    digests = _write_digests(seal)
    values = {"@method": METHOD, "@target-uri": seal.url, **digests}
    return make_base(values, _write_parameters(seal, _FORMS[tuple(digests)]))


def write_fields(seal: Seal) -> dict[str, str]:
    """Return the header fields that carry a seal."""
    digests = _write_digests(seal)
    form = _FORMS[tuple(digests)]
    return {
        **{_FIELDS[name]: value for name, value in digests.items()},
        "Signature-Input": f"{form.label}={_write_parameters(seal, form)}",
        "Signature": f"{form.label}=:{seal.signature}:",
    }


def read_head(headers: Mapping[str, str], url: str) -> Seal | None:
    """Return the seal of a message to `url` by the head of its request; None without one. Nothing of it is verified.

    The names of `headers` are in lower case. Raises SealMalformed.
    """
    stated, signed = headers.get("signature-input", ""), headers.get("signature", "")
    form = _find_form(headers, stated)
    if form is None:
        return None
    written = [headers.get(name, "") for name in form.digests]
    for field in (stated, signed, *written):
        if len(field) > LONGEST_FIELD:
            raise SealMalformed(f"A field of the seal is longer than {LONGEST_FIELD} characters.")
    inputs, signatures = form.input.findall(stated), form.signature.findall(signed)
    found = [_DIGEST.fullmatch(value) for value in written]
    digests = {name: each[1] for name, each in zip(form.digests, found, strict=True) if each}
    is_alone = len(form.named.findall(stated)) == len(form.named.findall(signed)) == 1
    if not is_alone or len(inputs) != 1 or len(signatures) != 1 or len(digests) != len(written):
        raise SealMalformed("The fields of the seal have another form: send them as RFC 9421 and RFC 9530 have it.")
    created, key, name = inputs[0]
    if name not in _ALGORITHMS:
        raise SealMalformed(f"The algorithm of the seal is not one of {', '.join(_ALGORITHMS)}.")
    return Seal(
        url=url,
        content_digest=digests[_CONTENT],
        agreement_digest=digests.get(_AGREEMENT, ""),
        created=int(created),
        key=key,
        algorithm=_ALGORITHMS[name],
        signature=signatures[0],
        token_digest=digests.get(_TOKEN, ""),
    )


def check_body(seal: Seal, body: bytes) -> None:
    """Check that a body is the one that was sealed; raises SealMalformed."""
    if seal.content_digest != compute_digest(body):
        raise SealMalformed("The body is not the one that was sealed: send the message again as it was signed.")


def _find_form(headers: Mapping[str, str], stated: str) -> _Form | None:
    """Return the form of seal that the fields of a message announce; a digest that no form covers says nothing."""
    for form in _FORMS.values():
        if f'tag="{form.tag}"' in stated and all(name in headers for name in form.digests[1:]):
            return form
    return None


def _write_digests(seal: Seal) -> dict[str, str]:
    """Return the values of the fields with the digests that a seal covers, in their order."""
    digests = ((_CONTENT, seal.content_digest), (_TOKEN, seal.token_digest), (_AGREEMENT, seal.agreement_digest))
    return {name: f"sha-256=:{digest}:" for name, digest in digests if digest}


def _write_parameters(seal: Seal, form: _Form) -> str:
    return f'{form.covered};created={seal.created};keyid="{seal.key}";alg="{_NAMES[seal.algorithm]}";tag="{form.tag}"'
