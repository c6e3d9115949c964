"""The port of the keys that secure credentials: sign what this participant states, verify what others state.

The keys are those of the identity mechanism, and so are their names: thumbprints, or identifiers of its own.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from connector.protocol.dcp.claims import StatusEntry


class CredentialRejected(Exception):
    """A secured credential is not verified; `reason` is one sentence, which its sender may read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class VerifiedCredential(msgspec.Struct, frozen=True, kw_only=True):
    """The unsigned credential (JSON) that a key of its issuer has signed, and the name of that key."""

    payload: bytes
    key: str


class CredentialKeys(Protocol):
    """The keys of an identity mechanism, for credentials (W3C Securing Verifiable Credentials using JOSE and COSE)."""

    def sign_credential(self, payload: bytes) -> bytes:
        """Return an unsigned credential, secured by the key of this participant (a compact JWS)."""

    def verify_credential(self, secured: bytes, issuer: str) -> VerifiedCredential:
        """Verify a secured credential by the keys of a participant. Raises CredentialRejected.

        Every rule is checked before the payload is read: size, form, header, algorithm, key and signature. Times and
        content are the caller's to check. Its cost is bounded by the size, about a millisecond for the largest one.
        """

    def verify_list(self, secured: bytes, issuer: str) -> bytes:
        """Return the payload of a status list that a listed key of a participant signed. Raises CredentialRejected.

        Its cost is bounded by the size of a list.
        """

    def name_own_key(self) -> str:
        """Return the name of the key that this participant signs with."""

    def list_keys(self, participant: str) -> frozenset[str] | None:
        """Return the names of the keys with which a participant may sign now; none for an unknown participant.

        None means that nobody knows now, because the participant list has expired.
        """


class CredentialStatuses(Protocol):
    """What the issuers of credentials say about them later, in status lists (Bitstring Status List 1.0)."""

    async def find_ended(self, issuer: str, statuses: Sequence[StatusEntry]) -> str | None:
        """Return why a credential of `issuer` has ended, such as `revocation`, or None if it has not.

        Raises Unauthenticated for a list that says nothing about it, and AuthenticationUnavailable for one that is out
        of reach.
        """

    def forget(self, issuer: str | None = None) -> None:
        """Forget the lists of an issuer, or all, so that they are fetched again."""
