"""The issuer: who may ask it for credentials, and the key that signs them (DCP 1.0, 6)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from connector.identity.dcp.holding import CallerGate
from connector.identity.dcp.self_issued import SelfIssued
from connector.identity.dcp.signing import sign_credential, sign_status_list
from connector.identity.keys import SigningKey
from connector.ports.claims_peer import ClaimsPeer
from connector.ports.issuer import WRITE_TOKEN
from connector.protocol.dcp.claims import ClaimsProfile
from connector.protocol.dcp.issued import CredentialDraft, StatusListDraft

_FORMATS: Final[Mapping[str, str]] = {ClaimsProfile.VC11: "VC1_0_JWT", ClaimsProfile.VC20: "VC2_0_JOSE"}
"""What the kit and the hub of EDC call the profiles."""


class DcpIssuer:
    """Signs credentials and status lists, and knows its holders. Implements `Issuer`."""

    def __init__(
        self, key: SigningKey, holders: CallerGate, peer: ClaimsPeer, is_of_edc: Callable[[], bool] = lambda: False
    ) -> None:
        """`key` has the name that the document of this participant gives it; `holders` is the gate of its members.

        `is_of_edc` returns whether formats have the names of EDC.
        """
        self._is_of_edc = is_of_edc
        self.holders = holders
        self.peer = peer
        self._key = key

    def name_format(self, profile: str) -> str:
        """Return what a message with a credential calls its profile."""
        return _FORMATS[profile] if self._is_of_edc() else profile

    def sign_credential(self, draft: CredentialDraft) -> str:
        """Return a signed credential."""
        return sign_credential(self._key, draft)

    def sign_status_list(self, draft: StatusListDraft) -> str:
        """Return a signed status list."""
        return sign_status_list(self._key, draft)


def keep_token(sent: SelfIssued) -> Mapping[str, Any]:
    """Return the access token of a holder, as evidence: it goes back with its credentials (DCP 1.0, 6.4)."""
    return {WRITE_TOKEN: sent.claims.token or ""}
