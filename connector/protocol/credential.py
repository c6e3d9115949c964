"""Self-descriptions as credentials, unsigned (W3C Verifiable Credentials Data Model 2.0, section 4).

A credential has one subject: the participant, an offering (the DataService of an offer) or a dataset. Its contexts are
those of the data model and of the Dataspace Protocol, which agree with each other. A Dataset has the form in which
catalogues contain it; at its top alone, `@id` and `@type` are `id` and `type`, as the data model writes them.

Pure: standard library and msgspec only.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from connector.protocol import dcat
from connector.protocol.dcp.claims import StatusEntry, read_statuses
from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dsp.codec import canonical, parse
from connector.protocol.dsp.common import CONTEXT
from connector.protocol.dsp.errors import ProtocolError, clean
from connector.protocol.dsp.identifiers import check_identifier
from connector.protocol.dsp.timestamps import read_timestamp

CONTEXTS = ("https://www.w3.org/ns/credentials/v2", CONTEXT)
TYPE = "VerifiableCredential"

SECURED_TYPE = "vc+jwt"
"""The `typ` of a credential that is secured with JOSE (Securing Verifiable Credentials using JOSE and COSE, 3.1.1)."""
CONTENT_TYPE = "vc"
"""Its `cty`."""
MEDIA_TYPE = "application/vc+jwt"
SECURED_LIMIT = 256 * 1024
"""The most bytes of a secured credential: a Dataset of the largest size, its audience, and a third for base64url."""

_AUDIENCE = "https://w3id.org/datenkontor/policy/1#Audience"
_TEASER = "https://w3id.org/datenkontor/policy/1#Teaser"
_VALUE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#value"

LEEWAY_MS = 30_000
"""How far the clocks of two participants may be apart, in ms."""

# What would change what a credential states, and is not read here: other proofs, other times.
_UNREAD = ("exp", "nbf", "proof", "vc", "vp")
_DCAT, _FOAF = "http://www.w3.org/ns/dcat#", "http://xmlns.com/foaf/0.1/"


class DescriptionKind(StrEnum):
    """What a self-description is about."""

    PARTICIPANT = "participant"
    OFFERING = "offering"
    DATASET = "dataset"


_TYPES: Mapping[DescriptionKind, str] = {
    DescriptionKind.PARTICIPANT: dcat.AGENT,
    DescriptionKind.OFFERING: "DataService",
    DescriptionKind.DATASET: "Dataset",
}
_KINDS: Mapping[str, DescriptionKind] = {
    **{name: kind for kind, name in _TYPES.items()},
    _FOAF + "Organization": DescriptionKind.PARTICIPANT,
    "dcat:DataService": DescriptionKind.OFFERING,
    _DCAT + "DataService": DescriptionKind.OFFERING,
    "dcat:Dataset": DescriptionKind.DATASET,
    _DCAT + "Dataset": DescriptionKind.DATASET,
}


class CredentialFault(Exception):
    """A credential cannot be read; `reason` is one sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class VerifiableCredential(msgspec.Struct, frozen=True, kw_only=True):
    """A credential as it was read. Times in ms since the Unix epoch.

    `document` is the subject as a catalogue writes it (JSON with `@id` and `@type`). `audience` is the policy (JSON)
    that decides to whom it may be shown, empty for everybody; with `teaser`, others may see its title. `statuses` are
    its bits in status lists.
    """

    id: str
    issuer: str
    kind: DescriptionKind
    subject: str
    document: bytes
    valid_from: int
    valid_until: int
    audience: bytes = b""
    teaser: bool = False
    statuses: tuple[StatusEntry, ...] = ()


