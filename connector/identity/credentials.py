"""Credentials secured with JOSE, by the keys of a participant list (W3C, Securing Verifiable Credentials, section 3.1).

The header is `alg`, `kid`, `typ` and `cty`, and nothing else; `kid` is the RFC 7638 thumbprint of the key.
"""

from collections.abc import Callable, Mapping, Sequence

from connector.identity.jws import Rejected, open_signed, sign, verify_document, verify_signature
from connector.identity.keys import SigningKey, VerificationKey
from connector.ports.credentials import CredentialRejected, VerifiedCredential
from connector.protocol.credential import CONTENT_TYPE, SECURED_LIMIT, SECURED_TYPE
from connector.protocol.dcp.status_list import LIST_LIMIT

ListInForce = Callable[[], Mapping[str, Sequence[VerificationKey]] | None]


class ListedCredentialKeys:
    """The key of this participant, and those of the list in use. Implements `CredentialKeys`.

    `listed` returns the keys by participant, or None without a list that is in force.
    """

    def __init__(self, key: SigningKey, listed: ListInForce) -> None:
        self._key = key
        self._listed = listed

    def sign_credential(self, payload: bytes) -> bytes:
        """Return an unsigned credential, secured by the key of this participant."""
        return sign(self._key, payload, kind=SECURED_TYPE, content=CONTENT_TYPE).encode()

    def verify_credential(self, secured: bytes, issuer: str) -> VerifiedCredential:
        """Verify a secured credential by the listed keys of a member. Raises CredentialRejected."""
        listed = self._listed()
        if listed is None:
            raise CredentialRejected("The participant list is missing or has expired: get a newer one.")
        keys = listed.get(issuer)
        if keys is None:
            raise CredentialRejected("The issuer is not on the participant list.")
        try:
            found = verify_document(secured, kind=SECURED_TYPE, keys=keys, limit=SECURED_LIMIT, content=CONTENT_TYPE)
        except Rejected as fault:
            raise CredentialRejected(f"The signature of the credential is refused: {fault.problem}") from None
        return VerifiedCredential(payload=found.payload, key=found.kid)

    def verify_list(self, secured: bytes, issuer: str) -> bytes:
        """Return the payload of a status list that a listed key of a member signed. Raises CredentialRejected."""
        keys = (self._listed() or {}).get(issuer)
        if keys is None:
            raise CredentialRejected("The issuer of the status list is not on the participant list.")
        try:
            text = secured.decode("ascii", "replace")
            opened = open_signed(text, limit=LIST_LIMIT, kinds=(SECURED_TYPE,), content=CONTENT_TYPE)
            verify_signature(opened, keys)
        except Rejected as fault:
            raise CredentialRejected(f"The status list is refused: {fault.problem}") from None
        if "typ" not in opened.header or opened.header.get("cty", CONTENT_TYPE) != CONTENT_TYPE:
            raise CredentialRejected(f"The status list is refused: typ is not {SECURED_TYPE}, or cty is another one.")
        return opened.payload

    def name_own_key(self) -> str:
        """Return the thumbprint of the key in use."""
        return self._key.kid

    def list_keys(self, participant: str) -> frozenset[str] | None:
        """Return the thumbprints of the listed keys of a member; None without a list that is in force."""
        listed = self._listed()
        return None if listed is None else frozenset(key.kid for key in listed.get(participant, ()))
