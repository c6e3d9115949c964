"""The keys of the authority: a root that stays offline certifies the issuer key, which signs the participant list.

A signed list is one line, or several: the last is the list, those before it are certificates of the key that signed
it, each by a root. A member pins its roots in an order: the first, and behind it the spare. What a root further behind
has certified replaces what one before it did, for good: so a stolen root is outranked by the spare. Under one root, a
certificate with a higher number replaces the others: so a stolen issuer key is outranked by a new one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

import msgspec

from connector.identity.jws import Rejected, check_one_reading, sign, verify_document
from connector.identity.keys import KeyFault, SigningKey, VerificationKey, from_jwk, public_jwk
from connector.identity.listing.successions import (
    CERTIFICATE_KIND,
    MAX_SUCCESSIONS,
    KnownRoots,
    append_roots,
    is_succession,
)

MAX_CERTIFICATE = 4 * 1024
MAX_CERTIFICATES = 4

_CertifiedAt = Annotated[datetime, msgspec.Meta(tz=True)]


class KeyCertificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a root says: from `issued` until `expires`, this public JWK signs for the authority. Times have a zone."""

    authority: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    number: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    key: dict[str, str]
    issued: _CertifiedAt
    expires: _CertifiedAt


class Signer(NamedTuple):
    """Who signed a list, by which pinned root, and until when (ms) the certificate lasts; None without one.

    `rank` is the place of the root among `roots`, the pinned ones and those that they name; `number` is that of the
    certificate: 0 if the root has signed.
    """

    payload: bytes
    root: str
    rank: int
    number: int
    authority: str | None = None
    until: int | None = None
    roots: tuple[VerificationKey, ...] = ()


def certify(root: SigningKey, certificate: KeyCertificate) -> str:
    """Return the certificate of an issuer key, signed by a root."""
    return sign(root, msgspec.json.encode(certificate), kind=CERTIFICATE_KIND)


def make_certificate(
    key: SigningKey, *, authority: str, number: int, issued: datetime, expires: datetime
) -> KeyCertificate:
    """Return what a root is to sign about an issuer key; the times are aware."""
    return KeyCertificate(
        authority=authority, number=number, key=public_jwk(key.verification), issued=issued, expires=expires
    )


def read_certificate(text: bytes, roots: Sequence[VerificationKey]) -> KeyCertificate:
    """Return a certificate that one of `roots` has signed; raises Rejected."""
    payload = verify_document(text, kind=CERTIFICATE_KIND, keys=roots, limit=MAX_CERTIFICATE).payload
    try:
        certificate = msgspec.json.decode(payload, type=KeyCertificate)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Rejected("certificate", "a certificate of the issuer key does not have the expected form.") from None
    check_one_reading(payload, "certificate")
    return certificate


def open_list(signed: bytes, *, kind: str, roots: Sequence[VerificationKey], limit: int) -> Signer:
    """Verify a list by the pinned roots, directly or by a certificate; raises Rejected.

    `roots` are the pinned ones, and those that were named behind them before. Of several certificates counts the one
    whose root is the furthest behind. Times are not looked at.
    """
    if len(signed) > limit:
        raise Rejected("size", f"it is longer than {limit} bytes.")
    *lines, text = signed.strip().split(b"\n")
    certificates, known = _read_lines(lines, roots)
    if not certificates:
        found = verify_document(text, kind=kind, keys=known.keys, limit=limit)
        rank = next(place for place, root in enumerate(known.keys) if root.kid == found.kid)
        return Signer(found.payload, found.kid, rank, 0, known.authority, roots=known.keys)
    rank, root, certificate = _choose(certificates, known.keys)
    if known.authority not in (None, certificate.authority):
        raise Rejected("succession", "it names new roots of another authority.")
    try:
        key = from_jwk(certificate.key)
    except KeyFault as fault:
        raise Rejected("certificate", f"the certified key is refused: {fault}") from None
    payload = verify_document(text, kind=kind, keys=(key,), limit=limit).payload
    until = int(certificate.expires.timestamp() * 1000)
    return Signer(payload, root.kid, rank, certificate.number, certificate.authority, until, known.keys)


def _read_lines(lines: Sequence[bytes], roots: Sequence[VerificationKey]) -> tuple[list[bytes], KnownRoots]:
    """Return the certificates of a list, and the roots that count after what its lines say; raises Rejected."""
    if len(lines) > MAX_CERTIFICATES + MAX_SUCCESSIONS:
        raise Rejected("certificate", f"it has more than {MAX_CERTIFICATES} certificates.")
    successions = [line for line in lines if is_succession(line)]
    certificates = [line for line in lines if line not in successions]
    if len(certificates) > MAX_CERTIFICATES:
        raise Rejected("certificate", f"it has more than {MAX_CERTIFICATES} certificates.")
    return certificates, append_roots(successions, roots)


def compare_signers(before: tuple[str, int], after: tuple[str, int], roots: Sequence[str]) -> int:
    """Return whether the signer `after` replaces `before` (1), is the same (0), or was replaced by it (-1).

    A signer is the name of a root and the number of a certificate, `roots` the names of the pinned roots in order. If
    the root of before is pinned no more, a person replaced it and has decided: then neither replaces the other.
    """
    if before[0] not in roots:
        return 0
    old, new = ((roots.index(root), number) for root, number in (before, after))
    return (new > old) - (new < old)


def _choose(
    certificates: Sequence[bytes], roots: Sequence[VerificationKey]
) -> tuple[int, VerificationKey, KeyCertificate]:
    """Return the certificate by the root that ranks highest, with this root and its rank; raises Rejected."""
    for rank, root in reversed(list(enumerate(roots))):
        for text in certificates:
            try:
                return rank, root, read_certificate(text, (root,))
            except Rejected as fault:
                if fault.rule not in {"key", "key-algorithm", "signature"}:
                    raise
    raise Rejected(
        "root",
        "no root that is pinned here has certified the key that signed it. If the data-space operator has made new "
        "roots by hand, ask by telephone for their thumbprint, and run `authority pin` with it.",
    )
