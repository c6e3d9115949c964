"""Credentials and status lists as an issuer writes them, in the two profiles of DCP: the payloads of their JWTs.

`vc20-bssl/jwt`: data model 2.0 with Bitstring Status List 1.0. `vc11-sl2021/jwt`: data model 1.1 with StatusList2021,
whose registered claims say the same as the members of `vc` (Verifiable Credentials Data Model 1.1, 6.3.1).

Pure: standard library and msgspec only. Identifiers and times are arguments.
"""

from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from connector.protocol.dcp.claims import V1, V2, ClaimsProfile
from connector.protocol.dcp.status_list import pack_status_list
from connector.protocol.dsp.timestamps import write_timestamp

LIST_VARIES: Final = {"Vary": "Accept"}
"""The header of each answer with a status list: a cache between gives nobody the form that another accepts."""
LIST_TYPE: Final = "application/vc+jwt"
"""The media type of a signed status list."""
_JSON: Final = "application/json"
_LIST_CONTEXT = "https://w3id.org/vc/status-list/2021/v1"


class StatusPlace(msgspec.Struct, frozen=True, kw_only=True):
    """The place of a credential in status lists: the URL of the list by purpose, and one index in all of them."""

    lists: Mapping[str, str]
    index: int


class CredentialDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a credential is to say. Times in ms since the Unix epoch; they are written to the second.

    `types` are those beside VerifiableCredential. `claims` are the members of the subject beside its identifier.
    `status` is None for a credential that nobody can end before `valid_until`. `schema` is the URL of its schema, or
    empty.
    """

    profile: ClaimsProfile
    id: str
    issuer: str
    subject: str
    types: Sequence[str]
    claims: Mapping[str, Any]
    valid_from: int
    valid_until: int
    status: StatusPlace | None = None
    schema: str = ""


class StatusListDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a status list is to say. Times in ms since the Unix epoch.

    `url` is where it is served and its identifier, `purpose` what a set bit means, `bits` the whole list, the first bit
    of a byte being its highest.
    """

    profile: ClaimsProfile
    url: str
    issuer: str
    purpose: str
    bits: bytes
    valid_from: int
    valid_until: int


def write_credential(draft: CredentialDraft) -> bytes:
    """Return the payload of a credential."""
    subject = {"id": draft.subject, **draft.claims}
    more: dict[str, Any] = {}
    if draft.status:
        more["credentialStatus"] = _write_entries(draft.profile, draft.status)
    if draft.schema:
        more["credentialSchema"] = {"id": draft.schema, "type": "JsonSchema"}
    return _write(draft, draft.id, draft.subject, (), draft.types, {**more, "credentialSubject": subject})


def write_status_list(draft: StatusListDraft) -> bytes:
    """Return the payload of a status list, a credential (Bitstring Status List 1.0, 2.2; StatusList2021, 4.2)."""
    kind = "BitstringStatusList" if draft.profile is ClaimsProfile.VC20 else "StatusList2021"
    subject = {
        "id": f"{draft.url}#list",
        "type": kind,
        "statusPurpose": draft.purpose,
        "encodedList": pack_status_list(draft.bits, multibase=draft.profile is ClaimsProfile.VC20),
    }
    contexts = (_LIST_CONTEXT,) if draft.profile is ClaimsProfile.VC11 else ()
    return _write(draft, draft.url, str(subject["id"]), contexts, [f"{kind}Credential"], {"credentialSubject": subject})


def choose_list_form(secured: bytes, accepted: str) -> tuple[bytes, str]:
    """Return an own status list (compact JWS) in the form that a reader accepts, and its media type.

    Who accepts JSON alone gets the list without its signature, since some products read no other. They trust the
    connection; nobody is told that it is signed.
    """
    ranges = {each.partition(";")[0].strip().lower() for each in accepted.split(",")}
    if ranges != {_JSON}:
        return secured, LIST_TYPE
    payload = secured.split(b".")[1]
    stated = msgspec.json.decode(urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))
    return msgspec.json.encode(stated.get("vc", stated)), _JSON


def _write(
    draft: CredentialDraft | StatusListDraft,
    id: str,
    subject: str,
    contexts: Sequence[str],
    types: Sequence[str],
    members: Mapping[str, Any],
) -> bytes:
    """Return a payload in the form of the profile of its draft."""
    since_s, until_s = draft.valid_from // 1000, draft.valid_until // 1000
    since, until = write_timestamp(draft.valid_from), write_timestamp(draft.valid_until)
    said = {"id": id, "type": ["VerifiableCredential", *types], "issuer": draft.issuer}
    if draft.profile is ClaimsProfile.VC20:
        return msgspec.json.encode(
            {"@context": [V2, *contexts], **said, "validFrom": since, "validUntil": until, **members}
        )
    if "credentialStatus" in members and not contexts:
        contexts = (_LIST_CONTEXT,)
    model = {"@context": [V1, *contexts], **said, "issuanceDate": since, "expirationDate": until, **members}
    claims = {"iss": draft.issuer, "sub": subject, "jti": id, "nbf": since_s, "iat": since_s, "exp": until_s}
    return msgspec.json.encode({**claims, "vc": model})


def _write_entries(profile: ClaimsProfile, place: StatusPlace) -> dict[str, str] | list[dict[str, str]]:
    """Return the entries of a credential; a single one is no list."""
    kind = "BitstringStatusListEntry" if profile is ClaimsProfile.VC20 else "StatusList2021Entry"
    entries = [
        {
            "id": f"{url}#{place.index}",
            "type": kind,
            "statusPurpose": purpose,
            "statusListIndex": str(place.index),
            "statusListCredential": url,
        }
        for purpose, url in place.lists.items()
    ]
    return entries if len(entries) > 1 else entries[0]
