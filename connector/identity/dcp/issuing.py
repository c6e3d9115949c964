"""The issuer: who may ask it for credentials, and the key that signs them (DCP 1.0, 6)."""

from collections.abc import Mapping
from typing import Any

from connector.identity.dcp.holding import CallerGate
from connector.identity.dcp.self_issued import SelfIssued
from connector.identity.dcp.signing import sign_credential, sign_status_list
from connector.identity.keys import SigningKey
from connector.ports.claims_peer import ClaimsPeer
from connector.ports.issuer import WRITE_TOKEN
from connector.protocol.dcp.issued import CredentialDraft, StatusListDraft


class DcpIssuer:
    """Signs credentials and status lists, and knows its holders. Implements `Issuer`."""

    def __init__(self, key: SigningKey, holders: CallerGate, peer: ClaimsPeer) -> None:
        """`key` has the name that the document of this participant gives it; `holders` is the gate of its members."""
        self.holders = holders
        self.peer = peer
        self._key = key

    def sign_credential(self, draft: CredentialDraft) -> str:
        """Return a signed credential."""
        return sign_credential(self._key, draft)

    def sign_status_list(self, draft: StatusListDraft) -> str:
        """Return a signed status list."""
        return sign_status_list(self._key, draft)


def keep_token(sent: SelfIssued) -> Mapping[str, Any]:
    """Return the access token of a holder, as evidence: it goes back with its credentials (DCP 1.0, 6.4)."""
    return {WRITE_TOKEN: sent.claims.token or ""}
