"""The messages with which an issuer hands credentials over, and offers them (DCP 1.0, 6.5 and 6.6).

Pure: standard library and msgspec only.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from connector.protocol.dcp.claims import MAX_CREDENTIAL, ClaimsProfile
from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.objects import CONTEXT, list_objects, read_message, read_text
from connector.protocol.dcp.requests import SupportedCredential, write_object

CREDENTIALS_PATH, OFFERS_PATH = "/credentials", "/offers"
TRUST_PATH = "/.well-known/dspace-trust"
MAX_MESSAGE = 512 * 1024
MAX_HANDED_OVER = 16
MAX_OFFERED = 64
MAX_REASON = 1000
EVERY_TYPE = "VerifiableCredential"
"""The type that every credential has. The Issuer Service of EDC names no other for what it hands over."""

_MESSAGE, _OFFER = "CredentialMessage", "CredentialOfferMessage"


class IssuanceStatus(StrEnum):
    """What became of a request, as an issuer says."""

    ISSUED = "ISSUED"
    REJECTED = "REJECTED"


class CredentialContainer(NamedTuple):
    """A credential that is handed over: the type that the issuer names, the compact JWS, and its format as stated."""

    kind: str
    secured: str
    format: str


class CredentialMessage(NamedTuple):
    """What an issuer says about a request of this holder, which is named by `holder_pid`."""

    issuer_pid: str
    holder_pid: str
    status: IssuanceStatus
    reason: str
    credentials: tuple[CredentialContainer, ...]


class OfferedCredential(NamedTuple):
    """A credential that an issuer offers: its identifier there, and the rest empty if the offer is sparse."""

    id: str
    kind: str
    profile: str
    reason: str


class CredentialOffer(NamedTuple):
    """What an issuer offers to issue."""

    issuer: str
    credentials: tuple[OfferedCredential, ...]


def read_credential_message(body: bytes) -> CredentialMessage:
    """Read the message of an issuer; raises ClaimFault.

    `holderPid` is optional in the standard. Here it is required: what nobody has asked for is not stored.
    """
    members = read_message(body, MAX_MESSAGE, _MESSAGE)
    status = next((each for each in IssuanceStatus if each == members.get("status")), None)
    if status is None:
        raise ClaimFault(f"status is not one of {', '.join(IssuanceStatus)}.")
    containers = [_read_container(entry) for entry in list_objects(members, "credentials", MAX_HANDED_OVER)]
    if status is IssuanceStatus.ISSUED and not containers:
        raise ClaimFault("credentials is empty, and the status is ISSUED.")
    return CredentialMessage(
        issuer_pid=read_text(members, "issuerPid"),
        holder_pid=read_text(members, "holderPid"),
        status=status,
        reason=read_text(members, "rejectionReason", MAX_REASON, required=False),
        credentials=tuple(containers),
    )


def write_credential_message(message: CredentialMessage) -> bytes:
    """Return the message of an issuer about a request."""
    credentials = [
        {"credentialType": each.kind, "payload": each.secured, "format": each.format} for each in message.credentials
    ]
    named = {"issuerPid": message.issuer_pid, "holderPid": message.holder_pid, "status": str(message.status)}
    reason = {"rejectionReason": message.reason} if message.reason else {}
    head = {"@context": [CONTEXT], "type": _MESSAGE}
    return msgspec.json.encode({**head, **named, **reason, "credentials": credentials})


def write_credential_offer(issuer: str, offered: Sequence[SupportedCredential], *, reason: str) -> bytes:
    """Return the offer of an issuer."""
    objects = [write_object(each, reason=reason) for each in offered]
    return msgspec.json.encode({"@context": [CONTEXT], "type": _OFFER, "issuer": issuer, "credentials": objects})


def write_trust(types: Sequence[str]) -> bytes:
    """Return what a catalogue says of the credentials that count here (DCP 1.0, profile of the Dataspace Protocol)."""
    supported = [
        {"types": ["VerifiableCredential", kind], "bindingMethod": "did:web", "profiles": list(ClaimsProfile)}
        for kind in types
    ]
    return msgspec.json.encode({"@context": [CONTEXT], "credentialsSupported": supported})


def read_credential_offer(body: bytes) -> CredentialOffer:
    """Read the offer of an issuer; raises ClaimFault. An entry may be sparse, and then has an identifier alone."""
    members = read_message(body, MAX_MESSAGE, _OFFER)
    entries = list_objects(members, "credentials", MAX_OFFERED)
    if not entries:
        raise ClaimFault("credentials is empty: expected what is offered.")
    return CredentialOffer(
        issuer=read_text(members, "issuer"),
        credentials=tuple(
            OfferedCredential(
                id=read_text(entry, "id"),
                kind=read_text(entry, "credentialType", required=False),
                profile=read_text(entry, "profile", required=False),
                reason=read_text(entry, "offerReason", required=False),
            )
            for entry in entries
        ),
    )


def _read_container(entry: Mapping[str, Any]) -> CredentialContainer:
    secured = read_text(entry, "payload", 2 * MAX_CREDENTIAL)
    return CredentialContainer(read_text(entry, "credentialType"), secured, read_text(entry, "format"))
