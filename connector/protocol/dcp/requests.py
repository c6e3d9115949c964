"""The messages with which a holder asks for credentials, and what an issuer says of itself (DCP 1.0, 6.4, 6.7 and 6.8).

Pure: standard library and msgspec only.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.objects import CONTEXT, list_objects, read_message, read_text

METADATA_PATH, REQUESTS_PATH = "/metadata", "/requests"
MAX_REQUEST = 64 * 1024
MAX_METADATA = 512 * 1024
MAX_ASKED = 16
"""The most credentials of one request: as many as a message hands over."""
MAX_SUPPORTED = 256

OBJECT = "CredentialObject"
_REQUEST, _STATUS, _METADATA = "CredentialRequestMessage", "CredentialStatus", "IssuerMetadata"

_PROFILE_NAMES = {"vc10-sl2021/jwt": "vc11-sl2021/jwt"}
"""Other names of profiles: that of the official examples, which the table of profiles lacks (DCP 1.0.1, 6.7)."""


class RequestStatus(StrEnum):
    """What an issuer tells a holder about its request."""

    RECEIVED = "RECEIVED"
    REJECTED = "REJECTED"
    ISSUED = "ISSUED"


class AskedCredentials(NamedTuple):
    """A request: its name at the holder, and the identifiers of the objects that it asks for, each once."""

    holder_pid: str
    objects: tuple[str, ...]


class SupportedCredential(NamedTuple):
    """A credential that an issuer can issue: the identifier of the object, the type, the profile and the schema."""

    id: str
    kind: str
    profile: str
    schema: str = ""


class ToldStatus(NamedTuple):
    """What an issuer says about a request."""

    issuer_pid: str
    holder_pid: str
    status: RequestStatus


def write_credential_request(holder_pid: str, objects: Sequence[str]) -> bytes:
    """Return a request for the credentials whose objects have these identifiers."""
    asked = [{"id": each} for each in objects]
    return msgspec.json.encode({**_head(_REQUEST), "holderPid": holder_pid, "credentials": asked})


def read_credential_request(body: bytes) -> AskedCredentials:
    """Read a request; raises ClaimFault."""
    members = read_message(body, MAX_REQUEST, _REQUEST)
    asked = list_objects(members, "credentials", MAX_ASKED)
    if not asked:
        raise ClaimFault("credentials is empty: expected what is asked for.")
    return AskedCredentials(
        holder_pid=read_text(members, "holderPid"),
        objects=tuple(dict.fromkeys(read_text(entry, "id") for entry in asked)),
    )


def write_status(told: ToldStatus) -> bytes:
    """Return the status of a request."""
    named = {"issuerPid": told.issuer_pid, "holderPid": told.holder_pid, "status": str(told.status)}
    return msgspec.json.encode({**_head(_STATUS), **named})


def read_status(body: bytes) -> ToldStatus:
    """Read the status of a request; raises ClaimFault."""
    members = read_message(body, MAX_REQUEST, _STATUS)
    status = next((each for each in RequestStatus if each == members.get("status")), None)
    if status is None:
        raise ClaimFault(f"status is not one of {', '.join(RequestStatus)}.")
    return ToldStatus(read_text(members, "issuerPid"), read_text(members, "holderPid"), status)


def write_metadata(issuer: str, supported: Sequence[SupportedCredential]) -> bytes:
    """Return what an issuer says of itself; each object has all members that the section names."""
    objects = [write_object(each, reason="reissue") for each in supported]
    return msgspec.json.encode({**_head(_METADATA), "issuer": issuer, "credentialsSupported": objects})


def read_metadata(body: bytes, issuer: str) -> tuple[SupportedCredential, ...]:
    """Read what `issuer` says of itself; raises ClaimFault.

    An object without an identifier and one type is one that nobody can ask for by its type: it is left out.
    """
    members = read_message(body, MAX_METADATA, _METADATA)
    if members.get("issuer") != issuer:
        raise ClaimFault("The metadata is that of another issuer.")
    return tuple(
        SupportedCredential(
            id=read_text(entry, "id"),
            kind=read_text(entry, "credentialType"),
            profile=_PROFILE_NAMES.get(profile := read_text(entry, "profile", required=False), profile),
        )
        for entry in list_objects(members, "credentialsSupported", MAX_SUPPORTED)
        if all(isinstance(entry.get(name), str) and entry[name] for name in ("id", "credentialType"))
    )


def write_object(supported: SupportedCredential, *, reason: str) -> Mapping[str, Any]:
    """Return a CredentialObject; nothing has to be shown to get it but a token, so its policy asks for nothing."""
    return {
        "@context": [CONTEXT],
        "id": supported.id,
        "type": OBJECT,
        "credentialType": supported.kind,
        "credentialSchema": supported.schema,
        "offerReason": reason,
        "bindingMethods": ["did:web"],
        "profile": supported.profile,
        "issuancePolicy": {"id": "a-self-issued-token", "input_descriptors": []},
    }


def _head(kind: str) -> dict[str, Any]:
    return {"@context": [CONTEXT], "type": kind}
