"""Credentials and presentations in the two profiles of DCP (DCP 1.0, profiles), as the payloads of their JWTs.

Credentials are read, presentations are read and written.

`vc20-bssl/jwt`: the payload is the credential (Securing Verifiable Credentials using JOSE and COSE, 3.1).
`vc11-sl2021/jwt`: registered claims beside the member `vc` or `vp` (Verifiable Credentials Data Model 1.1, 6.3.1).
Where two members say the same, they agree, or the document is refused. A document in the form of both profiles is
refused; a bound of the validity counts by its name in either data model.

Pure: standard library and msgspec only.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.objects import cut_envelope, open_envelope, read_object, read_text
from connector.protocol.dcp.status_list import HARMLESS
from connector.protocol.dsp.timestamps import read_timestamp

MAX_CREDENTIAL = 64 * 1024
MAX_PRESENTATION = 512 * 1024
MAX_CREDENTIALS = 32
MAX_TYPES = 16
MAX_STATUSES = 8
MAX_LIST_URL = 2048

V1, V2 = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"
_LIST = "BitstringStatusListCredential"
_ENVELOPE = "data:application/vc+jwt,"
_BEGINS, _ENDS = ("validFrom", "issuanceDate"), ("validUntil", "expirationDate")
_LATEST_S = 1 << 40


class ClaimsProfile(StrEnum):
    """A profile: the data model, the kind of status list and the proof, by the alias of the standard."""

    VC20 = "vc20-bssl/jwt"
    VC11 = "vc11-sl2021/jwt"


class StatusEntry(NamedTuple):
    """Where the status of a credential is: a bit of a list, and what it means (`revocation`, `suspension`)."""

    purpose: str
    bit: int
    list_url: str


class PresentedCredential(NamedTuple):
    """A credential as it was read, and not verified. Times in ms since the Unix epoch.

    `types` are its types beside VerifiableCredential, `claims` the members of its subject beside the identifier.
    `schemas` are the identifiers of the schemas that it names.
    """

    profile: ClaimsProfile
    id: str
    issuer: str
    types: tuple[str, ...]
    subject: str
    claims: Mapping[str, Any]
    valid_from: int | None
    valid_until: int | None
    statuses: tuple[StatusEntry, ...]
    schemas: tuple[str, ...]


class Presentation(NamedTuple):
    """A presentation as it was read, and not verified: who holds it, for whom, and its credentials (compact JWS).

    `audience` is None if it names nobody.
    """

    profile: ClaimsProfile
    holder: str
    audience: str | None
    credentials: tuple[str, ...]
    valid_from: int | None
    valid_until: int | None


def read_claims(
    payload: bytes, *, limit: int = MAX_CREDENTIAL, bearer: bool = False, of_kit: bool = False, of_edc: bool = False
) -> PresentedCredential:
    """Read the payload of a credential of either profile, of at most `limit` bytes; raises ClaimFault.

    `bearer` takes one whose subject has no identifier, as that of a status list may be. `of_kit` takes the credentials
    of the conformance kit, which lack contexts and types and give `sub` and `jti` another meaning, `of_edc` those of
    EDC, whose `jti` is another one than their identifier, and whose lists have no type but that of lists.
    """
    outside = read_object(payload, limit, "The credential")
    kinds = ("VerifiableCredential", *([_LIST] if bearer and of_edc else []))
    profile, inside = _find_model(outside, "vc", kinds, of_kit=of_kit)
    ignored = {"sub", "jti"} if of_kit else {"jti"} if of_edc and "id" in inside else set()
    outside = {name: value for name, value in outside.items() if name not in ignored}
    subject = _read_subject(inside)
    issuer = _read_id(inside.get("issuer"))
    since, until = _read_seconds(outside, "nbf"), _read_seconds(outside, "exp")
    return PresentedCredential(
        profile=profile,
        id=_agree("id", inside.get("id"), outside.get("jti"), required=False),
        issuer=_agree("issuer", issuer, outside.get("iss")),
        types=_read_types(inside),
        subject=_agree("credentialSubject.id", subject.get("id"), outside.get("sub"), required=not bearer),
        claims={name: value for name, value in subject.items() if name != "id"},
        valid_from=_read_bound(inside, _BEGINS, since, profile, latest=True),
        valid_until=_read_bound(inside, _ENDS, until, profile, latest=False),
        statuses=read_statuses(inside),
        schemas=tuple(_read_id(schema) for schema in _list(inside, "credentialSchema", MAX_STATUSES)),
    )


def read_presentation(payload: bytes, *, of_kit: bool = False, of_edc: bool = False) -> Presentation:
    """Read the payload of a presentation of either profile, `of_kit` as in `read_claims`; raises ClaimFault.

    `of_edc` takes the presentations of EDC, whose first context is one of its own.
    """
    outside = read_object(payload, MAX_PRESENTATION, "The presentation")
    profile, inside = _find_model(outside, "vp", ("VerifiablePresentation",), of_kit=of_kit, of_edc=of_edc)
    audience = outside.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    enclosed = _list(inside, "verifiableCredential", MAX_CREDENTIALS)
    since, until = _read_seconds(outside, "nbf"), _read_seconds(outside, "exp")
    # No data model says that both places agree on the times of a presentation: the narrower one counts.
    model = ClaimsProfile.VC20
    return Presentation(
        profile=profile,
        holder=_agree("holder", _read_id(inside.get("holder")), outside.get("iss")),
        audience=audience if isinstance(audience, str | None) else "",
        credentials=tuple(_read_enclosed(entry, profile) for entry in enclosed),
        valid_from=_read_bound(inside, _BEGINS, since, model, latest=True),
        valid_until=_read_bound(inside, _ENDS, until, model, latest=False),
    )


def write_presentation(
    profile: ClaimsProfile, credentials: Sequence[str], *, holder: str, audience: str, id: str, now_s: int, until_s: int
) -> bytes:
    """Return the payload of a presentation of credentials (compact JWS), all of one profile (DCP 1.0, homogeneity)."""
    claims: dict[str, Any] = {"iss": holder, "aud": audience, "jti": id, "nbf": now_s, "iat": now_s, "exp": until_s}
    inside: dict[str, Any] = {"type": ["VerifiablePresentation"], "id": id, "holder": holder}
    if profile is ClaimsProfile.VC11:
        inside |= {"@context": [V1], "verifiableCredential": list(credentials)}
        return msgspec.json.encode({**claims, "sub": holder, "vp": inside})
    enveloped = [
        {"@context": V2, "type": "EnvelopedVerifiableCredential", "id": _ENVELOPE + each} for each in credentials
    ]
    return msgspec.json.encode({**claims, **inside, "@context": [V2], "verifiableCredential": enveloped})


def find_enclosed_presentation(payload: bytes) -> str | None:
    """Return the presentation (compact JWS) that a signed text encloses; None for one that is a presentation itself.

    The hub of EDC signs what it has enveloped once more. Raises ClaimFault.
    """
    return open_envelope(read_object(payload, MAX_PRESENTATION, "The presentation"))


def _find_model(
    outside: dict[str, Any], wrapper: str, kinds: tuple[str, ...], *, of_kit: bool, of_edc: bool = False
) -> tuple[ClaimsProfile, dict[str, Any]]:
    """Return the profile by its first context, and the members of the data model."""
    inside = outside.get(wrapper, outside)
    if not isinstance(inside, dict):
        raise ClaimFault(f"{wrapper} is not a JSON object.")
    profile = ClaimsProfile.VC11 if wrapper in outside else ClaimsProfile.VC20
    if of_kit:
        return profile, inside
    contexts = inside.get("@context")
    listed = contexts if isinstance(contexts, list) else [contexts]
    expected = V1 if wrapper in outside else V2
    if expected not in (listed if of_edc else listed[:1]):
        raise ClaimFault(f"The first @context is another one: expected {expected}.")
    if not any(kind in _list(inside, "type", MAX_TYPES) for kind in kinds):
        raise ClaimFault(f"The type is another one: expected {kinds[0]}.")
    if "@context" in outside if profile is ClaimsProfile.VC11 else {"vc", "vp"} & outside.keys():
        raise ClaimFault(f"It has the form of both data models: expected vc or vp, or the members of {V2}.")
    return profile, inside


def _read_types(inside: Mapping[str, Any]) -> tuple[str, ...]:
    types = _list(inside, "type", MAX_TYPES)
    if not all(isinstance(name, str) for name in types):
        raise ClaimFault("A type of the credential is not a string.")
    return tuple(name for name in types if name != "VerifiableCredential")


def _read_subject(inside: Mapping[str, Any]) -> Mapping[str, Any]:
    subjects = _list(inside, "credentialSubject", 2)
    if len(subjects) != 1 or not isinstance(subjects[0], dict):
        raise ClaimFault("The credential does not have exactly one credentialSubject.")
    return subjects[0]


def read_statuses(inside: Mapping[str, Any]) -> tuple[StatusEntry, ...]:
    """Return where the status of a credential is, by the members of its data model; raises ClaimFault."""
    return tuple(_read_status(entry) for entry in _list(inside, "credentialStatus", MAX_STATUSES))


def _read_status(entry: object) -> StatusEntry:
    """Read an entry of either kind. What cannot be read refuses the credential: its status would never be known."""
    kinds = ("BitstringStatusListEntry", "StatusList2021Entry")
    if not isinstance(entry, dict) or not any(kind in kinds for kind in _list(entry, "type", MAX_TYPES)):
        raise ClaimFault(f"credentialStatus is of an unknown type: expected {' or '.join(kinds)}.")
    purpose, url = read_text(entry, "statusPurpose"), read_text(entry, "statusListCredential", MAX_LIST_URL)
    index, size = entry.get("statusListIndex"), entry.get("statusSize")
    if purpose not in HARMLESS and size is not None and (size != 1 or isinstance(size, bool)):
        raise ClaimFault("statusSize of credentialStatus is another one: expected 1 bit, or no statusSize.")
    digits = str(index) if isinstance(index, int | str) and not isinstance(index, bool) else ""
    if not digits.isascii() or not digits.isdigit():
        raise ClaimFault("statusListIndex of credentialStatus is missing, or no number from 0 on.")
    if len(digits) > 12:
        raise ClaimFault("statusListIndex is beyond every list.")
    return StatusEntry(purpose, int(digits), url)


def _read_enclosed(entry: object, profile: ClaimsProfile) -> str:
    """Return the compact JWS of a credential in a presentation of the same profile."""
    if profile is ClaimsProfile.VC11 and isinstance(entry, str):
        return entry
    if profile is ClaimsProfile.VC20 and isinstance(entry, dict):
        secured = cut_envelope(entry.get("id"), "vc")
        if secured is not None and "EnvelopedVerifiableCredential" in _list(entry, "type", MAX_TYPES):
            return secured
    raise ClaimFault(f"A credential in the presentation does not have the form of {profile}.")


def _list(members: Mapping[str, Any], name: str, limit: int) -> list[Any]:
    """Return a member that may be one value or a list of values, as a list."""
    value = members.get(name)
    values = value if isinstance(value, list) else [] if value is None else [value]
    if len(values) > limit:
        raise ClaimFault(f"{name} has more than {limit} entries.")
    return values


def _read_id(value: object) -> Any:
    return value.get("id") if isinstance(value, dict) else value


def _agree(name: str, inside: object, outside: object, *, required: bool = True) -> str:
    """Return what both places say, each of which may be silent; raises ClaimFault if they differ or both are silent."""
    said = [value for value in (inside, outside) if value is not None]
    if not all(isinstance(value, str) for value in said) or len(set(said)) > 1:
        raise ClaimFault(f"{name} is not a string, or two members contradict each other about it.")
    if required and not any(said):
        raise ClaimFault(f"{name} is missing.")
    return str(said[0]) if said else ""


def _read_bound(
    inside: Mapping[str, Any], names: tuple[str, str], claimed: int | None, profile: ClaimsProfile, *, latest: bool
) -> int | None:
    """Return a bound of the validity; `names` are its names in the data models 2.0 and 1.1, `claimed` is in the JWT.

    The name of the other model counts too: who reads it there would believe the credential valid for ever.
    """
    name, other = names if profile is ClaimsProfile.VC20 else names[::-1]
    bound = _agree_on_time(name, _read_time(inside, name), claimed, profile, latest=latest)
    stated = [each for each in (bound, _read_time(inside, other)) if each is not None]
    return (max if latest else min)(stated, default=None)


def _agree_on_time(
    name: str, inside: int | None, outside: int | None, profile: ClaimsProfile, *, latest: bool
) -> int | None:
    """Return a bound of the validity, the narrower one where both places state it.

    In the data model 1.1 both state the same instant, to the second; in 2.0 the claims are those of the signature.
    """
    if inside is None or outside is None:
        return outside if inside is None else inside
    if profile is ClaimsProfile.VC11 and abs(inside - outside) >= 1000:
        raise ClaimFault(f"{name} and the claim of the JWT contradict each other.")
    return max(inside, outside) if latest else min(inside, outside)


def _read_time(members: Mapping[str, Any], name: str) -> int | None:
    text = members.get(name)
    if text is None:
        return None
    found = read_timestamp(text) if isinstance(text, str) else None
    if found is None:
        raise ClaimFault(f"{name} is not an instant such as 2026-05-01T00:00:00Z.")
    return found


def _read_seconds(members: Mapping[str, Any], name: str) -> int | None:
    value = members.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LATEST_S:
        raise ClaimFault(f"{name} is not a number of seconds since 1970.")
    return int(value * 1000)