def write_credential(
    issuer: str,
    statement: Mapping[str, Any],
    *,
    valid_from: str,
    valid_until: str,
    audience: Mapping[str, Any] | None = None,
    teaser: bool = False,
) -> bytes:
    """Return an unsigned credential of one subject as JSON.

    Its identifier is the digest of what it states (RFC 6920): it changes with the content and with nothing else.

    Parameters:
        issuer: the participant that states it.
        statement: the subject, with `@id` and `@type` as a catalogue writes it.
        valid_from: an instant in UTC (`xsd:dateTimeStamp`).
        valid_until: an instant in UTC.
        audience: the policy that decides to whom it may be shown (default: to everybody).
        teaser: others may see its title.
    """
    rest = {name: value for name, value in statement.items() if name not in {"@id", "@type"}}
    stated: dict[str, Any] = {
        "issuer": issuer,
        "credentialSubject": {"id": statement["@id"], "type": statement["@type"], **rest},
        **({"termsOfUse": _write_terms(audience, teaser=teaser)} if audience else {}),
    }
    digest = _encode(hashlib.sha256(canonical(stated)).digest())
    return msgspec.json.encode(
        {
            "@context": CONTEXTS,
            "id": f"ni:///sha-256;{digest}",
            "type": [TYPE],
            "validFrom": valid_from,
            "validUntil": valid_until,
            **stated,
        }
    )


def read_credential(payload: bytes) -> VerifiableCredential:
    """Read the payload of a secured credential, whose signature was verified. Raises CredentialFault."""
    try:
        members = parse(payload)
    except ProtocolError as error:
        raise CredentialFault(f"The credential cannot be read: {error.reason}") from None
    if not isinstance(members, dict):
        raise CredentialFault("The credential is not a JSON object: expected the credential at the top level.")
    _check_envelope(members)
    subject = members.get("credentialSubject")
    if not isinstance(subject, dict):
        raise CredentialFault("The credential does not have exactly one credentialSubject: send one for each subject.")
    kind, statement = _read_subject(subject)
    audience, teaser = _read_terms(members)
    return VerifiableCredential(
        id=_read_text(members, "id"),
        issuer=_read_issuer(members),
        kind=kind,
        subject=statement["@id"],
        document=_write_statement(statement),
        valid_from=_read_time(members, "validFrom"),
        valid_until=_read_time(members, "validUntil"),
        audience=audience,
        teaser=teaser,
        statuses=_read_statuses(members),
    )


def peek_issuer(secured: bytes) -> str:
    """Return who states a secured credential by its own words, before it is verified. Raises CredentialFault."""
    segments = secured.split(b".") if len(secured) <= SECURED_LIMIT else ()
    try:
        payload = urlsafe_b64decode(segments[1] + b"=" * (-len(segments[1]) % 4)) if len(segments) == 3 else b""
    except ValueError:
        payload = b""
    if not payload:
        raise CredentialFault(
            f"The text is no secured credential: expected a compact JWS of at most {SECURED_LIMIT} bytes."
        )
    return read_credential(payload).issuer


def find_fault(credential: VerifiableCredential, issuer: str, now: int) -> str | None:
    """Return why a verified credential does not hold as a statement of `issuer` at `now` (ms), or None if it does.

    Whether nobody else states the identifier of a dataset is the matter of who knows what others state.
    """
    if credential.issuer != issuer:
        return "The issuer of the credential is another participant: each states its own."
    if credential.valid_from > now + LEEWAY_MS:
        return "The credential is not valid yet: compare the clocks of both sides."
    if credential.valid_until <= now:
        return "The credential has expired: issue a new one."
    own = {
        DescriptionKind.PARTICIPANT: credential.subject == issuer,
        DescriptionKind.OFFERING: credential.subject.startswith(f"{issuer}#"),
        DescriptionKind.DATASET: credential.subject != issuer,
    }
    if not own[credential.kind]:
        return (
            "The subject does not belong to the issuer: a participant describes itself under its identifier, "
            "and an offering under its identifier with a fragment."
        )
    return None


def name_description(issuer: str, subject: str) -> str:
    """Return the name of a participant's self-description of a subject in addresses: 43 letters, digits, `-` and `_`.

    It is the SHA-256 of both identifiers with a line end between them, in base64url. So the address of a description
    contains nothing that a proxy rewrites, and no participant can take the name of another's.

    >>> len(name_description("https://city.example", "urn:uuid:7f0c"))
    43
    """
    return _encode(hashlib.sha256(f"{issuer}\n{subject}".encode()).digest())


