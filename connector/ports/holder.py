"""The port of a holder: who may read or write credentials here, what a credential says, and presentations of them.

The keys are those of the identity mechanism `dcp` (Decentralized Claims Protocol 1.0, 5 and 6).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from connector.ports.claims_peer import ClaimsPeer
from connector.ports.entities import HeldCredential
from connector.ports.identity import Authenticator
from connector.views.credentials import CredentialStanding

GRANTED = "granted"
"""The member of a caller's evidence that has the scopes which its access token grants, as texts."""


class CredentialRefused(Exception):
    """A credential cannot be stored; `reason` is one sentence for who imports it, and for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ExaminedCredential(msgspec.Struct, frozen=True, kw_only=True):
    """A verified credential about this participant: what it says of itself, and its claims."""

    issuer: str
    id: str
    types: tuple[str, ...]
    profile: str
    claims: Mapping[str, Any]
    valid_from: int | None
    valid_until: int | None


class Holder(Protocol):
    """What a Credential Service needs of the identity mechanism."""

    verifiers: Authenticator
    """Authenticates members that ask for presentations. The evidence of a caller has what it may see (`GRANTED`)."""

    issuers: Authenticator
    """Authenticates issuers that the data space trusts for any type of credential."""

    peer: ClaimsPeer
    """Sends messages to issuers."""

    def trusts(self, issuer: str, kind: str) -> bool:
        """Return whether the data space trusts an issuer for a type of credentials."""

    def list_types(self) -> Sequence[str]:
        """Return the types of credentials that count in the data space."""

    async def examine(self, secured: str) -> ExaminedCredential:
        """Verify a credential (a compact JWS) about this participant by the keys of an issuer that is trusted for it.

        Raises CredentialRefused, and AuthenticationUnavailable if what is needed is out of reach.
        """

    def read_claims(self, secured: str) -> Mapping[str, Any]:
        """Return what a stored credential says about this participant."""

    async def read_standing(self, credential: HeldCredential) -> CredentialStanding | None:
        """Return what the status list says about a stored credential; None if nobody knows now."""

    def present(self, credentials: Sequence[HeldCredential], audience: str) -> Sequence[str]:
        """Return presentations for `audience` alone (compact JWS), one for each profile of the credentials."""
