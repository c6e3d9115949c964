"""The port of an issuer: who may ask it for credentials, and its signature (Decentralized Claims Protocol 1.0, 6)."""

from typing import Protocol

from connector.ports.claims_peer import ClaimsPeer
from connector.ports.identity import Authenticator
from connector.protocol.dcp.issued import CredentialDraft, StatusListDraft

WRITE_TOKEN = "write_token"  # noqa: S105 - the name of a member, no secret
"""The member of a caller's evidence that has the access token which goes back to it with its credentials."""


class Issuer(Protocol):
    """What an Issuer Service needs of the identity mechanism."""

    holders: Authenticator
    """Authenticates members of the data space that ask for credentials. Their evidence has their `WRITE_TOKEN`."""

    peer: ClaimsPeer
    """Sends messages to holders."""

    def name_format(self, profile: str) -> str:
        """Return what a message with a credential calls its profile (DCP 1.0, 6.5.2, fixes no value)."""

    def sign_credential(self, draft: CredentialDraft) -> str:
        """Return a signed credential (a compact JWS)."""

    def sign_status_list(self, draft: StatusListDraft) -> str:
        """Return a signed status list (a compact JWS)."""
