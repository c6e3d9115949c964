"""The messages with which an issuer hands credentials over, and offers them (DCP 1.0, 6.5 and 6.6).

Pure: standard library only.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from connector.protocol.dcp.claims import MAX_CREDENTIAL
from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.objects import read_message

CREDENTIALS_PATH, OFFERS_PATH = "/credentials", "/offers"
MAX_MESSAGE = 512 * 1024
MAX_HANDED_OVER = 16
MAX_OFFERED = 64
MAX_NAME = 512
MAX_REASON = 1000

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
    containers = [_read_container(entry) for entry in _list_objects(members, "credentials", MAX_HANDED_OVER)]
    if status is IssuanceStatus.ISSUED and not containers:
        raise ClaimFault("credentials is empty, and the status is ISSUED.")
    return CredentialMessage(
        issuer_pid=_read_text(members, "issuerPid"),
        holder_pid=_read_text(members, "holderPid"),
        status=status,
        reason=_read_text(members, "rejectionReason", MAX_REASON, required=False),
        credentials=tuple(containers),
    )


def read_credential_offer(body: bytes) -> CredentialOffer:
    """Read the offer of an issuer; raises ClaimFault. An entry may be sparse, and then has an identifier alone."""
    members = read_message(body, MAX_MESSAGE, _OFFER)
    entries = _list_objects(members, "credentials", MAX_OFFERED)
    if not entries:
        raise ClaimFault("credentials is empty: expected what is offered.")
    return CredentialOffer(
        issuer=_read_text(members, "issuer"),
        credentials=tuple(
            OfferedCredential(
                id=_read_text(entry, "id"),
                kind=_read_text(entry, "credentialType", required=False),
                profile=_read_text(entry, "profile", required=False),
                reason=_read_text(entry, "offerReason", required=False),
            )
            for entry in entries
        ),
    )


def _read_container(entry: Mapping[str, Any]) -> CredentialContainer:
    secured = _read_text(entry, "payload", 2 * MAX_CREDENTIAL)
    return CredentialContainer(_read_text(entry, "credentialType"), secured, _read_text(entry, "format"))


def _list_objects(members: Mapping[str, Any], name: str, limit: int) -> list[dict[str, Any]]:
    found = members.get(name, [])
    if not isinstance(found, list) or len(found) > limit or not all(isinstance(entry, dict) for entry in found):
        raise ClaimFault(f"{name} is not a list of at most {limit} objects.")
    return found


def _read_text(members: Mapping[str, Any], name: str, limit: int = MAX_NAME, *, required: bool = True) -> str:
    text = members.get(name)
    if text is None and not required:
        return ""
    if not isinstance(text, str) or len(text) > limit or not (text or not required):
        raise ClaimFault(f"{name} is not a text of 1 to {limit} characters.")
    return text