def name_type(kind: DescriptionKind) -> str:
    """Return the `@type` of a subject as this side writes it."""
    return _TYPES[kind]


def _encode(digest: bytes) -> str:
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _check_envelope(members: Mapping[str, Any]) -> None:
    if members.get("@context") != list(CONTEXTS):
        raise CredentialFault(f"The @context of the credential is another one: expected {' and '.join(CONTEXTS)}.")
    kinds = members.get("type")
    if TYPE not in (kinds if isinstance(kinds, list) else [kinds]):
        raise CredentialFault(f"The type of the credential is another one: expected {TYPE}.")
    unread = next((name for name in _UNREAD if name in members), None)
    if unread:
        raise CredentialFault(f"The credential has the member {unread}, which is not read here: leave it out.")


def _read_statuses(members: Mapping[str, Any]) -> tuple[StatusEntry, ...]:
    try:
        return read_statuses(members)
    except ClaimFault as fault:
        raise CredentialFault(fault.reason) from None


def _read_subject(subject: dict[str, Any]) -> tuple[DescriptionKind, dict[str, Any]]:
    """Return the kind of a subject, and the subject as a catalogue writes it."""
    if subject.keys() & {"@id", "@type", "@context"}:
        raise CredentialFault("The credentialSubject has @id, @type or @context: write id and type.")
    stated = subject.get("type")
    kind = _KINDS.get(stated) if isinstance(stated, str) else None
    if kind is None:
        raise CredentialFault(f"The type of the credentialSubject is unknown: use one of {', '.join(_TYPES.values())}.")
    named = _read_text(subject, "id", "credentialSubject.id")
    rest = {name: value for name, value in subject.items() if name not in {"id", "type"}}
    return kind, {"@id": named, "@type": _TYPES[kind], **rest}


def _write_statement(statement: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(statement)
    except (ValueError, OverflowError, RecursionError):
        raise CredentialFault("The credentialSubject cannot be written as JSON: use smaller numbers.") from None


def _read_issuer(members: Mapping[str, Any]) -> str:
    issuer = members.get("issuer")
    return _read_text(issuer if isinstance(issuer, dict) else {"id": issuer}, "id", "issuer")


def _read_text(members: Mapping[str, Any], name: str, path: str = "") -> str:
    text = members.get(name)
    try:
        check_identifier(text if isinstance(text, str) else "", path or name)
    except ProtocolError as error:
        raise CredentialFault(error.reason) from None
    return str(text)


def _read_time(members: Mapping[str, Any], name: str) -> int:
    text = members.get(name)
    found = read_timestamp(text) if isinstance(text, str) else None
    if found is None:
        shown = clean(text, 40) if isinstance(text, str) else "missing"
        raise CredentialFault(f"{name} is {shown}: expected an instant such as 2026-05-01T00:00:00Z.")
    return found


def _write_terms(audience: Mapping[str, Any], *, teaser: bool) -> dict[str, Any]:
    """Return the terms of use (data model, 5.5), with the policy as it is: no context here has names for its rules."""
    return {"type": _TEASER if teaser else _AUDIENCE, _VALUE: {"@type": "@json", "@value": dict(audience)}}


def _read_terms(members: Mapping[str, Any]) -> tuple[bytes, bool]:
    """Return the audience that the terms of use state, and whether others may see a teaser."""
    if "termsOfUse" not in members:
        return b"", False
    terms = members["termsOfUse"]
    kind = terms.get("type") if isinstance(terms, dict) else None
    value = terms.get(_VALUE) if isinstance(terms, dict) else None
    policy = value.get("@value") if isinstance(value, dict) and value.get("@type") == "@json" else None
    if kind not in (_AUDIENCE, _TEASER) or not isinstance(policy, dict) or len(terms) != 2:
        raise CredentialFault(
            f"termsOfUse cannot be read: expected the type {_AUDIENCE} or {_TEASER} with a policy as {_VALUE}, or none."
        )
    return _write_statement(policy), kind == _TEASER
