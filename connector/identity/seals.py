"""Seals by the keys of a participant list, or of documents (RFC 9421; the form is in `protocol.seals`)."""

import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from connector.identity.credentials import ListInForce
from connector.identity.jws import Rejected, VerifiedDocument, has_signed, sign, sign_bytes, verify_document
from connector.identity.keys import SigningKey, VerificationKey, public_jwk
from connector.identity.tokens import bearer
from connector.ports.identity import Participant
from connector.ports.seals import KeptSeal, SealedHead, SealRejected
from connector.protocol.seals import (
    Seal,
    SealMalformed,
    check_body,
    compute_digest,
    read_head,
    write_base,
    write_fields,
)

STATEMENT: Final = "agreement-statement+jwt"
"""The `typ` of a statement about an agreement."""
STATEMENT_LIMIT: Final = 64 * 1024
FRESH_S: Final = 300
"""How old, or how far ahead of the own clock, a seal may be when its message arrives."""
_MISSING: Final = "The message has no seal, which its sender promises in the token: find out who took it away."
_UNKNOWN: Final = "The key of the seal is none of its sender: seal with the key that signs the token."
_ANOTHER: Final = "The token is not the one that was sealed: seal each request with its own token."

DocumentedKeys = Callable[[str], Mapping[str, VerificationKey]]
"""Returns the keys with which a participant signs credentials by its document, by the names that they have there."""


class ListedSeals:
    """The key of this participant, and those of the list in use. Implements `Seals`.

    `listed` returns the keys by participant, or None without a list that is in force; `clock` ms since the Unix epoch.
    `documented` returns the keys of a participant that the list has no key of; their `kid` is their thumbprint (RFC
    7638). `method` is the name of the own key in the own document. `of_all` seals every message, not only those that
    say yes to an agreement.
    """

    def __init__(
        self,
        key: SigningKey,
        listed: ListInForce,
        clock: Callable[[], int],
        documented: DocumentedKeys = lambda _: {},
        method: str = "",
        *,
        of_all: bool = True,
    ) -> None:
        self._key = key
        self._listed = listed
        self._clock = clock
        self._documented = documented
        self._method = method
        self.of_all = of_all

    def add_documents(self, did: str, documented: DocumentedKeys) -> "ListedSeals":
        """Return the seals of a participant that has the document of `did`, with the keys of others' documents too."""
        method = f"{did}#{self._key.kid}"
        return ListedSeals(self._key, self._listed, self._clock, documented, method, of_all=self.of_all)

    def seal(self, url: str, body: bytes, agreement: bytes | None, authorization: str) -> Mapping[str, str]:
        """Return the header fields that seal a message with the token that goes along."""
        if agreement is None and not self.of_all:
            return {}
        own = self._key.verification
        made = Seal(
            url=url,
            content_digest=compute_digest(body),
            token_digest=compute_digest(bearer(authorization).encode()),
            agreement_digest=compute_digest(agreement) if agreement is not None else "",
            created=self._clock() // 1000,
            key=own.kid,
            algorithm=own.algorithm,
        )
        signature = binascii.b2a_base64(sign_bytes(self._key, write_base(made)), newline=False).decode()
        return write_fields(msgspec.structs.replace(made, signature=signature))

    def open(self, signer: str, head: SealedHead, body: bytes, *, required: bool = False) -> KeptSeal | None:
        """Return the verified seal of a message; None without one, or if nobody names the key as the signer's."""
        try:
            seal = read_head(head.headers, head.urls[0])
            if seal is not None:
                check_body(seal, body)
        except SealMalformed as fault:
            raise SealRejected(str(fault)) from None
        found = self._find_key(signer, seal.key) if seal else None
        if seal is None or found is None:
            if required:
                raise SealRejected(_MISSING if seal is None else _UNKNOWN)
            return None
        if seal.token_digest and seal.token_digest != _digest_token(head):
            raise SealRejected(_ANOTHER)
        if not self._is_fresh(seal):
            raise SealRejected(f"The seal was not made within the last {FRESH_S} s: compare the clocks.")
        kept = _keep(seal, head, *found)
        if kept is None:
            raise SealRejected("The signature of the seal does not verify: sign the message that is sent.")
        return kept

    def check_body(self, seal: KeptSeal, body: bytes) -> None:
        """Check that a body is the one of a seal that `find_proof` has verified."""
        try:
            check_body(seal.seal, body)
        except SealMalformed as fault:
            raise SealRejected(str(fault)) from None

    def find_proof(
        self, head: SealedHead | None, find: Callable[[str], Participant | None], issuer: str, key: VerificationKey
    ) -> KeptSeal | None:
        """Return the seal by which `key` of a token's issuer has signed a head with the token; None without one.

        `find` returns the participant. Without a seal, or if it does not hold, the token has to prove itself by its own
        signature, and `open` tells what is wrong with the seal.
        """
        sender = find(issuer)
        if head is None or sender is None or "token-digest" not in head.headers:
            return None
        try:
            seal = read_head(head.headers, head.urls[0])
        except SealMalformed:
            return None
        if seal is None or seal.token_digest != _digest_token(head) or not self._is_fresh(seal):
            return None
        found = self._find_key(sender.id, seal.key)
        return _keep(seal, head, *found) if found and found[1].public == key.public else None

    def _is_fresh(self, seal: Seal) -> bool:
        return abs(self._clock() / 1000 - seal.created) <= FRESH_S

    def _find_key(self, signer: str, kid: str) -> tuple[str, VerificationKey] | None:
        """Return a key of a signer and its name in a document. Where the list has keys of it, no others count."""
        listed = (self._listed() or {}).get(signer, ())
        for key in listed:
            if key.kid == kid:
                return "", key
        known = () if listed else self._documented(signer).items()
        return next(((method, key) for method, key in known if key.kid == kid), None)

    def state(self, payload: bytes) -> bytes:
        """Return a statement, signed by the key of this participant."""
        return sign(self._key, payload, kind=STATEMENT).encode()

    def show_key(self) -> dict[str, str]:
        """Return the public key in use as a JWK."""
        return public_jwk(self._key)

    def show_method(self) -> str:
        """Return the name of the key in use in the own document."""
        return self._method


def _keep(seal: Seal, head: SealedHead, method: str, key: VerificationKey) -> KeptSeal | None:
    """Return the seal of a message to the one of its addresses for which the key has signed it; None for no such."""
    for url in head.urls:
        sent = seal if url == seal.url else msgspec.structs.replace(seal, url=url)
        if is_sealed_by(sent, key):
            return KeptSeal(seal=sent, jwk=public_jwk(key), method=method)
    return None


def _digest_token(head: SealedHead) -> str:
    """Return the digest of the token in a head; the token was read before."""
    return compute_digest(bearer(head.headers.get("authorization")).encode())


def is_sealed_by(seal: Seal, key: VerificationKey) -> bool:
    """Return whether a key has signed a seal as it is."""
    try:
        signature, base = binascii.a2b_base64(seal.signature, strict_mode=True), write_base(seal)
    except (binascii.Error, UnicodeEncodeError, KeyError):
        return False
    return (seal.key, seal.algorithm) == (key.kid, key.algorithm) and has_signed(key, base, signature)


def read_statement(statement: bytes, keys: Sequence[VerificationKey]) -> VerifiedDocument:
    """Return the payload of a statement that one of the keys has signed. Raises Rejected."""
    if len(keys) == 0:
        raise Rejected("key", "no key of its signer is known.")
    return verify_document(statement, kind=STATEMENT, keys=keys, limit=STATEMENT_LIMIT)
